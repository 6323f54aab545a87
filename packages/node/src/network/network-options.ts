/** What a network is made from. */
import type { Registry } from '@mulu/registry-core'
import type { Clock } from '../clock.ts'
import type { NodeLogger } from '../logger.ts'
import { QUOTA_LIMITS, type QuotaLimits } from './quotas.ts'

/** Where addresses of other nodes outlive a restart, so that they meet without the coordinator. */
export type AddressBook = {
  /** Multiaddrs by peer id. */
  readonly load: () => Promise<Readonly<Record<string, readonly string[]>>>
  readonly save: (addresses: Readonly<Record<string, readonly string[]>>) => Promise<void>
}

/** Bounds of a network and its rhythm. */
export type NetworkLimits = {
  /** Neighbours this node looks for by itself. */
  readonly neighboursMax: number
  /** Connections at all, those that others made included. */
  readonly connectionsMax: number
  /** Dials at one time. */
  readonly dialsMax: number
  /** How often every neighbour is asked whether it has anything, at least. */
  readonly roundMs: number
  /** How long changes are gathered before they are announced. */
  readonly announceMs: number
  /** How long changes are gathered before the own report is made anew. */
  readonly reportMs: number
  /** How often what is due is looked at: dials, timeouts, rounds. */
  readonly tickMs: number
  /** The wait before a failed dial is tried again; it doubles with every failure. */
  readonly retryMs: number
  readonly retryMaxMs: number
  /** How often a peer may send what is refused before it is cut off. */
  readonly strikesMax: number
  /** The first time a peer is cut off for; it doubles every time. */
  readonly cutMs: number
  readonly cutMaxMs: number
  /** What one writer and one peer may take. */
  readonly quotas: QuotaLimits
}

/** Limits for everyday use. */
export const NETWORK_LIMITS: NetworkLimits = {
  neighboursMax: 8,
  connectionsMax: 64,
  dialsMax: 4,
  // Some chance is added, and a peer that is silent for 300 s is given up.
  roundMs: 220_000,
  announceMs: 10,
  reportMs: 300,
  tickMs: 500,
  retryMs: 500,
  retryMaxMs: 60_000,
  strikesMax: 3,
  cutMs: 60_000,
  cutMaxMs: 3_600_000,
  quotas: QUOTA_LIMITS,
}

/** What a network needs. */
export type NetworkOptions = {
  readonly registry: Registry
  /** The transport key, 32 bytes; not the key that signs commits. */
  readonly seed: Uint8Array
  /** Where to listen: an address of this machine; no WebSocket without a port for it, or with 0. */
  readonly listen: {
    readonly host: string
    readonly tcpPort: number
    readonly wsPort?: number | undefined
  }
  /** Multiaddrs to tell others instead of those listened on, for nodes behind a gateway. */
  readonly announce?: readonly string[]
  /** The ticket's multiaddrs; before the own admission nothing else is dialled. */
  readonly dial: readonly string[]
  /** Whether to look for members on the local network. */
  readonly mdns: boolean
  readonly logger: NodeLogger
  readonly clock: Clock
  /** What the own report calls this software. */
  readonly software?: string
  readonly addressBook?: AddressBook
  readonly limits?: Partial<NetworkLimits>
}
