/**
 * Bodies that a stored commit has no more, or never had here, and that another copy of it brings:
 * those whose erasure an order no longer demands, and those that were pruned or left out.
 */
import { decodeCommit, type ReadCommit, readCommit } from '../commit/commit.ts'
import { type PutBackContext, putBack } from '../pruning/put-back.ts'
import type { Row } from '../record/document.ts'
import type { Roster } from '../roster/roster.ts'
import { commitBatch, type Scope } from '../store/store.ts'
import { type LogKey, logOf } from './log.ts'
import type { Logs } from './logs.ts'
import { effectiveStamp } from './past.ts'
import { rebuildMark } from './rebuild.ts'
import { decodeOutcome, type StoredOutcome } from './stored-outcome.ts'

/** What bringing back works on. */
export type BringBackContext = Omit<PutBackContext, 'stamp' | 'citedProfile'> & {
  readonly logs: Logs
  readonly rosters: () => readonly Roster[]
  readonly profileOf: (roster: Roster) => ReturnType<PutBackContext['citedProfile']>
  readonly onRejudge: (scope: Scope) => void
}

/** What became of the stored commit; undefined when the copy brings nothing that is missing. */
export async function bringBack(
  context: BringBackContext,
  key: string,
  copy: ReadCommit,
): Promise<StoredOutcome | undefined> {
  const log = logOf(copy)
  return (await fillErased(context, log, key, copy)) ?? (await fillAbsent(context, log, key, copy))
}

/** What was erased counts again, so the scope is built anew. */
async function fillErased(
  { crypto, store, erasures, onRejudge }: BringBackContext,
  log: LogKey,
  key: string,
  copy: ReadCommit,
): Promise<StoredOutcome | undefined> {
  if (!erasures.lacks(key)) return undefined
  const bytes = await store.commits.get(key)
  const stored = bytes && readCommit(crypto, decodeCommit(bytes))
  const filled = stored && erasures.filled(key, stored, copy)
  const outcome = await store.outcomes.get(key)
  if (filled === undefined || outcome === undefined) return undefined
  await commitBatch(store, [...erasures.replacing(key, filled), rebuildMark(store, log)])
  erasures.replaced(key, filled)
  onRejudge(log)
  return decodeOutcome(outcome)
}

/** Bodies that were pruned or left out and are wanted; nothing is judged anew for them. */
function fillAbsent(
  context: BringBackContext,
  log: LogKey,
  key: string,
  copy: ReadCommit,
): Promise<StoredOutcome | undefined> {
  const { logs, rosters, profileOf } = context
  const putting: PutBackContext = {
    ...context,
    stamp: (scope: Scope, row: Row) => effectiveStamp(logs, scope, row),
    citedProfile: ({ read }) => {
      const cited = rosters()[read.roster[0] - 1]
      return cited && profileOf(cited)
    },
  }
  return putBack(putting, log, key, copy)
}
