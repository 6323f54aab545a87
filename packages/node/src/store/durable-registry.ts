/**
 * A registry that outlives a failing disk. After a failed write LevelDB refuses all others until
 * it is opened again, and memory may be ahead of what is stored. So the failed call is refused
 * with MULU_DISK, the store is closed and opened again from what is on disk, and everybody who
 * holds this registry goes on with the same object. Where files have rotted, LevelDB first keeps
 * what it can of them; the scrub then finds what is missing.
 */
import {
  type Acceptance,
  type Author,
  type Catalogue,
  type Commit,
  type Damage,
  type Database,
  type Erasing,
  type Hash,
  type Holding,
  isMuluError,
  type LogHead,
  MuluError,
  type Orphan,
  openRegistry,
  type Profile,
  type Pruning,
  type RecordId,
  type Registry,
  type RegistryEvent,
  type RegistryOptions,
  type Roster,
  type RosterFork,
  type Scrubbed,
  type ScrubOptions,
  type Statements,
  type Totals,
  type View,
  type Write,
  type Written,
} from '@mulu/registry-core'
import type { NodeLogger } from '../logger.ts'
import { isCorruption, isNotOpen, isStoreFailure, rewriteFiles } from './open-database.ts'

/** What a durable registry needs: how to open its database, again and again. */
export type DurableOptions = Omit<RegistryOptions, 'db'> & {
  readonly openDatabase: () => Promise<Database>
  /** Keeps what can be kept of a store whose files have rotted; it is closed meanwhile. */
  readonly salvage?: () => Promise<void>
  readonly logger: NodeLogger
}

type Open = { readonly db: Database; readonly registry: Registry }
type Listener = (event: RegistryEvent) => void

/** Opens the store and the registry on it. */
export async function openDurableRegistry(options: DurableOptions): Promise<DurableRegistry> {
  try {
    return new DurableRegistry(options, await openBoth(options))
  } catch (error) {
    if (!isCorruption(error) || options.salvage === undefined) throw error
    options.logger.error({ err: error }, 'the store is damaged; what can be kept is kept')
    await options.salvage()
    const registry = new DurableRegistry(options, await openBoth(options))
    registry.isSalvaged = true
    return registry
  }
}

/** Salvages of one process; a disk that goes on rotting is to be replaced. */
const SALVAGES_MAX = 3

async function openBoth(
  options: DurableOptions,
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

/** The registry of a node; see the header of this file. */
export class DurableRegistry implements Registry {
  readonly catalogue: Catalogue
  readonly holding: Holding
  /** Whether files of the store were salvaged, so that something may be missing; for the scrub. */
  isSalvaged = false
  /** Told when the store has failed or what is read of it makes no sense. */
  onFailure: () => void = () => undefined
  readonly #options: DurableOptions
  readonly #listeners = new Set<Listener>()
  #open: Open
  #author: Author | undefined
  #unsubscribe: () => void
  #isBroken = false
  #isCorrupt = false
  #salvages = 0
  #isClosed = false
  #isFollowing = false
  #reopening: Promise<void> | undefined
  #running = 0
  #onIdle: (() => void) | undefined

  constructor(options: DurableOptions, open: Open) {
    this.#options = options
    this.#open = open
    this.#unsubscribe = open.registry.subscribe((event) => this.#tell(event))
    this.catalogue = this.#createCatalogue()
    this.holding = this.#createHolding()
  }

  get federation(): Hash | undefined {
    return this.#open.registry.federation
  }
  get roster(): Roster | undefined {
    return this.#open.registry.roster
  }
  get rosters(): readonly Roster[] {
    return this.#open.registry.rosters
  }
  get rootChain(): readonly Roster[] {
    return this.#open.registry.rootChain
  }
  get rosterForks(): readonly RosterFork[] {
    return this.#open.registry.rosterForks
  }
  get profile(): Profile | undefined {
    return this.#open.registry.profile
  }
  get author(): Author | undefined {
    return this.#open.registry.author
  }

  /** The database below, for what the shell itself keeps there. */
  async database(): Promise<Database> {
    await this.#ready()
    return this.#open.db
  }

  /** Runs work of the shell on the database below; a disk that fails it is MULU_DISK too. */
  onDatabase<T>(work: (db: Database) => Promise<T>): Promise<T> {
    return this.#guard(() => work(this.#open.db))
  }

  pinFederation(fed: Hash): Promise<void> {
    return this.#guard((registry) => registry.pinFederation(fed))
  }
  addRoster(bytes: Uint8Array): Promise<'new' | 'known'> {
    return this.#guard((registry) => registry.addRoster(bytes))
  }
  chooseRoster(hash: Hash): Promise<void> {
    return this.#guard((registry) => registry.chooseRoster(hash))
  }
  addProfile(bytes: Uint8Array): Promise<void> {
    return this.#guard((registry) => registry.addProfile(bytes))
  }
  takeOrders(orders: readonly Uint8Array[]): ReturnType<Registry['takeOrders']> {
    return this.#guard((registry) => registry.takeOrders(orders))
  }
  orders(): ReturnType<Registry['orders']> {
    return this.#open.registry.orders()
  }
  sharedOrders(): ReturnType<Registry['sharedOrders']> {
    return this.#open.registry.sharedOrders()
  }
  ordersDigest(): Hash {
    return this.#open.registry.ordersDigest()
  }
  profileBytes(hash: Hash): Promise<Uint8Array | undefined> {
    return this.#guard((registry) => registry.profileBytes(hash))
  }
  missingProfile(): Hash | undefined {
    return this.#open.registry.missingProfile()
  }
  accept(...args: Parameters<Registry['accept']>): Promise<readonly Acceptance[]> {
    return this.#guard((registry) => registry.accept(...args))
  }
  get pruning(): Pruning {
    return {
      keepsAll: this.#open.registry.pruning.keepsAll,
      lacked: () => this.#open.registry.pruning.lacked(),
      lackingRecords: () => this.#open.registry.pruning.lackingRecords(),
      noteArchived: (heads) => this.#guard((registry) => registry.pruning.noteArchived(heads)),
      prune: (options) => this.#guard((registry) => registry.pruning.prune(options)),
    }
  }
  /** Made once: the exchange asks it for every log. */
  #createHolding(): Holding {
    const now = (): Holding => this.#open.registry.holding
    const call = <T>(work: (holding: Holding) => Promise<T>): Promise<T> =>
      this.#guard((registry) => work(registry.holding))
    return {
      get subscription() {
        return now().subscription
      },
      get isWhole() {
        return now().isWhole
      },
      holds: (scope) => now().holds(scope),
      leaving: () => now().leaving(),
      subscribe: (subscription) => call((holding) => holding.subscribe(subscription)),
      follow: () => call((holding) => holding.follow()),
      plan: (subscription) => call((holding) => holding.plan(subscription)),
      digestOver: (isMeant) => call((holding) => holding.digestOver(isMeant)),
    }
  }
  setAuthor(author: Author | undefined): void {
    this.#author = author
    this.#open.registry.setAuthor(author)
    this.#followSoon()
  }

  /**
   * What a node holds a part of depends on whose it is. Where the disk refuses it, the store is
   * opened again without another try: the next roster or exchange follows.
   */
  #followSoon(): void {
    if (this.#isClosed || this.#isFollowing || this.holding.isWhole) return
    this.#isFollowing = true
    this.holding
      .follow()
      .catch((error: unknown) => {
        if (!this.#isClosed) {
          this.#options.logger.warn({ err: error }, 'the subscription was not followed')
        }
      })
      .finally(() => {
        this.#isFollowing = false
      })
  }
  write(write: Write): Promise<Written> {
    return this.#guard((registry) => registry.write(write))
  }
  snapshot(ns: number): Promise<Hash> {
    return this.#guard((registry) => registry.snapshot(ns))
  }
  snapshots(): ReturnType<Registry['snapshots']> {
    return this.#open.registry.snapshots()
  }
  attest(ns: number): ReturnType<Registry['attest']> {
    return this.#guard((registry) => registry.attest(ns))
  }
  reviewSnapshots(): Promise<void> {
    return this.#guard((registry) => registry.reviewSnapshots())
  }
  disagreements(): ReturnType<Registry['disagreements']> {
    return this.#open.registry.disagreements()
  }
  prove(...args: Parameters<Registry['prove']>): ReturnType<Registry['prove']> {
    return this.#guard((registry) => registry.prove(...args))
  }
  leafOf(...args: Parameters<Registry['leafOf']>): ReturnType<Registry['leafOf']> {
    return this.#guard((registry) => registry.leafOf(...args))
  }
  get erasing(): Erasing {
    const call = <T>(work: (erasing: Erasing) => Promise<T>): Promise<T> =>
      this.#guard((registry) => work(registry.erasing))
    return {
      order: (wanted) => call((erasing) => erasing.order(wanted)),
      list: () => call((erasing) => erasing.list()),
      isOpen: () => this.#open.registry.erasing.isOpen(),
      due: () => call((erasing) => erasing.due()),
      destroy: () => call((erasing) => erasing.destroy()),
      purged: () => call((erasing) => erasing.purged()),
      confirm: (ns) => call((erasing) => erasing.confirm(ns)),
    }
  }
  holes(): ReturnType<Registry['holes']> {
    return this.#open.registry.holes()
  }
  heads(): readonly LogHead[] {
    return this.#open.registry.heads()
  }
  standing(): ReturnType<Registry['standing']> {
    return this.#guard((registry) => registry.standing())
  }
  headsDigest(...args: Parameters<Registry['headsDigest']>): Hash {
    return this.#open.registry.headsDigest(...args)
  }
  readLog(...args: Parameters<Registry['readLog']>): ReturnType<Registry['readLog']> {
    return this.#guard((registry) => registry.readLog(...args))
  }
  get statements(): Statements {
    return {
      has: (id) => this.#open.registry.statements.has(id),
      placesBeyond: (log) => this.#open.registry.statements.placesBeyond(log),
      read: (...args) => this.#guard((registry) => registry.statements.read(...args)),
    }
  }
  commitsAt(...args: Parameters<Registry['commitsAt']>): ReturnType<Registry['commitsAt']> {
    return this.#guard((registry) => registry.commitsAt(...args))
  }
  orphans(writer: number): Promise<readonly Orphan[]> {
    return this.#guard((registry) => registry.orphans(writer))
  }
  catalogueDigest(): Promise<Hash> {
    return this.#guard((registry) => registry.catalogueDigest())
  }
  reindex(onProgress?: (done: number, total: number) => void): Promise<void> {
    return this.#guard((registry) => registry.reindex(onProgress))
  }
  checkIndex(): ReturnType<Registry['checkIndex']> {
    return this.#guard((registry) => registry.checkIndex())
  }
  indexDigests(): ReadonlyMap<number, string> {
    return this.#open.registry.indexDigests()
  }
  scrub(options?: ScrubOptions): Promise<Scrubbed> {
    return this.#guard((registry) => registry.scrub(options))
  }
  damage(): Damage {
    return this.#open.registry.damage()
  }
  repair(commits: readonly Commit[]): Promise<number> {
    return this.#guard((registry) => registry.repair(commits))
  }
  totals(): Totals {
    return this.#open.registry.totals()
  }
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#reopening?.catch(() => undefined)
    this.#unsubscribe()
    if (!this.#isBroken) await closeBoth(this.#open)
  }

  /** Runs one call; a failure of the store is answered by opening it again. */
  async #guard<T>(call: (registry: Registry) => Promise<T>): Promise<T> {
    for (;;) {
      const used = await this.#ready()
      try {
        return await this.#counted(() => call(used.registry))
      } catch (error) {
        if (this.#isReplaced(used, error)) continue
        if (isMuluError(error) && error.code !== 'MULU_DISK') throw error
        await this.#recover(used, error)
        if (!isStoreFailure(error)) throw error
        throw new MuluError('MULU_DISK', { cause: error })
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
   * it again. Calls that come meanwhile wait; readers that are under way for long are broken off,
   * since what they see stands in the files that have to go.
   */
  async rewriteFiles(): Promise<void> {
    await this.#ready()
    this.#reopening ??= this.#rewrite().finally(() => {
      this.#reopening = undefined
    })
    await this.#reopening
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

  async #ready(): Promise<Open> {
    if (this.#isClosed) throw new MuluError('MULU_CLOSED', { details: { what: 'registry' } })
    await this.#reopening?.catch(() => undefined)
    if (this.#isBroken) await this.#reopen()
    return this.#open
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

  async #replace(prepare: (db: Database) => Promise<void> = async () => undefined): Promise<void> {
    this.#unsubscribe()
    // A store that failed may also fail to close; what counts is that opening it again succeeds.
    await closeBoth(this.#open).catch((error: unknown) => {
      this.#options.logger.warn({ err: error }, 'the failed store did not close cleanly')
    })
    await this.#salvage()
    this.#open = await openBoth(this.#options, prepare)
    this.#isBroken = false
    this.#open.registry.setAuthor(this.#author)
    this.#followSoon()
    this.#unsubscribe = this.#open.registry.subscribe((event) => this.#tell(event))
    for (const type of ['roster', 'profile', 'commits'] as const) this.#tell({ type })
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

  /** Has files salvaged although nothing has failed yet: a check has found what will fail. */
  async salvage(): Promise<void> {
    await this.#ready()
    this.#isCorrupt = true
    this.#isBroken = true
    await this.#reopen()
  }

  #tell(event: RegistryEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  async #read<T>(call: (catalogue: Catalogue) => Promise<T>): Promise<T> {
    for (;;) {
      const used = await this.#ready()
      try {
        return await this.#counted(() => call(used.registry.catalogue))
      } catch (error) {
        if (!this.#isReplaced(used, error)) throw error
      }
    }
  }

  /** Goes on after the last view where the store is opened again meanwhile. */
  async *#views(after: RecordId | undefined): AsyncGenerator<View> {
    let last = after
    for (;;) {
      const used = await this.#ready()
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

  #createCatalogue(): Catalogue {
    const now = (): Catalogue => this.#open.registry.catalogue
    const read = <T>(call: (catalogue: Catalogue) => Promise<T>): Promise<T> => this.#read(call)
    return {
      query: (query, at) => read((catalogue) => catalogue.query(query, at)),
      record: (id, at) => read((catalogue) => catalogue.record(id, at)),
      records: (ids) => read((catalogue) => catalogue.records(ids)),
      provenance: (id, at) => read((catalogue) => catalogue.provenance(id, at)),
      notHeld: (id, at) => read((catalogue) => catalogue.notHeld(id, at)),
      history: (id, at) => read((catalogue) => catalogue.history(id, at)),
      conflictSources: (id, at) => read((catalogue) => catalogue.conflictSources(id, at)),
      moment: (text) => read((catalogue) => catalogue.moment(text)),
      differences: (from, to, agency) =>
        read((catalogue) => catalogue.differences(from, to, agency)),
      related: (id, limit) => read((catalogue) => catalogue.related(id, limit)),
      spellings: (word, limit) => read((catalogue) => catalogue.spellings(word, limit)),
      suggestions: (typed) => read((catalogue) => catalogue.suggestions(typed)),
      countsByAgency: () => now().countsByAgency(),
      views: (after) => this.#views(after),
    }
  }
}

async function closeBoth(open: Open): Promise<void> {
  try {
    await open.registry.close()
  } finally {
    await open.db.close()
  }
}
