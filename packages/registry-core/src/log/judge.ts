/**
 * The verdict on a commit whose parent stands at the end of the judged chain: a function of its
 * header, its log and the rosters; no clock, size or version of this machine takes part.
 */

import type { ReadCommit } from '../commit/commit.ts'
import { type Header, KNOWN_EXTENSIONS, limitBroken } from '../commit/header.ts'
import { equalBytes } from '../encoding/bytes.ts'
import type { ErrorCode } from '../errors.ts'
import { compareStamps } from '../record/shown.ts'
import type { LogEnd, Right } from '../roster/change.ts'
import { anchorOf, citedGrant, closedAt, finalEnd } from '../roster/grant.ts'
import type { Roster } from '../roster/roster.ts'
import type { LogKey } from './log.ts'
import type { LogState } from './log-state.ts'
import type { Missing } from './outcome.ts'

/** What a verdict can say of a commit that stands next on its chain. */
export type Verdict =
  | { readonly kind: 'in force'; readonly mayClassify: boolean }
  | { readonly kind: 'void'; readonly code: ErrorCode }
  | { readonly kind: 'ended'; readonly code: ErrorCode }
  | { readonly kind: 'waits'; readonly missing: Missing }

/** What the verdict rests on beside the commit. */
export type JudgeContext = {
  readonly rosters: readonly Roster[]
  /** Whether the profile that a roster version names is here. */
  readonly hasProfile: (roster: Roster) => boolean
  /** Whether everything `after` names has been judged, or has ended below. */
  readonly isAfterSatisfied: boolean
  /** Whether another commit follows the same parent. */
  readonly isForked: boolean
  /** The commit up to which a settled snapshot covers the log. */
  readonly floor: LogEnd | undefined
}

/** Judges the commit that follows `state.judged`. */
export function judge(commit: ReadCommit, state: LogState, context: JudgeContext): Verdict {
  const header = commit.read
  const newest = context.rosters.at(-1)
  const cited = context.rosters[header.roster[0] - 1]
  if (newest === undefined || cited === undefined) return waits('roster')
  const end = endCode(commit, state, newest, context)
  if (end !== undefined) return { kind: 'ended', code: end }
  if (header.v !== 1) return waits('version')
  if (header.crit.some((name) => !KNOWN_EXTENSIONS.includes(name))) return waits('extension')
  if (!equalBytes(cited.hash, header.roster[1])) return waits('roster')
  if (!context.hasProfile(cited)) return waits('profile')
  if (!context.isAfterSatisfied) return waits('after')
  return grantVerdict(header, state.log, cited, newest)
}

function waits(missing: Missing): Verdict {
  return { kind: 'waits', missing }
}

/** Why the log ends before this commit, or undefined. Once ended, a log stays ended. */
function endCode(
  commit: ReadCommit,
  state: LogState,
  newest: Roster,
  { isForked, floor }: JudgeContext,
): ErrorCode | undefined {
  const header = commit.read
  if (state.ended) return 'MULU_REVOKED'
  const end = finalEnd(newest.state, state.log)
  if (end !== undefined && header.seq > end.seq) return 'MULU_REVOKED'
  const anchor = anchorOf(newest.state, state.log)
  if (anchor !== undefined && header.seq === anchor.seq && !equalBytes(anchor.id, commit.id)) {
    return end === undefined ? 'MULU_FORK' : 'MULU_REVOKED'
  }
  if (anchor === undefined ? isBeyondFork(commit, state, floor) : isForked) return 'MULU_FORK'
  if (header.v !== 1) return undefined
  if (limitBroken(header) !== undefined) return 'MULU_LIMIT'
  if (header.roster[0] < state.rosterVersion) return 'MULU_ROSTER_FELL'
  const isLater = compareStamps(header.stamp, state.stamp) > 0
  return isLater || header.reset ? undefined : 'MULU_STAMP_FELL'
}

/** A forked log ends before its fork, but never below what a settled snapshot covers. */
function isBeyondFork(
  { id, read }: ReadCommit,
  { forkedAt }: LogState,
  floor: LogEnd | undefined,
): boolean {
  if (floor === undefined || read.seq > floor.seq) return read.seq >= (forkedAt ?? read.seq + 1)
  return read.seq === floor.seq && !equalBytes(id, floor.id)
}

function grantVerdict(header: Header, log: LogKey, cited: Roster, newest: Roster): Verdict {
  const grant = citedGrant(cited.state, log)
  if (grant === undefined) return { kind: 'void', code: 'MULU_GRANT_MISSING' }
  const closing = closedAt(newest.state, log, grant)
  if (closing !== undefined && header.seq > closing.seq) {
    return { kind: 'void', code: 'MULU_REVOKED' }
  }
  const isGranted = rightsNeeded(header).every((right) => grant.rights.includes(right))
  if (!isGranted) return { kind: 'void', code: 'MULU_RIGHT_MISSING' }
  return { kind: 'in force', mayClassify: grant.rights.includes('classify') }
}

function rightsNeeded(header: Header): readonly Right[] {
  const rights = new Set<Right>()
  for (const entry of header.entries) rights.add(entry.cls === 1 ? 'classify' : 'describe')
  if (header.erase.length > 0) rights.add('erase')
  return [...rights]
}
