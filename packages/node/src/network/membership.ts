/** Who is who by the newest roster: the own writer, the peers, and whose logs come first. */
import { type LogKey, memberByPeer, type Registry, type RosterState } from '@mulu/registry-core'

/** The roster, as the network asks it. */
export type Membership = {
  /** The own writer number, once the roster has one. */
  readonly self: () => number | undefined
  /** The writer number of a transport identity that belongs to the federation. */
  readonly clientOf: (peerId: string) => number | undefined
  /** Whether the roster names a transport identity at all, also one whose grants are all closed. */
  readonly isListed: (peerId: string) => boolean
  /** Every other member with its transport identity. */
  readonly others: () => readonly Member[]
  /** Own namespaces first, then the own region, then its wider region, then all others. */
  readonly priority: (log: LogKey) => number
}

/** A member and how it is known on the network. */
export type Member = { readonly client: number; readonly peerId: string }

type Directory = {
  readonly state: RosterState | undefined
  readonly clients: ReadonlyMap<string, number>
  readonly listed: ReadonlySet<string>
  readonly priorities: Map<number, number>
}

/** Reads the newest roster, anew only when there is another one. */
export function createMembership(registry: Registry, ownPeerId: string): Membership {
  let directory = readDirectory(undefined)
  const current = (): Directory => {
    const state = registry.roster?.state
    if (state !== directory.state) directory = readDirectory(state)
    return directory
  }
  return {
    self: () => current().clients.get(ownPeerId),
    clientOf: (peerId) => current().clients.get(peerId),
    isListed: (peerId) => current().listed.has(peerId),
    others: () =>
      [...current().clients]
        .filter(([peerId]) => peerId !== ownPeerId)
        .map(([peerId, client]) => ({ client, peerId })),
    priority: (log) => {
      const { state, clients, priorities } = current()
      const self = clients.get(ownPeerId)
      const known = priorities.get(log.ns)
      if (known !== undefined || state === undefined || self === undefined) return known ?? 0
      const priority = priorityOf(state, self, log.ns)
      priorities.set(log.ns, priority)
      return priority
    },
  }
}

function readDirectory(state: RosterState | undefined): Directory {
  const clients = new Map<string, number>()
  const listed = new Set<string>()
  for (const writer of state?.writers.values() ?? []) {
    for (const peerId of writer.peers) {
      listed.add(peerId)
      const member = state === undefined ? undefined : memberByPeer(state, peerId)
      if (member !== undefined) clients.set(peerId, member.client)
    }
  }
  return { state, clients, listed, priorities: new Map() }
}

/** Length of the code of a province within the code of a region (GB/T 2260). */
const PROVINCE_DIGITS = 2

function priorityOf(state: RosterState, self: number, ns: number): number {
  const owner = state.namespaces.get(ns)?.owners.at(-1)?.agency
  const own = state.writers.get(self)?.agency
  if (owner === own) return 0
  const region = state.agencies.get(owner ?? 0)?.region ?? ''
  const ownRegion = state.agencies.get(own ?? 0)?.region ?? ''
  if (region !== '' && region === ownRegion) return 1
  const isNear = region.slice(0, PROVINCE_DIGITS) === ownRegion.slice(0, PROVINCE_DIGITS)
  return region !== '' && isNear ? 2 : 3
}
