/**
 * The side that answers. It serves and mentions only what the audience rule lets the peer hold,
 * answers one request with one frame, and announces what is new: one announcement, then none
 * until the next request has come.
 */

import type { Hash } from '../crypto.ts'
import { compareBytes, equalBytes } from '../encoding/bytes.ts'
import type { ErrorCode } from '../errors.ts'
import { type LogHead, type LogKey, type LogPosition, logText } from '../log/log.ts'
import type { BodiesServed } from '../log/serving.ts'
import type { Subscription } from '../subscription/subscription.ts'
import type { BucketDigest, Frame, Refuse, Request, Response } from './frame.ts'
import type { HeadNote, PeerAddresses, RosterMark } from './frame-parts.ts'
import { bucketDigests, headNote, headsByBucket, headsIndex } from './heads-index.ts'
import { marksThatDiffer } from './orders-index.ts'
import { isSameReport, type NodeReport } from './report.ts'
import { comparable, digestFrame } from './responder-digest.ts'
import { type PartAsked, partOf } from './responder-parts.ts'
import { ordersOf, rostersFrom } from './responder-rosters.ts'
import type { Summary } from './summary.ts'
import {
  mayPeerHold,
  ownHolds,
  ownOrders,
  ownReport,
  ownRosterMark,
  ownSummary,
  type SyncContext,
  sharedDigests,
} from './sync-context.ts'
import {
  ANNOUNCED_HEADS_MAX,
  BUCKETS,
  COMMITS_MAX,
  HEADS_MAX,
  PULL_BYTES_MAX,
  SILENCE_TIMEOUT_MS,
  SYNC_VERSIONS,
} from './sync-limits.ts'
import { type Outdated, outdatedOf, SPOKEN_TEXT } from './versions.ts'

/** Everything a responder remembers. */
export type ResponderState = {
  readonly phase: 'new' | 'waiting' | 'reading' | 'closed'
  readonly deadlineMs: number | undefined
  /** Whether the peer has asked since the last announcement. */
  readonly isArmed: boolean
  /** Changed heads that were not announced yet; one more than fits means "many". */
  readonly news: readonly HeadNote[]
  /** The version of the protocol that was agreed; 0 before. */
  readonly version: number
  readonly toldRoster: RosterMark | undefined
  readonly toldOrders: Hash | undefined
  readonly toldReport: NodeReport | undefined
  readonly toldHolds: Subscription | undefined
  /** What is being read to be answered by a part, if it was asked for so. */
  readonly asked: PartAsked | undefined
}

/** What can happen to a responder. */
export type ResponderEvent =
  | { readonly type: 'frame'; readonly frame: Frame }
  | { readonly type: 'log-read'; readonly commits: readonly Uint8Array[]; readonly more: boolean }
  | { readonly type: 'statements-read'; readonly commits: readonly Uint8Array[] }
  | { readonly type: 'profile-read'; readonly profile: Uint8Array | undefined }
  | { readonly type: 'digest-read'; readonly digest: Hash | undefined }
  | { readonly type: 'peers-read'; readonly peers: readonly PeerAddresses[] }
  | { readonly type: 'failed'; readonly code: ErrorCode }
  /** The own replica has changed: these heads, or the roster, or the report. */
  | { readonly type: 'changed'; readonly heads: readonly LogHead[] }
  | { readonly type: 'tick' }

/** What a responder wants done. */
export type ResponderEffect =
  | { readonly type: 'send'; readonly frame: Response | Refuse }
  | {
      readonly type: 'read-log'
      readonly log: LogKey
      readonly from: number
      readonly maxBytes: number
      readonly bodies: BodiesServed
    }
  | {
      readonly type: 'read-statements'
      readonly log: LogKey
      readonly places: readonly LogPosition[]
      readonly maxBytes: number
    }
  | { readonly type: 'read-profile'; readonly hash: Hash }
  /** The catalogue digest over some namespaces. */
  | { readonly type: 'read-digest'; readonly namespaces: ReadonlySet<number> }
  | { readonly type: 'read-peers' }
  | { readonly type: 'heard'; readonly summary: Summary }
  | { readonly type: 'blame'; readonly code: ErrorCode }
  | { readonly type: 'refused'; readonly code: string }
  /** No version of the protocol is shared, since one side is too old. */
  | { readonly type: 'unshared'; readonly outdated: Outdated }
  | { readonly type: 'close'; readonly code: ErrorCode | undefined }

/** A step of the responder. */
export type ResponderStep = readonly [state: ResponderState, effects: readonly ResponderEffect[]]

/** A responder before its first step. */
export const NEW_RESPONDER: ResponderState = {
  phase: 'new',
  deadlineMs: undefined,
  isArmed: false,
  news: [],
  version: 0,
  toldRoster: undefined,
  toldOrders: undefined,
  toldReport: undefined,
  toldHolds: undefined,
  asked: undefined,
}

/** One step of the responder. */
export function stepResponder(
  context: SyncContext,
  state: ResponderState,
  event: ResponderEvent,
): ResponderStep {
  if (state.phase === 'closed') return [state, []]
  switch (event.type) {
    case 'frame':
      return takeFrame(context, state, event.frame)
    case 'log-read':
      return answerLog(context, state, event.commits, event.more)
    case 'statements-read':
      return answer(context, state, { t: 'statements', commits: event.commits })
    case 'profile-read':
      return answer(context, state, { t: 'profile', profile: event.profile ?? new Uint8Array() })
    case 'digest-read':
      return answer(context, state, digestFrame(context, event.digest))
    case 'peers-read':
      return answer(context, state, { t: 'peers', peers: event.peers })
    case 'failed':
      return refuse(state, event.code, false)
    case 'changed':
      return announce(context, { ...state, news: addNews(context, state.news, event.heads) })
    case 'tick': {
      const isLate = state.deadlineMs !== undefined && context.nowMs >= state.deadlineMs
      return isLate ? close(state, 'MULU_TIMEOUT') : [state, []]
    }
  }
}

function takeFrame(context: SyncContext, state: ResponderState, frame: Frame): ResponderStep {
  if (frame.t === 'refuse') {
    const [closed, effects] = close(state, undefined)
    return [closed, [{ type: 'refused', code: frame.code }, ...effects]]
  }
  const isInTime = state.phase === 'new' ? frame.t === 'hello' : state.phase === 'waiting'
  if (!isInTime || !isRequest(frame)) return refuse(state, 'MULU_SYNC_ORDER', true)
  const deadlineMs = context.nowMs + SILENCE_TIMEOUT_MS
  return takeRequest(context, { ...state, deadlineMs, isArmed: true }, frame)
}

function isRequest(frame: Frame): frame is Request {
  return REQUESTS.has(frame.t)
}

const REQUESTS: ReadonlySet<Frame['t']> = new Set<Request['t']>([
  'hello',
  'roster-pull',
  'profile-pull',
  'marks-pull',
  'orders-pull',
  'heads-pull',
  'pull',
  'part-pull',
  'places-pull',
  'statements-pull',
  'digest-pull',
  'peers-pull',
  'ready',
])

function takeRequest(context: SyncContext, state: ResponderState, frame: Request): ResponderStep {
  switch (frame.t) {
    case 'hello':
      return takeHello(context, state, frame.versions, frame.summary)
    case 'roster-pull':
      return answer(context, state, { t: 'rosters', rosters: rostersFrom(context, frame.from) })
    case 'profile-pull':
      return read(state, { type: 'read-profile', hash: frame.hash })
    case 'marks-pull': {
      const { crypto, replica } = context
      const found = marksThatDiffer(crypto, replica.sharedOrders(), frame.from, frame.buckets)
      return answer(context, state, { t: 'marks', ...found })
    }
    case 'orders-pull':
      return answer(context, state, { t: 'orders', orders: ordersOf(context, frame.numbers) })
    case 'ready':
      return announce(context, state)
    default:
      // Whoever is not listed gets the roster, its profile and the orders, and nothing else.
      if (context.peer === undefined && context.replica.roster !== undefined) {
        return refuse(state, 'MULU_NOT_ADMITTED', false)
      }
      return takeMemberRequest(context, state, frame)
  }
}

function takeMemberRequest(
  context: SyncContext,
  state: ResponderState,
  frame: Exclude<
    Request,
    { t: 'hello' | 'roster-pull' | 'profile-pull' | 'marks-pull' | 'orders-pull' | 'ready' }
  >,
): ResponderStep {
  switch (frame.t) {
    case 'heads-pull':
      return answer(context, state, compareBuckets(context, frame.from, frame.buckets))
    case 'peers-pull':
      // Without a roster nobody is known, and nothing is told, but the stream may stay.
      if (context.peer === undefined) return answer(context, state, { t: 'peers', peers: [] })
      return read(state, { type: 'read-peers' })
    case 'digest-pull': {
      const namespaces = comparable(context, frame.holds)
      if (namespaces === undefined) return answer(context, state, digestFrame(context, undefined))
      return read(state, { type: 'read-digest', namespaces })
    }
    case 'pull': {
      const { log, from, bodies = 'whole' } = frame
      if (!isServed(context, log)) return answer(context, state, NO_COMMITS)
      const maxBytes = Math.min(frame.max, PULL_BYTES_MAX)
      return read(state, { type: 'read-log', log, from, maxBytes, bodies })
    }
    case 'part-pull': {
      const { log, from, max, sum, at, bodies = 'whole' } = frame
      if (!isServed(context, log)) return answer(context, state, NO_COMMITS)
      // Of a commit that has begun to come nothing beside it is read.
      const maxBytes = at > 0 ? 1 : max
      const asked = { max, sum, at }
      return read({ ...state, asked }, { type: 'read-log', log, from, maxBytes, bodies })
    }
    case 'places-pull': {
      const { log } = frame
      const { statements } = context.replica
      const places = isServed(context, log) ? statements.placesBeyond(log) : []
      return answer(context, state, { t: 'places', places })
    }
    case 'statements-pull': {
      const { log, places } = frame
      if (!isServed(context, log)) return answer(context, state, { t: 'statements', commits: [] })
      return read(state, { type: 'read-statements', log, places, maxBytes: PULL_BYTES_MAX })
    }
  }
}

/** A log the peer may not hold is answered like one that does not exist. */
function isServed(context: SyncContext, log: LogKey): boolean {
  return headsIndex(context.heads).byLog.has(logText(log)) && mayPeerHold(context, log)
}

const NO_COMMITS: Response = { t: 'commits', commits: [], more: false }

function takeHello(
  context: SyncContext,
  state: ResponderState,
  versions: readonly number[],
  summary: Summary,
): ResponderStep {
  const fed = context.replica.federation
  if (fed === undefined || !equalBytes(fed, summary.fed)) {
    return refuse(state, 'MULU_FEDERATION_MISMATCH', true)
  }
  const version = Math.max(0, ...versions.filter((v) => SYNC_VERSIONS.includes(v)))
  if (version === 0) {
    const [closed, effects] = refuse(state, 'MULU_SYNC_VERSION', false, SPOKEN_TEXT)
    return [closed, [{ type: 'unshared', outdated: outdatedOf(versions) }, ...effects]]
  }
  const own = ownSummary(context, fed, version)
  const told: ResponderState = {
    ...state,
    phase: 'waiting',
    news: [],
    version,
    toldRoster: own.roster,
    toldOrders: own.orders,
    toldReport: own.report,
    toldHolds: own.holds,
  }
  const effects: readonly ResponderEffect[] = [
    { type: 'heard', summary },
    { type: 'send', frame: { t: 'hello-ok', version, summary: own } },
  ]
  return [told, effects]
}

function compareBuckets(
  context: SyncContext,
  from: number,
  theirs: readonly BucketDigest[],
): Response {
  const own = headsByBucket(headsIndex(context.heads), (log) => mayPeerHold(context, log))
  const theirsByBucket = new Map(theirs.map(({ bucket, digest }) => [bucket, digest]))
  const heads: HeadNote[] = []
  for (const { bucket, digest } of bucketDigests(context.crypto, own, from)) {
    const other = theirsByBucket.get(bucket)
    if (other !== undefined && compareBytes(digest, other) === 0) continue
    const added = own.get(bucket) ?? []
    if (heads.length > 0 && heads.length + added.length > HEADS_MAX) {
      return { t: 'heads', heads, next: bucket }
    }
    heads.push(...added)
  }
  return { t: 'heads', heads: heads.slice(0, HEADS_MAX), next: BUCKETS }
}

function answerLog(
  context: SyncContext,
  state: ResponderState,
  commits: readonly Uint8Array[],
  more: boolean,
): ResponderStep {
  const { asked } = state
  const part = asked && partOf(context.crypto, asked, commits)
  return answer(context, { ...state, asked: undefined }, part ?? fitCommits(commits, more))
}

/** As many of the commits as a frame holds; the rest is asked for again. */
function fitCommits(commits: readonly Uint8Array[], more: boolean): Response {
  let length = 0
  let count = 0
  for (const bytes of commits) {
    length += bytes.length
    if (count > 0 && (length > PULL_BYTES_MAX || count >= COMMITS_MAX)) break
    count++
  }
  return { t: 'commits', commits: commits.slice(0, count), more: more || count < commits.length }
}

function addNews(
  context: SyncContext,
  news: readonly HeadNote[],
  heads: readonly LogHead[],
): readonly HeadNote[] {
  const shown = heads.filter((head) => mayPeerHold(context, head.log)).map(headNote)
  const texts = new Set(shown.map((head) => logText(head.log)))
  const rest = news.filter((head) => !texts.has(logText(head.log)))
  return [...rest, ...shown].slice(-ANNOUNCED_HEADS_MAX)
}

const NO_DIGEST: Hash = new Uint8Array()

/** Sends the news there is, unless the peer has not yet asked since the last time. */
function announce(context: SyncContext, state: ResponderState): ResponderStep {
  const roster = ownRosterMark(context.replica)
  const report = ownReport(context, state.version)
  const isRosterNew = !equalBytes(roster.hash, state.toldRoster?.hash ?? roster.hash)
  const orders = ownOrders(context.replica, state.version)
  const areOrdersNew = !equalBytes(orders ?? NO_DIGEST, state.toldOrders ?? NO_DIGEST)
  const isReportNew = !isSameReport(report, state.toldReport)
  const holds = ownHolds(context.replica, state.version)
  const isPartNew = JSON.stringify(holds.holds) !== JSON.stringify(state.toldHolds)
  const isNews = state.news.length > 0 || isRosterNew || areOrdersNew || isReportNew || isPartNew
  if (state.phase !== 'waiting' || !state.isArmed || !isNews) return [state, []]
  const frame: Response = {
    t: 'announce',
    roster,
    known: sharedDigests(context, 'known'),
    accepted: sharedDigests(context, 'accepted'),
    orders,
    heads: state.news,
    report,
    ...holds,
  }
  const told = { ...state, isArmed: false, news: [], toldRoster: roster, toldOrders: orders }
  return [{ ...told, toldReport: report, toldHolds: holds.holds }, [{ type: 'send', frame }]]
}

function read(state: ResponderState, effect: ResponderEffect): ResponderStep {
  return [{ ...state, phase: 'reading' }, [effect]]
}

function answer(context: SyncContext, state: ResponderState, frame: Response): ResponderStep {
  const [next, effects] = announce(context, { ...state, phase: 'waiting' })
  return [next, [{ type: 'send', frame }, ...effects]]
}

function close(state: ResponderState, code: ErrorCode | undefined): ResponderStep {
  return [{ ...state, phase: 'closed', deadlineMs: undefined }, [{ type: 'close', code }]]
}

/** Ends the stream and says why. */
function refuse(
  state: ResponderState,
  code: ErrorCode,
  isBlamed: boolean,
  message = '',
): ResponderStep {
  const [closed, effects] = close(state, code)
  const frame: Refuse = { t: 'refuse', code, message }
  const blame: readonly ResponderEffect[] = isBlamed ? [{ type: 'blame', code }] : []
  return [closed, [{ type: 'send', frame }, ...blame, ...effects]]
}
