import { randomBytes } from 'node:crypto'
import { streamPair } from '@libp2p/utils'
import type { Frame } from '@mulu/registry-core'
import { expect } from 'chai'
import { createFrameStream } from '../../src/network/frame-stream.ts'

const FULL: Frame = { t: 'commits', commits: [randomBytes(900_000)], more: false }

describe('frames over a stream', () => {
  it('[NW26] travel in slices, so that what has come shows before a frame is whole', async () => {
    const [ours, theirs] = await streamPair()
    const sizes: number[] = []
    const to = createFrameStream(theirs)
    theirs.addEventListener('message', ({ data }) => sizes.push(data.byteLength))
    const from = createFrameStream(ours)
    const read = to.read()
    const seen: number[] = []
    theirs.addEventListener('message', () => seen.push(to.received()))
    await from.write(FULL)
    expect(await read).to.deep.equal(FULL)
    expect(Math.max(...sizes)).to.be.at.most(32_768)
    expect(seen.length).to.be.greaterThan(25)
    expect(seen.at(-1)).to.equal(sizes.reduce((sum, size) => sum + size, 0))
    await Promise.all([from.close(), to.close()])
  })

  it('[NW26] keep their order, whole ones and short ones', async () => {
    const [ours, theirs] = await streamPair()
    const [from, to] = [createFrameStream(ours), createFrameStream(theirs)]
    const frames: readonly Frame[] = [{ t: 'ready' }, FULL, { t: 'peers-pull' }, FULL]
    const reading = (async () => {
      const read: Frame[] = []
      for (const _ of frames) read.push(await to.read())
      return read
    })()
    for (const frame of frames) await from.write(frame)
    expect(await reading).to.deep.equal(frames)
    await Promise.all([from.close(), to.close()])
  })

  it('[NW26] end with the stream, also in the middle of one', async () => {
    const [ours, theirs] = await streamPair({
      capacity: 20_000,
      outbound: { maxWriteBufferLength: 2_000_000 },
    } as object)
    const from = createFrameStream(ours)
    theirs.pause()
    const written = from.write(FULL).then(
      () => 'written',
      () => 'refused',
    )
    ours.abort(new Error('the cable was pulled'))
    expect(await written).to.equal('refused')
  })
})
