/** The state of this node and of what it holds, as `mulu status` and GET /status give it. */
import { hashToText, heldDigest, keyToText, type Labels, type NodeRole } from '@mulu/registry-core'
import { writerOfKey } from '../federation/own-writer.ts'
import type { NodeContext } from '../node-context.ts'
import { type ScrubStatus, scrubStatus } from '../scrub/scrub-status.ts'
import { SOFTWARE } from '../software.ts'
import { type AsOf, asOfPeers } from './as-of.ts'
import { type ConductStatus, listConduct } from './conduct.ts'
import { countErasures } from './erasures.ts'
import { type KeepingStatus, keepingStatus } from './keeping.ts'
import { type AgencyRef, agencyRef, officeName } from './names.ts'
import { fallenOrderOf, type OrderShown, type OrdersStatus, ordersStatus } from './orders.ts'
import { listPeers, type PeerStatus } from './peers.ts'
import { type RosterAlarm, rosterAlarms } from './roster-alarms.ts'
import { listSnapshots, type SnapshotStatus } from './snapshots.ts'

/** The whole status. */
export type NodeStatus = {
  readonly software: string
  readonly nowMs: number
  readonly federation: { readonly id: string; readonly name: string }
  readonly agency: AgencyRef | null
  readonly node: {
    readonly name: Labels
    readonly role: NodeRole
    readonly offline: boolean
    readonly admitted: boolean
    /** Why the order of its agency that meant to admit it does not count. */
    readonly fallenOrder: OrderShown | null
  }
  readonly writer: { readonly client: number | null; readonly key: string; readonly peer: string }
  readonly roster: {
    readonly version: number
    readonly hash: string
    readonly agencies: number
    readonly writers: number
    readonly stampMs: number
    readonly alarms: readonly RosterAlarm[]
  }
  readonly heads: {
    readonly digest: string
    readonly logs: number
    readonly commits: number
    readonly waiting: number
  }
  /** Of a node that holds a part the digest and the counts are over that: `asOf.share.held`. */
  readonly catalogue: {
    readonly digest: string
    readonly records: number
    readonly published: number
    readonly withdrawn: number
    readonly problems: number
    readonly conflicts: number
  }
  readonly profile: { readonly id: string; readonly version: string; readonly hash: string }
  readonly asOf: AsOf
  readonly peers: readonly PeerStatus[]
  readonly snapshots: readonly SnapshotStatus[]
  /** Orders of erasure that count, and those of them that not every node has confirmed. */
  readonly erasures: { readonly orders: number; readonly outstanding: number }
  /** Orders of agencies, and those of them that do not count. */
  readonly orders: OrdersStatus
  /** What is kept here of superseded values, and who keeps all of them. */
  readonly keeping: KeepingStatus
  /** Rot in the store, and the search for it. */
  readonly scrub: ScrubStatus
  /** Writers and nodes of whom there is something to tell. */
  readonly conduct: readonly ConductStatus[]
}

/** Reads the status of an open node. */
export async function readStatus(context: NodeContext): Promise<NodeStatus> {
  const { config, clock, signer, peerId } = context
  const { registry } = context.store
  const writer = writerOfKey(registry.roster?.state, signer.publicKey)
  const peers = await listPeers(context)
  const nowMs = clock.now()
  const agency = writer === undefined ? null : agencyRef(registry.roster?.state, writer.agency)
  return {
    software: SOFTWARE,
    nowMs,
    federation: config.federation,
    agency,
    node: {
      name: officeName(agency?.name ?? config.agency.names, config.office),
      role: config.role,
      offline: context.network() === undefined,
      admitted: writer !== undefined,
      fallenOrder: fallenOrderOf(registry, signer.publicKey),
    },
    writer: {
      client: writer?.client ?? null,
      key: keyToText(signer.publicKey),
      peer: peerId,
    },
    ...rosterPart(context, peers, nowMs),
    ...(await cataloguePart(context)),
    asOf: asOfPeers(context, peers, nowMs),
    peers,
    snapshots: listSnapshots(registry),
    erasures: await countErasures(context),
    orders: ordersStatus(registry),
    keeping: await keepingStatus(context),
    scrub: scrubStatus(registry, context.scrubber),
    conduct: listConduct(context),
  }
}

function rosterPart(
  context: NodeContext,
  peers: readonly PeerStatus[],
  nowMs: number,
): Pick<NodeStatus, 'roster' | 'profile'> {
  const { registry } = context.store
  const { roster } = registry
  const newest = Math.max(0, ...peers.map((peer) => peer.reported?.roster ?? 0))
  const profile = roster?.state.profile
  return {
    roster: {
      version: roster?.version ?? 0,
      hash: roster === undefined ? '' : hashToText(roster.hash),
      agencies: roster?.state.agencies.size ?? 0,
      writers: [...(roster?.state.writers.values() ?? [])].filter((w) => w.dispute !== 'open')
        .length,
      stampMs: roster?.stampMs ?? 0,
      alarms: rosterAlarms(registry, newest, nowMs),
    },
    profile: {
      id: profile?.id ?? '',
      version: profile?.version ?? '',
      hash: profile === undefined ? '' : hashToText(profile.hash),
    },
  }
}

async function cataloguePart(
  context: NodeContext,
): Promise<Pick<NodeStatus, 'heads' | 'catalogue'>> {
  const { registry } = context.store
  const { commits, waiting, ...counts } = registry.totals()
  const { records, published, withdrawn, problems, conflicts } = counts
  return {
    heads: {
      digest: hashToText(registry.headsDigest('accepted', 1)),
      logs: registry.heads().length,
      commits,
      waiting,
    },
    catalogue: {
      digest: hashToText(await heldDigest(registry)),
      records,
      published,
      withdrawn,
      problems,
      conflicts,
    },
  }
}
