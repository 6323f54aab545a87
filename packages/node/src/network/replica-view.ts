/**
 * The own replica as exchanges read it: heads and digests computed once per change and shared by
 * all streams, the changed heads of a moment gathered into one piece of news, and the own report.
 */
import {
  audienceText,
  equalBytes,
  type Hash,
  heldDigest,
  isArchive,
  type LogHead,
  logText,
  type NodeReport,
  type Registry,
  type SyncReplica,
} from '@mulu/registry-core'
import type { Clock } from '../clock.ts'
import type { NodeLogger } from '../logger.ts'
import type { NetworkLimits } from './network-options.ts'

/** What is told to exchanges after a change. */
export type News = { readonly heads: readonly LogHead[]; readonly isRoster: boolean }

type ViewOptions = {
  readonly registry: Registry
  readonly clock: Clock
  readonly logger: NodeLogger
  readonly software: string
  readonly limits: NetworkLimits
  readonly onNews: (news: News) => void
}

/** How many times as long as the last report took the next one waits at least. */
const REPORT_REST = 20

/** A cached reading of the registry. */
export class ReplicaView {
  readonly replica: SyncReplica
  readonly #options: ViewOptions
  readonly #digests = new Map<string, Hash>()
  readonly #unsubscribe: () => void
  #told: ReadonlyMap<string, LogHead>
  #heads: readonly LogHead[] | undefined
  #report: NodeReport | undefined
  #isRosterNew = false
  #cancelNews: (() => void) | undefined
  #cancelReport: (() => void) | undefined
  #isReporting = false
  #isReportStale = true
  #reportTookMs = 0
  #isStopped = false

  constructor(options: ViewOptions) {
    this.#options = options
    const { registry } = options
    this.replica = {
      get federation() {
        return registry.federation
      },
      get roster() {
        return registry.roster
      },
      get rosters() {
        return registry.rosters
      },
      missingProfile: () => registry.missingProfile(),
      sharedOrders: () => registry.sharedOrders(),
      ordersDigest: () => registry.ordersDigest(),
      get keepsAll() {
        return registry.pruning.keepsAll
      },
      get isArchive() {
        return isArchive(registry)
      },
      get holding() {
        return registry.holding
      },
      damaged: () => [...registry.damage().commits, ...registry.pruning.lacked()],
      headsDigest: (which, aud, ns) => this.#digest(which, aud, ns),
      holes: () => registry.holes(),
      get statements() {
        return registry.statements
      },
    }
    this.#told = byLog(this.heads)
    this.#unsubscribe = registry.subscribe((event) => this.#onChange(event.type === 'roster'))
    this.#makeReportSoon()
  }

  get heads(): readonly LogHead[] {
    this.#heads ??= this.#options.registry.heads()
    return this.#heads
  }

  get report(): NodeReport | undefined {
    return this.#report
  }

  stop(): void {
    this.#isStopped = true
    this.#unsubscribe()
    this.#cancelNews?.()
    this.#cancelReport?.()
  }

  #digest(which: 'known' | 'accepted', aud: LogHead['log']['aud'], ns?: number): Hash {
    const key = `${which} ${audienceText(aud)} ${ns ?? ''}`
    const known = this.#digests.get(key)
    if (known !== undefined) return known
    const digest = this.#options.registry.headsDigest(which, aud, ns)
    this.#digests.set(key, digest)
    return digest
  }

  #onChange(isRoster: boolean): void {
    this.#heads = undefined
    this.#digests.clear()
    this.#isRosterNew ||= isRoster
    const { clock, limits } = this.#options
    this.#cancelNews ??= clock.after(limits.announceMs, () => this.#tellNews())
    this.#makeReportSoon()
  }

  #tellNews(): void {
    this.#cancelNews = undefined
    const now = byLog(this.heads)
    const heads = this.heads.filter((head) => hasMoved(this.#told.get(logText(head.log)), head))
    const isRoster = this.#isRosterNew
    this.#told = now
    this.#isRosterNew = false
    this.#options.onNews({ heads, isRoster })
  }

  #makeReportSoon(): void {
    this.#isReportStale = true
    if (this.#isReporting) return
    const { clock, limits, logger } = this.#options
    // While much arrives each report has to bring the digest up to date; it may not slow that down.
    const waitMs = Math.max(limits.reportMs, this.#reportTookMs * REPORT_REST)
    this.#cancelReport ??= clock.after(waitMs, () => {
      this.#cancelReport = undefined
      this.#isReporting = true
      const startMs = clock.now()
      this.#makeReport()
        .catch((error: unknown) => logger.warn({ err: error }, 'the own report could not be made'))
        .finally(() => {
          this.#isReporting = false
          this.#reportTookMs = Math.max(0, clock.now() - startMs)
          if (this.#isReportStale && !this.#isStopped) this.#makeReportSoon()
        })
    })
  }

  async #makeReport(): Promise<void> {
    const { registry, clock, software, onNews } = this.#options
    this.#isReportStale = false
    const digest = await heldDigest(registry)
    if (this.#isStopped) return
    const { pruning } = registry
    if (pruning.lackingRecords() > 0) {
      // A digest over less than what counts would be held against this node, or against others.
      this.#report = undefined
      return
    }
    const { commits, records, problems, conflicts, waiting } = registry.totals()
    const counts = { commits, records, problems, conflicts, waiting }
    this.#report = { digest, ...counts, software, atMs: clock.now() }
    onNews({ heads: [], isRoster: false })
  }
}

function byLog(heads: readonly LogHead[]): ReadonlyMap<string, LogHead> {
  return new Map(heads.map((head) => [logText(head.log), head]))
}

const NONE = new Uint8Array()

function hasMoved(before: LogHead | undefined, head: LogHead): boolean {
  if (before === undefined) return true
  return (
    before.known.seq !== head.known.seq ||
    before.accepted.seq !== head.accepted.seq ||
    before.forkedAt !== head.forkedAt ||
    !equalBytes(before.statements ?? NONE, head.statements ?? NONE)
  )
}
