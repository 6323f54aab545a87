/**
 * A store that is opened again when it fails. After a failed write LevelDB refuses all others until
 * it is opened again, and memory may be ahead of what is stored. So the failed call is refused with
 * MULU_DISK, and the store is closed and opened again from what is on disk; calls that come
 * meanwhile wait. Where files have rotted, LevelDB first keeps what it can of them.
 */
import {
  type Database,
  isMuluError,
  MuluError,
  openRegistry,
  type RecordId,
  type Registry,
  type RegistryOptions,
  type View,
} from '@mulu/registry-core'
import type { NodeLogger } from '../logger.ts'
import { isCorruption, isNotOpen, isStoreFailure, rewriteFiles } from './open-database.ts'

/** What such a store needs: how to open its database, again and again. */
export type ReopeningOptions = Omit<RegistryOptions, 'db'> & {
  readonly openDatabase: () => Promise<Database>
  /** Keeps what can be kept of a store whose files have rotted; it is closed meanwhile. */
  readonly salvage?: () => Promise<void>
  readonly logger: NodeLogger
}

/** A database and the registry on it, until they are closed. */
export type Open = { readonly db: Database; readonly registry: Registry }

/** Salvages of one process; a disk that goes on rotting is to be replaced. */
const SALVAGES_MAX = 3

/** The store of a node through its failures. */
export class ReopeningStore {
  /** Whether files of the store were salvaged, so that something may be missing; for the scrub. */
  isSalvaged = false
  /** Told when the store has failed or what is read of it makes no sense. */
  onFailure: () => void = () => undefined
  /** Told of the registry that is closed, and of the one that is open in its place. */
  onClosing: () => void = () => undefined
  onOpened: (registry: Registry) => void = () => undefined
  readonly #options: ReopeningOptions
  #open: Open
  #isBroken = false
  #isCorrupt = false
  #salvages = 0
  #isClosed = false
  #reopening: Promise<void> | undefined
  #running = 0
  #onIdle: (() => void) | undefined

  private constructor(options: ReopeningOptions, open: Open) {
    this.#options = options
    this.#open = open
  }

  /** Opens it; files that have rotted are salvaged first. */
  static async open(options: ReopeningOptions): Promise<ReopeningStore> {
    try {
      return new ReopeningStore(options, await openBoth(options))
    } catch (error) {
      if (!isCorruption(error) || options.salvage === undefined) throw error
      options.logger.error({ err: error }, 'the store is damaged; what can be kept is kept')
      await options.salvage()
      const store = new ReopeningStore(options, await openBoth(options))
      store.isSalvaged = true
      return store
    }
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** What is open now, or was until it failed. */
  get now(): Open {
    return this.#open
  }

  /** What is open, once it is. MULU_CLOSED, or why it could not be opened again. */
  async ready(): Promise<Open> {
    if (this.#isClosed) throw new MuluError('MULU_CLOSED', { details: { what: 'registry' } })
    await this.#reopening?.catch(() => undefined)
    if (this.#isBroken) await this.#reopen()
    return this.#open
  }

  /** Runs one call that only reads, whatever it fails with. */
  read<T>(call: (open: Open) => Promise<T>): Promise<T> {
    return this.#onOpen((open) => this.#counted(() => call(open)))
  }

  /** Runs one call; a failure of the store is answered by opening it again. */
  guard<T>(call: (open: Open) => Promise<T>): Promise<T> {
    return this.#onOpen(async (open) => {
      try {
        return await this.#counted(() => call(open))
      } catch (error) {
        if (this.#isReplaced(open, error)) throw error
        if (isMuluError(error) && error.code !== 'MULU_DISK') throw error
        await this.#recover(open, error)
        throw isStoreFailure(error) ? new MuluError('MULU_DISK', { cause: error }) : error
      }
    })
  }

  /** Makes a call on what is open, once more where that was being replaced. */
  async #onOpen<T>(call: (open: Open) => Promise<T>): Promise<T> {
    for (;;) {
      const open = await this.ready()
      try {
        return await call(open)
      } catch (error) {
        if (!this.#isReplaced(open, error)) throw error
      }
    }
  }

  /** All views; goes on after the last one where the store is opened again meanwhile. */
  async *views(after?: RecordId): AsyncGenerator<View> {
    let last = after
    for (;;) {
      const used = await this.ready()
      try {
        for await (const view of used.registry.catalogue.views(last)) {
          last = view
          yield view
        }
        return
      } catch (error) {
        if (!this.#isReplaced(used, error)) throw error
      }
    }
  }

  /**
   * Whether a call met a store that is closed only to be opened again: it is made once more, on the
   * new one. What is under way is finished before a store closes, so that nothing is done twice.
   */
  #isReplaced(used: Open, error: unknown): boolean {
    if (this.#isClosed || (used === this.#open && !this.#isBroken)) return false
    return isMuluError(error) ? error.code === 'MULU_CLOSED' : isNotOpen(error)
  }

  /**
   * Writes the files of the store anew, so that none holds what was deleted or replaced, and opens
   * it again. Calls that come meanwhile wait; whoever reads all records goes on with the new files,
   * since what is read stands in those that have to go.
   */
  async rewriteFiles(): Promise<void> {
    await this.ready()
    this.#reopening ??= this.#rewrite().finally(() => {
      this.#reopening = undefined
    })
    await this.#reopening
  }

  /** Has files salvaged although nothing has failed yet: a check has found what will fail. */
  async salvage(): Promise<void> {
    await this.ready()
    this.#isCorrupt = true
    this.#isBroken = true
    await this.#reopen()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#reopening?.catch(() => undefined)
    this.onClosing()
    if (!this.#isBroken) await closeBoth(this.#open)
  }

  async #rewrite(): Promise<void> {
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve
      })
    }
    this.#isBroken = true
    await this.#replace((db) => rewriteFiles(db))
  }

  async #counted<T>(call: () => Promise<T>): Promise<T> {
    this.#running += 1
    try {
      return await call()
    } finally {
      this.#running -= 1
      if (this.#running === 0) this.#onIdle?.()
    }
  }

  /** Opens the store again, once for all calls that failed on the same one. */
  async #recover(failed: Open, error: unknown): Promise<void> {
    const { logger } = this.#options
    if (this.#isClosed) return
    if (this.#open === failed && this.#reopening === undefined) {
      logger.error({ err: error }, 'the store failed; it is opened again')
      this.onFailure()
      this.#isBroken = true
      this.#isCorrupt ||= isCorruption(error)
    }
    await this.#reopen().catch((cause: unknown) => {
      logger.error({ err: cause }, 'the store could not be opened again')
    })
  }

  #reopen(): Promise<void> {
    if (!this.#isBroken) return Promise.resolve()
    this.#reopening ??= this.#replace().finally(() => {
      this.#reopening = undefined
    })
    return this.#reopening
  }

  async #replace(prepare?: (db: Database) => Promise<void>): Promise<void> {
    this.onClosing()
    // A store that failed may also fail to close; what counts is that opening it again succeeds.
    await closeBoth(this.#open).catch((error: unknown) => {
      this.#options.logger.warn({ err: error }, 'the failed store did not close cleanly')
    })
    await this.#salvage()
    this.#open = await openBoth(this.#options, prepare)
    this.#isBroken = false
    this.onOpened(this.#open.registry)
  }

  async #salvage(): Promise<void> {
    const { salvage, logger } = this.#options
    if (!this.#isCorrupt || salvage === undefined || this.#salvages >= SALVAGES_MAX) return
    logger.error('the store is damaged; what can be kept is kept')
    this.#salvages += 1
    await salvage()
    this.#isCorrupt = false
    this.isSalvaged = true
  }
}

async function openBoth(
  options: ReopeningOptions,
  prepare: (db: Database) => Promise<void> = async () => undefined,
): Promise<Open> {
  const { openDatabase, salvage: _salvage, logger: _logger, ...rest } = options
  const db = await openDatabase()
  try {
    await prepare(db)
    return { db, registry: await openRegistry({ ...rest, db }) }
  } catch (error) {
    await db.close()
    throw error
  }
}

async function closeBoth(open: Open): Promise<void> {
  try {
    await open.registry.close()
  } finally {
    await open.db.close()
  }
}
