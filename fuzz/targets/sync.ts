/** What comes over a stream between nodes, and the texts in it. */
import fc from 'fast-check'
import { addressOf } from '../../packages/node/src/network/peer-table.ts'
import { decodeCbor, encodeCbor } from '../../packages/registry-core/src/encoding/cbor.ts'
import { MuluError } from '../../packages/registry-core/src/errors.ts'
import { decodeFrame, encodeFrame } from '../../packages/registry-core/src/sync/frame.ts'
import { FRAMES } from '../../packages/registry-core/test/sync/sample-frames.ts'
import { bytesOf, coded, textOf, wantSame } from '../promises.ts'
import type { Target } from '../target.ts'

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.uint8Array(), fc.constant(null)),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4 }),
  ),
}))
const FRAME_NAMES = FRAMES.map((each) => each.t)

const frame: Target = {
  name: 'frame',
  corpus: FRAMES.map(encodeFrame),
  shaped: fc
    .tuple(fc.constantFrom(...FRAME_NAMES), fc.dictionary(fc.string(), tree, { maxKeys: 3 }))
    .map(([t, more]) => encodeCbor({ t, ...(more as object) } as never)),
  read: (input) =>
    coded(
      () => decodeFrame(input),
      (value) => wantSame(encodeFrame(value), input, 'the frame'),
    ),
}

const cbor: Target = {
  name: 'cbor',
  corpus: [...FRAMES.map(encodeFrame), ...nestings()],
  shaped: tree.map((value) => encodeCbor(value as never)),
  read: (input) =>
    coded(
      () => {
        try {
          return decodeCbor(input)
        } catch (cause) {
          // Depth has a bound of its own: running out of stack would let the machine decide.
          if (cause instanceof RangeError && /call stack/.test(cause.message)) throw cause
          throw new MuluError('MULU_SYNC_FRAME', { cause })
        }
      },
      (value) => wantSame(encodeCbor(value as never), input, 'the value'),
    ),
}

function nestings(): readonly Uint8Array[] {
  const arrays = new Uint8Array(2_000).fill(0x81)
  return [new Uint8Array([...arrays, 0xf6]), new Uint8Array(2_000).fill(0x81)]
}

const PEER = '12D3KooWGRUVnPsvxFcYkT2NzKwnWqoG6TTCCgm6dKkWZ1WgTkDb'

const address: Target = {
  name: 'address',
  corpus: bytesOf(
    '/ip4/127.0.0.1/tcp/7421',
    `/ip4/10.0.0.1/tcp/7421/p2p/${PEER}`,
    `/ip6/::1/tcp/443/ws/p2p/${PEER}`,
    `/dns4/node.example.org/tcp/443/wss/p2p/${PEER}`,
  ),
  read: (input) => (addressOf(textOf(input), PEER) === undefined ? 'refused' : 'taken'),
}

/** The targets. */
export const SYNC_TARGETS: readonly Target[] = [frame, cbor, address]
