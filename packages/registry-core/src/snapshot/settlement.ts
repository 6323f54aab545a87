/**
 * Which snapshots are settled, and the floors under logs that follow from it (DESIGN section 4).
 *
 * A snapshot is settled once as many witnesses of the roster it cites have signed receipts as that
 * roster asks for; most of them have to, and none signs two branches. A receipt is a signed
 * statement: it counts also where its log has ended at a fork, since otherwise a stolen key of one
 * witness could take floors away. Only what the roster says itself takes it back: a closing below
 * it, or a pin to another branch. So floors follow from commits and rosters, not from each other.
 */
import type { ReadCommit } from '../commit/commit.ts'
import type { Crypto, Hash } from '../crypto.ts'
import { equalBytes, toHex } from '../encoding/bytes.ts'
import type { LogKey } from '../log/log.ts'
import { decodeLogState } from '../log/log-state.ts'
import { decodeOutcome } from '../log/stored-outcome.ts'
import type { LogEnd } from '../roster/change.ts'
import { anchorOf, citedGrant, closedAt, finalEnd } from '../roster/grant.ts'
import type { Roster } from '../roster/roster.ts'
import { readIntact } from '../scrub/commit-condition.ts'
import {
  commitKey,
  logPrefix,
  type Operation,
  put,
  type Scope,
  type Store,
  under,
} from '../store/store.ts'
import {
  type Backed,
  type Counted,
  isOfRoot,
  receiptOfEach,
  type StatementsBeyond,
  statementsBeyond,
} from './beyond-fork.ts'
import {
  type Floors,
  floorsOf,
  type MovedFloors,
  movedFloors,
  readFloors,
  writeFloors,
} from './floors.ts'
import { receiptOf, type SnapshotStatement, snapshotOf } from './statement.ts'

/** One snapshot and who has agreed to it. */
export type Snapshot = SnapshotStatement & {
  readonly log: LogKey
  readonly seq: number
  readonly id: Hash
  readonly atMs: number
  readonly rosterVersion: number
  /** The witnesses that the cited roster names, and how many have to agree. */
  readonly witnesses: readonly number[]
  readonly threshold: number
  /** Witnesses that agree with the heads, and those of them that recomputed the root as well. */
  readonly agreed: readonly number[]
  readonly agreedRoot: readonly number[]
  readonly isSettled: boolean
  readonly isRootSettled: boolean
}

/** A snapshot with what speaks for it. */
type Tallied = { readonly snapshot: Snapshot; readonly backed: Backed }

/** All snapshots and receipts of a replica. */
export class Settlement {
  readonly #crypto: Crypto
  readonly #store: Store
  readonly #rosters: () => readonly Roster[]
  readonly #ids = new Set<string>()
  readonly #snapshots = new Map<string, ReadCommit>()
  readonly #receipts = new Map<string, ReadCommit[]>()
  #isStale = false
  #settled: readonly Snapshot[] = []
  #floors: Floors = new Map()
  /** Those that were asked for last, and those that all that is stored was judged by. */
  #told: Floors
  #kept: Floors
  #beyond: ReadonlyMap<string, StatementsBeyond> = new Map()

  private constructor(
    crypto: Crypto,
    store: Store,
    rosters: () => readonly Roster[],
    kept: Floors,
  ) {
    this.#crypto = crypto
    this.#store = store
    this.#rosters = rosters
    this.#told = kept
    this.#kept = kept
  }

  /** Loads what a store holds. */
  static async load(
    crypto: Crypto,
    store: Store,
    rosters: () => readonly Roster[],
  ): Promise<Settlement> {
    const settlement = new Settlement(crypto, store, rosters, await readFloors(store))
    for await (const key of store.statements.keys()) {
      const bytes = await store.commits.get(key)
      const commit = bytes && readIntact(crypto, key, bytes)
      if (commit !== undefined) settlement.add(commit)
    }
    await settlement.refresh()
    return settlement
  }

  /** What the batch of a commit has to hold so that it is found again; nothing for most. */
  operations(log: LogKey, commit: ReadCommit): readonly Operation[] {
    if (!isStatement(commit)) return []
    const key = commitKey(log, commit.read.seq, commit.id)
    return [put(this.#store.statements, key, new Uint8Array())]
  }

  /** Remembers a commit once it is written. */
  add(commit: ReadCommit): void {
    if (!isStatement(commit)) return
    this.#isStale = true
    this.#ids.add(toHex(commit.id))
    const receipt = receiptOf(commit.read)
    if (receipt !== undefined) {
      const key = toHex(receipt.snapshot)
      this.#receipts.set(key, [...(this.#receipts.get(key) ?? []), commit])
    } else {
      this.#snapshots.set(toHex(commit.id), commit)
    }
  }

  /** Counts no more with a commit that is set aside. */
  forget(commit: ReadCommit): void {
    const id = toHex(commit.id)
    if (!this.#ids.delete(id)) return
    this.#isStale = true
    this.#snapshots.delete(id)
    for (const [key, receipts] of this.#receipts) {
      this.#receipts.set(
        key,
        receipts.filter((receipt) => toHex(receipt.id) !== id),
      )
    }
  }

  /** Counts anew once a commit that had waited has been judged, or what comes before it is here. */
  judged(commit: ReadCommit): void {
    if (isStatement(commit)) this.#isStale = true
  }

  /** Counts anew once a log is known to be forked: what waited there will never stand. */
  forked(log: LogKey): void {
    if (this.#hasSome(log, (writer) => writer === log.writer)) this.#isStale = true
  }

  /** Counts anew once all commits of a scope were judged again: more or less may stand in it. */
  rejudged(scope: Scope): void {
    if (this.#hasSome(scope, () => true)) this.#isStale = true
  }

  #hasSome({ ns, aud }: Scope, isMeant: (writer: number) => boolean): boolean {
    if (aud !== 1) return false
    return [[...this.#snapshots.values()], ...this.#receipts.values()].some((statements) =>
      statements.some(({ read }) => read.ns === ns && isMeant(read.writer)),
    )
  }

  /** Whether a snapshot or receipt is here, wherever it lies. */
  has(id: Hash): boolean {
    return this.#ids.has(toHex(id))
  }

  /** What counts of a forked log beyond what stands there; undefined when nothing does. */
  beyondFork(log: LogKey): StatementsBeyond | undefined {
    return this.#beyond.get(logPrefix(log))
  }

  /** Whether a statement would count with those that are here and is not yet among them. */
  isAwaited({ id, read }: ReadCommit): boolean {
    const receipt = receiptOf(read)
    if (receipt === undefined) return snapshotOf(read) !== undefined && this.#isNamed(id)
    const named = this.#settled.find((each) => equalBytes(each.id, receipt.snapshot))
    return named?.witnesses.includes(read.writer) === true && !named.agreed.includes(read.writer)
  }

  #isNamed(snapshot: Hash): boolean {
    return this.#receipts.has(toHex(snapshot))
  }

  /** The snapshots, the newest stamp first. */
  get snapshots(): readonly Snapshot[] {
    return this.#settled
  }

  /** The highest commit of a log that a settled snapshot covers. */
  floorOf(log: LogKey): LogEnd | undefined {
    return this.#floors.get(logPrefix(log))
  }

  /** Whether something was added since receipts were counted. */
  get isStale(): boolean {
    return this.#isStale
  }

  /**
   * What of the floors is different since this was asked last, or where the replica was opened
   * anew since `keepFloors`.
   */
  takeMovedFloors(): MovedFloors {
    const moved = movedFloors(this.#told, this.#floors)
    this.#told = this.#floors
    return moved
  }

  /** Says that everything is judged by the floors as they are. */
  async keepFloors(): Promise<void> {
    if (movedFloors(this.#kept, this.#floors).moved.length === 0) return
    await writeFloors(this.#store, this.#floors)
    this.#kept = this.#floors
  }

  /** Counts receipts anew, after one was added or the roster has changed. */
  async refresh(): Promise<void> {
    this.#isStale = false
    const found: Tallied[] = []
    for (const commit of this.#snapshots.values()) {
      const tallied = await this.#count(commit)
      if (tallied !== undefined) found.push(tallied)
    }
    found.sort(byAge)
    this.#settled = found.map(({ snapshot }) => snapshot)
    this.#beyond = statementsBeyond(
      this.#crypto,
      found.map(({ backed }) => backed),
    )
    this.#floors = floorsOf(this.#settled.filter((snapshot) => snapshot.isSettled))
  }

  /** A snapshot as it was signed, and the standing receipts of witnesses that came to its root. */
  async signed({ id, witnesses }: Snapshot): Promise<{
    readonly snapshot: ReadCommit | undefined
    readonly receipts: readonly ReadCommit[]
  }> {
    const receipts = new Map<number, ReadCommit>()
    for (const receipt of this.#receipts.get(toHex(id)) ?? []) {
      const by = receipt.read.writer
      if (!isOfRoot(receipt) || receipts.has(by) || !witnesses.includes(by)) continue
      if (await this.#stands(receipt)) receipts.set(by, receipt)
    }
    return { snapshot: this.#snapshots.get(toHex(id)), receipts: [...receipts.values()] }
  }

  async #count(commit: ReadCommit): Promise<Tallied | undefined> {
    const { ns, aud, writer, seq, roster, stamp } = commit.read
    const statement = snapshotOf(commit.read)
    const cited = this.#rosters()[roster[0] - 1]
    if (statement === undefined || cited === undefined) return undefined
    if (!equalBytes(cited.hash, roster[1])) return undefined
    // Its log is shown to nobody, so that others could not count it.
    const isDisputed = this.#rosters().at(-1)?.state.writers.get(writer)?.dispute === 'open'
    if (isDisputed) return undefined
    const { writers: witnesses, threshold } = cited.state.witnesses
    const receipts = await this.#receiptsOf(commit.id, witnesses)
    const agreed = receipts.map(({ commit: each }) => each.read.writer)
    const agreedRoot = receipts
      .filter(({ commit: each }) => isOfRoot(each))
      .map(({ commit: each }) => each.read.writer)
    const isSettled = witnesses.length > 0 && agreed.length >= threshold
    const snapshot: Snapshot = {
      ...statement,
      ...{ log: { ns, aud, writer }, seq, id: commit.id, atMs: stamp[0] },
      ...{ rosterVersion: roster[0], witnesses, threshold, isSettled },
      agreed: [...agreed].sort((a, b) => a - b),
      agreedRoot: [...agreedRoot].sort((a, b) => a - b),
      isRootSettled: witnesses.length > 0 && agreedRoot.length >= threshold,
    }
    const isStanding = (await this.#place(commit)) !== 'beyond a fork'
    return { snapshot, backed: { isSettled, snapshot: { commit, isStanding }, receipts } }
  }

  /** Of each witness the receipt for a snapshot that counts. */
  async #receiptsOf(snapshot: Hash, witnesses: readonly number[]): Promise<readonly Counted[]> {
    const counted: Counted[] = []
    for (const commit of this.#receipts.get(toHex(snapshot)) ?? []) {
      if (!witnesses.includes(commit.read.writer) || !(await this.#stands(commit))) continue
      counted.push({ commit, isStanding: (await this.#place(commit)) !== 'beyond a fork' })
    }
    return receiptOfEach(counted)
  }

  /** Where a commit lies: what is beyond a fork is not passed on with its log. */
  async #place({ id, read }: ReadCommit): Promise<'in its log' | 'beyond a fork'> {
    const log = { ns: read.ns, aud: read.aud, writer: read.writer }
    const stored = await this.#store.outcomes.get(commitKey(log, read.seq, id))
    const kind = stored === undefined ? undefined : decodeOutcome(stored).kind
    const isStanding = kind === 'in force' || kind === 'void'
    return !isStanding && (await this.#isForked(log)) ? 'beyond a fork' : 'in its log'
  }

  async #isForked(log: LogKey): Promise<boolean> {
    const proofs = this.#store.evidence.keys({ ...under(logPrefix(log)), limit: 1 })
    return (await proofs.all()).length > 0
  }

  async #stands({ id, read }: ReadCommit): Promise<boolean> {
    const log = { ns: read.ns, aud: read.aud, writer: read.writer }
    const stored = await this.#store.outcomes.get(commitKey(log, read.seq, id))
    const kind = stored === undefined ? undefined : decodeOutcome(stored).kind
    if (kind === 'in force' || kind === 'void' || kind === undefined) return kind === 'in force'
    const state = this.#rosters().at(-1)?.state
    const cited = this.#rosters()[read.roster[0] - 1]
    if (state === undefined || cited === undefined) return false
    const grant = equalBytes(cited.hash, read.roster[1]) ? citedGrant(cited.state, log) : undefined
    // As it would be judged in force: whether it is must not hang on the floors that it makes.
    if (grant === undefined || read.seq > (closedAt(state, log, grant)?.seq ?? read.seq)) {
      return false
    }
    const anchor = anchorOf(state, log)
    if (kind === 'waits' && !(await this.#isForked(log))) {
      return this.#isPassedOn(log, read.seq, anchor)
    }
    return anchor === undefined && finalEnd(state, log) === undefined
  }

  /**
   * Whether what waits in a log with one branch gets to everybody who has that log: all before it
   * is here, whatever else it waits for, and the roster's anchor does not lead elsewhere.
   */
  async #isPassedOn(log: LogKey, seq: number, anchor: LogEnd | undefined): Promise<boolean> {
    const stored = await this.#store.logs.get(logPrefix(log))
    const known = (stored && decodeLogState(log, stored)?.known.seq) ?? 0
    if (seq > known || anchor === undefined) return seq <= known
    const key = commitKey(log, anchor.seq, anchor.id)
    const isAnchored = (await this.#store.outcomes.get(key)) !== undefined
    return seq > anchor.seq ? isAnchored : !isAnchored || known >= anchor.seq
  }
}

function isStatement({ read }: ReadCommit): boolean {
  return snapshotOf(read) !== undefined || receiptOf(read) !== undefined
}

/** The newest stamp first. */
function byAge({ snapshot: a }: Tallied, { snapshot: b }: Tallied): number {
  return b.atMs - a.atMs || (toHex(a.id) < toHex(b.id) ? -1 : 1)
}
