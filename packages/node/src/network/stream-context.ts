/** What the streams of a network share. */
import type {
  ErrorCode,
  Hash,
  NodeReport,
  Outdated,
  PeerAddresses,
  Registry,
  Resumption,
  Subscription,
  SyncContext,
} from '@mulu/registry-core'
import type { Clock } from '../clock.ts'
import type { NodeLogger } from '../logger.ts'
import type { Quotas } from './quotas.ts'
import type { Told } from './told-heads.ts'

/** What a peer said of itself. */
export type Heard = {
  readonly rosterVersion: number
  /** The digest over the orders it has; only told to who asks. */
  readonly orders: Hash | undefined
  readonly report: NodeReport | undefined
  readonly addresses: readonly string[]
  /** Whether it keeps everything and lacks nothing; undefined where it did not say. */
  readonly archive?: boolean
  /** Of what it holds the bodies; undefined where it did not say. */
  readonly holds?: Subscription | 'all'
}

/** What a peer said of the part that is held here: its digest, and that over its accepted heads. */
export type Compared = {
  /** Undefined where the peer does not hold all of that part. */
  readonly digest: Hash | undefined
  readonly accepted: Hash
}

/** The network, as one of its streams sees it. */
export type StreamContext = {
  readonly registry: Registry
  readonly logger: NodeLogger
  readonly clock: Clock
  /** What writers and peers may take. */
  readonly quotas: Quotas
  /** What a step may look at, for an exchange with this peer. */
  readonly syncContext: (peerId: string) => SyncContext
  readonly onHeard: (peerId: string, heard: Heard) => void
  /** No version of the protocol is shared with a peer; who is too old. */
  readonly onUnshared: (peerId: string, outdated: Outdated) => void
  readonly onCompared: (peerId: string, compared: Compared) => void
  readonly onPeers: (peers: readonly PeerAddresses[]) => void
  readonly onBlame: (peerId: string, code: ErrorCode) => void
  /** Commits were taken in. */
  readonly onReceived: (count: number) => void
  /** This node has all that a peer has. */
  readonly onLevel: () => void
  /** An exchange has ended: what its peer had told of and is not here, and what it had begun. */
  readonly onEnded: (peerId: string, told: Told, resumption: Resumption) => void
  /** What an earlier exchange with this peer has left. */
  readonly resume: (peerId: string) => Resumption | undefined
  /** A pull has ended: what it held is free for others. */
  readonly onReleased: (peerId: string) => void
  readonly onChange: () => void
  /** Members and their addresses, for a neighbour that asks. */
  readonly listPeers: (peerId: string) => readonly PeerAddresses[]
}
