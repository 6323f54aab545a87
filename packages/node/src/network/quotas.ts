/**
 * How much of this node's work one writer and one peer may take. Whoever takes more waits: a
 * writer's logs are pulled later, a peer's next frame is read later, a connection is refused. No
 * verdict on a commit depends on any of it, and what waits is named with its reason.
 */
import type { Acceptance, Outcome } from '@mulu/registry-core'
import type { Clock } from '../clock.ts'
import { type Rate, TokenBucket } from '../token-bucket.ts'

/** Allowances of the network. */
export type QuotaLimits = {
  /** Commits of one writer. What counts for nothing costs `uselessCost`. */
  readonly writerCommits: Rate
  readonly writerBytes: Rate
  /** Requests and announcements of one peer; what is refused costs `refusedCost`. */
  readonly peerFrames: Rate
  /** Bytes sent to one peer. */
  readonly peerBytes: Rate
  /** Connections that one peer opens. */
  readonly peerConnections: Rate
  readonly uselessCost: number
  readonly refusedCost: number
}

const MIB = 1_048_576

/**
 * Allowances for everyday use. A catalogue of a million records, or a year of edits, comes in
 * within the burst; what goes on beyond it leaves most of a slow processor to others.
 */
export const QUOTA_LIMITS: QuotaLimits = {
  writerCommits: { perSecond: 500, burst: 50_000 },
  writerBytes: { perSecond: 16 * MIB, burst: 1_024 * MIB },
  peerFrames: { perSecond: 100, burst: 4_000 },
  peerBytes: { perSecond: 32 * MIB, burst: 2_048 * MIB },
  peerConnections: { perSecond: 0.5, burst: 30 },
  uselessCost: 10,
  refusedCost: 500,
}

/** What somebody took too much of; `waiting` are commits whose forerunners are missing. */
export type ThrottleReason = 'commits' | 'bytes' | 'requests' | 'connections' | 'waiting'

/** Somebody is made to wait, or was within the last minute. */
export type Throttle = {
  readonly why: ThrottleReason
  readonly sinceMs: number
  readonly lastMs: number
}

/** Commits that came and count for nothing, by code. */
export type Ineffective = { readonly code: string; readonly count: number; readonly lastMs: number }

/** A throttle with the moment, by the clock that only grows, at which somebody last waited. */
type Spell = { readonly throttle: Throttle; readonly lastElapsedMs: number }

/** A spell of waiting is over when nothing waited for this long. */
const QUIET_MS = 60_000

/** The allowances of all writers and peers. */
export class Quotas {
  readonly #limits: QuotaLimits
  readonly #clock: Clock
  readonly #buckets = new Map<string, TokenBucket>()
  readonly #spells = new Map<string, Spell>()
  readonly #ineffective = new Map<number, Map<string, Ineffective>>()
  readonly #waits = new Set<() => void>()
  #isStopped = false

  constructor(limits: QuotaLimits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
  }

  /** Counts what a writer's log brought; `bytes` of all commits together. */
  chargeWriter(client: number, acceptances: readonly Acceptance[], bytes: number): void {
    let cost = 0
    for (const { known, outcome } of acceptances) {
      const isUseful = known || outcome.kind === 'in force' || outcome.kind === 'waits'
      cost += isUseful ? 1 : this.#limits.uselessCost
      if (outcome.kind === 'dropped' && outcome.code === 'MULU_WAITING_FULL') {
        this.#mark(writerKey(client), 'waiting')
      }
      const code = ineffectiveCode(outcome)
      if (!known && code !== undefined) this.#countIneffective(client, code)
    }
    this.#charge(writerKey(client), 'commits', this.#limits.writerCommits, cost)
    this.#charge(writerKey(client), 'bytes', this.#limits.writerBytes, bytes)
  }

  /** Whether the logs of a writer have to wait. */
  isWriterThrottled(client: number): boolean {
    const waitsMs = [
      this.#wait(writerKey(client), 'commits'),
      this.#wait(writerKey(client), 'bytes'),
    ]
    return Math.max(...waitsMs) > 0
  }

  /** Counts bytes that went to a peer. */
  chargeSent(peerId: string, bytes: number): void {
    this.#charge(peerId, 'bytes', this.#limits.peerBytes, bytes)
  }

  /** Counts a frame of a peer that makes work. */
  chargeFrame(peerId: string): void {
    this.#charge(peerId, 'requests', this.#limits.peerFrames, 1)
  }

  /** Counts something of a peer that was refused. */
  chargeRefused(peerId: string): void {
    this.#charge(peerId, 'requests', this.#limits.peerFrames, this.#limits.refusedCost)
  }

  /** Whether a peer may open one more connection. */
  takeConnection(peerId: string): boolean {
    const bucket = this.#bucket(peerId, 'connections', this.#limits.peerConnections)
    if (bucket.take(1, this.#clock.elapsed()) === 0) return true
    this.#mark(peerId, 'connections')
    return false
  }

  /** Resolves when the next frame of a peer may be read, or when all is stopped. */
  async pace(peerId: string): Promise<void> {
    for (;;) {
      const waitMs = Math.max(this.#wait(peerId, 'requests'), this.#wait(peerId, 'bytes'))
      if (waitMs === 0 || this.#isStopped) return
      await this.#sleep(waitMs)
    }
  }

  /** Drops what is remembered of a stranger that was let go. */
  forget(peerId: string): void {
    for (const map of [this.#buckets, this.#spells]) {
      for (const key of map.keys()) if (isOneOf(key, [peerId])) map.delete(key)
    }
  }

  /** What a member is made to wait for, as a writer and as a peer. */
  throttlesOf(client: number, peerId: string): readonly Throttle[] {
    const keys = [writerKey(client), peerId]
    return [...this.#spells]
      .filter(([key, spell]) => this.#isGoingOn(spell) && isOneOf(key, keys))
      .map(([, { throttle }]) => throttle)
  }

  /** What a writer signed and what counts for nothing, since this node was started. */
  ineffectiveOf(client: number): readonly Ineffective[] {
    return [...(this.#ineffective.get(client)?.values() ?? [])]
  }

  stop(): void {
    this.#isStopped = true
    for (const wake of this.#waits) wake()
  }

  #charge(owner: string, why: ThrottleReason, rate: Rate, cost: number): void {
    const nowMs = this.#clock.elapsed()
    const bucket = this.#bucket(owner, why, rate)
    bucket.charge(cost, nowMs)
    if (bucket.waitMs(nowMs) > 0) this.#mark(owner, why)
  }

  #wait(owner: string, why: ThrottleReason): number {
    const nowMs = this.#clock.elapsed()
    const waitMs = this.#buckets.get(spellKey(owner, why))?.waitMs(nowMs) ?? 0
    if (waitMs > 0) this.#mark(owner, why)
    return waitMs
  }

  #bucket(owner: string, why: ThrottleReason, rate: Rate): TokenBucket {
    const key = spellKey(owner, why)
    const known = this.#buckets.get(key)
    if (known !== undefined) return known
    const bucket = new TokenBucket(rate, this.#clock.elapsed())
    this.#buckets.set(key, bucket)
    return bucket
  }

  #mark(owner: string, why: ThrottleReason): void {
    const key = spellKey(owner, why)
    const lastMs = this.#clock.now()
    const before = this.#spells.get(key)
    const isSame = before !== undefined && this.#isGoingOn(before)
    const sinceMs = isSame ? before.throttle.sinceMs : lastMs
    const throttle = { why, sinceMs, lastMs }
    this.#spells.set(key, { throttle, lastElapsedMs: this.#clock.elapsed() })
  }

  #isGoingOn({ lastElapsedMs }: Spell): boolean {
    return this.#clock.elapsed() - lastElapsedMs <= QUIET_MS
  }

  #countIneffective(client: number, code: string): void {
    const codes = this.#ineffective.get(client) ?? new Map<string, Ineffective>()
    const count = (codes.get(code)?.count ?? 0) + 1
    this.#ineffective.set(client, codes.set(code, { code, count, lastMs: this.#clock.now() }))
  }

  #sleep(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel()
        this.#waits.delete(wake)
        resolve()
      }
      const cancel = this.#clock.after(waitMs, wake)
      this.#waits.add(wake)
    })
  }
}

/** Why a commit that is kept counts for nothing, or one of its bodies does. */
function ineffectiveCode(outcome: Outcome): string | undefined {
  if (outcome.kind === 'void' || outcome.kind === 'ended') return outcome.code
  const hasVoidBody = outcome.kind === 'in force' && outcome.voidBodies.length > 0
  return hasVoidBody ? 'MULU_BODY_VOID' : undefined
}

function writerKey(client: number): string {
  return `writer ${client}`
}

function spellKey(owner: string, why: ThrottleReason): string {
  return `${owner} ${why}`
}

function isOneOf(key: string, owners: readonly string[]): boolean {
  return owners.some((owner) => key.startsWith(`${owner} `))
}
