/**
 * Reads the whole store through every now and then, in the background: first its files, then all
 * that stands in them. What is found is named in the log and in the status; what this node can mend
 * alone is mended, and what it cannot is fetched again from peers by the exchanges.
 */
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { Finding, LogKey, Scrubbed } from '@mulu/registry-core'
import type { Clock } from '../clock.ts'
import type { NodeLogger } from '../logger.ts'
import type { DurableRegistry } from '../store/durable-registry.ts'
import type { LastScrub, ScrubFile } from './scrub-file.ts'
import { describeFinding, type FindingStatus } from './scrub-status.ts'
import { type BrokenFile, checkFiles, mayHold, tableFiles } from './store-files.ts'

/** A week between two scrubs; disks that rot are found while peers still have everything. */
const PERIOD_MS = 7 * 86_400_000
/** Not at once after the start, when everything else begins. */
const FIRST_AFTER_MS = 600_000
const URGENT_AFTER_MS = 1_000
/** What must not wait is not repeated more often than this. */
const URGENT_EVERY_MS = 600_000
/** In the background one part in ten of the time goes into a scrub. */
const REST_PER_WORK = 9
const FINDINGS_KEPT_MAX = 50
/** Sublevels whose content is made from commits. */
const DERIVED = ['records', 'leaves', 'tree', 'outcomes', 'logs', 'statements', 'dirty'] as const

type Progress = (done: number, total: number) => void

/** What a scrubber works on. */
export type ScrubberOptions = {
  readonly registry: DurableRegistry
  /** The folder of LevelDB's files. */
  readonly store: string
  readonly file: ScrubFile
  readonly clock: Clock
  readonly logger: NodeLogger
}

/** A scrub that is under way. */
export type ScrubRun = { readonly startedMs: number; done: number; total: number }

/** The scrubber of a node. */
export class Scrubber {
  readonly #options: ScrubberOptions
  readonly #watchers = new Set<Progress>()
  #run: ScrubRun | undefined
  #working: Promise<LastScrub> | undefined
  #last: LastScrub | undefined
  #cancel: (() => void) | undefined
  #isHurried = false
  #isStopped = false
  #urgentAtMs = Number.NEGATIVE_INFINITY

  constructor(options: ScrubberOptions) {
    this.#options = options
  }

  get run(): ScrubRun | undefined {
    return this.#run
  }

  get last(): LastScrub | undefined {
    return this.#last
  }

  /** Plans the next one; for a node that runs on. */
  start(): void {
    const { registry, clock } = this.#options
    const isUrgent = registry.isSalvaged || registry.damage().scopes.length > 0
    const dueMs = (this.#last?.finishedMs ?? Number.NEGATIVE_INFINITY) + PERIOD_MS - clock.now()
    this.#plan(isUrgent ? URGENT_AFTER_MS : Math.max(FIRST_AFTER_MS, dueMs))
  }

  /** Reads what the last one found. */
  async load(): Promise<void> {
    this.#last = await this.#options.file.read()
  }

  /** Something went wrong that rot can be the reason of. */
  soon(): void {
    const nowMs = this.#options.clock.elapsed()
    if (this.#isStopped || nowMs - this.#urgentAtMs < URGENT_EVERY_MS) return
    this.#urgentAtMs = nowMs
    if (this.#working === undefined) this.#plan(URGENT_AFTER_MS)
  }

  /** Scrubs without resting; joins the one that is under way. */
  async now(onProgress: Progress = () => undefined): Promise<LastScrub> {
    this.#watchers.add(onProgress)
    this.#isHurried = true
    try {
      return await this.#begin()
    } finally {
      this.#watchers.delete(onProgress)
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancel?.()
    await this.#working?.catch(() => undefined)
  }

  #plan(afterMs: number): void {
    const { clock, logger } = this.#options
    this.#cancel?.()
    this.#cancel = clock.after(afterMs, () => {
      this.#begin().catch((error: unknown) => {
        if (!this.#isStopped) logger.error({ err: error }, 'the scrub could not be finished')
      })
    })
  }

  #begin(): Promise<LastScrub> {
    this.#cancel?.()
    this.#working ??= this.#scrub().finally(() => {
      this.#working = undefined
      this.#run = undefined
      this.#isHurried = false
      if (!this.#isStopped) this.#plan(PERIOD_MS)
    })
    return this.#working
  }

  async #scrub(): Promise<LastScrub> {
    const { registry, clock } = this.#options
    this.#run = { startedMs: clock.now(), done: 0, total: 1 }
    const found: FindingStatus[] = []
    // What cannot even be read is salvaged on the way; what that has left is read through again.
    for (let round = 1; ; round++) {
      try {
        const last = await this.#once(found)
        if (!registry.isSalvaged || round === ROUNDS_MAX) return last
      } catch (error) {
        if (!registry.isSalvaged || round === ROUNDS_MAX || this.#isStopped) throw error
      }
    }
  }

  async #once(findings: FindingStatus[]): Promise<LastScrub> {
    const { registry, logger, file } = this.#options
    const rest = this.#resting()
    const broken = await this.#checkFiles(rest)
    // Before anything of it is read, or passed on by a compaction.
    if (broken.length > 0) await registry.salvage()
    const suspect = this.#suspect(broken)
    registry.isSalvaged = false
    const onFinding = (finding: Finding): void => {
      const described = describeFinding(finding)
      logger.error(described, 'rot was found')
      if (findings.length < FINDINGS_KEPT_MAX) findings.push(described)
    }
    const scrubbed = await registry.scrub({
      pause: rest,
      onProgress: (done, total) => this.#tell(done, total),
      onFinding,
      suspect,
    })
    this.#last = this.#report(scrubbed, findings, broken)
    await file.write(this.#last)
    const { commits } = registry.damage()
    const facts = { ...scrubbed, rebuilt: scrubbed.rebuilt.length, damaged: commits.length }
    if (scrubbed.found + broken.length > 0) logger.warn(facts, 'the store was read through')
    else logger.info(facts, 'the store was read through')
    return this.#last
  }

  async #checkFiles(rest: () => Promise<void>): Promise<readonly BrokenFile[]> {
    const { store, logger } = this.#options
    const names = await tableFiles(store)
    const broken = await checkFiles(store, names, rest)
    for (const { file, offset, bytes } of broken) {
      logger.error({ file, offset, bytes }, 'a block of a file of the store has rotted')
    }
    return broken
  }

  /** What a file that has rotted, or was salvaged, makes doubtful although it may look right. */
  #suspect(broken: readonly BrokenFile[]): {
    scopes: readonly Pick<LogKey, 'ns' | 'aud'>[]
    index: boolean
  } {
    const { registry } = this.#options
    const isUnknown = registry.isSalvaged && broken.length === 0
    const holds = (sublevel: string): boolean =>
      isUnknown || broken.some((block) => mayHold(block, sublevel))
    const scopes = DERIVED.some(holds) ? registry.heads().map(({ log }) => log) : []
    return { scopes, index: holds('search') }
  }

  #report(
    { commits, records, found, rebuilt, isIndexRebuilt }: Scrubbed,
    findings: readonly FindingStatus[],
    broken: readonly BrokenFile[],
  ): LastScrub {
    const { clock } = this.#options
    return {
      startedMs: this.#run?.startedMs ?? clock.now(),
      finishedMs: clock.now(),
      ...{ commits, records, found, findings },
      files: broken.slice(0, FINDINGS_KEPT_MAX).map(({ file, offset, bytes }) => ({
        ...{ file, offset, bytes },
      })),
      rebuilt: rebuilt.length,
      indexRebuilt: isIndexRebuilt,
    }
  }

  /** Rests after work, the longer the longer it took; in a hurry others only get their turn. */
  #resting(): () => Promise<void> {
    const { clock } = this.#options
    let sinceMs = clock.elapsed()
    return async () => {
      if (this.#isStopped) throw new Error('the node stops')
      const workedMs = clock.elapsed() - sinceMs
      if (this.#isHurried) await yieldToOthers()
      else if (workedMs < REST_AT_LEAST_MS) return
      else await clock.sleep(workedMs * REST_PER_WORK)
      sinceMs = clock.elapsed()
    }
  }

  #tell(done: number, total: number): void {
    if (this.#run !== undefined) {
      this.#run.done = done
      this.#run.total = Math.max(1, total)
    }
    for (const watcher of this.#watchers) watcher(done, total)
  }
}

const ROUNDS_MAX = 3
/** Shorter rests are gathered. */
const REST_AT_LEAST_MS = 5
