/**
 * Takes the parts of a bundle into a registry, in whatever order they come. Everything passes
 * `accept`; what this node may not hold is left out; and what the sender said it had is kept only
 * where its own key signed it.
 */
import { type Commit, decodeCommit } from '../commit/commit.ts'
import { decodeHeader, type Header } from '../commit/header.ts'
import { type Crypto, DOMAIN, verify } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { type ErrorCode, isMuluError, MuluError } from '../errors.ts'
import type { LogHead, LogKey } from '../log/log.ts'
import type { Acceptance } from '../log/outcome.ts'
import type { Registry } from '../registry.ts'
import { mayHold } from '../sync/audience-rule.ts'
import type { Carried } from './contents.ts'
import { encodePart, type From, fromMessage, headsHash, type Part } from './part.ts'

/** What became of the commits of a bundle; each of them is counted once. */
export type BundleTally = {
  /** Taken in; those of no effect (void, or beyond the end of a log) are counted by code as well. */
  readonly new: number
  readonly known: number
  /** Kept, until what they need has come. */
  readonly waiting: number
  /** Not kept: too many of their writer wait already. The same bundle again brings them. */
  readonly postponed: number
  readonly refused: number
  readonly codes: Readonly<Record<string, number>>
  readonly rosters: number
  /** Orders of agencies. */
  readonly orders: number
  /** Bodies that a lawful order has erased; they were left out. */
  readonly erased: number
  /** Bodies that the sender no longer holds, since they are superseded; others may have them. */
  readonly notHeld: number
}

/** What taking a bundle in needs. */
export type IntakeOptions = {
  readonly registry: Registry
  readonly crypto: Crypto
  /** Takes logs of every audience: the backup of this very node. */
  readonly isOwn?: boolean
}

type Waiting = { readonly log: LogKey; readonly seq: number }
type Count =
  | 'new'
  | 'known'
  | 'waiting'
  | 'postponed'
  | 'refused'
  | 'rosters'
  | 'orders'
  | 'erased'
  | 'notHeld'

/** Waiting commits that are looked at again in the end; more are told as waiting. */
const LOOKED_AT_AGAIN_MAX = 20_000

/** One bundle on its way in. */
export class BundleIntake {
  readonly #options: IntakeOptions
  readonly #counts: Record<Count, number> = {
    ...{ new: 0, known: 0, waiting: 0, postponed: 0, refused: 0 },
    ...{ rosters: 0, orders: 0, erased: 0, notHeld: 0 },
  }
  readonly #codes = new Map<string, number>()
  readonly #waiting: Waiting[] = []
  readonly #heads: LogHead[] = []
  #from: From | undefined
  #headsSeen = 0
  #isWhole = false

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  /** Who made it, as it says; undefined before its first part. */
  get from(): From | undefined {
    return this.#from
  }

  /** Whether its last part has come. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  /** What the sender has, where its key signed that and all of it has come. */
  get carried(): (Carried & { readonly sender: number; readonly madeMs: number }) | undefined {
    const from = this.#from
    if (from === undefined || this.#headsSeen !== from.heads.length) return undefined
    const { registry, crypto } = this.#options
    const writer = registry.roster?.state.writers.get(from.sender)
    if (writer === undefined) return undefined
    const message = fromMessage(from)
    if (!verify(crypto, writer.key, DOMAIN.bundle, message, from.signature)) return undefined
    const { sender, madeMs, roster, orders } = from
    return { sender, madeMs, roster, orders, heads: this.#heads }
  }

  /**
   * Takes one part. MULU_FEDERATION_MISMATCH for a bundle of another federation, MULU_BUNDLE_SHAPE
   * when the first part is not what it has to be, MULU_DISK when the store refuses.
   */
  async take(part: Part): Promise<void> {
    if (part.t === 'from') return this.#begin(part)
    if (this.#from === undefined) {
      throw new MuluError('MULU_BUNDLE_SHAPE', { details: { reason: 'Its beginning is missing.' } })
    }
    switch (part.t) {
      case 'heads':
        return this.#takeHeads(part.heads)
      case 'rosters':
        for (const bytes of part.rosters) await this.#takeRoster(bytes)
        return
      case 'profile':
        return this.#orCount(() => this.#options.registry.addProfile(part.profile))
      case 'orders':
        return this.#takeOrders(part.orders)
      case 'commits':
        return this.#takeCommits(part.commits)
      case 'rows':
        return
      case 'end':
        this.#isWhole = true
    }
  }

  /** The counts, once all parts have come. */
  async tally(): Promise<BundleTally> {
    const { registry } = this.#options
    let freed = 0
    for (const { log, seq } of this.#waiting.slice(0, LOOKED_AT_AGAIN_MAX)) {
      const found = await registry.commitsAt(log, seq)
      if (!found.some(({ outcome }) => outcome.kind === 'waits')) freed++
    }
    const counts = this.#counts
    return {
      ...counts,
      new: counts.new + freed,
      waiting: counts.waiting - freed,
      codes: Object.fromEntries([...this.#codes].sort(([a], [b]) => (a < b ? -1 : 1))),
    }
  }

  #begin(from: From): void {
    const { federation } = this.#options.registry
    if (federation !== undefined && !equalBytes(federation, from.fed)) {
      throw new MuluError('MULU_FEDERATION_MISMATCH')
    }
    this.#from ??= from
  }

  #takeHeads(heads: readonly LogHead[]): void {
    const wanted = this.#from?.heads[this.#headsSeen]
    const found = headsHash(this.#options.crypto, encodePart({ t: 'heads', heads }))
    if (wanted === undefined || !equalBytes(wanted, found)) return
    this.#headsSeen++
    this.#heads.push(...heads)
  }

  async #takeRoster(bytes: Uint8Array): Promise<void> {
    await this.#orCount(async () => {
      if ((await this.#options.registry.addRoster(bytes)) === 'new') this.#counts.rosters++
    })
  }

  async #takeOrders(orders: readonly Uint8Array[]): Promise<void> {
    for (const { outcome } of await this.#options.registry.takeOrders(orders)) {
      if (outcome.kind === 'new') this.#counts.orders++
      if (outcome.kind === 'refused')
        this.#codes.set(outcome.code, this.#codeCount(outcome.code) + 1)
    }
  }

  #codeCount(code: string): number {
    return this.#codes.get(code) ?? 0
  }

  async #takeCommits(wire: readonly Uint8Array[]): Promise<void> {
    const commits: Commit[] = []
    const logs: Waiting[] = []
    for (const bytes of wire) {
      const read = readOne(bytes)
      const code = read === undefined ? 'MULU_COMMIT_SHAPE' : this.#whyNotHeld(read.header)
      if (read === undefined || code !== undefined) {
        this.#count('refused', code)
        continue
      }
      const { ns, aud, writer, seq } = read.header
      commits.push(read.commit)
      logs.push({ log: { ns, aud, writer }, seq })
    }
    const { registry } = this.#options
    if (registry.damage().commits.length > 0) await registry.repair(commits)
    const acceptances = await registry.accept(commits, { leftOut: true })
    for (const [index, acceptance] of acceptances.entries()) {
      this.#countAcceptance(acceptance, logs[index])
    }
  }

  /** Why this node leaves a commit out, from the roster alone. */
  #whyNotHeld({ ns, aud, writer }: Header): ErrorCode | undefined {
    const { registry, isOwn = false } = this.#options
    if (isOwn) return undefined
    const self = registry.author?.client
    if (registry.roster === undefined || self === undefined) return 'MULU_NOT_ADMITTED'
    const isHeld = mayHold(registry.roster.state, self, { ns, aud, writer })
    return isHeld ? undefined : 'MULU_GRANT_MISSING'
  }

  #countAcceptance(acceptance: Acceptance, place: Waiting | undefined): void {
    const { known, outcome, erased = 0, notHeld = 0 } = acceptance
    this.#counts.erased += erased
    this.#counts.notHeld += notHeld
    if (outcome.kind === 'dropped') {
      const isPostponed = outcome.code === 'MULU_WAITING_FULL'
      this.#count(isPostponed ? 'postponed' : 'refused', outcome.code)
      return
    }
    if (outcome.kind === 'waits') {
      this.#counts.waiting++
      if (place !== undefined && this.#waiting.length < LOOKED_AT_AGAIN_MAX) {
        this.#waiting.push(place)
      }
      return
    }
    this.#count(known ? 'known' : 'new', !known && 'code' in outcome ? outcome.code : undefined)
  }

  #count(name: Count, code?: string): void {
    this.#counts[name]++
    if (code !== undefined) this.#codes.set(code, this.#codeCount(code) + 1)
  }

  /** Counts what the registry refuses for what it says; a store that fails ends the import. */
  async #orCount(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!isMuluError(error) || error.code === 'MULU_DISK' || error.code === 'MULU_CLOSED') {
        throw error
      }
      this.#codes.set(error.code, this.#codeCount(error.code) + 1)
    }
  }
}

function readOne(
  bytes: Uint8Array,
): { readonly commit: Commit; readonly header: Header } | undefined {
  try {
    const commit = decodeCommit(bytes)
    return { commit, header: decodeHeader(commit.header) }
  } catch {
    // Whatever fails while reading a commit has one meaning: the bytes are none.
    return undefined
  }
}
