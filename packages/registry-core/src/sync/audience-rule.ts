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

/** The member whose transport identity this is; the newest when a restored node has two. */
export function memberByPeer(state: RosterState, peerId: string): Writer | undefined {
  let found: Writer | undefined
  for (const writer of state.writers.values()) {
    if (!isMember(writer) || !writer.peers.includes(peerId)) continue
    if (found === undefined || writer.client > found.client) found = writer
  }
  return found
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
