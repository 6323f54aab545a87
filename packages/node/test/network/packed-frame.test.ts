import { deflateRawSync } from 'node:zlib'
import { encodeFrame, isMuluError, limits } from '@mulu/registry-core'
import { expect } from 'chai'
import { packFrame, unpackFrame } from '../../src/network/packed-frame.ts'

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'none',
    (error: unknown) => (isMuluError(error) ? error.code : error),
  )

describe('frames on the wire', () => {
  it('[NW20] packs long frames, leaves short ones and what does not pack, and gives all back', async () => {
    const commits = Array.from({ length: 60 }, (_, i) =>
      Buffer.from(`commit ${i} of many`.repeat(9)),
    )
    const long = encodeFrame({ t: 'commits', commits, more: false })
    const packed = await packFrame(long)
    expect(packed.length).to.be.lessThan(long.length / 10)
    expect(await unpackFrame(packed)).to.deep.equal(long)
    const short = encodeFrame({ t: 'ready' })
    expect(await packFrame(short)).to.equal(short)
    expect(await unpackFrame(short)).to.equal(short)
    const noise = Uint8Array.from({ length: 900 }, (_, i) => (i * i * 7_919 + i * 104_729) >>> 3)
    expect((await packFrame(noise)).length).to.be.at.most(noise.length)
  })

  it('[NW21] refuses bytes that unpack to nothing, to half, or to more than a frame', async () => {
    const bomb = deflateRawSync(Buffer.alloc(limits.FRAME_BYTES_MAX + 1))
    expect(bomb.length).to.be.lessThan(2_000)
    expect(await codeOf(unpackFrame(Buffer.concat([Buffer.of(1), bomb])))).to.equal(
      'MULU_SYNC_FRAME',
    )
    const whole = await packFrame(
      encodeFrame({ t: 'commits', commits: [Buffer.alloc(2_000)], more: true }),
    )
    expect(await codeOf(unpackFrame(whole.subarray(0, -3)))).to.equal('MULU_SYNC_FRAME')
    expect(await codeOf(unpackFrame(Buffer.of(1)))).to.equal('MULU_SYNC_FRAME')
    expect(await codeOf(unpackFrame(Buffer.of(1, 0xff, 0xff)))).to.equal('MULU_SYNC_FRAME')
  })
})
