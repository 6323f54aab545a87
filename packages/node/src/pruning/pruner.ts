/**
 * Drops superseded values by itself on a node that keeps only what is live: an hour after the last
 * time, in portions, with rests between them. One run at a time; a command joins none and waits.
 */
import { MuluError, type Pruned, type PruneOptions } from '@mulu/registry-core'
import type { Clock } from '../clock.ts'
import type { NodeLogger } from '../logger.ts'
import type { DurableRegistry } from '../store/durable-registry.ts'

/** What a pruner works with. */
export type PrunerOptions = {
  readonly registry: DurableRegistry
  readonly clock: Clock
  readonly logger: NodeLogger
}

/** When it last dropped something, and how much. */
export type LastPruning = Pruned & { readonly finishedMs: number }

/** After the start neighbours are heard first: they say what is held elsewhere. */
const FIRST_AFTER_MS = 120_000
const PERIOD_MS = 3_600_000
const REST_MS = 20

/** Prunes one store. */
export class Pruner {
  readonly #options: PrunerOptions
  #last: LastPruning | undefined
  #cancel: (() => void) | undefined
  #working: Promise<Pruned> | undefined
  #isStopped = false

  constructor(options: PrunerOptions) {
    this.#options = options
  }

  get last(): LastPruning | undefined {
    return this.#last
  }

  /** Plans the first run; for a node that runs on. */
  start(): void {
    if (!this.#options.registry.pruning.keepsAll) this.#plan(FIRST_AFTER_MS)
  }

  /** Prunes now, or counts; MULU_BUSY while a run is under way, MULU_KEEPS_ALL. */
  async now(options: PruneOptions): Promise<Pruned> {
    if (this.#working !== undefined) throw new MuluError('MULU_BUSY')
    return this.#run(options)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancel?.()
    await this.#working?.catch(() => undefined)
  }

  #plan(afterMs: number): void {
    const { clock, logger } = this.#options
    this.#cancel?.()
    if (this.#isStopped) return
    this.#cancel = clock.after(afterMs, () => {
      this.#plan(PERIOD_MS)
      if (this.#working !== undefined) return
      this.#run({ pause: () => this.#rest() }).catch((error: unknown) => {
        if (!this.#isStopped) logger.warn({ err: error }, 'superseded values were not all dropped')
      })
    })
  }

  async #run(options: PruneOptions): Promise<Pruned> {
    const { registry, clock, logger } = this.#options
    this.#working = registry.pruning.prune(options).finally(() => {
      this.#working = undefined
    })
    const pruned = await this.#working
    if (options.dryRun === true) return pruned
    this.#last = { ...pruned, finishedMs: clock.now() }
    if (pruned.bodies > 0) logger.info(pruned, 'superseded values were dropped')
    return pruned
  }

  /** Leaves room for others; a node that stops breaks the run off, which goes on later. */
  #rest(): Promise<void> {
    if (this.#isStopped) return Promise.reject(new MuluError('MULU_CLOSED'))
    return this.#options.clock.sleep(REST_MS)
  }
}
