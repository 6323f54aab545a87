/** The steps that every part of a requester ends in: asking, storing, closing, refusing. */
import type { ErrorCode } from '../errors.ts'
import type { Refuse, Request } from './frame.ts'
import { asked } from './pull-size.ts'
import type {
  RequesterEffect,
  RequesterPhase,
  RequesterState,
  RequesterStep,
} from './requester-state.ts'
import type { SyncContext } from './sync-context.ts'
import { ANNOUNCES_MAX, ANSWER_TIMEOUT_MS } from './sync-limits.ts'

/** Sends a request; its answer has so long to begin. */
export function request(
  context: SyncContext,
  state: RequesterState,
  phase: RequesterPhase,
  frame: Request,
): RequesterStep {
  const deadlineMs = context.nowMs + ANSWER_TIMEOUT_MS
  const isPull = frame.t === 'pull' || frame.t === 'part-pull'
  const size = isPull ? asked(state.size, context.nowMs) : state.size
  return [{ ...afterRequest(state), size, phase, deadlineMs }, [{ type: 'send', frame }]]
}

/** After any request the peer may announce once more. */
function afterRequest(state: RequesterState): RequesterState {
  const announces = Math.min(ANNOUNCES_MAX, state.announces + 1)
  return { ...state, announces, owesReady: false }
}

/** Lets the peer announce again; any other request does so as well. */
export function sayReady(state: RequesterState): RequesterStep {
  if (!state.owesReady) return [state, []]
  return [afterRequest(state), [{ type: 'send', frame: { t: 'ready' } }]]
}

/** Has the own registry take something. */
export function store(state: RequesterState, effect: RequesterEffect): RequesterStep {
  return [{ ...state, phase: 'storing' }, [effect]]
}

/** Ends the stream. */
export function close(state: RequesterState, code: ErrorCode | undefined): RequesterStep {
  const closed: RequesterState = {
    ...state,
    phase: 'closed',
    deadlineMs: undefined,
    pull: undefined,
    ahead: undefined,
    mend: undefined,
    lacking: undefined,
  }
  return [closed, [{ type: 'close', code }]]
}

/** Ends the stream because of what the peer sent, and says so. */
export function refuse(state: RequesterState, code: ErrorCode): RequesterStep {
  const [closed, effects] = close(state, code)
  const frame: Refuse = { t: 'refuse', code, message: '' }
  return [closed, [{ type: 'send', frame }, { type: 'blame', code }, ...effects]]
}

/** The same step, with effects before its own. */
export function then(step: RequesterStep, before: readonly RequesterEffect[]): RequesterStep {
  const [state, effects] = step
  return before.length === 0 ? step : [state, [...before, ...effects]]
}
