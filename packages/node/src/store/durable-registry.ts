/**
 * A registry that outlives a failing disk: everybody who holds it goes on with the same object,
 * whichever store is open below (reopening-store.ts).
 */
import type {
  Acceptance,
  Author,
  Catalogue,
  Commit,
  Damage,
  Database,
  Erasing,
  Hash,
  Holding,
  LogHead,
  Orphan,
  Profile,
  Pruning,
  Registry,
  RegistryEvent,
  Roster,
  RosterFork,
  Scrubbed,
  ScrubOptions,
  Statements,
  Totals,
  Write,
  Written,
} from '@mulu/registry-core'
import type { NodeLogger } from '../logger.ts'
import { type ReopeningOptions, ReopeningStore } from './reopening-store.ts'

type Listener = (event: RegistryEvent) => void

/** Opens the store and the registry on it. */
export async function openDurableRegistry(options: ReopeningOptions): Promise<DurableRegistry> {
  return new DurableRegistry(await ReopeningStore.open(options), options.logger)
}

/** The registry of a node; see the header of this file. */
export class DurableRegistry implements Registry {
  readonly catalogue: Catalogue
  readonly holding: Holding
  readonly #store: ReopeningStore
  readonly #logger: NodeLogger
  readonly #listeners = new Set<Listener>()
  #author: Author | undefined
  #unsubscribe: () => void
  #isFollowing = false

  constructor(store: ReopeningStore, logger: NodeLogger) {
    this.#store = store
    this.#logger = logger
    this.#unsubscribe = this.#registry.subscribe((event) => this.#tell(event))
    store.onClosing = () => this.#unsubscribe()
    store.onOpened = (registry) => this.#onOpened(registry)
    this.catalogue = this.#createCatalogue()
    this.holding = this.#createHolding()
  }

  get #registry(): Registry {
    return this.#store.now.registry
  }

  #guard<T>(call: (registry: Registry) => Promise<T>): Promise<T> {
    return this.#store.guard(({ registry }) => call(registry))
  }

  #onOpened(registry: Registry): void {
    registry.setAuthor(this.#author)
    this.#followSoon()
    this.#unsubscribe = registry.subscribe((event) => this.#tell(event))
    for (const type of ['roster', 'profile', 'commits'] as const) this.#tell({ type })
  }

  /** Whether files of the store were salvaged, so that something may be missing; for the scrub. */
  get isSalvaged(): boolean {
    return this.#store.isSalvaged
  }
  set isSalvaged(isSalvaged: boolean) {
    this.#store.isSalvaged = isSalvaged
  }
  /** Told when the store has failed or what is read of it makes no sense. */
  set onFailure(onFailure: () => void) {
    this.#store.onFailure = onFailure
  }

  get federation(): Hash | undefined {
    return this.#registry.federation
  }
  get roster(): Roster | undefined {
    return this.#registry.roster
  }
  get rosters(): readonly Roster[] {
    return this.#registry.rosters
  }
  get rootChain(): readonly Roster[] {
    return this.#registry.rootChain
  }
  get rosterForks(): readonly RosterFork[] {
    return this.#registry.rosterForks
  }
  get profile(): Profile | undefined {
    return this.#registry.profile
  }
  get author(): Author | undefined {
    return this.#registry.author
  }

  /** The database below, for what the shell itself keeps there. */
  async database(): Promise<Database> {
    return (await this.#store.ready()).db
  }

  /** Runs work of the shell on the database below; a disk that fails it is MULU_DISK too. */
  onDatabase<T>(work: (db: Database) => Promise<T>): Promise<T> {
    return this.#store.guard(({ db }) => work(db))
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
    return this.#registry.orders()
  }
  sharedOrders(): ReturnType<Registry['sharedOrders']> {
    return this.#registry.sharedOrders()
  }
  ordersDigest(): Hash {
    return this.#registry.ordersDigest()
  }
  profileBytes(hash: Hash): Promise<Uint8Array | undefined> {
    return this.#guard((registry) => registry.profileBytes(hash))
  }
  missingProfile(): Hash | undefined {
    return this.#registry.missingProfile()
  }
  accept(...args: Parameters<Registry['accept']>): Promise<readonly Acceptance[]> {
    return this.#guard((registry) => registry.accept(...args))
  }
  get pruning(): Pruning {
    return {
      keepsAll: this.#registry.pruning.keepsAll,
      lacked: () => this.#registry.pruning.lacked(),
      lackingRecords: () => this.#registry.pruning.lackingRecords(),
      noteArchived: (heads) => this.#guard((registry) => registry.pruning.noteArchived(heads)),
      prune: (options) => this.#guard((registry) => registry.pruning.prune(options)),
    }
  }
  /** Made once: the exchange asks it for every log. */
  #createHolding(): Holding {
    const now = (): Holding => this.#registry.holding
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
    this.#registry.setAuthor(author)
    this.#followSoon()
  }

  /**
   * What a node holds a part of depends on whose it is. Where the disk refuses it, the store is
   * opened again without another try: the next roster or exchange follows.
   */
  #followSoon(): void {
    if (this.#store.isClosed || this.#isFollowing || this.holding.isWhole) return
    this.#isFollowing = true
    this.holding
      .follow()
      .catch((error: unknown) => {
        if (!this.#store.isClosed) {
          this.#logger.warn({ err: error }, 'the subscription was not followed')
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
    return this.#registry.snapshots()
  }
  attest(ns: number): ReturnType<Registry['attest']> {
    return this.#guard((registry) => registry.attest(ns))
  }
  reviewSnapshots(): Promise<void> {
    return this.#guard((registry) => registry.reviewSnapshots())
  }
  disagreements(): ReturnType<Registry['disagreements']> {
    return this.#registry.disagreements()
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
      isOpen: () => this.#registry.erasing.isOpen(),
      due: () => call((erasing) => erasing.due()),
      destroy: () => call((erasing) => erasing.destroy()),
      purged: () => call((erasing) => erasing.purged()),
      confirm: (ns) => call((erasing) => erasing.confirm(ns)),
    }
  }
  holes(): ReturnType<Registry['holes']> {
    return this.#registry.holes()
  }
  heads(): readonly LogHead[] {
    return this.#registry.heads()
  }
  standing(): ReturnType<Registry['standing']> {
    return this.#guard((registry) => registry.standing())
  }
  headsDigest(...args: Parameters<Registry['headsDigest']>): Hash {
    return this.#registry.headsDigest(...args)
  }
  readLog(...args: Parameters<Registry['readLog']>): ReturnType<Registry['readLog']> {
    return this.#guard((registry) => registry.readLog(...args))
  }
  get statements(): Statements {
    return {
      has: (id) => this.#registry.statements.has(id),
      placesBeyond: (log) => this.#registry.statements.placesBeyond(log),
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
    return this.#registry.indexDigests()
  }
  scrub(options?: ScrubOptions): Promise<Scrubbed> {
    return this.#guard((registry) => registry.scrub(options))
  }
  damage(): Damage {
    return this.#registry.damage()
  }
  repair(commits: readonly Commit[]): Promise<number> {
    return this.#guard((registry) => registry.repair(commits))
  }
  totals(): Totals {
    return this.#registry.totals()
  }
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  /** Writes the files of the store anew, so that none holds what was deleted or replaced. */
  rewriteFiles(): Promise<void> {
    return this.#store.rewriteFiles()
  }

  /** Has files salvaged although nothing has failed yet: a check has found what will fail. */
  salvage(): Promise<void> {
    return this.#store.salvage()
  }

  #tell(event: RegistryEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  #createCatalogue(): Catalogue {
    const now = (): Catalogue => this.#registry.catalogue
    const read = <T>(call: (catalogue: Catalogue) => Promise<T>): Promise<T> =>
      this.#store.read(({ registry }) => call(registry.catalogue))
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
      views: (after) => this.#store.views(after),
    }
  }
}
