/** What both sides of an exchange read of the world in one step. Nothing here waits. */
import type { Audience } from '../commit/audience.ts'
import type { Crypto, Hash } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import type { LogHead, LogKey } from '../log/log.ts'
import type { Holding, Statements } from '../registry.ts'
import type { MarkedOrders } from '../roster/order-marks.ts'
import type { Roster } from '../roster/roster.ts'
import { type Subscription, saysItHolds } from '../subscription/subscription.ts'
import { mayHold } from './audience-rule.ts'
import type { GroupDigest, RosterMark } from './frame-parts.ts'
import { headsIndex } from './heads-index.ts'
import type { NodeReport } from './report.ts'
import type { Summary } from './summary.ts'
import { BODIES_VERSION, ORDERS_VERSION, PARTIAL_VERSION } from './sync-limits.ts'

/** What a step reads of the own registry. */
export type SyncReplica = {
  readonly federation: Hash | undefined
  readonly roster: Roster | undefined
  readonly rosters: readonly Roster[]
  missingProfile(): Hash | undefined
  /** Orders of agencies that are passed on, and the digest over them. */
  sharedOrders(): MarkedOrders
  ordersDigest(): Hash
  headsDigest(which: 'known' | 'accepted', aud: Audience, ns?: number): Hash
  /** Commits of which bodies are missing that no order accounts for. */
  holes(): readonly { readonly log: LogKey; readonly seq: number }[]
  /** Snapshots and receipts that are passed on beside their logs. */
  readonly statements: Pick<Statements, 'has' | 'placesBeyond'>
  /** Whether superseded bodies are kept here as well, and whether none of them is lacked. */
  readonly keepsAll: boolean
  readonly isArchive: boolean
  /** What was subscribed to, of a node that does not hold everything; and what it holds by now. */
  readonly holding: Pick<Holding, 'subscription' | 'holds'>
  /** Commits to be fetched by position: they have rotted here, or bodies of them are wanted. */
  damaged(): readonly LogPlace[]
}

/** A position of a log, whatever stands there. */
export type LogPlace = { readonly log: LogKey; readonly seq: number }

/** Everything a step may look at besides its state and its event. */
export type SyncContext = {
  readonly crypto: Crypto
  readonly replica: SyncReplica
  /** The heads of the replica: the same array as long as nothing has changed. */
  readonly heads: readonly LogHead[]
  /** The own writer number, once the roster has one. */
  readonly self: number | undefined
  /** The writer number of the peer, as the own roster says. */
  readonly peer: number | undefined
  /** Other writers that are listed with the transport identity of the peer. */
  readonly twins?: readonly number[]
  readonly report: NodeReport | undefined
  /** Where this node can be reached; told in greetings alone. */
  readonly addresses: () => readonly string[]
  /** Milliseconds of a clock that only grows: a deadline outlives it when somebody sets the time. */
  readonly nowMs: number
  /** The order in which logs are pulled; lower first: own region, then the rest. */
  readonly priority: (log: LogKey) => number
  /** Whether another exchange of this node is pulling the log (text of `logText`) just now. */
  readonly isClaimed: (log: string) => boolean
  /** Whether a log has to wait, since its writer sent more than its share; it is pulled later. */
  readonly isThrottled: (log: LogKey) => boolean
}

/** Whether the peer may hold a log, and so may hear of it. */
export function mayPeerHold(context: SyncContext, log: LogKey): boolean {
  const { peer, twins = [], replica } = context
  const state = replica.roster?.state
  if (peer === undefined || state === undefined) return false
  return [peer, ...twins].some((client) => mayHold(state, client, log))
}

/** Whether this node may hold a log. */
export function mayOwnHold(context: SyncContext, log: LogKey): boolean {
  const { self, replica } = context
  return self !== undefined && replica.roster !== undefined
    ? mayHold(replica.roster.state, self, log)
    : false
}

/** Whether the peer says that it holds the bodies of a log. */
export function saysPeerHolds(
  { peer, replica }: Pick<SyncContext, 'peer' | 'replica'>,
  holds: Subscription | undefined,
  log: LogKey,
): boolean {
  const state = replica.roster?.state
  return state === undefined || peer === undefined || saysItHolds(state, peer, holds, log)
}

/** What is told of the own counts: of a part only to whoever hears that it is one. */
export function ownReport(
  { peer, report, replica }: Pick<SyncContext, 'peer' | 'report' | 'replica'>,
  version: number,
): NodeReport | undefined {
  const isPart = replica.holding.subscription !== undefined
  return peer === undefined || (isPart && version < PARTIAL_VERSION) ? undefined : report
}

/** The own roster's version and hash. */
export function ownRosterMark(replica: Pick<SyncReplica, 'roster'>): RosterMark {
  const { roster } = replica
  return roster === undefined
    ? { version: 0, hash: new Uint8Array() }
    : { version: roster.version, hash: roster.hash }
}

/** The own digests of every group that the peer may hold too. */
export function sharedDigests(
  context: SyncContext,
  which: 'known' | 'accepted',
): readonly GroupDigest[] {
  const digests: GroupDigest[] = []
  for (const group of [...headsIndex(context.heads).groups.keys()].sort()) {
    const log = headsIndex(context.heads).groups.get(group)
    if (log !== undefined && mayPeerHold(context, log)) {
      digests.push({ group, digest: groupDigest(context.replica, log, which) })
    }
  }
  return digests
}

/** The digest of the group that a log belongs to. */
export function groupDigest(replica: SyncReplica, log: LogKey, which: 'known' | 'accepted'): Hash {
  return log.aud === 0 ? replica.headsDigest(which, 0, log.ns) : replica.headsDigest(which, log.aud)
}

/** Whether the peer knows commits of some group that are not known here. */
export function isBehind(context: SyncContext, theirs: readonly GroupDigest[]): boolean {
  return theirs.some(({ group, digest }) => {
    const log = headsIndex(context.heads).groups.get(group)
    return log === undefined || !equalBytes(digest, groupDigest(context.replica, log, 'known'))
  })
}

/** The own digest over orders, once the version is agreed; undefined when there are none. */
export function ownOrders(
  replica: Pick<SyncReplica, 'sharedOrders' | 'ordersDigest'>,
  version: number,
): Hash | undefined {
  if (version < ORDERS_VERSION || replica.sharedOrders().marks.length === 0) return undefined
  return replica.ordersDigest()
}

/** What this side says of itself to the peer, in a version of the protocol that both speak. */
export function ownSummary(context: SyncContext, fed: Hash, version: number): Summary {
  return {
    fed,
    roster: ownRosterMark(context.replica),
    known: sharedDigests(context, 'known'),
    accepted: sharedDigests(context, 'accepted'),
    orders: ownOrders(context.replica, version),
    report: ownReport(context, version),
    addresses: context.addresses(),
    ...(version >= BODIES_VERSION ? { archive: context.replica.isArchive } : {}),
    ...ownHolds(context.replica, version),
  }
}

/** What is said of the part that is held; nothing where that is everything. */
export function ownHolds(
  { holding }: Pick<SyncReplica, 'holding'>,
  version: number,
): Pick<Summary, 'holds'> {
  const { subscription } = holding
  return version < PARTIAL_VERSION || subscription === undefined ? {} : { holds: subscription }
}
