import { expect } from 'chai'
import fc from 'fast-check'
import { encodeCbor } from '../../src/encoding/cbor.ts'
import { isMuluError } from '../../src/errors.ts'
import { FRAME_BYTES_MAX } from '../../src/limits.ts'
import { decodeFrame, encodeFrame, type Frame } from '../../src/sync/frame.ts'
import { FRAMES, STATE } from './sample-frames.ts'

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
