/**
 * What the author of a commit had seen of the other logs of its scope: the causal past that
 * `after` and the own chain tell, and what of it binds (DESIGN-REVIEW section 2).
 */
import type { ReadCommit } from '../commit/commit.ts'
import type { Stamp } from '../commit/header.ts'
import type { Row } from '../record/document.ts'
import type { Sight } from '../record/mask.ts'
import { compareStamps } from '../record/shown.ts'
import { finalEnd, pinOf } from '../roster/grant.ts'
import type { Roster } from '../roster/roster.ts'
import { EMPTY_STATE } from '../roster/state.ts'
import type { Settlement } from '../snapshot/settlement.ts'
import { commitKey, type Scope, type Store } from '../store/store.ts'
import { rosterAnchor } from './anchor.ts'
import type { LogKey, LogPosition } from './log.ts'
import type { Logs } from './logs.ts'
import { unknownPin } from './named-ahead.ts'
import { decodeOutcome } from './stored-outcome.ts'

type PastContext = {
  readonly store: Store
  readonly logs: Logs
  readonly rosters: () => readonly Roster[]
  readonly settlement: Pick<Settlement, 'floorOf'>
  /** Keys of commits that are known to come to stand, though they were named before they did. */
  readonly foreseen: ReadonlySet<string>
}

/** A position of another writer's log that a commit waits for. */
export type Unseen = { readonly writer: number; readonly seq: number }

/**
 * The first position named in `after` that is not here. A log that has ended below it satisfies
 * it as well, and so does a branch that the roster has ruled out, or may have, so that a refused,
 * forked or lost commit blocks nobody.
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
    const isHere = state.accepted.seq >= seq && (await stands(context, log, { seq, id }))
    if (isHere || isRuledOut(context, log, seq)) continue
    const pin = unknownPin(context.rosters(), commit, log)
    const isOpen = pin !== undefined && seq > pin.seq
    if (!isOpen || context.foreseen.has(commitKey(log, seq, id))) return { writer, seq }
    if (state.accepted.seq < pin.seq) return { writer, seq: pin.seq }
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
  const isForked = state.forkedAt !== undefined && rosterAnchor(context, log) === undefined
  const floor = context.settlement.floorOf(log)?.seq ?? 0
  const ends = [final?.seq, isForked ? Math.max((state.forkedAt ?? 1) - 1, floor) : undefined]
  return ends.some((end) => end !== undefined && seq > end && state.judged.seq >= end)
}

/**
 * Whether a position that is not on the chain is known to be of a lost branch: it lies before an
 * anchor that the chain has reached, or beyond a pin where another commit stands by now.
 */
function isRuledOut(context: PastContext, log: LogKey, seq: number): boolean {
  const pinned = rosterAnchor(context, log)
  const anchor = pinned ?? context.settlement.floorOf(log)
  const { accepted } = context.logs.get(log)
  if (anchor === undefined || accepted.seq < anchor.seq) return false
  return seq <= anchor.seq || (pinned !== undefined && accepted.seq >= seq)
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

/**
 * A position counts in full on the branch that stands; of a lost branch only what both share.
 * Where the roster chose the branch, only it can say where they parted: not every node has the
 * lost one.
 */
async function boundPosition(
  context: PastContext,
  log: LogKey,
  position: LogPosition,
): Promise<number> {
  const state = context.logs.get(log)
  const end = state.ended ? state.accepted.seq : Number.POSITIVE_INFINITY
  const newest = context.rosters().at(-1)
  const anchor = rosterAnchor(context, log)
  if (anchor === undefined && state.forkedAt === undefined) return Math.min(position.seq, end)
  if (await stands(context, log, position)) return position.seq
  const isBeyond = anchor !== undefined && position.seq > anchor.seq
  if (isBeyond && finalEnd(newest?.state ?? EMPTY_STATE, log) !== undefined) return anchor.seq
  const pinned = newest === undefined ? undefined : pinOf(newest.state, log)
  const forkedAt = anchor === undefined ? state.forkedAt : pinned?.forkedAt
  return Math.min(position.seq, (forkedAt ?? 1) - 1, end)
}

/** Whether a commit is on the chain of a log that counts. */
async function stands(
  { store }: PastContext,
  log: LogKey,
  { seq, id }: LogPosition,
): Promise<boolean> {
  const stored = await store.outcomes.get(commitKey(log, seq, id))
  const kind = stored === undefined ? undefined : decodeOutcome(stored).kind
  return kind === 'in force' || kind === 'void'
}

/** A stamp bounded by later commits of its log that reset a wrong clock. */
export function effectiveStamp(
  logs: Logs,
  scope: Scope,
  row: Pick<Row, 'client' | 'seq' | 'stamp'>,
): Stamp {
  return logs
    .resetsOf(scope, row.client)
    .reduce<Stamp>(
      (stamp, [seq, reset]) => (seq > row.seq && compareStamps(reset, stamp) < 0 ? reset : stamp),
      row.stamp,
    )
}
