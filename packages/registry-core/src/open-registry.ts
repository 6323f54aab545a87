/** Opens a replica on a database: loads what is stored and finishes what was interrupted. */

import type { Catalogue } from './catalogue/catalogue.ts'
import { DigestTree } from './catalogue/digest-tree.ts'
import { ReplicaCatalogue } from './catalogue/replica-catalogue.ts'
import { StoredViews } from './catalogue/stored-views.ts'
import type { Audience } from './commit/audience.ts'
import type { Commit, ReadCommit } from './commit/commit.ts'
import type { Hash } from './crypto.ts'
import {
  confirmErasures,
  destroyErased,
  dueFields,
  dueRecords,
  type ErasingContext,
  isPurgeDue,
  listErasures,
  orderErasure,
  purged,
} from './erasure/erasing.ts'
import { Erasures } from './erasure/erasures.ts'
import { MuluError } from './errors.ts'
import { type AcceptOptions, Acceptor, logOf } from './log/acceptor.ts'
import { type AuthorContext, writeChanges } from './log/author.ts'
import type { LogHead, LogKey } from './log/log.ts'
import type { LogState } from './log/log-state.ts'
import { type HeadsContext, Logs } from './log/logs.ts'
import { type Orphan, orphansOf, type PositionedCommit, positionedCommits } from './log/orphans.ts'
import type { Acceptance } from './log/outcome.ts'
import { effectiveStamp } from './log/past.ts'
import { Rejudging } from './log/rejudging.ts'
import { readLog, readStatements, type ServingContext } from './log/serving.ts'
import type { Profile } from './profile/profile.ts'
import { Archived } from './pruning/archived.ts'
import { Lacking } from './pruning/lacking.ts'
import { type PruneContext, prune } from './pruning/prune.ts'
import { timesPutBack } from './pruning/put-back.ts'
import { Queue } from './queue.ts'
import type { RecordId } from './record/record-id.ts'
import type {
  Attested,
  Author,
  Damage,
  Erasing,
  Holding,
  Pruning,
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
import { OrderStore } from './roster/order-store.ts'
import { OrderedChain, type TakenOrder } from './roster/ordered-chain.ts'
import type { JudgedOrder } from './roster/orders.ts'
import type { Roster, RosterFork } from './roster/roster.ts'
import { RosterStore } from './roster/roster-store.ts'
import { EMPTY_STATE } from './roster/state.ts'
import { DamageList } from './scrub/damage.ts'
import { repairCommit } from './scrub/repair.ts'
import {
  rebuildWhatCan,
  type Scrubbed,
  type ScrubContext,
  type ScrubOptions,
  scrub,
} from './scrub/scrub.ts'
import { beginCheck, finishCheck, type IndexCheck, indexDigests } from './search/check-index.ts'
import { type IndexProgress, SearchIndex } from './search/search-index.ts'
import { ownerOf, surroundings } from './search/surroundings.ts'
import type { SnapshotProof } from './snapshot/proof.ts'
import type { Disagreement } from './snapshot/review.ts'
import { Settlement, type Snapshot } from './snapshot/settlement.ts'
import { Snapshots } from './snapshot/snapshots.ts'
import { migrate } from './store/migrate.ts'
import { openStore, type Scope, type Store } from './store/store.ts'
import { HeldPart } from './subscription/held-part.ts'
import { Holdings } from './subscription/holdings.ts'

/** Opens a registry. MULU_STORE_VERSION when the store has a format that it cannot be brought from. */
export async function openRegistry(options: RegistryOptions): Promise<Registry> {
  const store = await openStore(options.db)
  await migrate(store)
  const rosters = await RosterStore.load(options.crypto, store, options.profiles)
  const orders = await OrderStore.load(options.crypto, store)
  const chain = new OrderedChain(options.crypto, rosters, orders)
  const logs = await Logs.load(options.crypto, store)
  const views = new StoredViews({
    crypto: options.crypto,
    store,
    profile: () => rosters.viewProfile,
    stamp: (scope, row) => effectiveStamp(logs, scope, row),
  })
  const damage = await DamageList.load(store)
  const settlement = await Settlement.load(options.crypto, store, () => chain.rosters)
  const erasures = await Erasures.load({
    ...{ crypto: options.crypto, store, settlement },
    rosters: () => chain.rosters,
  })
  const holdings = await Holdings.load(store)
  const isBare = (scope: Scope): boolean => holdings.isBare(scope)
  const lacking = await Lacking.load(store, options.keepsAll ?? true, isBare)
  const archived = await Archived.load(store)
  const index = await SearchIndex.open(store, views, surroundings(rosters))
  const parts = {
    ...{ store, rosters, orders, chain, logs, views, index },
    ...{ settlement, erasures, lacking, archived, damage, holdings },
  }
  const replica = new Replica(options, parts)
  await replica.resume()
  return replica
}

/** What a replica is made of. */
type Parts = {
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
}

class Replica implements Registry {
  readonly catalogue: Catalogue
  readonly #options: RegistryOptions
  readonly #store: Store
  readonly #rosters: RosterStore
  readonly #orders: OrderStore
  readonly #chain: OrderedChain
  readonly #logs: Logs
  readonly #index: SearchIndex
  readonly #views: StoredViews
  readonly #tree: DigestTree
  readonly #snapshots: Snapshots
  readonly #acceptor: Acceptor
  readonly #settlement: Settlement
  readonly #erasures: Erasures
  readonly #lacking: Lacking
  readonly #archived: Archived
  readonly #damage: DamageList
  readonly #held: HeldPart
  readonly #queue = new Queue()
  readonly #listeners = new Set<(event: RegistryEvent) => void>()
  readonly #rejudging: Rejudging
  #author: Author | undefined
  #isClosed = false

  constructor(options: RegistryOptions, parts: Parts) {
    const { store, rosters, orders, chain, logs, views, index } = parts
    const { settlement, erasures, lacking, archived, damage, holdings } = parts
    this.#settlement = settlement
    this.#erasures = erasures
    this.#lacking = lacking
    this.#archived = archived
    this.#damage = damage
    this.#options = options
    this.#store = store
    this.#rosters = rosters
    this.#orders = orders
    this.#chain = chain
    this.#logs = logs
    this.#tree = new DigestTree(options.crypto, store)
    this.#snapshots = new Snapshots({
      ...{ crypto: options.crypto, store, logs, settlement, tree: this.#tree },
      rosters: () => chain.rosters,
    })
    this.#index = index
    this.#views = views
    this.catalogue = new ReplicaCatalogue({
      ...{ crypto: options.crypto, store, index, views, logs },
      snapshots: () => settlement.snapshots,
      profile: () => rosters.viewProfile,
      agencyOf: (ns) => ownerOf(rosters, ns).agency,
      isHeld: (ns) => !holdings.isBare({ ns, aud: 1 }),
    })
    const foreseen = new Set<string>()
    this.#acceptor = new Acceptor({
      crypto: options.crypto,
      store,
      logs,
      tree: this.#tree,
      rosters: () => chain.rosters,
      profileOf: (roster) => rosters.profileOf(roster),
      viewProfile: () => rosters.viewProfile,
      stage: (scope, views) => index.stage(scope, views),
      meanwhile: () => index.catchUp(),
      settlement,
      erasures,
      foreseen,
      lacking,
      onRejudge: (scope) => this.#rejudging.mark(scope),
    })
    this.#rejudging = new Rejudging({
      ...{ crypto: options.crypto, store, logs, acceptor: this.#acceptor, foreseen },
      ...{ settlement, erasures, lacking, archived },
      rosters: () => chain.rosters,
      stage: (scope, views) => index.stage(scope, views),
    })
    this.#held = new HeldPart({
      ...{ crypto: options.crypto, store, logs, holdings, lacking, archived, damage },
      tree: this.#tree,
      state: () => this.roster?.state,
      self: () => this.#author?.client,
      rebuild: (scope) => this.#rejudging.rebuild(scope),
      exclusively: (work) => this.#exclusively(work),
      onChange: (type) => this.#tell({ type }),
    })
  }

  /** Finishes interrupted rebuilds and judges what had been waiting. */
  async resume(): Promise<void> {
    await this.#snapshots.load()
    await this.#rejudging.resume()
  }

  get federation(): Hash | undefined {
    return this.#rosters.federation
  }

  get roster(): Roster | undefined {
    return this.#chain.newest
  }

  get rosters(): readonly Roster[] {
    return this.#chain.rosters
  }

  get rootChain(): readonly Roster[] {
    return this.#rosters.all
  }

  get rosterForks(): readonly RosterFork[] {
    return this.#rosters.forks
  }

  async chooseRoster(hash: Hash): Promise<void> {
    await this.#exclusively(async () => {
      if (!(await this.#rosters.choose(hash, () => this.#rejudging.all()))) return
      await this.#rejudging.followRoster()
    })
    await this.#held.follow()
    this.#tell({ type: 'roster' })
  }

  get profile(): Profile | undefined {
    const newest = this.#rosters.newest
    return newest === undefined ? undefined : this.#rosters.profileOf(newest)
  }

  get author(): Author | undefined {
    return this.#author
  }

  setAuthor(author: Author | undefined): void {
    this.#author = author
  }

  pinFederation(fed: Hash): Promise<void> {
    return this.#exclusively(() => this.#rosters.pin(fed))
  }

  async addRoster(bytes: Uint8Array): Promise<'new' | 'known'> {
    const alarms = this.#rosters.forks.length
    try {
      const added = await this.#exclusively(async () => {
        const result = await this.#rosters.add(bytes, (next) =>
          this.#rejudging.affected(this.#chain.newest, this.#chain.newestWith(next)),
        )
        if (result === 'new') await this.#rejudging.followRoster()
        return result
      })
      if (added === 'new') {
        await this.#held.follow()
        this.#tell({ type: 'roster' })
      }
      return added
    } finally {
      if (this.#rosters.forks.length > alarms) this.#tell({ type: 'roster' })
    }
  }

  async takeOrders(offered: readonly Uint8Array[]): Promise<readonly TakenOrder[]> {
    const taken = await this.#exclusively(async () => {
      const result = await this.#chain.take(offered, (...states) =>
        this.#rejudging.affected(...states),
      )
      if (hasNew(result)) await this.#rejudging.followRoster()
      return result
    })
    if (hasNew(taken)) {
      await this.#held.follow()
      this.#tell({ type: 'roster' })
    }
    return taken
  }

  orders(): readonly JudgedOrder[] {
    return this.#chain.orders
  }

  sharedOrders(): MarkedOrders {
    return this.#chain.shared
  }

  ordersDigest(): Hash {
    return this.#chain.digest()
  }

  profileBytes(hash: Hash): Promise<Uint8Array | undefined> {
    return this.#rosters.profileBytes(hash)
  }

  async addProfile(bytes: Uint8Array): Promise<void> {
    await this.#exclusively(async () => {
      await this.#rosters.addProfile(bytes)
      await this.#acceptor.retry()
    })
    this.#tell({ type: 'profile' })
  }

  missingProfile(): Hash | undefined {
    const newest = this.#rosters.newest
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
      const taken = this.#exclusively(() => this.#held.accept(commit, options, accept))
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
    const acceptance = await this.#acceptor.accept(commit, following, options)
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
      store: this.#store,
      logs: this.#logs,
      roster: this.roster,
      profile: this.profile,
      author: this.#author,
      accept: (commit) => this.#acceptOwn(commit),
    }
  }

  async snapshot(ns: number): Promise<Hash> {
    return this.#exclusively(() => {
      // What is not here is in no digest: nothing is stated about the whole until it is back.
      this.#held.requireWhole()
      const records = this.#lackingRecords()
      if (records > 0) throw new MuluError('MULU_NOT_HELD', { details: { records } })
      return this.#snapshots.take(this.#desk(), ns)
    })
  }

  /** Whether what is here is all that counts in the federation. */
  #statesWhole(): boolean {
    return this.#held.isWhole && this.#lackingRecords() === 0
  }

  #lackingRecords(): number {
    return this.#lacking.records(({ aud }) => aud === 1)
  }

  get pruning(): Pruning {
    return {
      keepsAll: this.#lacking.keepsAll,
      lacked: () => this.#lacking.places,
      lackingRecords: () => this.#lackingRecords(),
      noteArchived: async (heads) => {
        await this.#exclusively(() => this.#archived.note(heads))
        await this.#held.follow()
      },
      prune: async (options) => {
        if (this.#lacking.keepsAll && options?.dryRun !== true)
          throw new MuluError('MULU_KEEPS_ALL')
        return prune(this.#scrubContext(), options)
      },
    }
  }

  get holding(): Holding {
    return this.#held
  }

  snapshots(): readonly Snapshot[] {
    return this.#settlement.snapshots
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

  get erasing(): Erasing {
    const here = (): ErasingContext => ({ ...this.#desk(), erasures: this.#erasures })
    return {
      order: (wanted) => this.#exclusively(() => orderErasure(here(), wanted)),
      list: () => this.#exclusively(() => listErasures(here())),
      isOpen: () => this.#erasures.isOpen,
      due: () => this.#exclusively(() => dueFields(here())),
      destroy: () =>
        this.#exclusively(async () => {
          // Before the bytes: what comes after them would not be done again after a power cut.
          for (const id of await dueRecords(here())) await this.#snapshots.forget(id)
          await destroyErased(here())
          return isPurgeDue(here())
        }),
      purged: () => this.#exclusively(() => purged(here())),
      confirm: (ns) => this.#exclusively(() => confirmErasures(here(), ns)),
    }
  }

  holes(): ReturnType<Registry['holes']> {
    return this.#erasures.holes().filter(({ log }) => this.#held.holds(log))
  }

  /** News go out commit by commit, so that peers take part of a long import while it runs. */
  async #acceptOwn(commit: Commit): Promise<Acceptance> {
    const acceptance = await this.#acceptOne(commit)
    this.#tell({ type: 'commits' })
    return acceptance
  }

  heads(): readonly LogHead[] {
    return this.#logs.heads(this.#told)
  }

  standing(): Promise<Standing> {
    return this.#exclusively(async () => {
      const heads = this.heads()
      const isWhole = this.#lackingRecords() === 0 && this.holes().length === 0
      const digest = isWhole ? await this.#tree.root(1) : undefined
      return { heads, digest, putBack: await timesPutBack(this.#store) }
    })
  }

  headsDigest(which: 'known' | 'accepted', aud: Audience, ns?: number): Hash {
    return this.#logs.digest(this.#told, which, aud, ns)
  }

  /** What of the logs is told to others. */
  get #told(): HeadsContext {
    const { writers } = this.#chain.newest?.state ?? EMPTY_STATE
    return {
      floorOf: (log) => this.#settlement.floorOf(log),
      beyondFork: (log) => this.#settlement.beyondFork(log),
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
      has: (id) => this.#settlement.has(id),
      placesBeyond: (log) => this.#settlement.beyondFork(log)?.places ?? [],
      read: (log, places, maxBytes) => readStatements(this.#serving, log, places, maxBytes),
    }
  }

  get #serving(): ServingContext {
    const [settlement, erasures] = [this.#settlement, this.#erasures]
    return { crypto: this.#options.crypto, store: this.#store, settlement, erasures }
  }

  commitsAt(log: LogKey, seq: number): Promise<readonly PositionedCommit[]> {
    return positionedCommits(this.#options.crypto, this.#store, log, seq)
  }

  orphans(writer: number): Promise<readonly Orphan[]> {
    return this.#exclusively(() =>
      orphansOf(
        {
          crypto: this.#options.crypto,
          store: this.#store,
          logs: this.#logs,
          erasures: this.#erasures,
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
    return this.#index.rebuild((work) => this.#exclusively(work), onProgress)
  }

  indexDigests(): ReadonlyMap<number, string> {
    return indexDigests(this.#index, (ns) => ownerOf(this.#rosters, ns).agency)
  }

  async checkIndex(): Promise<readonly IndexCheck[]> {
    const begun = await this.#exclusively(async () => beginCheck(this.#views, this.#index))
    return finishCheck(begun, (ns) => ownerOf(this.#rosters, ns).agency)
  }

  async scrub(options?: ScrubOptions): Promise<Scrubbed> {
    const scrubbed = await scrub(this.#scrubContext(), options)
    await this.#exclusively(async () => {
      await this.#rejudging.followErasures()
      await this.#rejudging.settleStale()
    })
    return scrubbed
  }

  damage(): Damage {
    return { commits: this.#damage.commits, scopes: this.#damage.scopes }
  }

  async repair(commits: readonly Commit[]): Promise<number> {
    const repaired = await this.#exclusively(async () => {
      const context = this.#scrubContext()
      let count = 0
      for (const sent of commits) {
        const offered = await this.#held.asHeld(sent)
        const commit = await repairCommit(context, offered)
        if (commit === undefined) {
          if (await this.#putBack(offered)) count += 1
          continue
        }
        count += 1
        this.#remember(commit)
        await this.#acceptor.advance(logOf(commit))
      }
      await this.#rejudging.followErasures()
      await rebuildWhatCan(context)
      await this.#rejudging.settleStale()
      return count
    })
    if (repaired > 0) this.#tell({ type: 'commits' })
    return repaired
  }

  /** Takes the bodies of a commit that are wanted here; whether there were any. */
  async #putBack(offered: Commit): Promise<boolean> {
    const lacked = this.#lacking.count
    if (lacked === 0) return false
    await this.#acceptOne(offered, undefined, { leftOut: true })
    return this.#lacking.count < lacked
  }

  /** What a commit says beside changes of records. */
  #remember(commit: ReadCommit): void {
    this.#settlement.add(commit)
    this.#erasures.add(commit)
  }

  #scrubContext(): ScrubContext & PruneContext {
    return {
      crypto: this.#options.crypto,
      store: this.#store,
      logs: this.#logs,
      damage: this.#damage,
      settlement: this.#settlement,
      lacking: this.#lacking,
      archived: this.#archived,
      rosterStore: this.#rosters,
      orderStore: this.#orders,
      rosters: () => this.#chain.rosters,
      tree: this.#tree,
      totals: () => this.totals(),
      erasures: this.#erasures,
      onStatement: (commit) => this.#remember(commit),
      exclusively: (work) => this.#exclusively(work),
      rebuild: (scope) => this.#rejudging.rebuild(scope),
      checkIndex: () => this.checkIndex(),
      reindex: () => this.reindex(),
    }
  }

  totals(): Totals {
    const counts = this.catalogue.countsByAgency()
    const sum = (name: 'records' | 'published' | 'withdrawn' | 'problems' | 'conflicts'): number =>
      counts.reduce((total, agency) => total + agency[name], 0)
    const logs = this.#logs.all().filter((state) => state.log.aud === 1)
    return {
      records: sum('records'),
      published: sum('published'),
      withdrawn: sum('withdrawn'),
      problems: sum('problems'),
      conflicts: sum('conflicts'),
      waiting: logs.reduce((n, log) => n + waitingIn(log), 0),
      commits: logs.reduce((n, log) => n + log.known.seq, 0),
    }
  }

  subscribe(listener: (event: RegistryEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#queue.run(() => this.#index.close())
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new MuluError('MULU_CLOSED'))
    return this.#queue.run(work)
  }

  #tell(event: RegistryEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}

/** Beyond the end of a log nothing waits any more. */
function waitingIn(log: LogState): number {
  return log.ended ? 0 : log.known.seq - log.judged.seq + log.held
}

function hasNew(taken: readonly TakenOrder[]): boolean {
  return taken.some(({ outcome }) => outcome.kind === 'new')
}
