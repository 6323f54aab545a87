/**
 * The own replica as exchanges read it: heads and digests computed once per change and shared by
 * all streams, the changed heads of a moment gathered into one piece of news, and the own report.
 */
import {
  equalBytes,
  heldDigest,
  type LogHead,
  logText,
  type NodeReport,
  type Registry,
  SyncReading,
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
  readonly #reading: SyncReading
  readonly #options: ViewOptions
  readonly #unsubscribe: () => void
  #told: ReadonlyMap<string, LogHead>
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
    this.#reading = new SyncReading(registry)
    this.#told = byLog(this.heads)
    this.#unsubscribe = registry.subscribe((event) => this.#onChange(event.type === 'roster'))
    this.#makeReportSoon()
  }

  get replica(): SyncReplica {
    return this.#reading.replica
  }

  get heads(): readonly LogHead[] {
    return this.#reading.heads
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

  #onChange(isRoster: boolean): void {
    this.#reading.forget()
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
