/**
 * Positions beyond a pin that were named before their author knew the pin (docs/adr/0031). Whether
 * they are of the lost branch or of the one that stands shows only when that one gets there, which
 * may be never, so nobody waits for it. Where it does get there, everything is judged again.
 *
 * sublevel `meta`  `ahead/<commit key>` -> empty, for each commit that was named so and not here
 */
import type { ReadCommit } from '../commit/commit.ts'
import { equalBytes } from '../encoding/bytes.ts'
import type { LogEnd } from '../roster/change.ts'
import { finalEnd, pinOf } from '../roster/grant.ts'
import type { Roster } from '../roster/roster.ts'
import { commitKey, type Operation, put, type Store } from '../store/store.ts'
import type { LogKey } from './log.ts'
import type { Logs } from './logs.ts'

type AheadContext = {
  readonly store: Store
  readonly logs: Logs
  readonly rosters: () => readonly Roster[]
}

const AHEAD = 'ahead/'

/** The pin of a log that stands and that the author of a commit did not know. */
export function unknownPin(
  rosters: readonly Roster[],
  { read }: ReadCommit,
  log: LogKey,
): LogEnd | undefined {
  const newest = rosters.at(-1)
  const pin = newest && pinOf(newest.state, log)?.log
  if (newest === undefined || pin === undefined) return undefined
  if (finalEnd(newest.state, log) !== undefined) return undefined
  const cited = rosters[read.roster[0] - 1]
  const known = cited && pinOf(cited.state, log)?.log
  const isKnown = known?.seq === pin.seq && equalBytes(known.id, pin.id)
  return isKnown ? undefined : pin
}

/** Notes what a commit that was judged has named so. */
export function namedAhead(
  { store, logs, rosters }: AheadContext,
  commit: ReadCommit,
): readonly Operation[] {
  const { ns, aud, after } = commit.read
  return after.flatMap(([writer, seq, id]) => {
    const log = { ns, aud, writer }
    const pin = unknownPin(rosters(), commit, log)
    if (pin === undefined || seq <= pin.seq || logs.get(log).accepted.seq >= seq) return []
    return [put(store.meta, AHEAD + commitKey(log, seq, id), new Uint8Array())]
  })
}

/** Whether a commit that comes to stand beyond a pin has been named so. */
export async function wasNamedAhead(
  { store, rosters }: AheadContext,
  log: LogKey,
  { id, read }: ReadCommit,
): Promise<boolean> {
  const newest = rosters().at(-1)
  const pin = newest && pinOf(newest.state, log)
  if (pin === undefined || read.seq <= pin.log.seq) return false
  return (await store.meta.get(AHEAD + commitKey(log, read.seq, id))) !== undefined
}
