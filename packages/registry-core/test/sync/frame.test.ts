import { expect } from 'chai'
import fc from 'fast-check'
import { encodeCbor } from '../../src/encoding/cbor.ts'
import { isMuluError } from '../../src/errors.ts'
import { FRAME_BYTES_MAX } from '../../src/limits.ts'
import { decodeFrame, encodeFrame, type Frame } from '../../src/sync/frame.ts'

const HASH = new Uint8Array(33).fill(1)
const REPORT = {
  digest: HASH,
  commits: 3,
  records: 2,
  problems: 1,
  conflicts: 0,
  waiting: 0,
  software: 'mulu 0.1.0',
  atMs: 1_700_000_000_000,
}
const STATE = {
  roster: { version: 2, hash: HASH },
  known: [
    { group: '0/3', digest: HASH },
    { group: '1', digest: HASH },
    { group: 'l3.7', digest: HASH },
  ],
  accepted: [],
  report: REPORT,
}
const HEAD = { log: { ns: 3, aud: [3, 7], writer: 9 }, known: { seq: 4, id: HASH } }
const FRAMES: readonly Frame[] = [
  { t: 'hello', versions: [1], summary: { ...STATE, fed: HASH, addresses: ['/ip4/127.0.0.1'] } },
  {
    t: 'hello-ok',
    version: 1,
    summary: {
      fed: HASH,
      roster: { version: 0, hash: new Uint8Array() },
      known: [],
      accepted: [],
      report: undefined,
      addresses: [],
    },
  },
  { t: 'roster-pull', from: 1 },
  { t: 'rosters', rosters: [new Uint8Array([1, 2])] },
  { t: 'profile-pull', hash: HASH },
  { t: 'profile', profile: new Uint8Array() },
  { t: 'heads-pull', from: 0, buckets: [{ bucket: 7, digest: HASH }] },
  {
    t: 'heads',
    heads: [
      { ...HEAD, forkedAt: undefined },
      { ...HEAD, forkedAt: 2 },
    ],
    next: 256,
  },
  { t: 'pull', log: { ns: 1, aud: 0, writer: 2 }, from: 5, max: 1_000 },
  { t: 'commits', commits: [new Uint8Array([3])], more: true },
  { t: 'peers-pull' },
  { t: 'peers', peers: [{ peerId: '12D3KooWtest', addresses: ['/ip4/127.0.0.1'] }] },
  { t: 'ready' },
  { t: 'announce', ...STATE, heads: [{ ...HEAD, forkedAt: undefined }] },
  { t: 'refuse', code: 'MULU_SYNC_ORDER', message: '' },
]

function codeOf(bytes: Uint8Array): string {
  try {
    decodeFrame(bytes)
    return 'decoded'
  } catch (error) {
    return isMuluError(error) ? error.code : String(error)
  }
}

describe('frames', () => {
  it('[SY10] decodes every frame to what was encoded', () => {
    for (const frame of FRAMES) expect(decodeFrame(encodeFrame(frame))).to.deep.equal(frame)
  })

  it('[SY10] refuses a frame that is cut anywhere', () => {
    for (const frame of FRAMES) {
      const bytes = encodeFrame(frame)
      for (let length = 0; length < bytes.length; length++) {
        expect(codeOf(bytes.subarray(0, length))).to.equal('MULU_SYNC_FRAME')
      }
    }
  })

  it('[SY10] refuses bytes after a frame, unknown keys and types, and lists out of order', () => {
    const ready = encodeFrame({ t: 'ready' })
    expect(codeOf(new Uint8Array([...ready, 0]))).to.equal('MULU_SYNC_FRAME')
    expect(codeOf(encodeCbor({ t: 'ready', more: 1 }))).to.equal('MULU_SYNC_FRAME')
    expect(codeOf(encodeCbor({ t: 'push' }))).to.equal('MULU_SYNC_FRAME')
    expect(codeOf(encodeCbor(null))).to.equal('MULU_SYNC_FRAME')
    const twice = [STATE.known[1], STATE.known[0]] as typeof STATE.known
    const frame: Frame = { t: 'announce', ...STATE, known: twice, heads: [] }
    expect(codeOf(encodeFrame(frame))).to.equal('MULU_SYNC_FRAME')
  })

  it('[SY10] refuses a frame over the limit, on both sides', () => {
    const frame: Frame = { t: 'commits', commits: [new Uint8Array(FRAME_BYTES_MAX)], more: false }
    expect(() => encodeFrame(frame))
      .to.throw()
      .with.property('code', 'MULU_LIMIT')
    expect(codeOf(new Uint8Array(FRAME_BYTES_MAX + 1))).to.equal('MULU_SYNC_FRAME')
  })

  it('[SY10] reads any bytes as one frame exactly or refuses them with one code', () => {
    const altered = fc.tuple(
      fc.nat(FRAMES.length - 1),
      fc.nat(2_000),
      fc.integer({ min: 1, max: 255 }),
    )
    fc.assert(
      fc.property(altered, ([index, position, mask]) => {
        const bytes = encodeFrame(FRAMES[index] ?? { t: 'ready' })
        const place = position % bytes.length
        bytes[place] = (bytes[place] ?? 0) ^ mask
        const code = codeOf(bytes)
        if (code === 'decoded') expect(encodeFrame(decodeFrame(bytes))).to.deep.equal(bytes)
        else expect(code).to.equal('MULU_SYNC_FRAME')
      }),
    )
  })
})
