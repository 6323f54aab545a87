/**
 * What the author of a commit had seen of the other logs of its scope: the causal past that
 * `after` and the own chain tell, and what of it binds (DESIGN-REVIEW section 2).
 */
import type { ReadCommit } from '../commit/commit.ts'
import type { Stamp } from '../commit/header.ts'
import type { Row } from '../record/document.ts'
import type { Sight } from '../record/mask.ts'
import { compareStamps } from '../record/shown.ts'
import { finalEnd } from '../roster/grant.ts'
import type { Roster } from '../roster/roster.ts'
import { commitKey, type Scope, type Store } from '../store/store.ts'
import { hasCommit } from './chain.ts'
import type { LogKey, LogPosition } from './log.ts'
import type { Logs } from './logs.ts'
import { decodeOutcome } from './stored-outcome.ts'

type PastContext = {
  readonly store: Store
  readonly logs: Logs
  readonly rosters: () => readonly Roster[]
}

/** A position of another writer's log that a commit waits for. */
export type Unseen = { readonly writer: number; readonly seq: number }

/**
 * The first position named in `after` that is not here. A log that has ended below it satisfies
 * it as well, so that a refused, forked or lost commit blocks nobody.
 */
export async function firstUnseen(
  context: PastContext,
  commit: ReadCommit,
): Promise<Unseen | undefined> {
  const { ns, aud, after } = commit.read
  for (const [writer, seq, id] of after) {
    const log = { ns, aud, writer }
    const state = context.logs.get(log)
    if (hasEndedBelow(context, log, seq)) continue
    const isHere = state.judged.seq >= seq && (await hasCommit(context.store, log, seq, id))
    if (!isHere) return { writer, seq }
  }
  return undefined
}

/**
 * Whether a log has ended below a position and all before its end is here: what the naming commit
 * supersedes of it can then be told.
 */
export function hasEndedBelow(context: PastContext, log: LogKey, seq: number): boolean {
  const state = context.logs.get(log)
  if (state.ended && seq > state.accepted.seq) return true
  const newest = context.rosters().at(-1)
  const final = newest === undefined ? undefined : finalEnd(newest.state, log)
  const ends = [final?.seq, state.forkedAt === undefined ? undefined : state.forkedAt - 1]
  return ends.some((end) => end !== undefined && seq > end && state.judged.seq >= end)
}

/** What the author of a commit had seen and may do. */
export async function sightOf(
  context: PastContext,
  commit: ReadCommit,
  mayClassify: boolean,
): Promise<Sight> {
  const { ns, aud, writer, seq, after } = commit.read
  const seen = new Map(context.logs.get({ ns, aud, writer }).seen)
  for (const [other, at, id] of after) seen.set(other, { seq: at, id })
  const past = new Map<number, number>([[writer, seq - 1]])
  for (const [other, position] of seen) {
    past.set(other, await boundPosition(context, { ns, aud, writer: other }, position))
  }
  return { past: (client) => past.get(client) ?? 0, mayClassify }
}

/** A position counts in full on the branch that stands; of a lost branch only what both share. */
async function boundPosition(
  context: PastContext,
  log: LogKey,
  position: LogPosition,
): Promise<number> {
  const state = context.logs.get(log)
  const end = state.ended ? state.accepted.seq : Number.POSITIVE_INFINITY
  if (state.forkedAt === undefined) return Math.min(position.seq, end)
  const stored = await context.store.outcomes.get(commitKey(log, position.seq, position.id))
  const kind = stored === undefined ? undefined : decodeOutcome(stored).kind
  if (kind === 'in force' || kind === 'void') return position.seq
  return Math.min(position.seq, state.forkedAt - 1, end)
}

/** A stamp bounded by later commits of its log that reset a wrong clock. */
export function effectiveStamp(logs: Logs, scope: Scope, row: Row): Stamp {
  return logs
    .get({ ...scope, writer: row.client })
    .resets.reduce<Stamp>(
      (stamp, [seq, reset]) => (seq > row.seq && compareStamps(reset, stamp) < 0 ? reset : stamp),
      row.stamp,
    )
}
