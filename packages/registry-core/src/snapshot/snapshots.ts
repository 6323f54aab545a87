/** What a replica does with snapshots: takes them, agrees to them, reviews them, proves by them. */
import type { DigestTree } from '../catalogue/digest-tree.ts'
import type { Crypto, Hash } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { MuluError } from '../errors.ts'
import { type AuthorContext, writeStatement } from '../log/author.ts'
import type { Logs } from '../log/logs.ts'
import { type RecordId, recOf } from '../record/record-id.ts'
import type { Attested, Write } from '../registry.ts'
import type { Roster } from '../roster/roster.ts'
import type { Store } from '../store/store.ts'
import { gatherProof } from './gather-proof.ts'
import { KeptTrees } from './kept-trees.ts'
import type { SnapshotProof } from './proof.ts'
import { type Disagreement, SnapshotReview } from './review.ts'
import type { Settlement } from './settlement.ts'
import { encodeReceipt, encodeSnapshot } from './statement.ts'
import { judgeSnapshot, openFor, statedHeads, type WitnessContext } from './witness.ts'

/** What snapshots are taken of and held against. */
export type SnapshotsContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly logs: Logs
  readonly tree: DigestTree
  readonly settlement: Settlement
  readonly rosters: () => readonly Roster[]
}

/** The snapshots of one replica; calls follow each other, the registry sees to that. */
export class Snapshots {
  readonly #context: SnapshotsContext
  readonly #witnessing: WitnessContext
  readonly #kept: KeptTrees
  readonly #review: SnapshotReview

  constructor(context: SnapshotsContext) {
    const { crypto, store, logs, tree, rosters } = context
    this.#context = context
    this.#witnessing = { crypto, store, logs, root: () => tree.root(1) }
    this.#kept = new KeptTrees(crypto, store)
    this.#review = new SnapshotReview({ ...this.#witnessing, rosters, tree, kept: this.#kept })
  }

  /** Loads what is remembered of reviews. */
  load(): Promise<void> {
    return this.#review.load()
  }

  /** Signs one of what this replica holds. */
  async take(desk: AuthorContext, ns: number): Promise<Hash> {
    const { tree, logs } = this.#context
    const root = await tree.root(1)
    const ext = encodeSnapshot({ root, heads: statedHeads(logs) })
    await this.#kept.keep(tree)
    return writeStatement(desk, statementIn(ns), 1, ext)
  }

  /** Judges those that wait for this witness, and signs receipts where it agrees. */
  async attest(desk: AuthorContext, ns: number): Promise<readonly Attested[]> {
    const { tree, settlement } = this.#context
    const attested: Attested[] = []
    for (const snapshot of openFor(desk.author?.client ?? 0, settlement.snapshots)) {
      const judgement = await judgeSnapshot(this.#witnessing, snapshot)
      attested.push({ snapshot, judgement })
      if (judgement.kind !== 'agrees') continue
      const { isRootChecked } = judgement
      if (isRootChecked) await this.#kept.keep(tree)
      const ext = encodeReceipt({ snapshot: snapshot.id, isRootChecked })
      await writeStatement(desk, statementIn(ns), 2, ext)
    }
    return attested
  }

  /** Compares what others have signed with what is computed here. */
  review(): Promise<void> {
    return this.#review.run(this.#context.settlement.snapshots)
  }

  /** Those that differ from what is computed here. */
  disagreements(): readonly Disagreement[] {
    return this.#review.disagreements(this.#context.settlement.snapshots)
  }

  /** Makes no more proofs that show another state of a record than the present one. */
  async forget(record: RecordId): Promise<void> {
    const { tree } = this.#context
    const rec = recOf(record)
    const scope = { ns: record.ns, aud: 1 } as const
    await this.#kept.forget(record.ns, rec, await tree.leaf(scope, rec))
  }

  /** Proves by one that a record was in it or was not; MULU_SNAPSHOT_UNKNOWN, and as gatherProof. */
  async prove(id: Hash, record: RecordId): Promise<SnapshotProof> {
    const { crypto, store, settlement, rosters } = this.#context
    const snapshot = settlement.snapshots.find((each) => equalBytes(each.id, id))
    if (snapshot === undefined) throw new MuluError('MULU_SNAPSHOT_UNKNOWN')
    const context = { crypto, store, rosters: rosters(), settlement, kept: this.#kept }
    return gatherProof(context, snapshot, record)
  }
}

function statementIn(ns: number): Write {
  return { ns, aud: 1, actor: '', changes: [] }
}
