import type { Acceptance } from '@mulu/registry-core'
import { expect } from 'chai'
import type { Clock } from '../../src/clock.ts'
import { QUOTA_LIMITS, Quotas } from '../../src/network/quotas.ts'
import { TokenBucket } from '../../src/token-bucket.ts'

const IN_FORCE: Acceptance = {
  known: false,
  outcome: { kind: 'in force', voidBodies: [] },
  problems: 0,
}
const VOID: Acceptance = {
  known: false,
  outcome: { kind: 'void', code: 'MULU_REVOKED' },
  problems: 0,
}
const FULL: Acceptance = {
  known: false,
  outcome: { kind: 'dropped', code: 'MULU_WAITING_FULL', blame: false },
  problems: 0,
}
const LIMITS = {
  ...QUOTA_LIMITS,
  writerCommits: { perSecond: 10, burst: 20 },
  peerFrames: { perSecond: 10, burst: 20 },
  peerConnections: { perSecond: 1, burst: 2 },
  uselessCost: 10,
  refusedCost: 15,
}

/** A clock that stands until a test moves it on. */
function stoppedClock(): Clock & { move: (ms: number) => void } {
  let nowMs = 1_000_000
  const timers = new Map<() => void, number>()
  return {
    now: () => nowMs,
    elapsed: () => nowMs - 1_000_000,
    sleep: () => Promise.reject(new Error('nobody sleeps here')),
    after: (ms, run) => {
      timers.set(run, nowMs + ms)
      return () => timers.delete(run)
    },
    move: (ms) => {
      nowMs += ms
      for (const [run, atMs] of [...timers]) {
        if (atMs > nowMs) continue
        timers.delete(run)
        run()
      }
    },
  }
}

describe('quotas', () => {
  it('[NW13] let a writer wait once it sent more than its share, and say why and since when', () => {
    const clock = stoppedClock()
    const quotas = new Quotas(LIMITS, clock)
    quotas.chargeWriter(7, Array(19).fill(IN_FORCE), 1_000)
    expect(quotas.isWriterThrottled(7)).to.equal(false)
    expect(quotas.throttlesOf(7, 'peer')).to.deep.equal([])
    quotas.chargeWriter(7, Array(11).fill(IN_FORCE), 1_000)
    expect(quotas.isWriterThrottled(7)).to.equal(true)
    expect(quotas.isWriterThrottled(8)).to.equal(false)
    const sinceMs = clock.now()
    clock.move(1_000)
    expect(quotas.isWriterThrottled(7)).to.equal(true)
    const told = quotas.throttlesOf(7, 'peer')
    expect(told).to.deep.equal([{ why: 'commits', sinceMs, lastMs: clock.now() }])
    clock.move(200)
    expect(quotas.isWriterThrottled(7)).to.equal(false)
    clock.move(60_000)
    expect(quotas.throttlesOf(7, 'peer')).to.deep.equal([])
  })

  it('[NW13] charge more for what counts for nothing, and count it by code', () => {
    const clock = stoppedClock()
    const quotas = new Quotas(LIMITS, clock)
    quotas.chargeWriter(7, [VOID, VOID, { ...VOID, known: true }], 10)
    expect(quotas.isWriterThrottled(7)).to.equal(true)
    const lastMs = clock.now()
    expect(quotas.ineffectiveOf(7)).to.deep.equal([{ code: 'MULU_REVOKED', count: 2, lastMs }])
    expect(quotas.ineffectiveOf(8)).to.deep.equal([])
  })

  it('[NW13] tell of commits that wait for forerunners beyond the limit', () => {
    const quotas = new Quotas(LIMITS, stoppedClock())
    quotas.chargeWriter(7, [FULL], 10)
    expect(quotas.throttlesOf(7, 'peer').map(({ why }) => why)).to.deep.equal(['waiting'])
  })

  it('[NW15] let a peer that asks too often wait for its next answer, and nobody else', async () => {
    const clock = stoppedClock()
    const quotas = new Quotas(LIMITS, clock)
    for (let i = 0; i < 19; i++) quotas.chargeFrame('loud')
    await quotas.pace('loud')
    quotas.chargeRefused('loud')
    let isLetOn = false
    const waiting = quotas.pace('loud').then(() => {
      isLetOn = true
    })
    await quotas.pace('quiet')
    clock.move(1_000)
    await quotas.pace('quiet')
    expect(isLetOn).to.equal(false)
    clock.move(1_000)
    await waiting
    expect(quotas.throttlesOf(7, 'loud').map(({ why }) => why)).to.deep.equal(['requests'])
    expect(quotas.throttlesOf(8, 'quiet')).to.deep.equal([])
  })

  it('[NW15] let everybody on when the node stops', async () => {
    const quotas = new Quotas(LIMITS, stoppedClock())
    for (let i = 0; i < 40; i++) quotas.chargeFrame('loud')
    const waiting = quotas.pace('loud')
    quotas.stop()
    await waiting
  })

  it('[NW15] refuse connections beyond what a peer may open', () => {
    const clock = stoppedClock()
    const quotas = new Quotas(LIMITS, clock)
    const taken = [1, 2, 3].map(() => quotas.takeConnection('busy'))
    expect(taken).to.deep.equal([true, true, false])
    expect(quotas.takeConnection('other')).to.equal(true)
    expect(quotas.throttlesOf(7, 'busy').map(({ why }) => why)).to.deep.equal(['connections'])
    clock.move(1_000)
    expect(quotas.takeConnection('busy')).to.equal(true)
  })

  it('[NW13] never owe longer than can be waited for, and gain nothing from a clock set back', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 20 }, 0)
    bucket.charge(1_000_000, 0)
    expect(bucket.waitMs(0)).to.be.within(1, 20_000)
    const before = bucket.waitMs(1_000)
    expect(bucket.waitMs(0)).to.equal(before)
    expect(bucket.waitMs(19_000 + 2_000)).to.equal(0)
  })
})
