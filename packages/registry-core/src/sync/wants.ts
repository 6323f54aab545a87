/**
 * The logs a requester still wants from its peer, in the order it will ask: by the rank that the
 * shell gives them, own region first. Logs of one rank take turns of some seconds, so that one long
 * log holds nobody up; what accepted commits wait for comes first.
 */
import { equalBytes } from '../encoding/bytes.ts'
import { type LogKey, type LogPosition, logText } from '../log/log.ts'
import { anchorOf } from '../roster/grant.ts'
import type { HeadNote } from './frame-parts.ts'
import { headNote, headsIndex } from './heads-index.ts'
import { mayOwnHold, mayPeerHold, type SyncContext, type SyncReplica } from './sync-context.ts'

/** A log the peer has more of. */
export type Want = {
  readonly text: string
  readonly head: HeadNote
  /** Where to ask while looking for the point at which another branch leaves the own chain. */
  readonly at: number | undefined
  /** How far the last step back went. */
  readonly step: number
}

/** The wants that heads of the peer give rise to, the most urgent first. */
export function wantsOf(context: SyncContext, heads: readonly HeadNote[]): readonly Want[] {
  const wants: Want[] = []
  for (const head of heads) {
    if (startOf(context, head) === undefined) continue
    if (!mayOwnHold(context, head.log)) continue
    wants.push({ text: logText(head.log), head, at: undefined, step: 0 })
  }
  // Of one namespace after the other, so that what is written lies together on the disk.
  return byRank(
    context,
    wants.sort((a, b) => a.head.log.ns - b.head.log.ns),
  )
}

/** Wants by rank; of one rank, the order stays. */
export function byRank(
  { priority }: Pick<SyncContext, 'priority'>,
  wants: readonly Want[],
): readonly Want[] {
  const ranked = wants.map((want) => ({ want, rank: priority(want.head.log) }))
  return ranked.sort((a, b) => a.rank - b.rank).map(({ want }) => want)
}

/**
 * Wants for commits of which bodies are missing here that should not be: an erasure that no longer
 * counts. The peer is asked for what it has at the first of each log.
 */
export function wantsOfHoles(context: SyncContext): readonly Want[] {
  const wants = new Map<string, Want>()
  for (const { log, seq } of context.replica.holes()) {
    const text = logText(log)
    const head = headsIndex(context.heads).byLog.get(text)
    const isShared = mayOwnHold(context, log) && mayPeerHold(context, log)
    if (head === undefined || !isShared) continue
    const at = Math.min(seq, wants.get(text)?.at ?? seq)
    wants.set(text, { text, head: headNote(head), at, step: 0 })
  }
  return [...wants.values()]
}

/** Where to pull a log from, or undefined when the peer has nothing that is missing here. */
export function startOf(
  context: Pick<SyncContext, 'heads'> & { readonly replica: Pick<SyncReplica, 'roster'> },
  head: HeadNote,
): number | undefined {
  const own = headsIndex(context.heads).byLog.get(logText(head.log))
  const { known, forkedAt } = head
  if (own === undefined) return known.seq > 0 || forkedAt !== undefined ? 1 : undefined
  if (forkedAt !== undefined) {
    const isProven = own.forkedAt !== undefined && own.forkedAt <= forkedAt
    if (!isProven) return Math.min(forkedAt, own.known.seq + 1)
  }
  if (own.forkedAt !== undefined) {
    // Where both know a fork and stand on different branches, there is another one below it.
    if (isOtherBranch(own.accepted, known)) return known.seq
    const end = Math.max(own.forkedAt - 1, own.floor)
    const top = isAnchored(context, head.log) ? known.seq : Math.min(known.seq, end)
    return own.accepted.seq < top ? own.accepted.seq + 1 : undefined
  }
  if (known.seq > own.known.seq) return own.known.seq + 1
  return isOtherBranch(own.known, known) ? known.seq : undefined
}

function isOtherBranch(a: LogPosition, b: LogPosition): boolean {
  return a.seq === b.seq && !equalBytes(a.id, b.id)
}

/** Whether the roster says which branch of a log stands, so that it may go on beyond a fork. */
function isAnchored(
  { replica }: { readonly replica: Pick<SyncReplica, 'roster'> },
  log: LogKey,
): boolean {
  return replica.roster !== undefined && anchorOf(replica.roster.state, log) !== undefined
}

/** New wants beside those still open; a newer head of a log replaces the older. */
export function mergeWants(
  context: Pick<SyncContext, 'priority'>,
  open: readonly Want[],
  added: readonly Want[],
): readonly Want[] {
  if (added.length === 0) return open
  const texts = new Set(added.map((want) => want.text))
  return byRank(context, [...open.filter((want) => !texts.has(want.text)), ...added])
}

/** Where to ask next for a want; undefined when it is satisfied meanwhile. */
export function positionOf(context: SyncContext, want: Want): number | undefined {
  return want.at ?? startOf(context, want.head)
}

/**
 * The want after commits that do not connect with the own chain: one position lower, then in
 * doubling steps, so that the point of a fork is found in few pulls.
 */
export function stepBack(want: Want, from: number): Want {
  const step = want.step === 0 ? 1 : want.step * 2
  return { ...want, at: Math.max(1, from - step), step }
}

/** Puts the logs that waiting commits named to the front. */
export function bringForward(wants: readonly Want[], named: ReadonlySet<string>): readonly Want[] {
  if (named.size === 0) return wants
  const isNamed = (want: Want): boolean => named.has(want.text)
  return [...wants.filter(isNamed), ...wants.filter((want) => !isNamed(want))]
}
