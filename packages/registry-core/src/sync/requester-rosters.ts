/** How a requester takes rosters and the profile that the newest one names. */
import { equalBytes, toHex } from '../encoding/bytes.ts'
import type { ErrorCode } from '../errors.ts'
import type { Request } from './frame.ts'
import type { RosterMark } from './frame-parts.ts'
import type { RequesterPhase, RequesterState, RequesterStep } from './requester-state.ts'
import { ownRosterMark, type SyncContext } from './sync-context.ts'

type Send = (state: RequesterState, phase: RequesterPhase, frame: Request) => RequesterStep

/** Refusals of a roster, a profile or an order that no honest node can cause. */
export const BLAMED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'MULU_ROSTER_SHAPE',
  'MULU_ROSTER_THRESHOLD',
  'MULU_SIGNATURE',
  'MULU_PROFILE',
  'MULU_KEY_WEAK',
  'MULU_ORDER_KEY',
  'MULU_ORDER_REACH',
  'MULU_ORDER_SHAPE',
])

/** Asks for the versions after the own newest one; undefined when the peer has none. */
export function pullRosters(
  context: SyncContext,
  state: RequesterState,
  theirs: RosterMark | undefined,
  send: Send,
): RequesterStep | undefined {
  if (theirs === undefined) return undefined
  const own = ownRosterMark(context.replica)
  const isFork = theirs.version === own.version && !equalBytes(theirs.hash, own.hash)
  if (theirs.version <= own.version && !isFork) return undefined
  // Of two rosters of one version the other is fetched too: it is the proof behind the alarm. A
  // version that does not follow the own one stands on another branch, which began further back.
  const from = Math.max(1, own.version + (isFork ? 0 : 1) - state.rosterBack)
  const rosterTried = `${theirs.version}.${toHex(theirs.hash)}.${from}`
  if (state.rosterTried === rosterTried) return undefined
  return send({ ...state, rosterTried }, 'rosters', { t: 'roster-pull', from })
}

/** Asks for the profile of the newest roster, once; undefined when it is here. */
export function pullProfile(
  context: SyncContext,
  state: RequesterState,
  send: Send,
): RequesterStep | undefined {
  const hash = context.replica.missingProfile()
  if (hash === undefined) return undefined
  if (state.profileTried !== undefined && equalBytes(state.profileTried, hash)) return undefined
  return send({ ...state, profileTried: hash }, 'profile', { t: 'profile-pull', hash })
}
