/** How a requester pulls commits: which log next, what to make of the answer, when to step back. */

import { audienceText } from '../commit/audience.ts'
import { type Commit, decodeCommit } from '../commit/commit.ts'
import { type Header, readHeader } from '../commit/header.ts'
import { equalBytes } from '../encoding/bytes.ts'
import type { ErrorCode } from '../errors.ts'
import { type LogHead, type LogKey, logText } from '../log/log.ts'
import type { Acceptance } from '../log/outcome.ts'
import type { BodiesAsked, Request } from './frame.ts'
import { headsIndex } from './heads-index.ts'
import { pullRequest } from './requester-parts.ts'
import type {
  Ahead,
  Pull,
  RequesterEffect,
  RequesterState,
  RequesterStep,
  Turn,
} from './requester-state.ts'
import type { SyncContext } from './sync-context.ts'
import { BODIES_VERSION, PARTIAL_VERSION, TURN_MS } from './sync-limits.ts'
import { bringForward, byRank, positionOf, startOf, stepBack, type Want } from './wants.ts'

/**
 * Asks for what comes next if all goes well, while an answer is being stored, so that neither side
 * waits for the other: the log whose turn it is goes on where the answer ended.
 */
export function pullAhead(
  context: SyncContext,
  state: RequesterState,
  more: boolean,
): { readonly state: RequesterState; readonly frame: Request } | undefined {
  const { pull, wants } = state
  if (pull === undefined || pull.want.at !== undefined) return undefined
  for (const { text, head, at } of inTurn(context, state, [...wants, pull.want])) {
    const isSame = text === pull.want.text
    const start = at ?? startOf(context, head)
    const from = isSame && more ? pull.last + 1 : isSame ? undefined : start
    if (from === undefined || (!isSame && context.isClaimed(text))) continue
    if (context.isThrottled(head.log)) continue
    const frame = pullRequest(state, head.log, from, bodiesAsked(context, state, head.log))
    const ahead: Ahead = { text, from, answer: undefined }
    return { state: { ...state, ahead, turn: turnAt(context, state, text) }, frame }
  }
  return undefined
}

/** Wants by rank; the log whose turn it is comes first of its rank, and last when that is over. */
function inTurn(
  context: SyncContext,
  { turn }: RequesterState,
  wants: readonly Want[],
): readonly Want[] {
  const own = wants.filter(({ text }) => text === turn?.text)
  const others = wants.filter(({ text }) => text !== turn?.text)
  const isOver = turn !== undefined && context.nowMs - turn.sinceMs >= TURN_MS
  return byRank(context, isOver ? [...others, ...own] : [...own, ...others])
}

function turnAt({ nowMs }: SyncContext, { turn }: RequesterState, text: string): Turn {
  return turn?.text === text ? turn : { text, sinceMs: nowMs }
}

/**
 * Which bodies to ask for. Whoever keeps everything asks for all that the peer holds, and fetches
 * the rest from others; the others leave out what is superseded for good.
 */
function bodiesAsked(
  context: Pick<SyncContext, 'replica'>,
  state: Pick<RequesterState, 'version'>,
  log: LogKey,
): BodiesAsked | undefined {
  const { replica } = context
  const { version } = state
  const isBare = version >= PARTIAL_VERSION && !replica.holding.holds(log)
  if (version < BODIES_VERSION || isBare || replica.keepsAll) return asHeld(context, state, log)
  return 'live'
}

/**
 * All that the peer holds of a log, where the version of the protocol lets it say so; nothing but
 * headers where no more is held here.
 */
export function asHeld(
  { replica }: Pick<SyncContext, 'replica'>,
  { version }: Pick<RequesterState, 'version'>,
  log: LogKey,
): BodiesAsked | undefined {
  if (version < BODIES_VERSION) return undefined
  return version >= PARTIAL_VERSION && !replica.holding.holds(log) ? 'none' : 'held'
}

/** Makes what was asked for ahead the present pull; an answer that is wanted no more is let go. */
export function resumePull(
  context: SyncContext,
  state: RequesterState,
  { text, from }: Ahead,
): RequesterState {
  const want = state.wants.find((each) => each.text === text)
  if (want === undefined || positionOf(context, want) !== from) return state
  const before = headsIndex(context.heads).byLog.get(text)
  const wants = state.wants.filter((each) => each !== want)
  return { ...state, wants, pull: { want, from, before, named: [], last: 0 } }
}

/** Asks for the first wanted log that nobody is pulling and that may be; undefined when none is. */
export function nextPull(
  context: SyncContext,
  state: RequesterState,
  send: (state: RequesterState, frame: Request) => RequesterStep,
): RequesterStep | undefined {
  const held: Want[] = []
  for (const [index, want] of state.wants.entries()) {
    const from = positionOf(context, want)
    if (from === undefined) continue
    if (context.isClaimed(want.text) || context.isThrottled(want.head.log)) {
      held.push(want)
      continue
    }
    const before = headsIndex(context.heads).byLog.get(want.text)
    const pull: Pull = { want, from, before, named: [], last: 0 }
    const wants = [...held, ...state.wants.slice(index + 1)]
    const turn = turnAt(context, state, want.text)
    // Where bodies are missed, or a fork is looked for, nothing is left out.
    const { log } = want.head
    const ask = want.at === undefined ? bodiesAsked : asHeld
    const frame = pullRequest(state, log, from, ask(context, state, log))
    return send({ ...state, wants, pull, turn }, frame)
  }
  return undefined
}

/** Hands the commits of an answer to the registry, once they are of the log asked for. */
export function answerPull(state: RequesterState, answer: readonly Uint8Array[]): RequesterStep {
  const { pull } = state
  if (pull === undefined || answer.length === 0) return [{ ...state, pull: undefined }, []]
  const commits: Commit[] = []
  const named: (readonly string[])[] = []
  let last = 0
  for (const bytes of answer) {
    const read = readAnswer(bytes, pull.want.head.log)
    if (typeof read === 'string') {
      return [{ ...state, pull: undefined }, [{ type: 'blame', code: read }]]
    }
    commits.push(read.commit)
    named.push(read.named)
    last = read.seq
  }
  const storing: RequesterState = { ...state, phase: 'storing', pull: { ...pull, named, last } }
  const { writer } = pull.want.head.log
  return [storing, [{ type: 'accept', writer, commits, leftOut: state.version >= BODIES_VERSION }]]
}

type Answer = {
  readonly commit: Commit
  readonly seq: number
  readonly named: readonly string[]
}

/** One commit of an answer, or why it is none of the log. */
export function readAnswer(bytes: Uint8Array, log: LogKey): Answer | ErrorCode {
  try {
    const commit = decodeCommit(bytes)
    const header = readHeader(commit.header)
    if (!isOfLog(header, log)) return 'MULU_SYNC_ORDER'
    const named = header.v === 1 ? header.after.map(([writer]) => logText({ ...log, writer })) : []
    return { commit, seq: header.seq, named }
  } catch {
    // Whatever fails while reading bytes of a peer has one meaning: they are no commit.
    return 'MULU_COMMIT_SHAPE'
  }
}

/** Whether a commit is of a log. */
export function isOfLog(header: Header, log: LogKey): boolean {
  return (
    header.ns === log.ns &&
    header.writer === log.writer &&
    audienceText(header.aud) === audienceText(log.aud)
  )
}

/** Goes on from what the registry made of the commits. */
export function takeAcceptances(
  context: SyncContext,
  state: RequesterState,
  pull: Pull,
  acceptances: readonly Acceptance[],
): RequesterStep {
  const idle: RequesterState = { ...state, phase: 'idle', pull: undefined }
  const blamed = acceptances.flatMap(({ outcome }): RequesterEffect[] =>
    outcome.kind === 'dropped' && outcome.blame ? [{ type: 'blame', code: outcome.code }] : [],
  )
  if (blamed.length > 0) return [idle, blamed.slice(0, 1)]
  const own = headsIndex(context.heads).byLog.get(pull.want.text)
  if (isUnconnected(pull, acceptances[0], own)) {
    return [{ ...idle, wants: [stepBack(pull.want, pull.from), ...idle.wants] }, []]
  }
  const want: Want = { ...pull.want, at: undefined, step: 0 }
  const named = namedByWaiting(pull, acceptances)
  if (isSameHead(pull.before, own)) {
    return [{ ...idle, stalled: [...idle.stalled, want] }, []]
  }
  // Something moved, so that whatever stood still before is worth another try.
  const open = inTurn(context, idle, [...idle.wants, want, ...idle.stalled])
  const wants = bringForward(open, named)
  return [{ ...idle, wants, stalled: [] }, []]
}

/** Whether the commits hang in the air: another branch, or a gap below them. */
function isUnconnected(
  pull: Pull,
  first: Acceptance | undefined,
  own: LogHead | undefined,
): boolean {
  if (first === undefined || pull.from === 1) return false
  const { known, outcome } = first
  // Beyond the end of a log all have ended, also those that lead on from what is here.
  const isBeyondKnown = (own?.known.seq ?? 0) < pull.from
  if (outcome.kind === 'ended') return isBeyondKnown || (!known && outcome.code === 'MULU_FORK')
  // One that came before by another way and still hangs in the air does so for the same reason.
  return outcome.kind === 'waits' && outcome.missing === 'parent'
}

function namedByWaiting(pull: Pull, acceptances: readonly Acceptance[]): ReadonlySet<string> {
  const named = new Set<string>()
  for (const [index, { outcome }] of acceptances.entries()) {
    if (outcome.kind !== 'waits' || outcome.missing !== 'after') continue
    for (const text of pull.named[index] ?? []) named.add(text)
  }
  return named
}

function isSameHead(a: LogHead | undefined, b: LogHead | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return (
    a.known.seq === b.known.seq &&
    equalBytes(a.known.id, b.known.id) &&
    a.forkedAt === b.forkedAt &&
    equalBytes(a.accepted.id, b.accepted.id)
  )
}
