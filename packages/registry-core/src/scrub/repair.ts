/** Puts commits that a peer has sent in the place of those that have rotted here. */
import type { Commit, ReadCommit } from '../commit/commit.ts'
import { equalBytes, toHex } from '../encoding/bytes.ts'
import { missingEntries, orderedEntries } from '../erasure/proof.ts'
import { attribute } from '../log/attribute.ts'
import { commitsAt } from '../log/chain.ts'
import type { LogKey } from '../log/log.ts'
import { commitBatch, commitKey, put, recordKey, type Store } from '../store/store.ts'
import { openOrNothing } from './check-record.ts'
import type { DamagedCommit } from './damage.ts'
import type { ScrubContext } from './scrub.ts'

type RepairContext = Pick<
  ScrubContext,
  'crypto' | 'store' | 'logs' | 'damage' | 'erasures' | 'rosters'
>

/**
 * Puts one commit back where it belongs; undefined when it is not the one that is damaged. It has
 * to be the very commit that stood there: its hash is that of the id on record.
 */
export async function repairCommit(
  context: RepairContext,
  offered: Commit,
): Promise<ReadCommit | undefined> {
  const { crypto, store, damage, erasures, rosters } = context
  const attribution = attribute(crypto, rosters(), offered, true)
  if ('code' in attribution) return undefined
  const { ns, aud, writer, seq } = attribution.commit.read
  const log = { ns, aud, writer }
  const damaged = damage.at(log, seq)
  const isIt = damaged !== undefined && (await isTheOne(context, damaged, attribution.commit))
  if (!isIt || !(await isComplete(store, log, attribution.commit))) return undefined
  const key = commitKey(log, seq, attribution.commit.id)
  const commit = erasures.withoutErased(key, attribution.commit)
  const removed = damage.remove(log, seq)
  const outcome = await store.outcomes.get(key)
  // What became of it was lost as well: the scope is judged again from its commits.
  const suspect = outcome === undefined ? damage.addScope({ ns, aud }) : undefined
  await commitBatch(store, [
    ...erasures.replacing(key, commit),
    ...(suspect === undefined ? [] : [put(store.outcomes, key, new Uint8Array())]),
    ...(suspect === undefined ? [] : [suspect.operation]),
    removed.operation,
  ])
  removed.apply()
  suspect?.apply()
  erasures.replaced(key, commit)
  return commit
}

/** Whether the copy has every body but those that orders have erased and that were absent here. */
async function isComplete(store: Store, log: LogKey, commit: ReadCommit): Promise<boolean> {
  const ordered = orderedEntries(commit)
  const { writer, seq, entries } = commit.read
  for (const entry of missingEntries(commit)) {
    const rec = entries[entry]?.rec
    if (ordered.includes(entry)) continue
    const stored = rec === undefined ? undefined : await store.records.get(recordKey(log, rec))
    const row = openOrNothing(stored)?.rows.find(
      (each) => each.client === writer && each.seq === seq && each.entry === entry,
    )
    if (row?.isAbsent !== true) return false
  }
  return true
}

async function isTheOne(
  context: RepairContext,
  { log, seq, idText }: DamagedCommit,
  commit: ReadCommit,
): Promise<boolean> {
  if (idText !== '') return toHex(commit.id.subarray(1)) === idText
  return follows(context, log, seq, commit)
}

/** Without an id on record: whether the chain on either side names it. */
async function follows(
  { crypto, store, logs }: RepairContext,
  log: LogKey,
  seq: number,
  commit: ReadCommit,
): Promise<boolean> {
  const { known } = logs.get(log)
  if (known.seq === seq) return equalBytes(known.id, commit.id)
  const next = await commitsAt(crypto, store, log, seq + 1)
  if (next.length > 0) return next.some(({ read }) => equalBytes(read.parent, commit.id))
  const before = await commitsAt(crypto, store, log, seq - 1)
  return before.some(({ id }) => equalBytes(id, commit.read.parent))
}
