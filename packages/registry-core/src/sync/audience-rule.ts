/**
 * Who may hold what (DESIGN 2.5): decided before replication, from the roster alone. The
 * responder asks before it serves a log and before it so much as mentions one.
 */
import type { LogKey } from '../log/log.ts'
import type { RosterState, Writer } from '../roster/state.ts'

/** Whether a writer belongs to the federation: it has an open grant, or was never given one. */
export function isMember(writer: Writer): boolean {
  if (writer.dispute === 'open') return false
  return writer.grants.length === 0 || writer.grants.some((grant) => grant.until === undefined)
}

/**
 * By transport identity the members that are listed with it, the newest first. Several are where a
 * node was restored, or where an agency's order names the identity of another agency's node: that
 * takes nothing from it, since what it may hold is what any of them may.
 */
export function membersByPeer(state: RosterState): ReadonlyMap<string, readonly Writer[]> {
  const members = new Map<string, readonly Writer[]>()
  for (const writer of [...state.writers.values()].filter(isMember)) {
    for (const peerId of new Set(writer.peers)) {
      const others = members.get(peerId) ?? []
      members.set(
        peerId,
        [...others, writer].sort((a, b) => b.client - a.client),
      )
    }
  }
  return members
}

/** The newest member that is listed with a transport identity. */
export function memberByPeer(state: RosterState, peerId: string): Writer | undefined {
  return membersByPeer(state).get(peerId)?.[0]
}

/** Whether the node of this writer may hold this log. */
export function mayHold(state: RosterState, client: number, log: LogKey): boolean {
  const writer = state.writers.get(client)
  if (writer === undefined || !isMember(writer)) return false
  if (log.aud === 1) return true
  if (log.aud === 0) return hasGrant(writer, log.ns)
  return log.aud.some((ns) => hasGrant(writer, ns))
}

function hasGrant(writer: Writer, ns: number): boolean {
  return writer.grants.some((grant) => grant.ns === ns && grant.until === undefined)
}
