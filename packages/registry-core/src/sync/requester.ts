/**
 * The side that asks. It says hello, takes what it lacks (rosters, the profile, then commits log
 * by log) and, once level, waits for news or for the next round. One request is outstanding at a
 * time; what was stored is where the next exchange goes on, whatever happens to this one.
 */
import { equalBytes } from '../encoding/bytes.ts'
import type { ErrorCode } from '../errors.ts'
import type { Announce, Commits, Frame, Part, Refuse, Request, Response } from './frame.ts'
import type { GroupDigest } from './frame-parts.ts'
import { bucketDigests, headsByBucket, headsIndex } from './heads-index.ts'
import { measured } from './pull-size.ts'
import { archivedBy } from './requester-archived.ts'
import { answerMend, nextMend, pullDamaged } from './requester-mend.ts'
import { answerMarks, pullOrders } from './requester-orders.ts'
import { beElsewhere, heldText, pullDigest, sentByPeer, takeHeads } from './requester-partial.ts'
import { takePart } from './requester-parts.ts'
import { answerPull, nextPull, pullAhead, resumePull, takeAcceptances } from './requester-pull.ts'
import { BLAMED, pullProfile, pullRosters } from './requester-rosters.ts'
import type {
  Ahead,
  Remote,
  RequesterEffect,
  RequesterEvent,
  RequesterPhase,
  RequesterState,
  RequesterStep,
} from './requester-state.ts'
import {
  answerPlaces,
  answerStatements,
  mergeForks,
  pullStatements,
  takeStatements,
} from './requester-statements.ts'
import { close, refuse, request, sayReady, store, then } from './requester-steps.ts'
import type { Summary } from './summary.ts'
import { isBehind, mayPeerHold, ownSummary, type SyncContext } from './sync-context.ts'
import { ANSWER_TIMEOUT_MS, BUCKETS, SYNC_VERSIONS } from './sync-limits.ts'
import { outdatedBy } from './versions.ts'
import { mergeWants, positionOf, type Want, wantsOfHoles } from './wants.ts'

/** One step of the requester. */
export function stepRequester(
  context: SyncContext,
  state: RequesterState,
  event: RequesterEvent,
): RequesterStep {
  if (state.phase === 'closed') return [state, []]
  switch (event.type) {
    case 'start':
      return sayHello(context, state)
    case 'frame':
      return takeFrame(context, state, event.frame)
    case 'stored':
      return takeStored(context, state, event.refusal)
    case 'accepted': {
      if (state.phase !== 'storing') return [state, []]
      const { acceptances } = event
      const [next, effects] = state.pull
        ? takeAcceptances(context, state, state.pull, acceptances)
        : takeStatements(state, acceptances)
      return then(goOn(context, next), effects)
    }
    case 'failed':
      return close(state, event.code)
    case 'changed':
      return takeChange(context, state)
    case 'round':
      return isResting(state) ? sayHello(context, state) : [state, []]
    case 'progress': {
      if (state.deadlineMs === undefined) return [state, []]
      return [{ ...state, deadlineMs: context.nowMs + ANSWER_TIMEOUT_MS }, []]
    }
    case 'tick': {
      const isLate = state.deadlineMs !== undefined && context.nowMs >= state.deadlineMs
      return isLate ? close(state, 'MULU_TIMEOUT') : [state, []]
    }
  }
}

function isResting(state: RequesterState): boolean {
  return state.phase === 'level' || state.phase === 'outside' || state.phase === 'held'
}

function sayHello(context: SyncContext, state: RequesterState): RequesterStep {
  const fed = context.replica.federation
  if (fed === undefined) return close(state, 'MULU_FEDERATION_MISMATCH')
  // Before the peer has answered nobody knows what it speaks: only what the oldest version has.
  const summary = ownSummary(context, fed, 1)
  const fresh: RequesterState = {
    ...state,
    rosterTried: undefined,
    rosterBack: 0,
    profileTried: undefined,
    ordersTried: undefined,
    orders: undefined,
    mendTried: new Map(),
    heldThen: heldText(context),
  }
  return request(context, fresh, 'hello', { t: 'hello', versions: SYNC_VERSIONS, summary })
}

function takeFrame(context: SyncContext, state: RequesterState, frame: Frame): RequesterStep {
  if (frame.t === 'refuse') {
    return then(close(state, undefined), [
      { type: 'refused', code: frame.code },
      ...unshared(frame),
    ])
  }
  if (frame.t === 'announce') return takeAnnounce(context, state, frame)
  const isPulled = frame.t === 'commits' || frame.t === 'part'
  const next = isPulled ? measureAnswer(context, state, frame) : state
  if (isPulled && isAhead(next)) return keepAnswer(next, frame)
  if (!isAnswer(frame) || PHASE_OF_ANSWER[frame.t] !== next.phase) {
    return refuse(next, 'MULU_SYNC_ORDER')
  }
  return takeAnswer(context, { ...next, phase: 'idle', deadlineMs: undefined }, frame)
}

/** Who is too old, where that is why the peer refused. */
function unshared({ code, message }: Refuse): readonly RequesterEffect[] {
  const outdated = code === 'MULU_SYNC_VERSION' ? outdatedBy(message) : undefined
  return outdated === undefined ? [] : [{ type: 'unshared', outdated }]
}

type Answer = Exclude<Response, Announce>

function isAnswer(frame: Frame): frame is Answer {
  return Object.hasOwn(PHASE_OF_ANSWER, frame.t)
}

const PHASE_OF_ANSWER: Readonly<Record<Answer['t'], RequesterPhase>> = {
  'hello-ok': 'hello',
  rosters: 'rosters',
  profile: 'profile',
  marks: 'marks',
  orders: 'orders',
  heads: 'heads',
  commits: 'commits',
  part: 'commits',
  places: 'places',
  statements: 'statements',
  digest: 'digest',
  peers: 'peers',
}

function takeAnswer(context: SyncContext, state: RequesterState, frame: Answer): RequesterStep {
  switch (frame.t) {
    case 'hello-ok':
      return takeHello(context, state, frame.version, frame.summary)
    case 'rosters':
      if (frame.rosters.length === 0) return advance(context, state)
      return store(state, { type: 'store-rosters', rosters: frame.rosters })
    case 'profile':
      if (frame.profile.length === 0) return advance(context, state)
      return store(state, { type: 'store-profile', profile: frame.profile })
    case 'marks':
      return advance(context, answerMarks(context, state, frame.marks, frame.next))
    case 'orders':
      if (frame.orders.length === 0) return advance(context, state)
      return store(state, { type: 'store-orders', orders: frame.orders })
    case 'heads': {
      const forks = mergeForks(context, state.forks, frame.heads)
      const compareFrom = frame.next < BUCKETS ? frame.next : undefined
      const taken = takeHeads(context, state, frame.heads)
      return advance(context, { ...taken, forks, compareFrom })
    }
    case 'commits': {
      if (state.mend !== undefined) {
        const [mended, repair] = answerMend(state, state.mend, frame.commits)
        const step: RequesterStep = [mended, []]
        return then(mended.phase === 'storing' ? step : advance(context, mended), repair)
      }
      return takeCommits(context, state, frame.commits, frame.more)
    }
    case 'part':
      return takeOnePart(context, state, frame)
    case 'places':
      return advance(context, answerPlaces(context, state, frame.places))
    case 'statements': {
      const [next, effects] = answerStatements(context, state, frame.commits)
      return then(next.phase === 'storing' ? [next, []] : advance(context, next), effects)
    }
    case 'digest': {
      const { digest, accepted } = frame
      return then(advance(context, state), [{ type: 'compared', digest, accepted }])
    }
    case 'peers':
      return then(advance(context, state), [{ type: 'peers', peers: frame.peers }])
  }
}

function takeCommits(
  context: SyncContext,
  state: RequesterState,
  commits: readonly Uint8Array[],
  more: boolean,
): RequesterStep {
  const [next, effects] = answerPull(state, commits)
  if (next.phase === 'storing') return then(askAhead(context, next, more), effects)
  return then(advance(context, next), effects)
}

function takeOnePart(context: SyncContext, state: RequesterState, part: Part): RequesterStep {
  const taken = state.mend === undefined ? takePart(context, state, part) : undefined
  if (taken === undefined) return refuse({ ...state, begun: undefined }, 'MULU_SYNC_PART')
  const { state: next, whole } = taken
  const { pull } = next
  if (whole === undefined || pull === undefined) return advance(context, next)
  return takeCommits(context, next, [whole], pull.want.head.known.seq > pull.from)
}

/** What an answer to a pull says of the line; a repair asks for other sizes. */
function measureAnswer(
  { nowMs }: SyncContext,
  state: RequesterState,
  answer: Commits | Part,
): RequesterState {
  if (state.mend !== undefined) return state
  const sent = answer.t === 'part' ? [answer.bytes] : answer.commits
  const bytes = sent.reduce((sum, each) => sum + each.length, 0)
  return { ...state, size: measured(state.size, bytes, nowMs) }
}

/** Asks for the next answer while this one is being stored. */
function askAhead(context: SyncContext, state: RequesterState, more: boolean): RequesterStep {
  const send = (asking: RequesterState): RequesterStep => [asking, []]
  const isUrgent =
    pullRosters(context, state, state.remote?.roster, send) ??
    pullOrders(context, state, send) ??
    pullProfile(context, state, send)
  const next = isUrgent === undefined ? pullAhead(context, state, more) : undefined
  if (next === undefined) return [state, []]
  return request(context, next.state, 'storing', next.frame)
}

type AheadState = RequesterState & { readonly ahead: Ahead }

/** Whether an answer to a pull that was asked for ahead is still to come. */
function isAhead(state: RequesterState): state is AheadState {
  const { phase, ahead } = state
  return phase === 'storing' && ahead !== undefined && ahead.answer === undefined
}

function keepAnswer(state: AheadState, answer: Commits | Part): RequesterStep {
  return [{ ...state, deadlineMs: undefined, ahead: { ...state.ahead, answer } }, []]
}

/** Goes on after an answer was stored, first with what was asked for ahead, if it is still wanted. */
function goOn(context: SyncContext, state: RequesterState): RequesterStep {
  const { ahead, deadlineMs } = state
  if (ahead === undefined) return advance(context, state)
  const { answer } = ahead
  const pulling = resumePull(context, { ...state, ahead: undefined }, ahead)
  if (answer === undefined) return [{ ...pulling, phase: 'commits', deadlineMs }, []]
  return takeAnswer(context, { ...pulling, phase: 'idle', deadlineMs: undefined }, answer)
}

function takeHello(
  context: SyncContext,
  state: RequesterState,
  version: number,
  summary: Summary,
): RequesterStep {
  const fed = context.replica.federation
  if (fed === undefined || !equalBytes(summary.fed, fed)) {
    return refuse(state, 'MULU_FEDERATION_MISMATCH')
  }
  if (!SYNC_VERSIONS.includes(version)) return refuse(state, 'MULU_SYNC_VERSION')
  const { roster, known, accepted, orders, report, addresses, archive = false, holds } = summary
  const remote: Remote = { roster, known, accepted, orders, report, archive, holds }
  const holes = wantsOfHoles(context).filter(sentByPeer(context, { remote }))
  const wants = mergeWants(context, state.wants, holes)
  const step = advance(context, { ...state, version, remote, wants, compareFrom: 0 })
  return then(step, [{ type: 'heard', remote, addresses }, ...archivedBy(context, remote)])
}

function takeAnnounce(context: SyncContext, state: RequesterState, frame: Announce): RequesterStep {
  if (state.remote === undefined || state.announces === 0) return refuse(state, 'MULU_SYNC_ORDER')
  const { roster, known, accepted, orders, holds } = frame
  const report = frame.report ?? state.remote.report
  // Who has come to hold a part since hello keeps no longer everything.
  const archive = state.remote.archive && holds === undefined
  const remote: Remote = { roster, known, accepted, orders, report, archive, holds }
  const next = {
    ...takeHeads(context, { ...state, remote }, frame.heads),
    forks: mergeForks(context, state.forks, frame.heads),
    compareFrom: 0,
    owesReady: true,
    announces: state.announces - 1,
  }
  const step: RequesterStep = isResting(state) ? advance(context, next) : [next, []]
  return then(step, [{ type: 'heard', remote, addresses: [] }])
}

function takeStored(
  context: SyncContext,
  state: RequesterState,
  refusal: ErrorCode | undefined,
): RequesterStep {
  if (state.phase !== 'storing') return [state, []]
  const isElsewhere = refusal === 'MULU_ROSTER_CHAIN'
  const rosterBack = isElsewhere ? Math.max(1, state.rosterBack * 2) : state.rosterBack
  const step = advance(context, { ...state, phase: 'idle', rosterBack })
  if (refusal === undefined || !BLAMED.has(refusal)) return step
  return then(step, [{ type: 'blame', code: refusal }])
}

function takeChange(context: SyncContext, state: RequesterState): RequesterStep {
  // What may go, and what has to come, shows by what the peer says of itself now.
  if (isResting(state) && state.heldThen !== heldText(context)) return sayHello(context, state)
  if (state.phase === 'held') return advance(context, state)
  if (state.phase === 'level' && nextMend(context, state) !== undefined) {
    return advance(context, state)
  }
  const isInside = context.self !== undefined && context.peer !== undefined
  return state.phase === 'outside' && isInside ? sayHello(context, state) : [state, []]
}

/** Decides what to do next when nothing is outstanding. */
function advance(context: SyncContext, state: RequesterState): RequesterStep {
  const { remote } = state
  if (remote === undefined) return [state, []]
  const send = (next: RequesterState, phase: RequesterPhase, frame: Request): RequesterStep =>
    request(context, next, phase, frame)
  return (
    pullRosters(context, state, remote.roster, send) ??
    pullOrders(context, state, send) ??
    beOutside(context, state) ??
    pullProfile(context, state, send) ??
    nextPull(context, state, (next, frame) => send(next, 'commits', frame)) ??
    beHeld(context, state, (want) => !context.isThrottled(want.head.log)) ??
    compareHeads(context, state, remote.known) ??
    pullStatements(context, state, send) ??
    pullDamaged(context, state, (next, frame) => send(next, 'commits', frame)) ??
    pullPeers(context, state) ??
    pullDigest(context, state, send) ??
    beHeld(context, state, () => true) ??
    beElsewhere(context, state) ??
    beLevel(state)
  )
}

function beOutside(context: SyncContext, state: RequesterState): RequesterStep | undefined {
  const isInside = context.self !== undefined && context.peer !== undefined
  return isInside ? undefined : sayReady({ ...state, phase: 'outside' })
}

/**
 * Waits for wants that another exchange pulls. What a quota holds back holds nothing else up: the
 * rest is compared and pulled first.
 */
function beHeld(
  context: SyncContext,
  state: RequesterState,
  isCounted: (want: Want) => boolean,
): RequesterStep | undefined {
  const isOpen = (want: Want): boolean => positionOf(context, want) !== undefined
  return state.wants.some((want) => isCounted(want) && isOpen(want))
    ? sayReady({ ...state, phase: 'held' })
    : undefined
}

function compareHeads(
  context: SyncContext,
  state: RequesterState,
  theirs: readonly GroupDigest[],
): RequesterStep | undefined {
  const from = state.compareFrom
  if (from === undefined || !isBehind(context, theirs)) return undefined
  const buckets = headsByBucket(headsIndex(context.heads), (log) => mayPeerHold(context, log))
  return request(context, state, 'heads', {
    t: 'heads-pull',
    from,
    buckets: bucketDigests(context.crypto, buckets, from),
  })
}

function pullPeers(context: SyncContext, state: RequesterState): RequesterStep | undefined {
  if (!state.owesPeers) return undefined
  return request(context, { ...state, owesPeers: false }, 'peers', { t: 'peers-pull' })
}

function beLevel(state: RequesterState): RequesterStep {
  const level: RequesterState = {
    ...state,
    phase: 'level',
    wants: [],
    stalled: [],
    forks: [],
    elsewhere: [],
    begun: undefined,
    compareFrom: undefined,
  }
  return then(sayReady(level), [{ type: 'level' }])
}
