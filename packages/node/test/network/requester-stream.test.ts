import { streamPair } from '@libp2p/utils'
import { type Frame, logText, type Resumption } from '@mulu/registry-core'
import { expect } from 'chai'
import { systemClock } from '../../src/clock.ts'
import { createFrameStream } from '../../src/network/frame-stream.ts'
import { NETWORK_LIMITS } from '../../src/network/network-options.ts'
import { Quotas } from '../../src/network/quotas.ts'
import { ReplicaView } from '../../src/network/replica-view.ts'
import { type Ending, RequesterStream } from '../../src/network/requester-stream.ts'
import type { StreamContext } from '../../src/network/stream-context.ts'
import type { Told } from '../../src/network/told-heads.ts'
import { crypto, logger, openTestRegistry, peerOf, Rosters } from './test-federation.ts'

const PEER = peerOf(2)
const LENGTH = 200_000
const LOG = { ns: 2, aud: 1, writer: 2 } as const

type Left = { readonly told: Told; readonly resumption: Resumption }

describe('a stream that this node opened', () => {
  /** Lets the peer answer by a script, then breaks the line. */
  async function runAgainst(
    script: (frame: Frame, fed: Uint8Array) => Frame | undefined,
    before?: Resumption,
  ): Promise<{ readonly ending: Ending; readonly left: Left; readonly asked: readonly Frame[] }> {
    const { all, newest } = Rosters.found(2)
    const registry = await openTestRegistry(1, all)
    const view = new ReplicaView({
      ...{ registry, logger, clock: systemClock, software: 'test', limits: NETWORK_LIMITS },
      onNews: () => undefined,
    })
    let left: Left | undefined
    const context: StreamContext = {
      ...{ registry, logger, clock: systemClock },
      quotas: new Quotas(NETWORK_LIMITS.quotas, systemClock),
      syncContext: () => ({
        ...{ crypto, replica: view.replica, heads: view.heads, self: 1, peer: 2 },
        ...{ report: undefined, addresses: () => [], nowMs: systemClock.elapsed() },
        priority: () => 0,
        isClaimed: () => false,
        isThrottled: () => false,
      }),
      onHeard: () => undefined,
      onCompared: () => undefined,
      onPeers: () => undefined,
      onBlame: () => undefined,
      onUnshared: () => undefined,
      onReceived: () => undefined,
      onLevel: () => undefined,
      onEnded: (_, told, resumption) => {
        left = { told, resumption }
      },
      resume: () => before,
      onReleased: () => undefined,
      onChange: () => undefined,
      listPeers: () => [],
    }
    const [ours, theirs] = await streamPair()
    const running = new RequesterStream(context, PEER, createFrameStream(ours)).run()
    const peer = createFrameStream(theirs)
    const asked: Frame[] = []
    for (;;) {
      const frame = await peer.read()
      asked.push(frame)
      const answer = script(frame, newest.fed)
      if (answer === undefined) break
      await peer.write(answer)
    }
    ours.abort(new Error('the cable was pulled'))
    const ending = await running
    view.stop()
    if (left === undefined) throw new Error('nothing was left')
    return { ending, left, asked }
  }

  const hash = new Uint8Array(33).fill(1)
  function answer(frame: Frame, fed: Uint8Array, version = 2): Frame | undefined {
    const { newest } = Rosters.found(2)
    const roster = { version: newest.version, hash: newest.hash }
    const known = [{ group: '1', digest: hash }]
    if (frame.t === 'hello') {
      const summary = {
        fed,
        roster,
        known,
        accepted: [],
        orders: undefined,
        report: undefined,
        addresses: [],
      }
      return { t: 'hello-ok', version, summary }
    }
    if (frame.t !== 'heads-pull') return undefined
    const head = { log: LOG, known: { seq: 3, id: hash }, forkedAt: undefined }
    return { t: 'heads', heads: [{ ...head, statements: undefined }], next: 256 }
  }

  it('[NW41] has got on when commits or parts had come, so that a broken line is dialled again soon', async () => {
    const never = await runAgainst((frame, fed) => answer(frame, fed))
    expect(never.ending).to.deep.equal({ gotOn: false, code: undefined })
    let parts = 0
    const once = await runAgainst((frame, fed) => {
      if (frame.t !== 'part-pull' || parts++ > 0) return answer(frame, fed)
      const bytes = new Uint8Array(frame.max)
      return { t: 'part', sum: hash, length: LENGTH, at: 0, bytes }
    })
    expect(once.ending).to.deep.equal({ gotOn: true, code: undefined })
  })

  it('[NW40] leaves what it had begun and what it was told, and begins with what is left', async () => {
    let parts = 0
    const script = (frame: Frame, fed: Uint8Array): Frame | undefined => {
      if (frame.t !== 'part-pull' || parts++ > 0) return answer(frame, fed)
      const bytes = new Uint8Array(frame.max)
      return { t: 'part', sum: hash, length: LENGTH, at: 0, bytes }
    }
    const { left } = await runAgainst(script)
    expect(left.told.isCompared).to.equal(true)
    expect(left.told.heads.map(({ log }) => logText(log))).to.deep.equal([logText(LOG)])
    const { begun } = left.resumption
    expect(begun).to.include({ text: logText(LOG), from: 1, length: LENGTH })
    const next = await runAgainst((frame, fed) => answer(frame, fed), left.resumption)
    const pull = next.asked.find(({ t }) => t === 'part-pull')
    expect(pull).to.deep.include({ at: begun?.bytes, sum: hash, from: 1 })
  })
})
