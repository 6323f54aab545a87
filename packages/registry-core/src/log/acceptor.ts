/**
 * The one way in. Commits from a peer, a bundle or the own desk are all attributed, placed on
 * their chain, judged, merged, and written in one batch each. Calls follow each other; the registry
 * sees to that.
 */
import type { DigestTree, LeafStage } from '../catalogue/digest-tree.ts'
import { type Commit, encodeCommit, type ReadCommit } from '../commit/commit.ts'
import type { Crypto } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { encodeCbor } from '../encoding/cbor.ts'
import { erasedBy } from '../erasure/erased-by.ts'
import { type Erasures, NONE } from '../erasure/erasures.ts'
import { missingEntries, orderedEntries } from '../erasure/proof.ts'
import { WAITING_MAX, WAITING_PER_WRITER_MAX } from '../limits.ts'
import type { Profile } from '../profile/profile.ts'
import type { Lacking, LackingStage } from '../pruning/lacking.ts'
import { type Merged, mergeCommit } from '../record/merge.ts'
import { finalEnd } from '../roster/grant.ts'
import type { Roster } from '../roster/roster.ts'
import type { SearchIndex } from '../search/search-index.ts'
import type { Settlement } from '../snapshot/settlement.ts'
import {
  commitBatch,
  commitKey,
  logPrefix,
  type Operation,
  positionPrefix,
  put,
  type Scope,
  type Store,
  scopePrefix,
} from '../store/store.ts'
import { withoutRecords } from '../subscription/without-records.ts'
import { anchorIn, isOverturned } from './anchor.ts'
import { bringBack } from './bring-back.ts'
import { commitsAt, type Next, nextStored } from './chain.ts'
import { checkSigned } from './check-signed.ts'
import { judge, type Verdict } from './judge.ts'
import { type LogKey, logOf } from './log.ts'
import type { LogState } from './log-state.ts'
import type { Logs } from './logs.ts'
import { namedAhead, wasNamedAhead } from './named-ahead.ts'
import { extendKnown, nextState } from './next-state.ts'
import type { Acceptance, Missing, Outcome } from './outcome.ts'
import { effectiveStamp, firstUnseen, hasEndedBelow, sightOf, type Unseen } from './past.ts'
import { ReadAhead } from './read-ahead.ts'
import { rebuildMark } from './rebuild.ts'
import { decodeOutcome, encodeOutcome, type StoredOutcome } from './stored-outcome.ts'

/** What the acceptor works on; rosters and profiles change under it. */
export type AcceptorContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly logs: Logs
  readonly tree: DigestTree
  readonly rosters: () => readonly Roster[]
  /** The profile that a roster version names, when it is here. */
  readonly profileOf: (roster: Roster) => Profile | undefined
  /** What the batch of changed views has to hold for the index, and what follows once written. */
  readonly stage: SearchIndex['stage']
  /** Work that may be done while the disk is waited for. */
  readonly meanwhile: () => void
  /** The profile that views are made with. */
  readonly viewProfile: () => Profile | undefined
  readonly settlement: Settlement
  readonly erasures: Erasures
  /** Keys of commits that were named before they came to stand; see named-ahead.ts. */
  readonly foreseen: Set<string>
  readonly lacking: Lacking
  /** Told when what was accepted before has to be judged again. */
  readonly onRejudge: (scope: Scope) => void
}

/** What a stalled log waits for: a position of another log, or news of another kind. */
type Stall = Unseen | 'news'

type Step = {
  readonly outcome: Outcome
  readonly isDone: boolean
  readonly problems: number
}

/** Not a verdict: the commit is taken once others of its writer no longer wait. */
const WAITING_FULL: Outcome = { kind: 'dropped', code: 'MULU_WAITING_FULL', blame: false }

/** How commits are taken in. */
export type AcceptOptions = {
  /**
   * Whether bodies may have been left out, as superseded. Of those that count after all this
   * replica says that it lacks them, until somebody has sent them.
   */
  readonly leftOut?: boolean
}

/** Places, judges and merges commits. */
export class Acceptor {
  readonly #context: AcceptorContext
  readonly #reading: ReadAhead
  readonly #stalls = new Map<string, { readonly log: LogKey; readonly stall: Stall }>()

  constructor(context: AcceptorContext) {
    this.#context = context
    this.#reading = new ReadAhead(context)
  }

  /**
   * Takes in one commit. Rejects with MULU_DISK when the store refuses; nothing is then changed.
   * `following` is read and its signature verified while this one is being written.
   */
  async accept(
    commit: Commit,
    following?: Commit,
    { leftOut = false }: AcceptOptions = {},
  ): Promise<Acceptance> {
    const attribution = this.#reading.attribute({ commit, leftOut }, following)
    if ('code' in attribution) {
      return { known: false, outcome: { kind: 'dropped', ...attribution }, problems: 0 }
    }
    return this.#offer(attribution.commit)
  }

  /**
   * Takes in a commit that was made here a moment ago. Whether its key is bound and has signed it
   * is checked as for any other, MULU_KEY_NOT_BOUND or MULU_SIGNATURE; its header is not read back
   * and its bodies are not hashed again.
   */
  async acceptOwn(commit: ReadCommit): Promise<Acceptance> {
    this.#reading.forget()
    checkSigned(this.#context.crypto, this.#context.rosters(), commit)
    return this.#offer(commit)
  }

  /** Keeps away what a lawful order has erased, and brings back what is missing here without one. */
  async #offer(offered: ReadCommit): Promise<Acceptance> {
    const { erasures } = this.#context
    const key = commitKey(logOf(offered), offered.read.seq, offered.id)
    const commit = erasures.withoutErased(key, offered)
    const back = await bringBack(this.#context, key, commit)
    const acceptance = back
      ? { known: false, outcome: back, problems: 0 }
      : await this.#place(key, commit)
    const missing = missingEntries(commit).length
    if (missing === 0) return acceptance
    const erased = missing - missingEntries(offered).length
    const notHeld = acceptance.known ? 0 : missing - orderedEntries(commit).length
    return { ...acceptance, ...(erased > 0 ? { erased } : {}), ...(notHeld > 0 ? { notHeld } : {}) }
  }

  async #place(key: string, commit: ReadCommit): Promise<Acceptance> {
    const log = logOf(commit)
    const state = this.#context.logs.get(log)
    if (!isBeyondStored(state, commit.read.seq)) {
      const stored = await this.#context.store.outcomes.get(key)
      if (stored !== undefined) return { known: true, outcome: decodeOutcome(stored), problems: 0 }
      if (await this.#isFork(log, commit)) return this.#keepFork(state, commit)
    }
    const isNext =
      commit.read.seq === state.judged.seq + 1 && equalBytes(commit.read.parent, state.judged.id)
    if (isNext) return this.#takeNext(log, commit)
    return this.#keepWaiting(state, commit)
  }

  async #takeNext(log: LogKey, commit: ReadCommit): Promise<Acceptance> {
    const step = await this.#step(log, { commit, isForked: false }, true)
    const { outcome, isDone, problems } = step
    if (isDone) await this.advance(log)
    else await this.#linkHeld(log)
    return { known: false, outcome, problems }
  }

  /** Judges what is stored beyond the judged end of a log, and of every log that waited for it. */
  async advance(log: LogKey): Promise<void> {
    const queue: LogKey[] = [log]
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await this.#advanceOne(next)
      queue.push(...this.#freed(next))
    }
  }

  async #advanceOne(log: LogKey): Promise<void> {
    const { crypto, store, logs } = this.#context
    for (let isDone = true; isDone; ) {
      const state = logs.get(log)
      if (state.known.seq <= state.judged.seq && state.held === 0) return
      const next = await nextStored(crypto, store, log, state.judged, anchorIn(this.#context, log))
      isDone = next !== undefined && (await this.#step(log, next, false)).isDone
    }
    await this.#linkHeld(log)
  }

  /** Counts held commits whose parents have come as known, whatever they still wait for. */
  async #linkHeld(log: LogKey): Promise<void> {
    const { crypto, store, logs } = this.#context
    for (let state = logs.get(log); state.held > 0; state = logs.get(log)) {
      const next = await nextStored(crypto, store, log, state.known, anchorIn(this.#context, log))
      if (next === undefined) return
      const linked = extendKnown(state, next.commit, false)
      await commitBatch(store, [logs.operation(store, linked)])
      logs.set(linked)
      this.#context.settlement.judged(next.commit)
    }
  }

  /** Logs that waited for a position which `log` has now reached, or ended below. */
  #freed(log: LogKey): readonly LogKey[] {
    const { judged } = this.#context.logs.get(log)
    const freed: LogKey[] = []
    for (const [key, { log: waiting, stall }] of this.#stalls) {
      if (stall === 'news' || scopePrefix(waiting) !== scopePrefix(log)) continue
      if (stall.writer !== log.writer) continue
      if (judged.seq < stall.seq && !hasEndedBelow(this.#context, log, stall.seq)) continue
      this.#stalls.delete(key)
      freed.push(waiting)
    }
    return freed
  }

  /** Tries again what waited for a roster, a profile or newer software. */
  async retry(): Promise<void> {
    for (const state of this.#context.logs.all()) await this.advance(state.log)
  }

  /** Judges the commit after the judged end of its log and writes what follows from it. */
  async #step(log: LogKey, { commit, isForked }: Next, isNew: boolean): Promise<Step> {
    const { logs } = this.#context
    const state = logs.get(log)
    const unseen = await firstUnseen(this.#context, commit)
    const verdict = judge(commit, state, {
      rosters: this.#context.rosters(),
      hasProfile: (roster) => this.#context.profileOf(roster) !== undefined,
      isAfterSatisfied: unseen === undefined,
      isForked,
      floor: this.#context.settlement.floorOf(log),
    })
    if (verdict.kind === 'waits') {
      if (isNew && this.#isWaitingFull(state)) {
        return { outcome: WAITING_FULL, isDone: false, problems: 0 }
      }
      this.#stalls.set(logPrefix(log), { log, stall: unseen ?? 'news' })
      if (isNew) await this.#write(commit, verdict, extendKnown(state, commit, isNew), [])
      return { outcome: verdict, isDone: false, problems: 0 }
    }
    const after = nextState(state, commit, verdict, isNew)
    const leaves = this.#context.tree.stage(log)
    const lacking = this.#context.lacking.stage(log)
    const merged = await this.#merge(state, commit, verdict, leaves, lacking)
    const outcome = outcomeOf(verdict, merged)
    const isResetting = commit.read.reset && verdict.kind === 'in force'
    const isOverdue = isResetting || (await this.#comesLate(log, commit, verdict))
    const marks = isOverdue ? [rebuildMark(this.#context.store, log)] : []
    // While a scope is built anew the index may have what the store has not yet.
    const fresh = isNew ? merged?.fresh : undefined
    const staged = merged && (await this.#context.stage(log, merged.views, fresh))
    const operations = [...(merged?.operations ?? []), ...(staged?.operations ?? []), ...marks]
    const ahead = namedAhead(this.#context, commit)
    await this.#write(commit, outcome, after, [...operations, ...ahead], isNew)
    leaves.apply()
    lacking.apply()
    staged?.apply()
    if (isOverdue) this.#context.onRejudge(log)
    return { outcome, isDone: true, problems: countProblems(merged) }
  }

  /** Whether others have named this commit and were judged as if it were lost. */
  async #comesLate(log: LogKey, commit: ReadCommit, { kind }: Verdict): Promise<boolean> {
    if (kind === 'ended' || !(await wasNamedAhead(this.#context, log, commit))) return false
    this.#context.foreseen.add(commitKey(log, commit.read.seq, commit.id))
    return true
  }

  async #merge(
    state: LogState,
    commit: ReadCommit,
    verdict: Verdict,
    leaves: LeafStage,
    lacking: LackingStage,
  ): Promise<Merged | undefined> {
    const { crypto, store, logs, rosters, profileOf, viewProfile } = this.#context
    if (verdict.kind !== 'in force' && verdict.kind !== 'void') return undefined
    const cited = rosters()[commit.read.roster[0] - 1]
    const citedProfile = cited && profileOf(cited)
    if (citedProfile === undefined) return undefined
    const scope = { ns: state.log.ns, aud: state.log.aud }
    const isInForce = verdict.kind === 'in force'
    const isBare = this.#context.lacking.isBare(scope)
    return mergeCommit(
      {
        crypto,
        store,
        scope,
        ...{ leaves, lacking },
        citedProfile,
        profile: viewProfile() ?? citedProfile,
        stamp: (row) => effectiveStamp(logs, scope, row),
        sight: isInForce ? await sightOf(this.#context, commit, verdict.mayClassify) : undefined,
        erased: this.#erasedIn(commit),
        erases: isInForce ? await erasedBy(this.#context, commit) : [],
      },
      isBare ? withoutRecords(crypto, commit).commit : commit,
    )
  }

  #erasedIn(commit: ReadCommit): ReadonlySet<number> {
    const { erasures } = this.#context
    if (erasures.isEmpty) return NONE
    return erasures.erasedIn(commitKey(logOf(commit), commit.read.seq, commit.id), commit)
  }

  async #write(
    commit: ReadCommit,
    outcome: StoredOutcome,
    after: LogState,
    operations: readonly Operation[],
    isNew = true,
  ): Promise<void> {
    const { store, logs, settlement, erasures } = this.#context
    const key = commitKey(after.log, commit.read.seq, commit.id)
    const writing = commitBatch(store, [
      ...(isNew ? [put(store.commits, key, encodeCommit(commit))] : []),
      put(store.outcomes, key, encodeOutcome(outcome)),
      logs.operation(store, after),
      ...operations,
      ...(isNew ? settlement.operations(after.log, commit) : []),
      ...(isNew ? erasures.operations(after.log, commit) : []),
    ])
    this.#reading.read()
    this.#context.meanwhile()
    await writing
    logs.set(after)
    if (isNew) settlement.add(commit)
    else settlement.judged(commit)
    if (isNew) erasures.add(commit)
    if (outcome.kind === 'in force' && commit.read.erase.length > 0) erasures.enforce(key)
  }

  /** Keeps a commit that does not yet follow on the judged chain. */
  async #keepWaiting(state: LogState, commit: ReadCommit): Promise<Acceptance> {
    const isNextKnown =
      commit.read.seq === state.known.seq + 1 && equalBytes(commit.read.parent, state.known.id)
    // What counts where it lies is not crowded out by what only its writer waits for.
    const isAwaited = state.forkedAt !== undefined && this.#context.settlement.isAwaited(commit)
    if (!isAwaited && this.#isWaitingFull(state))
      return { known: false, outcome: WAITING_FULL, problems: 0 }
    const outcome = this.#outcomeAhead(state.log, commit, isNextKnown ? 'after' : 'parent')
    const after = isNextKnown
      ? extendKnown(state, commit, true)
      : { ...state, held: state.held + 1 }
    await this.#write(commit, outcome, after, [])
    await this.#linkHeld(state.log)
    // The way to the anchor may be whole now, so that one of several branches can be taken.
    if (!isNextKnown && anchorIn(this.#context, state.log) !== undefined)
      await this.advance(state.log)
    return { known: false, outcome, problems: 0 }
  }

  #isWaitingFull({ log, known, judged, held }: LogState): boolean {
    if (known.seq - judged.seq + held >= WAITING_MAX) return true
    return this.#context.logs.waitingOf(log.writer) >= WAITING_PER_WRITER_MAX
  }

  /** Beyond the final end of its log nothing that may still come can help a commit. */
  #outcomeAhead(log: LogKey, commit: ReadCommit, missing: Missing): StoredOutcome {
    const newest = this.#context.rosters().at(-1)
    const end = newest === undefined ? undefined : finalEnd(newest.state, log)
    if (end === undefined || commit.read.seq <= end.seq) return { kind: 'waits', missing }
    return { kind: 'ended', code: 'MULU_REVOKED' }
  }

  async #isFork(log: LogKey, commit: ReadCommit): Promise<boolean> {
    const prefix = positionPrefix(log, commit.read.seq)
    const [other] = await this.#context.store.outcomes
      .keys({ gt: `${prefix}/`, lt: `${prefix}0`, limit: 1 })
      .all()
    return other !== undefined
  }

  /** Two signed headers at one position prove a fork; both are kept as evidence. */
  async #keepFork(state: LogState, commit: ReadCommit): Promise<Acceptance> {
    const { crypto, store } = this.#context
    const { seq } = commit.read
    const [other] = await commitsAt(crypto, store, state.log, seq)
    const proof = [other ?? commit, commit].map((c) => [c.header, c.signature])
    const forkedAt = Math.min(seq, state.forkedAt ?? seq)
    const outcome: StoredOutcome = { kind: 'ended', code: 'MULU_FORK' }
    const isAtOdds = await isOverturned(this.#context, state, commit)
    await this.#write(commit, outcome, { ...state, forkedAt }, [
      put(store.evidence, positionPrefix(state.log, seq), encodeCbor(proof)),
      ...(isAtOdds ? [rebuildMark(store, state.log)] : []),
    ])
    if (state.forkedAt === undefined) this.#context.settlement.forked(state.log)
    if (isAtOdds) this.#context.onRejudge(state.log)
    else await this.advance(state.log)
    // On the branch that the roster chose it may stand all the same.
    const judged = await store.outcomes.get(commitKey(state.log, seq, commit.id))
    return { known: false, outcome: judged ? decodeOutcome(judged) : outcome, problems: 0 }
  }
}

/** Whether a position lies beyond everything that is stored of a log, which then need not be read. */
function isBeyondStored({ known, held, forkedAt }: LogState, seq: number): boolean {
  return seq > known.seq && held === 0 && forkedAt === undefined
}

function countProblems(merged: Merged | undefined): number {
  const views = [...(merged?.views.values() ?? [])]
  return views.filter((view) => view !== undefined && view.problems.length > 0).length
}

function outcomeOf(verdict: Verdict, merged: Merged | undefined): StoredOutcome {
  if (verdict.kind !== 'in force') return verdict
  return { kind: 'in force', voidBodies: merged?.voidBodies ?? [] }
}
