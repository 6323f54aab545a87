/** What the network knows of one other node of the roster. */
import type { NodeReport, Outdated, Subscription } from '@mulu/registry-core'
import type { Ineffective, Throttle } from './quotas.ts'
import type { Compared } from './stream-context.ts'
import type { Told } from './told-heads.ts'

/**
 * How things stand between this node and another.
 *
 * unknown     no address of it is known
 * away        it is not connected
 * dialling    a connection is being made
 * greeting, pulling, comparing   what the exchange is at
 * held        other neighbours are sending what is missing, or a quota lets it wait
 * outside     the roster does not list both sides
 * level       this node has what the other has
 * cut off     it sent too much that had to be refused
 */
export type PeerPhase =
  | 'unknown'
  | 'away'
  | 'dialling'
  | 'greeting'
  | 'pulling'
  | 'comparing'
  | 'held'
  | 'outside'
  | 'level'
  | 'cut off'

/** A node as its neighbour sees it. */
export type PeerInfo = {
  /** The writer number of the node. */
  readonly client: number
  readonly peerId: string
  readonly connected: boolean
  readonly phase: PeerPhase
  readonly addresses: readonly string[]
  readonly lastHeardMs: number | undefined
  /** The newest account the node gave of itself. */
  readonly reported: NodeReport | undefined
  /** Whether it keeps everything and lacks nothing; undefined while it has not said. */
  readonly archive: boolean | undefined
  /** Of what it holds the bodies; undefined while it has not said. */
  readonly holds: Subscription | 'all' | undefined
  /** What it said of the part that this node holds, where this one does not hold everything. */
  readonly compared: Compared | undefined
  /** Whose software is too old, where no version of the protocol is shared. */
  readonly outdated: Outdated | undefined
  /** The roster version it said it has; 0 when it never said. */
  readonly rosterVersion: number
  /** What it sent that was refused. */
  readonly refused: readonly {
    readonly code: string
    readonly count: number
    readonly lastMs: number
  }[]
}

/** What this node holds against another, or against its writer, since it was started. */
export type Conduct = {
  /** What it sent that was refused. */
  readonly refused: PeerInfo['refused']
  /** What it is made to wait for, or was within the last minute. */
  readonly throttled: readonly Throttle[]
  /** Why and until when nothing is exchanged with it. */
  readonly cutOff:
    | { readonly code: string; readonly sinceMs: number; readonly untilMs: number }
    | undefined
  /** What its writer signed that counts for nothing. */
  readonly ineffective: readonly Ineffective[]
}

/** How far the exchange with all neighbours has come. */
export type NetworkProgress = {
  readonly connected: number
  /** Neighbours from which nothing is missing here. */
  readonly level: number
  /** Commits that neighbours have and this node lacks, as far as it knows. */
  readonly missing: number
  /** Commits taken in from neighbours since the start. */
  readonly received: number
}

/** A running network, as the rest of the node uses it. */
export type Network = AsyncDisposable & {
  readonly peerId: string
  readonly peers: () => readonly PeerInfo[]
  readonly progress: () => NetworkProgress
  /** What peers told of and is not here; heads that a lost line told of stay until one is level. */
  readonly told: () => Told
  /** Also of writers whose grants are closed: what they signed may still come from others. */
  readonly conductOf: (client: number, peerId: string) => Conduct
  /** Where this node can be reached, each ending in `/p2p/<peer>`. */
  readonly addresses: () => readonly string[]
  /** Calls back after something that `peers` or `progress` show has changed. */
  readonly onChange: (listener: () => void) => () => void
  /** Ends all exchanges and closes all connections; the same as disposing. */
  readonly stop: () => Promise<void>
}
