/**
 * What the roster lets a commit do. A commit is judged by the version it cites; what a newer
 * version refuses, it refuses by position of the log only, so that every node decides alike in
 * any order of arrival (DESIGN section 5).
 */

import { audienceText } from '../commit/audience.ts'
import type { LogKey } from '../log/log.ts'
import type { LogEnd, Right } from './change.ts'
import type { Grant, RosterState } from './state.ts'

/** The newest open grant of a state for a log, or undefined; it has the rights of older ones. */
export function openGrant(state: RosterState, log: LogKey): Grant | undefined {
  return newestGrant(state, log, (grant) => grant.until === undefined)
}

/**
 * The grant that a commit may rest on which cites this state. A closing by order binds by position
 * alone: who cites the version need not have known of the order.
 */
export function citedGrant(state: RosterState, log: LogKey): Grant | undefined {
  return newestGrant(state, log, ({ until }) => until === undefined || until.byOrder === true)
}

function newestGrant(
  state: RosterState,
  log: LogKey,
  isMeant: (grant: Grant) => boolean,
): Grant | undefined {
  return state.writers
    .get(log.writer)
    ?.grants.findLast(
      (grant) => grant.ns === log.ns && isMeant(grant) && coversAudience(grant, log),
    )
}

function coversAudience(grant: Grant, log: LogKey): boolean {
  const wanted = audienceText(log.aud)
  return grant.auds.some((aud) => audienceText(aud) === wanted)
}

/** Whether the open grant of a state for a log holds a right. */
export function hasRight(state: RosterState, log: LogKey, right: Right): boolean {
  return openGrant(state, log)?.rights.includes(right) ?? false
}

/** Whether a commit of the log that cites this state may rest on a right. */
export function citesRight(state: RosterState, log: LogKey, right: Right): boolean {
  return citedGrant(state, log)?.rights.includes(right) ?? false
}

/** Where a newer state ends a grant that an older one gave, and the commit that stands there. */
export type GrantEnd = {
  readonly seq: number
  readonly final: boolean
  readonly end: LogEnd | undefined
}

/** The end of a grant; undefined while it is open. */
export function closedAt(newest: RosterState, log: LogKey, cited: Grant): GrantEnd | undefined {
  const grant = newest.writers
    .get(log.writer)
    ?.grants.find((g) => g.ns === cited.ns && g.from === cited.from && coversAudience(g, log))
  if (grant?.until === undefined) return undefined
  const end = endOf(grant.until.ends, log)
  return { seq: end?.seq ?? 0, final: grant.until.final, end }
}

function endOf(ends: readonly LogEnd[], log: LogKey): LogEnd | undefined {
  const aud = audienceText(log.aud)
  return ends.find((end) => end.ns === log.ns && audienceText(end.aud) === aud)
}

/** The end that closes every grant of a log for good, with the commit that stands there. */
export function finalEnd(newest: RosterState, log: LogKey): LogEnd | undefined {
  const aud = audienceText(log.aud)
  const writer = newest.writers.get(log.writer)
  const grants = (writer?.grants ?? []).filter((g) => g.ns === log.ns)
  if (writer?.dispute === 'open') {
    return { ns: log.ns, aud: log.aud, seq: 0, id: new Uint8Array() }
  }
  const isOver = grants.length > 0 && grants.every((g) => g.until?.final === true)
  if (!isOver) return undefined
  const ends = grants
    .flatMap((g) => g.until?.ends ?? [])
    .filter((end) => audienceText(end.aud) === aud)
  return ends.reduce<LogEnd | undefined>(
    (highest, end) => (highest === undefined || end.seq > highest.seq ? end : highest),
    { ns: log.ns, aud: log.aud, seq: 0, id: new Uint8Array() },
  )
}

/** The roster's pin of a forked log: the branch that counts, and where the fork stands. */
export function pinOf(
  newest: RosterState,
  log: LogKey,
): { readonly log: LogEnd; readonly forkedAt: number } | undefined {
  const aud = audienceText(log.aud)
  return newest.writers
    .get(log.writer)
    ?.pins.findLast((pin) => pin.log.ns === log.ns && audienceText(pin.log.aud) === aud)
}

/**
 * The commit that the roster says stands in a log: its final end, else its pin. Only the branch
 * that leads there counts, whatever else the key has signed.
 */
export function anchorOf(newest: RosterState, log: LogKey): LogEnd | undefined {
  const end = finalEnd(newest, log)
  if (end !== undefined) return end.seq > 0 ? end : undefined
  return pinOf(newest, log)?.log
}
