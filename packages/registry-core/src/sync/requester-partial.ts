/**
 * What a requester minds where one of the two sides holds a part of the catalogue: what the peer has
 * as headers alone is had from others, and digests are compared over what is held here.
 */
import { equalBytes, toHex } from '../encoding/bytes.ts'
import { logText } from '../log/log.ts'
import type { Request } from './frame.ts'
import type { HeadNote } from './frame-parts.ts'
import type { RequesterPhase, RequesterState, RequesterStep } from './requester-state.ts'
import { sayReady } from './requester-steps.ts'
import { type SyncContext, saysPeerHolds } from './sync-context.ts'
import { PARTIAL_VERSION } from './sync-limits.ts'
import { mergeWants, startOf, type Want, wantsOf } from './wants.ts'

/** What this node holds a part of, to tell when that is another; undefined for everything. */
export function heldText({ replica }: Pick<SyncContext, 'replica'>): string | undefined {
  const { subscription } = replica.holding
  return subscription && JSON.stringify(subscription)
}

/** Takes heads of the peer: what it can send is wanted of it, the rest is noted. */
export function takeHeads(
  context: SyncContext,
  state: RequesterState,
  heads: readonly HeadNote[],
): RequesterState {
  const told = wantsOf(context, heads)
  const isSent = sentByPeer(context, state)
  const wants = mergeWants(context, state.wants, told.filter(isSent))
  const others = told.filter((want) => !isSent(want)).map(({ head }) => head)
  if (others.length === 0) return { ...state, wants }
  const texts = new Set(others.map(({ log }) => logText(log)))
  const rest = state.elsewhere.filter(({ log }) => !texts.has(logText(log)))
  return { ...state, wants, elsewhere: [...rest, ...others] }
}

/** Whether the peer can send what is wanted: whoever wants headers alone gets them from anybody. */
export function sentByPeer(
  context: SyncContext,
  { remote }: Pick<RequesterState, 'remote'>,
): (want: Want) => boolean {
  return ({ head: { log } }) =>
    !context.replica.holding.holds(log) || saysPeerHolds(context, remote?.holds, log)
}

/** Waits for others, where the peer tells of what it does not hold itself. */
export function beElsewhere(
  context: SyncContext,
  state: RequesterState,
): RequesterStep | undefined {
  const elsewhere = state.elsewhere.filter((head) => startOf(context, head) !== undefined)
  if (elsewhere.length === 0) return undefined
  const nothing = { wants: [], stalled: [], forks: [], begun: undefined, compareFrom: undefined }
  return sayReady({ ...state, ...nothing, elsewhere, phase: 'held' })
}

/**
 * Asks for the digest over what is held here, where the peer stands on the same heads; once for
 * each state of them.
 */
export function pullDigest(
  { replica }: SyncContext,
  state: RequesterState,
  send: (state: RequesterState, phase: RequesterPhase, frame: Request) => RequesterStep,
): RequesterStep | undefined {
  const { subscription } = replica.holding
  if (subscription === undefined || state.version < PARTIAL_VERSION) return undefined
  const accepted = replica.headsDigest('accepted', 1)
  const theirs = state.remote?.accepted.find(({ group }) => group === '1')?.digest
  if (theirs === undefined || !equalBytes(theirs, accepted)) return undefined
  const digestTried = `${toHex(accepted)} ${JSON.stringify(subscription)}`
  if (state.digestTried === digestTried) return undefined
  return send({ ...state, digestTried }, 'digest', { t: 'digest-pull', holds: subscription })
}
