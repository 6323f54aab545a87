/**
 * What a replica makes of the snapshots of others, witness or not: it keeps the tree of those it
 * stands exactly at, so that it can prove by them, and remembers those that differ from what it
 * computes. A difference is no offence where something that came later explains it: a roster that
 * judges the namespace otherwise, or a fork of the log.
 *
 * sublevel `kept`  `differs/<commit id>` -> the root that was computed here instead
 */
import type { DigestTree } from '../catalogue/digest-tree.ts'
import { equalBytes, toHex } from '../encoding/bytes.ts'
import { affectedBy, endedByOrders } from '../roster/affected.ts'
import type { Roster } from '../roster/roster.ts'
import { commitBatch, del, put, under } from '../store/store.ts'
import type { KeptTrees } from './kept-trees.ts'
import type { Snapshot } from './settlement.ts'
import { type Judgement, judgeSnapshot, newestOfEach, type WitnessContext } from './witness.ts'

/** A snapshot that differs from what is computed here, and the witnesses that agreed to it. */
export type Disagreement = {
  readonly snapshot: Snapshot
  readonly in: 'heads' | 'root'
  readonly agreed: readonly number[]
}

/** What a review works on. */
export type ReviewContext = WitnessContext & {
  readonly rosters: () => readonly Roster[]
  readonly tree: DigestTree
  readonly kept: KeptTrees
}

/** Differences that are remembered at most; the first ones are. */
const REMEMBERED_MAX = 256

/** The reviews of one replica. */
export class SnapshotReview {
  readonly #context: ReviewContext
  readonly #root = new Set<string>()
  /** By snapshot the first log that stands otherwise here. */
  readonly #heads = new Map<string, Snapshot['log']>()
  /** By snapshot, as of what it was judged: while that is the same it comes to the same. */
  readonly #judgedAt = new Map<string, string>()

  constructor(context: ReviewContext) {
    this.#context = context
  }

  /** Loads what is remembered. */
  async load(): Promise<void> {
    const keys = await this.#context.store.kept.keys(under('differs')).all()
    for (const key of keys) this.#root.add(key.slice('differs/'.length))
  }

  /** Judges what is new, and again what differed in heads where rosters or forks have come. */
  async run(snapshots: readonly Snapshot[]): Promise<void> {
    const now = this.#surroundings()
    for (const snapshot of newestOfEach(snapshots)) {
      const id = toHex(snapshot.id)
      const judgedAt = this.#judgedAt.get(id)
      if (judgedAt === DONE || judgedAt === now) continue
      const judgement = await judgeSnapshot(this.#context, snapshot)
      await this.#remember(id, snapshot, judgement)
      if (judgement.kind === 'waits') continue
      const isOver = judgement.kind === 'agrees' || judgement.in === 'root'
      this.#judgedAt.set(id, isOver ? DONE : now)
    }
  }

  /** The snapshots that differ from what is computed here. */
  disagreements(snapshots: readonly Snapshot[]): readonly Disagreement[] {
    return snapshots.flatMap((snapshot): readonly Disagreement[] => {
      const id = toHex(snapshot.id)
      const log = this.#heads.get(id)
      if (log !== undefined) {
        // A fork or roster that came since explains it at once, not only at the next review.
        const isOpen = !this.#isExplained(snapshot, log)
        return isOpen ? [{ snapshot, in: 'heads', agreed: snapshot.agreed }] : []
      }
      const isOther = this.#root.has(id) && !this.#isExplained(snapshot)
      return isOther ? [{ snapshot, in: 'root', agreed: snapshot.agreedRoot }] : []
    })
  }

  async #remember(id: string, snapshot: Snapshot, judgement: Judgement): Promise<void> {
    const { store, kept, tree } = this.#context
    this.#heads.delete(id)
    if (judgement.kind === 'agrees' && judgement.isRootChecked) {
      await kept.keep(tree)
      if (this.#root.delete(id)) await commitBatch(store, [del(store.kept, `differs/${id}`)])
    }
    if (judgement.kind !== 'differs' || this.#root.size + this.#heads.size >= REMEMBERED_MAX) return
    if (judgement.in === 'heads') {
      if (!this.#isExplained(snapshot, judgement.log)) this.#heads.set(id, judgement.log)
      return
    }
    this.#root.add(id)
    await commitBatch(store, [put(store.kept, `differs/${id}`, await tree.root(1))])
  }

  /** Whether a later roster, an order or a fork explains a difference, in one log or in the root. */
  #isExplained(snapshot: Snapshot, log?: Snapshot['log']): boolean {
    const rosters = this.#context.rosters()
    const cited = rosters[snapshot.rosterVersion - 1]
    const newest = rosters.at(-1)
    if (cited === undefined || newest === undefined) return true
    if (!equalBytes(cited.state.profile.hash, newest.state.profile.hash)) return true
    const { namespaces } = affectedBy(cited.state, newest.state)
    const affected = new Set([...namespaces, ...endedByOrders(newest.state)])
    const isAffected = (ns: number, writer: number): boolean =>
      affected.has(ns) || newest.state.writers.get(writer)?.dispute === 'open'
    if (log === undefined) return snapshot.heads.some(([ns, writer]) => isAffected(ns, writer))
    const seq = snapshot.heads.find(([ns, by]) => ns === log.ns && by === log.writer)?.[2] ?? 0
    const { forkedAt } = this.#context.logs.get(log)
    return isAffected(log.ns, log.writer) || (forkedAt !== undefined && forkedAt <= seq)
  }

  #surroundings(): string {
    const forks = this.#context.logs.all().filter(({ forkedAt }) => forkedAt !== undefined).length
    const newest = this.#context.rosters().at(-1)
    const ended = newest === undefined ? [] : [...endedByOrders(newest.state)]
    return `${newest?.version ?? 0} ${forks} ${ended.join()}`
  }
}

const DONE = 'done'
