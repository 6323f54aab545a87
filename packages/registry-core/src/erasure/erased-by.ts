/** The entries on their chains that an order in force has erased, as records know them. */
import { decodeCommit, type ReadCommit, readCommit } from '../commit/commit.ts'
import type { Crypto } from '../crypto.ts'
import { decodeOutcome } from '../log/stored-outcome.ts'
import type { ErasedEntry } from '../record/merge.ts'
import type { Roster } from '../roster/roster.ts'
import { commitKey, type Store } from '../store/store.ts'
import { isErasable } from './proof.ts'

type ErasedByContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly rosters: () => readonly Roster[]
}

/**
 * What a commit has erased of commits that count here. Those that are judged later find their
 * orders when they are, and those that never count have nothing in any record.
 */
export async function erasedBy(
  { crypto, store, rosters }: ErasedByContext,
  { read }: Pick<ReadCommit, 'read'>,
): Promise<readonly ErasedEntry[]> {
  const { ns, aud } = read
  const found: ErasedEntry[] = []
  for (const [writer, seq, id, entry] of read.erase) {
    const key = commitKey({ ns, aud, writer }, seq, id)
    const outcome = await store.outcomes.get(key)
    const bytes = outcome === undefined ? undefined : await store.commits.get(key)
    if (outcome === undefined || bytes === undefined) continue
    if (decodeOutcome(outcome).kind !== 'in force') continue
    const named = readCommit(crypto, decodeCommit(bytes)).read
    const rec = named.entries[entry]?.rec
    if (rec === undefined || !isErasable(rosters(), read, named, entry)) continue
    found.push({ rec, client: writer, seq, entry })
  }
  return found
}
