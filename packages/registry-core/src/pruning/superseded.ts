/**
 * Which bodies are superseded for good: those whose slots are all superseded, where a settled
 * snapshot covers the writing and what superseded it. Until then a cut may bring them back, and
 * whoever writes next may still have to name them.
 */
import { bodyHash, entryOfBody, type ReadCommit, type StoredBody } from '../commit/commit.ts'
import type { Crypto } from '../crypto.ts'
import type { LogKey } from '../log/log.ts'
import { decodeOutcome } from '../log/stored-outcome.ts'
import { RecordDocument, type Row } from '../record/document.ts'
import type { Settlement } from '../snapshot/settlement.ts'
import { commitKey, recordKey, type Scope, type Store } from '../store/store.ts'
import { isMarkedSuperseded } from './superseded-marks.ts'

/** What it is told from. */
export type SupersededContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly settlement: Pick<Settlement, 'floorOf'>
}

/** Whether a settled snapshot covers what wrote a row of a record of a scope. */
export function isSettledIn(
  { settlement }: Pick<SupersededContext, 'settlement'>,
  { ns, aud }: Scope,
): (row: Row) => boolean {
  return ({ client, seq }) => seq <= (settlement.floorOf({ ns, aud, writer: client })?.seq ?? 0)
}

/** A commit without some of its bodies; how many they were, and their bytes. */
export function withoutBodies(
  crypto: Crypto,
  commit: ReadCommit,
  entries: ReadonlySet<number>,
): { readonly commit: ReadCommit; readonly count: number; readonly bytes: number } {
  let [count, bytes] = [0, 0]
  const bodies = commit.bodies.map((body, i): StoredBody => {
    const isOut = body instanceof Uint8Array && entries.has(entryOfBody(commit.read, i))
    if (!isOut) return body
    count += 1
    bytes += body.length
    return { missing: bodyHash(crypto, body) }
  })
  return { commit: count === 0 ? commit : { ...commit, bodies }, count, bytes }
}

/** A commit of a log without the bodies that are superseded for good; most have none. */
export async function withoutSuperseded(
  context: SupersededContext,
  log: LogKey,
  commit: ReadCommit,
): Promise<ReadCommit> {
  const { crypto, store, settlement } = context
  const { seq, entries } = commit.read
  if (entries.length === 0 || seq > (settlement.floorOf(log)?.seq ?? 0)) return commit
  if (!(await isMarkedSuperseded(store, log, seq))) return commit
  const outcome = await store.outcomes.get(commitKey(log, seq, commit.id))
  if (outcome === undefined || decodeOutcome(outcome).kind !== 'in force') return commit
  const recs = [...new Set(entries.map(({ rec }) => rec))]
  const stored = await store.records.getMany(recs.map((rec) => recordKey(log, rec)))
  const isSettled = isSettledIn(context, log)
  const out = new Set<number>()
  for (const [i, rec] of recs.entries()) {
    for (const row of RecordDocument.open(stored[i]).superseded(isSettled)) {
      const isOf = row.client === log.writer && row.seq === seq && entries[row.entry]?.rec === rec
      if (isOf) out.add(row.entry)
    }
  }
  return out.size === 0 ? commit : withoutBodies(crypto, commit, out).commit
}
