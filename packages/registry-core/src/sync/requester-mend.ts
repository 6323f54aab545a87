/**
 * How a requester fetches again what has rotted here, and bodies that are wanted: by position, with the same pull as anything
 * else, once it has all that is new. A peer is asked once for each, until the next round.
 */
import { type LogKey, logText } from '../log/log.ts'
import type { Request } from './frame.ts'
import { asHeld, readAnswer } from './requester-pull.ts'
import type { Mend, Remote, RequesterState, RequesterStep } from './requester-state.ts'
import { mayOwnHold, mayPeerHold, type SyncContext, saysPeerHolds } from './sync-context.ts'
import { PULL_BYTES_MAX } from './sync-limits.ts'

/** The next damaged commits in a row that this peer was not asked for, and where they begin. */
export function nextMend(
  context: SyncContext,
  { mendTried, remote }: Pick<RequesterState, 'mendTried' | 'remote'>,
): (Mend & { readonly from: number }) | undefined {
  let found: { log: LogKey; from: number; last: number } | undefined
  for (const { log, seq } of context.replica.damaged()) {
    const isNext = found !== undefined && logText(found.log) === logText(log)
    if (found !== undefined && isNext && seq === found.last + 1) found.last = seq
    else if (found !== undefined) return found
    else if (seq > (mendTried.get(logText(log)) ?? 0) && isServed(context, remote, log)) {
      found = { log, from: seq, last: seq }
    }
  }
  return found
}

/** Whether the peer has what is missing; of what is a header alone here, everybody has it. */
function isServed(context: SyncContext, remote: Remote | undefined, log: LogKey): boolean {
  const isHad = !context.replica.holding.holds(log) || saysPeerHolds(context, remote?.holds, log)
  return isHad && mayPeerHold(context, log) && mayOwnHold(context, log)
}

/** Asks for damaged commits; undefined when there are none to ask this peer for. */
export function pullDamaged(
  context: SyncContext,
  state: RequesterState,
  send: (state: RequesterState, frame: Request) => RequesterStep,
): RequesterStep | undefined {
  const next = nextMend(context, state)
  if (next === undefined) return undefined
  const { log, from, last } = next
  // Of a single one no more than that comes: one commit is always sent, however long.
  const max = last > from ? PULL_BYTES_MAX : 1
  const mendTried = new Map([...state.mendTried, [logText(log), from]])
  return send(
    { ...state, mend: { log, last }, mendTried },
    {
      ...{ t: 'pull', log, from, max },
      bodies: asHeld(context, state, log),
    },
  )
}

/** Hands the commits of an answer to the registry, which takes those that are damaged here. */
export function answerMend(
  state: RequesterState,
  { log, last }: Mend,
  answer: readonly Uint8Array[],
): RequesterStep {
  const read = answer.map((bytes) => readAnswer(bytes, log))
  const wrong = read.find((each) => typeof each === 'string')
  const commits = read.flatMap((each) => (typeof each === 'string' ? [] : [each]))
  const end = commits.at(-1)?.seq ?? last
  const tried = Math.max(state.mendTried.get(logText(log)) ?? 0, Math.min(end, last))
  const mendTried = new Map([...state.mendTried, [logText(log), tried]])
  const done: RequesterState = { ...state, mend: undefined, mendTried }
  if (typeof wrong === 'string') return [done, [{ type: 'blame', code: wrong }]]
  if (commits.length === 0) return [done, []]
  return [
    { ...done, phase: 'storing' },
    [{ type: 'repair', commits: commits.map(({ commit }) => commit) }],
  ]
}
