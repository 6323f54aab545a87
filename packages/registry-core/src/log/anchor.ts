/**
 * What has to stand in a log that forked, was cut or was pinned: the commit that the roster names,
 * else the floor that settled snapshots lay under it; and what of the log is at odds with that.
 */
import type { ReadCommit } from '../commit/commit.ts'
import type { LogEnd } from '../roster/change.ts'
import { anchorOf } from '../roster/grant.ts'
import { commitKey } from '../store/store.ts'
import type { AcceptorContext } from './acceptor.ts'
import type { LogKey } from './log.ts'
import type { LogState } from './log-state.ts'
import { decodeOutcome } from './stored-outcome.ts'

/** What tells what has to stand, and what does. */
export type AnchorContext = Pick<AcceptorContext, 'store' | 'logs' | 'rosters' | 'settlement'>

/** The commit that has to stand in a log: what the roster says, else what settled snapshots do. */
export function anchorIn(context: AnchorContext, log: LogKey): LogEnd | undefined {
  return rosterAnchor(context, log) ?? context.settlement.floorOf(log)
}

/** The commit that the newest roster says has to stand in a log: a pin, or the end that a cut gave it. */
export function rosterAnchor(
  { rosters }: Pick<AnchorContext, 'rosters'>,
  log: LogKey,
): LogEnd | undefined {
  const newest = rosters().at(-1)
  return newest === undefined ? undefined : anchorOf(newest.state, log)
}

/** Whether a log stands otherwise than the floor under it says. */
export async function isOutOfStep(context: AnchorContext, log: LogKey): Promise<boolean> {
  const { store, logs, settlement } = context
  const floor = settlement.floorOf(log)
  const { accepted, forkedAt, ended } = logs.get(log)
  if (rosterAnchor(context, log) !== undefined) return false
  if (forkedAt !== undefined && accepted.seq > Math.max(forkedAt - 1, floor?.seq ?? 0)) return true
  if (floor === undefined) return false
  if (accepted.seq < floor.seq) return ended
  const stored = await store.outcomes.get(commitKey(log, floor.seq, floor.id))
  const kind = stored === undefined ? undefined : decodeOutcome(stored).kind
  return kind !== 'in force' && kind !== 'void'
}

/** Whether a second commit at a position takes something back that was accepted. */
export async function isOverturned(
  context: AnchorContext,
  { log, accepted, ended }: LogState,
  { read }: ReadCommit,
): Promise<boolean> {
  const anchor = anchorIn(context, log)
  if (anchor === undefined) return accepted.seq >= read.seq
  const isOnTheWay = accepted.seq < anchor.seq
  const isOff = isOnTheWay && (ended || accepted.seq >= read.seq)
  if (rosterAnchor(context, log) === undefined) {
    return isOff || accepted.seq > Math.max(read.seq - 1, anchor.seq)
  }
  if (read.seq <= anchor.seq) return isOff
  if (accepted.seq < read.seq) return false
  const parent = await context.store.outcomes.get(commitKey(log, read.seq - 1, read.parent))
  return parent !== undefined && decodeOutcome(parent).kind !== 'ended'
}
