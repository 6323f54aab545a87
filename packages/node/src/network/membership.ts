/** Who is who by the newest roster: the own writer, the peers, and whose logs come first. */
import { type LogKey, membersByPeer, type Registry, type RosterState } from '@mulu/registry-core'

/** The roster, as the network asks it. */
export type Membership = {
  /** The own writer number, once the roster has one. */
  readonly self: () => number | undefined
  /** The writer number of a transport identity that belongs to the federation. */
  readonly clientOf: (peerId: string) => number | undefined
  /** Other writers that are listed with it. */
  readonly twinsOf: (peerId: string) => readonly number[]
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
  readonly twins: ReadonlyMap<string, readonly number[]>
  readonly listed: ReadonlySet<string>
  readonly priorities: Map<number, number>
}

/** Reads the newest roster, anew only when there is another one. */
export function createMembership(
  registry: Pick<Registry, 'roster' | 'author'>,
  ownPeerId: string,
): Membership {
  let directory = readDirectory(undefined)
  const current = (): Directory => {
    const state = registry.roster?.state
    if (state !== directory.state) directory = readDirectory(state)
    return directory
  }
  // Of several writers that are listed with the own identity it is the one whose key is here.
  const self = (): number | undefined => {
    const { clients, twins } = current()
    const author = registry.author?.client
    const isTwin = author !== undefined && twins.get(ownPeerId)?.includes(author) === true
    return isTwin ? author : clients.get(ownPeerId)
  }
  return {
    self,
    twinsOf: (peerId) => current().twins.get(peerId) ?? [],
    clientOf: (peerId) => current().clients.get(peerId),
    isListed: (peerId) => current().listed.has(peerId),
    others: () =>
      [...current().clients]
        .filter(([peerId]) => peerId !== ownPeerId)
        .map(([peerId, client]) => ({ client, peerId })),
    priority: (log) => {
      const { state, priorities } = current()
      const own = self()
      const known = priorities.get(log.ns)
      if (known !== undefined || state === undefined || own === undefined) return known ?? 0
      const priority = priorityOf(state, own, log.ns)
      priorities.set(log.ns, priority)
      return priority
    },
  }
}

function readDirectory(state: RosterState | undefined): Directory {
  const clients = new Map<string, number>()
  const twins = new Map<string, readonly number[]>()
  const members = state === undefined ? [] : membersByPeer(state)
  for (const [peerId, [member, ...others]] of members) {
    if (member !== undefined) clients.set(peerId, member.client)
    if (others.length > 0) {
      twins.set(
        peerId,
        others.map(({ client }) => client),
      )
    }
  }
  const listed = new Set([...(state?.writers.values() ?? [])].flatMap(({ peers }) => peers))
  return { state, clients, twins, listed, priorities: new Map() }
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
