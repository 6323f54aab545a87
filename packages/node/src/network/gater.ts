/**
 * Who may connect: members of the newest roster that are not cut off, and a few strangers for a
 * moment, who may know a newer roster. Before the own admission there is no roster to go by, so
 * only the addresses of the ticket may be dialled.
 */
import type { ConnectionGater } from '@libp2p/interface'
import type { NodeLogger } from '../logger.ts'
import type { Membership } from './membership.ts'
import type { Quotas } from './quotas.ts'

/** Decides about one peer. */
export type Admission = {
  readonly mayDial: (peerId: string) => boolean
  /** Whether an open connection of a peer that called may stay. */
  readonly mayCall: (peerId: string) => boolean
  /** The same for a new one; strangers are let in where there is room. */
  readonly mayEnter: (peerId: string) => boolean
}

/** The rule for both directions. */
export function createAdmission(
  membership: Membership,
  ticketPeers: ReadonlySet<string>,
  isCut: (peerId: string) => boolean,
  guests: {
    readonly admit: (peerId: string) => boolean
    readonly isGuest: (peerId: string) => boolean
  },
): Admission {
  const isMember = (peerId: string): boolean => membership.clientOf(peerId) !== undefined
  return {
    mayDial: (peerId) => {
      const isAdmitted = membership.self() !== undefined
      return !isCut(peerId) && (isAdmitted ? isMember(peerId) : ticketPeers.has(peerId))
    },
    mayCall: (peerId) => !isCut(peerId) && (isMember(peerId) || guests.isGuest(peerId)),
    mayEnter: (peerId) => {
      if (isCut(peerId)) return false
      return isMember(peerId) || (membership.self() !== undefined && guests.admit(peerId))
    },
  }
}

/** The rule as libp2p asks for it, once the peer has proven its identity. */
export function createGater(
  admission: Admission,
  quotas: Quotas,
  logger: NodeLogger,
): ConnectionGater {
  return {
    denyDialPeer: (peer) => !admission.mayDial(peer.toString()),
    denyOutboundEncryptedConnection: (peer) => !admission.mayDial(peer.toString()),
    denyInboundEncryptedConnection: (peer, connection) => {
      const peerId = peer.toString()
      if (admission.mayEnter(peerId)) return !quotas.takeConnection(peerId)
      const from = connection.remoteAddr.toString()
      logger.warn({ peer: peerId, from }, 'a connection of a node outside the roster was refused')
      return true
    },
  }
}
