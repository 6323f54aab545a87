import { encodeFrame } from '@mulu/registry-core'
import { expect } from 'chai'
import { QUOTA_LIMITS } from '../../packages/node/src/network/quotas.ts'
import { eventually } from '../support/mulu.ts'
import { Stage } from './stage.ts'
import { conductOf, makeRecord, statusOf, untilAgreed, untilRecord } from './watching.ts'

const FLOOD = 600
const HONEST = 10
const LIMITS = {
  quotas: {
    ...QUOTA_LIMITS,
    writerCommits: { perSecond: 150, burst: 100 },
    peerFrames: { perSecond: 50, burst: 60 },
    peerConnections: { perSecond: 0.01, burst: 4 },
  },
}

describe('a flood of one member', function () {
  this.timeout(120_000)
  let stage: Stage

  before(async () => {
    stage = await Stage.open({ honest: ['second'], hostile: ['flooder', 'caller'] }, LIMITS)
  })
  after(() => stage.close())

  it('[AD13] is shown as throttled, and loses nothing in the end', async () => {
    const { first, second } = stage
    const flooder = stage.hostile('flooder')
    const peer = await flooder.start()
    for (let i = 0; i < FLOOD; i++) flooder.log.next()
    peer.offer(flooder.log.key, flooder.log.made.slice(0, FLOOD / 2))
    await peer.dial(first.address())
    const told = await eventually('throttled', async () => {
      const { throttled } = (await conductOf(first, flooder.client)) ?? { throttled: [] }
      return throttled.find(({ why }) => why === 'commits')
    })
    expect(told.sinceMs).to.be.within(Date.now() - 60_000, Date.now())
    peer.offer(flooder.log.key, flooder.log.made)
    await honestWork()
    const last = `${flooder.ns}/resource/h${flooder.client}-${FLOOD}`
    await untilRecord(first, last, 60_000)
    await untilRecord(second, last, 60_000)
    await untilAgreed(stage.nodes)
    expect((await statusOf(first)).heads.waiting).to.equal(0)
  })

  it('[NW14] holds up no commit of others, and bounds what is held', async () => {
    const { first } = stage
    const flooder = stage.hostile('flooder')
    const before = (await statusOf(first)).heads
    expect(before.waiting).to.be.at.most(1_024)
    await honestWork()
    const { heads } = await statusOf(first)
    expect(heads.commits - before.commits).to.be.at.least(2 * HONEST)
    expect((await conductOf(first, flooder.client))?.cutOff ?? null).to.equal(null)
  })

  it('[NW15] of requests and connections slows that peer, and nobody else', async () => {
    const { first } = stage
    const caller = stage.hostile('caller')
    const peer = await caller.start()
    for (let i = 0; i < 8; i++) {
      await peer.dial(first.address()).catch(() => undefined)
      for (const connection of peer.libp2p.getConnections()) connection.abort(new Error('again'))
    }
    const why = async (wanted: string): Promise<true | undefined> =>
      (await conductOf(first, caller.client))?.throttled.some((each) => each.why === wanted)
        ? true
        : undefined
    await eventually('connections', () => why('connections'))
    const asker = await stage.hostile('flooder').start()
    const stream = await asker.open(first.address())
    const hello = encodeFrame({
      t: 'hello',
      versions: [1],
      summary: {
        fed: stage.newest.fed,
        roster: { version: stage.newest.version, hash: stage.newest.hash },
        known: [],
        accepted: [],
        orders: undefined,
        report: undefined,
        addresses: [],
      },
    })
    stream.send(framed(hello))
    for (let i = 0; i < 200; i++) stream.send(framed(encodeFrame({ t: 'ready' })))
    await eventually('requests', async () => {
      const conduct = await conductOf(first, stage.hostile('flooder').client)
      return conduct?.throttled.some((each) => each.why === 'requests') ? true : undefined
    })
    await honestWork()
  })

  /** Both honest nodes write, and each gets what the other wrote. */
  async function honestWork(): Promise<void> {
    const { first, second } = stage
    for (let i = 0; i < HONEST; i++) {
      const [here, there] = [await makeRecord(first, `a${i}`), await makeRecord(second, `b${i}`)]
      await Promise.all([untilRecord(second, here), untilRecord(first, there)])
    }
  }
})

/** A frame behind its length. */
function framed(frame: Uint8Array): Uint8Array {
  const low = (frame.length & 0x7f) | (frame.length > 0x7f ? 0x80 : 0)
  const length = frame.length > 0x7f ? [low, frame.length >> 7] : [low]
  return Uint8Array.of(...length, ...frame)
}
