import type { Peer, Status } from '../api.ts'
import type { State } from './state.ts'

/** A node that was not heard for this long is called silent. */
const SILENT_AFTER_MS = 600_000

export type NodeCondition =
  | 'differs'
  | 'silent'
  | 'never'
  | 'catching-up'
  | 'unreported'
  | 'other-part'
  | 'offline'
  | 'agrees'

const STATE_OF: Readonly<Record<NodeCondition, State>> = {
  differs: 'bad',
  silent: 'warn',
  never: 'warn',
  'catching-up': 'wait',
  unreported: 'wait',
  'other-part': 'off',
  offline: 'off',
  agrees: 'ok',
}

/** How a node stands, seen from the node that answered. */
export function conditionOf(peer: Peer, status: Status): NodeCondition {
  if (peer.self) return status.node.offline ? 'offline' : 'agrees'
  if (peer.lastHeardMs === null) return 'never'
  if (status.nowMs - peer.lastHeardMs > SILENT_AFTER_MS) return 'silent'
  if (peer.reported === null) return 'unreported'
  if (peer.agrees === null) return isOfAnotherPart(peer, status) ? 'other-part' : 'unreported'
  if (peer.agrees) return 'agrees'
  return hasSameBasis(peer, status) ? 'differs' : 'catching-up'
}

/**
 * Under the same commits and the same roster two catalogues are equal; where their digests differ
 * nevertheless, waiting does not help and a person must look.
 */
function hasSameBasis(peer: Peer, status: Status): boolean {
  const { reported } = peer
  if (reported === null || reported.roster !== status.roster.version) return false
  if (reported.waiting > 0 || status.heads.waiting > 0) return false
  return peer.behind === 0 && peer.ahead === 0
}

/** Whether some node holds a part, so that nodes agree over what both hold. */
export function isOfParts({ peers }: Pick<Status, 'peers'>): boolean {
  return peers.some(({ holds }) => holds !== null)
}

/** Two nodes of which each holds another part have nothing to compare. */
function isOfAnotherPart({ holds }: Peer, { asOf }: Status): boolean {
  return holds !== null && asOf.share.held !== null
}

export function stateOf(condition: NodeCondition): State {
  return STATE_OF[condition]
}
