/**
 * How a requester takes a commit that is longer than what it asks for at once: in parts, by offset.
 * What has come of it is kept over the end of the exchange, and the next one with the same peer goes
 * on at that byte. Parts of several peers are never mixed, so that wrong ones have one author.
 */
import { DOMAIN, type Hash, hash } from '../crypto.ts'
import { concat, equalBytes } from '../encoding/bytes.ts'
import { COMMIT_BYTES_MAX } from '../limits.ts'
import { type LogKey, logText } from '../log/log.ts'
import type { BodiesAsked, Part, Request } from './frame.ts'
import type { PullSize } from './pull-size.ts'
import { FIRST_PULL } from './pull-size.ts'
import { NEW_REQUESTER, type RequesterState } from './requester-state.ts'
import type { SyncContext } from './sync-context.ts'
import { PARTS_VERSION, RESTARTS_MAX } from './sync-limits.ts'
import { byRank } from './wants.ts'

/** What has come of one commit, and the hash and length of its wire form at that peer. */
export type Begun = {
  readonly text: string
  readonly from: number
  readonly sum: Hash
  readonly length: number
  readonly parts: readonly Uint8Array[]
  readonly bytes: number
}

/** What an exchange leaves to the next one with the same peer. */
export type Resumption = { readonly begun: Begun | undefined; readonly size: PullSize }

/** A requester that goes on where an earlier one with the same peer ended. */
export function resumedRequester({ begun, size }: Resumption): RequesterState {
  return { ...NEW_REQUESTER, begun, size: { ...FIRST_PULL, next: size.next } }
}

/** What a requester leaves behind. */
export function resumptionOf({ begun, size }: RequesterState): Resumption {
  return { begun, size }
}

const NO_SUM = new Uint8Array()

/** The request for commits of a log from a position on, with the bodies that are asked for. */
export function pullRequest(
  state: RequesterState,
  log: LogKey,
  from: number,
  bodies: BodiesAsked | undefined,
): Request {
  const asked = { log, from, max: state.size.next, bodies }
  if (state.version < PARTS_VERSION) return { t: 'pull', ...asked }
  const begun = begunOf(state, log, from)
  return { t: 'part-pull', ...asked, sum: begun?.sum ?? NO_SUM, at: begun?.bytes ?? 0 }
}

function begunOf({ begun }: RequesterState, log: LogKey, from: number): Begun | undefined {
  return begun?.from === from && begun.text === logText(log) ? begun : undefined
}

/** A state that goes on, and the whole commit once its last part has come. */
export type PartTaken = { readonly state: RequesterState; readonly whole: Uint8Array | undefined }

/** Takes a part; undefined when it is not what was asked for, which no honest peer sends. */
export function takePart(
  context: SyncContext,
  state: RequesterState,
  part: Part,
): PartTaken | undefined {
  const { pull } = state
  if (pull === undefined) return { state, whole: undefined }
  const { log } = pull.want.head
  const before = begunOf(state, log, pull.from)
  const isMore = before !== undefined && equalBytes(before.sum, part.sum)
  // An erasure or a newer writing gives a commit another wire form, but not without end.
  const restarts = state.restarts + (before === undefined || isMore ? 0 : 1)
  const after = isMore ? before : undefined
  if (restarts > RESTARTS_MAX || !follows(part, after, state.size.asked)) return undefined
  const begun: Begun = {
    ...{ text: logText(log), from: pull.from, sum: part.sum, length: part.length },
    parts: [...(after?.parts ?? []), part.bytes],
    bytes: part.at + part.bytes.length,
  }
  if (begun.bytes < begun.length) {
    // Back among the others, so that a log of a nearer region that was announced meanwhile is first.
    const wants = byRank(context, [pull.want, ...state.wants])
    return { state: { ...state, pull: undefined, wants, begun, restarts }, whole: undefined }
  }
  const whole = concat(...begun.parts)
  if (!equalBytes(partSum(context.crypto, whole), part.sum)) return undefined
  return { state: { ...state, begun: undefined, restarts: 0 }, whole }
}

/** Whether a part is the next one, as long as it was asked to be. */
function follows(part: Part, before: Begun | undefined, asked: number): boolean {
  const { at, length, bytes } = part
  if (at !== (before?.bytes ?? 0) || length > COMMIT_BYTES_MAX || at >= length) return false
  if (before !== undefined && before.length !== length) return false
  return bytes.length === Math.min(asked, length - at)
}

/** The hash over the wire form of a commit, by which its parts are known to belong together. */
export function partSum(crypto: SyncContext['crypto'], bytes: Uint8Array): Hash {
  return hash(crypto, DOMAIN.part, bytes)
}
