/**
 * A replica: everything the registry does with one store, put together. Whatever changes it waits
 * its turn in one queue; what follows from a change is told to those who subscribed.
 */
import type { Catalogue } from './catalogue/catalogue.ts'
import { DigestTree } from './catalogue/digest-tree.ts'
import { ReplicaCatalogue } from './catalogue/replica-catalogue.ts'
import type { StoredViews } from './catalogue/stored-views.ts'
import { totalsOf } from './catalogue/totals.ts'
import type { Audience } from './commit/audience.ts'
import type { Commit, ReadCommit } from './commit/commit.ts'
import type { Hash } from './crypto.ts'
import type { Erasures } from './erasure/erasures.ts'
import { ReplicaErasing } from './erasure/replica-erasing.ts'
import { MuluError } from './errors.ts'
import { type AcceptOptions, Acceptor } from './log/acceptor.ts'
import { type AuthorContext, writeChanges } from './log/author.ts'
import type { LogHead, LogKey } from './log/log.ts'
import type { HeadsContext, Logs } from './log/logs.ts'
import { type Orphan, orphansOf, type PositionedCommit, positionedCommits } from './log/orphans.ts'
import type { Acceptance } from './log/outcome.ts'
import { Rejudging } from './log/rejudging.ts'
import { readLog, readStatements, type ServingContext } from './log/serving.ts'
import type { Profile } from './profile/profile.ts'
import type { Archived } from './pruning/archived.ts'
import type { Lacking } from './pruning/lacking.ts'
import { timesPutBack } from './pruning/put-back.ts'
import { ReplicaPruning } from './pruning/replica-pruning.ts'
import { Queue } from './queue.ts'
import type { RecordId } from './record/record-id.ts'
import type {
  Attested,
  Author,
  Damage,
  Registry,
  RegistryEvent,
  RegistryOptions,
  Standing,
  Statements,
  Totals,
  Write,
  Written,
} from './registry.ts'
import type { MarkedOrders } from './roster/order-marks.ts'
import type { OrderStore } from './roster/order-store.ts'
import type { OrderedChain, TakenOrder } from './roster/ordered-chain.ts'
import type { JudgedOrder } from './roster/orders.ts'
import { ReplicaRosters } from './roster/replica-rosters.ts'
import type { Roster, RosterFork } from './roster/roster.ts'
import type { RosterStore } from './roster/roster-store.ts'
import { EMPTY_STATE } from './roster/state.ts'
import type { DamageList } from './scrub/damage.ts'
import { ReplicaScrub } from './scrub/replica-scrub.ts'
import type { Scrubbed, ScrubOptions } from './scrub/scrub.ts'
import { beginCheck, finishCheck, type IndexCheck, indexDigests } from './search/check-index.ts'
import type { IndexProgress, SearchIndex } from './search/search-index.ts'
import { ownerOf } from './search/surroundings.ts'
import type { SnapshotProof } from './snapshot/proof.ts'
import type { Disagreement } from './snapshot/review.ts'
import type { Settlement, Snapshot } from './snapshot/settlement.ts'
import { Snapshots } from './snapshot/snapshots.ts'
import type { Store } from './store/store.ts'
import { HeldPart } from './subscription/held-part.ts'
import type { Holdings } from './subscription/holdings.ts'

/** What a replica is made of, as it was loaded. */
export type ReplicaParts = {
  readonly store: Store
  readonly rosters: RosterStore
  readonly orders: OrderStore
  readonly chain: OrderedChain
  readonly logs: Logs
  readonly views: StoredViews
  readonly index: SearchIndex
  readonly settlement: Settlement
  readonly erasures: Erasures
  readonly lacking: Lacking
  readonly archived: Archived
  readonly damage: DamageList
  readonly holdings: Holdings
  /** Keys of commits that were named before they came to stand; see log/named-ahead.ts. */
  readonly foreseen: Set<string>
}

/** One replica; see the header of this file. */
export class Replica implements Registry {
  readonly catalogue: Catalogue
  readonly pruning: ReplicaPruning
  readonly holding: HeldPart
  readonly erasing: ReplicaErasing
  readonly #options: RegistryOptions
  readonly #parts: ReplicaParts
  readonly #tree: DigestTree
  readonly #acceptor: Acceptor
  readonly #rejudging: Rejudging
  readonly #rosters: ReplicaRosters
  readonly #snapshots: Snapshots
  readonly #scrub: ReplicaScrub
  readonly #queue = new Queue()
  readonly #listeners = new Set<(event: RegistryEvent) => void>()
  #author: Author | undefined
  #isClosed = false

  constructor(options: RegistryOptions, parts: ReplicaParts) {
    this.#options = options
    this.#parts = parts
    this.#tree = new DigestTree(options.crypto, parts.store)
    this.#acceptor = this.#createAcceptor()
    this.#rejudging = this.#createRejudging()
    this.#rosters = this.#createRosters()
    this.#snapshots = this.#createSnapshots()
    this.catalogue = this.#createCatalogue()
    this.holding = this.#createHolding()
    this.pruning = this.#createPruning()
    this.erasing = this.#createErasing()
    this.#scrub = this.#createScrub()
  }

  #createAcceptor(): Acceptor {
    const { store, logs, chain, rosters, index } = this.#parts
    const { settlement, erasures, foreseen, lacking } = this.#parts
    return new Acceptor({
      ...{ crypto: this.#options.crypto, store, logs, tree: this.#tree },
      ...{ settlement, erasures, foreseen, lacking },
      rosters: () => chain.rosters,
      profileOf: (roster) => rosters.profileOf(roster),
      viewProfile: () => rosters.viewProfile,
      stage: (scope, views, fresh) => index.stage(scope, views, fresh),
      meanwhile: () => index.catchUp(),
      onRejudge: (scope) => this.#rejudging.mark(scope),
    })
  }

  #createRejudging(): Rejudging {
    const { store, logs, chain, index } = this.#parts
    const { settlement, erasures, foreseen, lacking, archived } = this.#parts
    return new Rejudging({
      ...{ crypto: this.#options.crypto, store, logs, acceptor: this.#acceptor },
      ...{ settlement, erasures, foreseen, lacking, archived },
      rosters: () => chain.rosters,
      stage: (scope, views) => index.stage(scope, views),
    })
  }

  #createRosters(): ReplicaRosters {
    const { rosters, chain } = this.#parts
    return new ReplicaRosters({
      ...{ rosters, chain, rejudging: this.#rejudging },
      retry: () => this.#acceptor.retry(),
      followHolding: () => this.holding.follow(),
      exclusively: (work) => this.#exclusively(work),
      onChange: (type) => this.#tell({ type }),
    })
  }

  #createSnapshots(): Snapshots {
    const { store, logs, chain, settlement } = this.#parts
    return new Snapshots({
      ...{ crypto: this.#options.crypto, store, logs, settlement, tree: this.#tree },
      rosters: () => chain.rosters,
    })
  }

  #createCatalogue(): Catalogue {
    const { store, logs, rosters, index, views, settlement, holdings } = this.#parts
    return new ReplicaCatalogue({
      ...{ crypto: this.#options.crypto, store, index, views, logs },
      snapshots: () => settlement.snapshots,
      profile: () => rosters.viewProfile,
      agencyOf: (ns) => ownerOf(rosters, ns).agency,
      isHeld: (ns) => !holdings.isBare({ ns, aud: 1 }),
    })
  }

  #createHolding(): HeldPart {
    const { store, logs, holdings, lacking, archived, damage } = this.#parts
    return new HeldPart({
      ...{ crypto: this.#options.crypto, store, logs, tree: this.#tree },
      ...{ holdings, lacking, archived, damage },
      state: () => this.roster?.state,
      self: () => this.#author?.client,
      rebuild: (scope) => this.#rejudging.rebuild(scope),
      exclusively: (work) => this.#exclusively(work),
      onChange: (type) => this.#tell({ type }),
    })
  }

  #createPruning(): ReplicaPruning {
    const { store, logs, settlement, archived, lacking } = this.#parts
    return new ReplicaPruning({
      ...{ crypto: this.#options.crypto, store, logs, settlement, archived, lacking },
      exclusively: (work) => this.#exclusively(work),
      onArchived: () => this.holding.follow(),
    })
  }

  #createErasing(): ReplicaErasing {
    return new ReplicaErasing({
      here: () => ({ ...this.#desk(), erasures: this.#parts.erasures }),
      forget: (record) => this.#snapshots.forget(record),
      exclusively: (work) => this.#exclusively(work),
    })
  }

  #createScrub(): ReplicaScrub {
    const { store, logs, chain, rosters, orders } = this.#parts
    const { damage, settlement, erasures, lacking } = this.#parts
    return new ReplicaScrub({
      ...{ crypto: this.#options.crypto, store, logs, tree: this.#tree },
      ...{ damage, erasures, lacking, rejudging: this.#rejudging, held: this.holding },
      ...{ rosterStore: rosters, orderStore: orders },
      rosters: () => chain.rosters,
      totals: () => this.totals(),
      onStatement: (commit) => {
        settlement.add(commit)
        erasures.add(commit)
      },
      accept: (commit) => this.#acceptOne(commit, undefined, { leftOut: true }),
      advance: (log) => this.#acceptor.advance(log),
      exclusively: (work) => this.#exclusively(work),
      rebuild: (scope) => this.#rejudging.rebuild(scope),
      checkIndex: () => this.checkIndex(),
      reindex: () => this.reindex(),
    })
  }

  /** Finishes interrupted rebuilds and judges what had been waiting. */
  async resume(): Promise<void> {
    await this.#snapshots.load()
    await this.#rejudging.resume()
  }

  get federation(): Hash | undefined {
    return this.#parts.rosters.federation
  }

  get roster(): Roster | undefined {
    return this.#parts.chain.newest
  }

  get rosters(): readonly Roster[] {
    return this.#parts.chain.rosters
  }

  get rootChain(): readonly Roster[] {
    return this.#parts.rosters.all
  }

  get rosterForks(): readonly RosterFork[] {
    return this.#parts.rosters.forks
  }

  chooseRoster(hash: Hash): Promise<void> {
    return this.#rosters.choose(hash)
  }

  get profile(): Profile | undefined {
    const newest = this.#parts.rosters.newest
    return newest === undefined ? undefined : this.#parts.rosters.profileOf(newest)
  }

  get author(): Author | undefined {
    return this.#author
  }

  setAuthor(author: Author | undefined): void {
    this.#author = author
  }

  pinFederation(fed: Hash): Promise<void> {
    return this.#rosters.pin(fed)
  }

  addRoster(bytes: Uint8Array): Promise<'new' | 'known'> {
    return this.#rosters.add(bytes)
  }

  takeOrders(offered: readonly Uint8Array[]): Promise<readonly TakenOrder[]> {
    return this.#rosters.takeOrders(offered)
  }

  orders(): readonly JudgedOrder[] {
    return this.#parts.chain.orders
  }

  sharedOrders(): MarkedOrders {
    return this.#parts.chain.shared
  }

  ordersDigest(): Hash {
    return this.#parts.chain.digest()
  }

  profileBytes(hash: Hash): Promise<Uint8Array | undefined> {
    return this.#parts.rosters.profileBytes(hash)
  }

  addProfile(bytes: Uint8Array): Promise<void> {
    return this.#rosters.addProfile(bytes)
  }

  missingProfile(): Hash | undefined {
    const newest = this.#parts.rosters.newest
    if (newest === undefined || this.profile !== undefined) return undefined
    return newest.state.profile.hash
  }

  async accept(
    commits: readonly Commit[],
    options: AcceptOptions = {},
  ): Promise<readonly Acceptance[]> {
    const acceptances: Acceptance[] = []
    for (const [i, commit] of commits.entries()) {
      const next = commits[i + 1]
      const accept = (held: Commit, how: AcceptOptions): Promise<Acceptance> =>
        this.#acceptOne(held, next, how)
      const taken = this.#exclusively(() => this.holding.accept(commit, options, accept))
      acceptances.push(await taken)
    }
    if (acceptances.some((a) => !a.known)) this.#tell({ type: 'commits' })
    return acceptances
  }

  async #acceptOne(
    commit: Commit,
    following?: Commit,
    options?: AcceptOptions,
  ): Promise<Acceptance> {
    return this.#followed(await this.#acceptor.accept(commit, following, options))
  }

  /** An acceptance, once what it makes necessary has been judged again. */
  async #followed(acceptance: Acceptance): Promise<Acceptance> {
    await this.#rejudging.marked()
    if (!acceptance.known) await this.#rejudging.settleStale()
    return acceptance
  }

  write(write: Write): Promise<Written> {
    return this.#exclusively(() => writeChanges(this.#desk(), write))
  }

  #desk(): AuthorContext {
    return {
      ...this.#options,
      store: this.#parts.store,
      logs: this.#parts.logs,
      roster: this.roster,
      profile: this.profile,
      author: this.#author,
      accept: (commit) => this.#acceptOwn(commit),
    }
  }

  async snapshot(ns: number): Promise<Hash> {
    return this.#exclusively(() => {
      // What is not here is in no digest: nothing is stated about the whole until it is back.
      this.holding.requireWhole()
      const records = this.pruning.lackingRecords()
      if (records > 0) throw new MuluError('MULU_NOT_HELD', { details: { records } })
      return this.#snapshots.take(this.#desk(), ns)
    })
  }

  /** Whether what is here is all that counts in the federation. */
  #statesWhole(): boolean {
    return this.holding.isWhole && this.pruning.lackingRecords() === 0
  }

  snapshots(): readonly Snapshot[] {
    return this.#parts.settlement.snapshots
  }

  attest(ns: number): Promise<readonly Attested[]> {
    return this.#exclusively(async () => {
      return this.#statesWhole() ? this.#snapshots.attest(this.#desk(), ns) : []
    })
  }

  reviewSnapshots(): Promise<void> {
    return this.#exclusively(async () => {
      if (this.#statesWhole()) await this.#snapshots.review()
    })
  }

  disagreements(): readonly Disagreement[] {
    return this.#snapshots.disagreements()
  }

  prove(id: Hash, record: RecordId): Promise<SnapshotProof> {
    return this.#exclusively(() => this.#snapshots.prove(id, record))
  }

  holes(): ReturnType<Registry['holes']> {
    return this.#parts.erasures.holes().filter(({ log }) => this.holding.holds(log))
  }

  /** News go out commit by commit, so that peers take part of a long import while it runs. */
  async #acceptOwn(commit: ReadCommit): Promise<Acceptance> {
    const acceptance = await this.#followed(await this.#acceptor.acceptOwn(commit))
    this.#tell({ type: 'commits' })
    return acceptance
  }

  heads(): readonly LogHead[] {
    return this.#parts.logs.heads(this.#told)
  }

  standing(): Promise<Standing> {
    return this.#exclusively(async () => {
      const heads = this.heads()
      const isWhole = this.pruning.lackingRecords() === 0 && this.holes().length === 0
      const digest = isWhole ? await this.#tree.root(1) : undefined
      return { heads, digest, putBack: await timesPutBack(this.#parts.store) }
    })
  }

  headsDigest(which: 'known' | 'accepted', aud: Audience, ns?: number): Hash {
    return this.#parts.logs.digest(this.#told, which, aud, ns)
  }

  /** What of the logs is told to others. */
  get #told(): HeadsContext {
    const { writers } = this.#parts.chain.newest?.state ?? EMPTY_STATE
    return {
      floorOf: (log) => this.#parts.settlement.floorOf(log),
      beyondFork: (log) => this.#parts.settlement.beyondFork(log),
      isHidden: ({ writer }) => writers.get(writer)?.dispute === 'open',
    }
  }

  readLog(
    ...[log, fromSeq, maxBytes, bodies]: Parameters<Registry['readLog']>
  ): ReturnType<Registry['readLog']> {
    return readLog(this.#serving, log, fromSeq, maxBytes, bodies)
  }

  get statements(): Statements {
    return {
      has: (id) => this.#parts.settlement.has(id),
      placesBeyond: (log) => this.#parts.settlement.beyondFork(log)?.places ?? [],
      read: (log, places, maxBytes) => readStatements(this.#serving, log, places, maxBytes),
    }
  }

  get #serving(): ServingContext {
    const [settlement, erasures] = [this.#parts.settlement, this.#parts.erasures]
    return { crypto: this.#options.crypto, store: this.#parts.store, settlement, erasures }
  }

  commitsAt(log: LogKey, seq: number): Promise<readonly PositionedCommit[]> {
    return positionedCommits(this.#options.crypto, this.#parts.store, log, seq)
  }

  orphans(writer: number): Promise<readonly Orphan[]> {
    return this.#exclusively(() =>
      orphansOf(
        {
          crypto: this.#options.crypto,
          store: this.#parts.store,
          logs: this.#parts.logs,
          erasures: this.#parts.erasures,
        },
        writer,
      ),
    )
  }

  catalogueDigest(): Promise<Hash> {
    return this.#exclusively(() => this.#tree.root(1))
  }

  leafOf({ ns, kind, local }: RecordId): Promise<Hash | undefined> {
    return this.#tree.leaf({ ns, aud: 1 }, `${kind}/${local}`)
  }

  reindex(onProgress: IndexProgress = () => undefined): Promise<void> {
    return this.#parts.index.rebuild((work) => this.#exclusively(work), onProgress)
  }

  indexDigests(): ReadonlyMap<number, string> {
    return indexDigests(this.#parts.index, (ns) => ownerOf(this.#parts.rosters, ns).agency)
  }

  async checkIndex(): Promise<readonly IndexCheck[]> {
    const begun = await this.#exclusively(async () =>
      beginCheck(this.#parts.views, this.#parts.index),
    )
    return finishCheck(begun, (ns) => ownerOf(this.#parts.rosters, ns).agency)
  }

  scrub(options?: ScrubOptions): Promise<Scrubbed> {
    return this.#scrub.scrub(options)
  }

  damage(): Damage {
    return this.#scrub.damage
  }

  async repair(commits: readonly Commit[]): Promise<number> {
    const repaired = await this.#scrub.repair(commits)
    if (repaired > 0) this.#tell({ type: 'commits' })
    return repaired
  }

  totals(): Totals {
    return totalsOf(this.catalogue.countsByAgency(), this.#parts.logs.all())
  }

  subscribe(listener: (event: RegistryEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#queue.run(() => this.#parts.index.close())
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new MuluError('MULU_CLOSED'))
    return this.#queue.run(work)
  }

  #tell(event: RegistryEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}
