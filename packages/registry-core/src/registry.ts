/**
 * One node's replica of the federation: the roster, the logs, the records and the catalogue built
 * from them. One way in (`accept`), one way to read (`catalogue`).
 */
import type { AbstractLevel } from 'abstract-level'
import type { Catalogue } from './catalogue/catalogue.ts'
import type { Audience } from './commit/audience.ts'
import type { Commit } from './commit/commit.ts'
import type { EncodedSlot } from './commit/encoded-slot.ts'
import type { Origin } from './commit/header.ts'
import type { Over } from './commit/over.ts'
import type { Crypto, Hash, Signer } from './crypto.ts'
import type { JsonValue } from './encoding/json.ts'
import type { DueField, EraseOrder, Erasure, Ordering } from './erasure/erasing.ts'
import type { AcceptOptions } from './log/acceptor.ts'
import type { LogHead, LogKey, LogPosition } from './log/log.ts'
import type { Orphan, PositionedCommit } from './log/orphans.ts'
import type { Acceptance } from './log/outcome.ts'
import type { BodiesServed } from './log/serving.ts'
import type { Profile } from './profile/profile.ts'
import type { LackedPlace } from './pruning/lacking.ts'
import type { Pruned, PruneOptions } from './pruning/prune.ts'
import type { RecordId } from './record/record-id.ts'
import type { MarkedOrders } from './roster/order-marks.ts'
import type { TakenOrder } from './roster/ordered-chain.ts'
import type { JudgedOrder } from './roster/orders.ts'
import type { Roster, RosterFork } from './roster/roster.ts'
import type { DamagedCommit } from './scrub/damage.ts'
import type { Scrubbed, ScrubOptions } from './scrub/scrub.ts'
import type { IndexCheck } from './search/check-index.ts'
import type { IndexProgress } from './search/search-index.ts'
import type { SnapshotProof } from './snapshot/proof.ts'
import type { Disagreement } from './snapshot/review.ts'
import type { Snapshot } from './snapshot/settlement.ts'
import type { Judgement } from './snapshot/witness.ts'
import type { Scope } from './store/store.ts'
import type { SubscriptionPlan } from './subscription/plan-subscription.ts'
import type { Subscription } from './subscription/subscription.ts'

/** Any ordered key-value store of the abstract-level family. */
export type Database = AbstractLevel<string | Uint8Array, string, string>

/** What a registry needs from outside; it has no I/O, clock or randomness of its own. */
export type RegistryOptions = {
  readonly db: Database
  readonly crypto: Crypto
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly randomBytes: (length: number) => Uint8Array
  /** Profiles that are built into the software. */
  readonly profiles: readonly Profile[]
  /** Whether superseded bodies are kept, and fetched where a peer has left them out; they are. */
  readonly keepsAll?: boolean
}

/** The key that this node writes with. */
export type Author = {
  readonly client: number
  readonly signer: Signer
}

/** New values for some fields of one record, made on a base. */
export type Change = {
  /** `kind/local`. */
  readonly rec: string
  readonly set?: Readonly<Record<string, JsonValue>>
  readonly remove?: readonly string[]
  /** The ETag of the view the change was made on; without it, the present state. */
  readonly base?: string
  /** Write beside values the base did not show instead of refusing: a visible conflict. */
  readonly concurrent?: boolean
  /** Supersede nothing, not even the own values: for what has to hold together with others. */
  readonly beside?: boolean
  /** Orphaned work taken over: where it was written, and what that commit had superseded. */
  readonly adopts?: { readonly of: Origin; readonly over: Over }
  /** On the way to an order that erases what of the same class counts and is not here. */
  readonly isErasing?: boolean
}

/**
 * A change whose values were checked where they were encoded, by ascending path. So a feed brings
 * what it has of a record that is not here; everybody else writes a `Change`.
 */
export type EncodedChange = Omit<Change, 'set' | 'remove'> & {
  /** Made each time: those of thousands of records are not kept until they are written. */
  readonly slots: () => readonly EncodedSlot[]
}

/** Changes of one person in one namespace for one audience. */
export type Write = {
  readonly ns: number
  readonly aud: 0 | 1
  /** Opaque token of the person who acts. */
  readonly actor: string
  readonly note?: { readonly reason?: string; readonly name?: string }
  readonly changes: readonly (Change | EncodedChange)[]
  readonly onProgress?: (done: number, total: number) => void
}

/** What was written. */
export type Written = {
  readonly commits: readonly Hash[]
  /** How many records were changed, and how many of them now have problems. */
  readonly records: number
  readonly problems: number
}

/** What a witness made of one snapshot. */
export type Attested = { readonly snapshot: Snapshot; readonly judgement: Judgement }

/** Counts over the federation's records and logs (audience 1); internal ones are not told. */
export type Totals = {
  readonly records: number
  readonly published: number
  readonly withdrawn: number
  readonly problems: number
  readonly conflicts: number
  readonly waiting: number
  readonly commits: number
}

/** What a replica holds at one moment. */
export type Standing = {
  readonly heads: readonly LogHead[]
  /** The digest of the catalogue at these heads; undefined while something of it is not here. */
  readonly digest: Hash | undefined
  /** How often bodies were put back into commits that had stood without them. */
  readonly putBack: number
}

/** What has rotted and is not whole again. */
export type Damage = {
  readonly commits: readonly DamagedCommit[]
  /** Where derived data waits to be built anew until the commits are whole. */
  readonly scopes: readonly Scope[]
}

/** What changed, for those who show or pass on news. */
export type RegistryEvent = { readonly type: 'commits' | 'roster' | 'profile' }

/** Lawful orders of erasure, and what this node has done about them. */
export type Erasing = {
  /** Erases a field: writes it and its neighbours anew, and orders what held it to be destroyed. */
  order(wanted: EraseOrder): Promise<Ordering>
  /** Every order that is known here, the newest first. */
  list(): Promise<readonly Erasure[]>
  /** Whether something may be left to do here: to destroy, to purge or to confirm. */
  isOpen(): boolean
  /** Fields whose bytes `destroy` will take out of the stored commits. */
  due(): Promise<readonly DueField[]>
  /** Takes out of the stored commits what may be destroyed here; whether a purge is due then. */
  destroy(): Promise<boolean>
  /** Says that no file holds old copies of what was destroyed. */
  purged(): Promise<void>
  /** Signs what this node has destroyed, to everybody in a log of namespace `ns`; how many orders. */
  confirm(ns: number): Promise<number>
}

/** Superseded bodies that are dropped, and those that are wanted back (pruning/). */
export type Pruning = {
  readonly keepsAll: boolean
  /**
   * Drops what a settled snapshot has superseded and an archive holds; or only counts it.
   * MULU_KEEPS_ALL, MULU_DISK.
   */
  prune(options?: PruneOptions): Promise<Pruned>
  /** Notes ends of logs that a node which keeps everything has, whole: they may be pruned up to there. */
  noteArchived(heads: readonly LogHead[]): Promise<void>
  /** Where bodies are wanted that are not here, by log and position. */
  lacked(): readonly LackedPlace[]
  /** Of how many records of the federation a value that counts is not here. */
  lackingRecords(): number
}

/** Of which namespaces the bodies are held, where that is not all (subscription/). */
export type Holding = {
  /** What was subscribed to; undefined for everything. */
  readonly subscription: Subscription | undefined
  /** Whether everything is held, and is to be. */
  readonly isWhole: boolean
  /** Whether bodies of a scope are held; headers are of all. */
  holds(scope: Scope): boolean
  /** Namespaces that are held and are to go, once an archive is known to have all of them. */
  leaving(): readonly number[]
  /**
   * Subscribes; undefined for everything. What comes by that is lacked until peers have sent it.
   * MULU_SUBSCRIPTION where this node has to hold everything, MULU_DISK. Before the admission it
   * is noted, and takes effect where the node turns out to be an office.
   */
  subscribe(subscription: Subscription | undefined): Promise<void>
  /** Brings what is held in line with the subscription, as far as that can be done now. */
  follow(): Promise<void>
  /** What a subscription would change. MULU_SUBSCRIPTION, MULU_NOT_ADMITTED. */
  plan(subscription: Subscription | undefined): Promise<SubscriptionPlan>
  /** The catalogue digest over some namespaces of the federation, as if there were no others. */
  digestOver(isMeant: (ns: number) => boolean): Promise<Hash>
}

/** Snapshots and receipts of forked logs, which are passed on by themselves: beyond-fork.ts. */
export type Statements = {
  /** Whether a snapshot or receipt is here, wherever it lies. */
  has(id: Hash): boolean
  /** Where the statements stand that count beyond the fork of a log, ascending. */
  placesBeyond(log: LogKey): readonly LogPosition[]
  /** Those of the places that are here, in wire form: as many as fit, at least one. */
  read(
    log: LogKey,
    places: readonly LogPosition[],
    maxBytes: number,
  ): Promise<readonly Uint8Array[]>
}

/** A replica. Every write is durable before its promise resolves. */
export interface Registry {
  readonly federation: Hash | undefined
  /** The newest version, with what orders of agencies add to it: who may do what. */
  readonly roster: Roster | undefined
  /** All verified versions, the first one first, with what orders of agencies add to each. */
  readonly rosters: readonly Roster[]
  /** The same versions as the root holders signed them: the next one is drawn up on these. */
  readonly rootChain: readonly Roster[]
  /** Settles which federation this replica belongs to before any roster is here. */
  pinFederation(fed: Hash): Promise<void>
  addRoster(bytes: Uint8Array): Promise<'new' | 'known'>
  /** Pairs of rosters of one version, both signed by enough root keys: an alarm. */
  readonly rosterForks: readonly RosterFork[]
  /** Follows one of two rosters of one version, on a person's word; all logs are judged anew. */
  chooseRoster(hash: Hash): Promise<void>

  /**
   * Takes orders of agencies in wire form, for each what became of it, in order. What counts holds
   * at once, also for commits that were judged before. Known ones change nothing. An order is
   * refused with MULU_ROSTER_UNKNOWN, and nobody blamed, while the version that it cites is not
   * here; with MULU_ORDER_NUMBER while two others of its number are.
   */
  takeOrders(orders: readonly Uint8Array[]): Promise<readonly TakenOrder[]>
  /** The orders that are here, by id, and why one does not count. */
  orders(): readonly JudgedOrder[]
  /** The kept orders by number: what peers compare and pass on. The same until something changes. */
  sharedOrders(): MarkedOrders
  /** The digest over them: equal on replicas of one chain that orders bring nothing more. */
  ordersDigest(): Hash

  /** The profile that the newest roster names, when it is here. */
  readonly profile: Profile | undefined
  profileBytes(hash: Hash): Promise<Uint8Array | undefined>
  addProfile(bytes: Uint8Array): Promise<void>
  missingProfile(): Hash | undefined

  accept(commits: readonly Commit[], options?: AcceptOptions): Promise<readonly Acceptance[]>

  readonly pruning: Pruning
  readonly holding: Holding

  readonly author: Author | undefined
  setAuthor(author: Author | undefined): void
  write(write: Write): Promise<Written>

  /** Signs a snapshot of all federation logs in the own log of a namespace; its commit id. */
  snapshot(ns: number): Promise<Hash>
  /** All snapshots, the newest stamp first, with who has agreed. */
  snapshots(): readonly Snapshot[]
  /** Judges the snapshots that this writer may witness, and signs receipts for those it agrees to. */
  attest(ns: number): Promise<readonly Attested[]>
  /** Judges what snapshots are new, keeping for proofs what is held exactly; for every node. */
  reviewSnapshots(): Promise<void>
  /** The snapshots that differ from what this replica computes at their heads: an alarm. */
  disagreements(): readonly Disagreement[]
  /**
   * Proof that a record was, or was not, in the catalogue of a snapshot. MULU_SNAPSHOT_UNKNOWN,
   * MULU_SNAPSHOT_UNSETTLED, MULU_SNAPSHOT_NOT_KEPT.
   */
  prove(snapshot: Hash, record: RecordId): Promise<SnapshotProof>

  readonly erasing: Erasing
  /** Commits of which bodies are missing that no order accounts for: others may have them. */
  holes(): readonly { readonly log: LogKey; readonly seq: number }[]

  heads(): readonly LogHead[]
  /** Heads and the digest that belongs to them, also while commits come in. */
  standing(): Promise<Standing>
  headsDigest(which: 'known' | 'accepted', aud: Audience, ns?: number): Hash
  /**
   * Commits of a log in wire form (`decodeCommit`), at least one when there is one; with the bodies
   * that are held, unless asked otherwise.
   */
  readLog(
    log: LogKey,
    fromSeq: number,
    maxBytes: number,
    bodies?: BodiesServed,
  ): Promise<{ readonly commits: readonly Uint8Array[]; readonly more: boolean }>

  readonly statements: Statements

  /** Every commit stored at a position of a log, with what became of it. */
  commitsAt(log: LogKey, seq: number): Promise<readonly PositionedCommit[]>
  /** Work of a writer that does not count any more, in the order it was written. */
  orphans(writer: number): Promise<readonly Orphan[]>

  catalogueDigest(): Promise<Hash>
  /** The leaf of a record of the federation in the digest tree; undefined when nothing is live. */
  leafOf(record: RecordId): Promise<Hash | undefined>
  totals(): Totals
  /** Builds the search index anew from the views, beside the one that serves meanwhile. */
  reindex(onProgress?: IndexProgress): Promise<void>
  /** For each agency the digest of what is indexed: 16 hexadecimal digits, alike for alike records. */
  indexDigests(): ReadonlyMap<number, string>
  /** Compares what is indexed with the records, agency by agency. */
  checkIndex(): Promise<readonly IndexCheck[]>
  /** Reads everything again, names what has rotted and mends what can be mended from here. */
  scrub(options?: ScrubOptions): Promise<Scrubbed>
  damage(): Damage
  /** Puts commits back in the place of damaged ones, where they are those; how many. */
  repair(commits: readonly Commit[]): Promise<number>
  readonly catalogue: Catalogue
  subscribe(listener: (event: RegistryEvent) => void): () => void
  close(): Promise<void>
}
