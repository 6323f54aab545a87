/** All nodes of the roster as this one sees them, itself included. */
import {
  digestOver,
  equalBytes,
  type Hash,
  hashToText,
  heldDigest,
  isArchive,
  type Labels,
  type Outdated,
  type Registry,
  type Writer,
} from '@mulu/registry-core'
import type { Conduct, PeerInfo } from '../network/peer-info.ts'
import type { NodeContext } from '../node-context.ts'
import { SOFTWARE } from '../software.ts'
import { type HeldCount, heldByPeer, heldPart } from './held-part.ts'
import { type AgencyRef, agencyRef, officeName } from './names.ts'

/** A node in the list. */
export type PeerStatus = {
  readonly client: number
  readonly name: Labels
  readonly agency: AgencyRef
  readonly office: string | null
  readonly role: Writer['role']
  readonly peer: string
  readonly addresses: readonly string[]
  readonly connected: boolean
  readonly self: boolean
  readonly lastHeardMs: number | null
  readonly reported: Reported | null
  /** Whether it keeps superseded values as well, and has them all; null while it has not said. */
  readonly archive: boolean | null
  /** Of how many agencies it holds the records; null where of all, or while it has not said. */
  readonly holds: HeldCount | null
  /** Whose software is too old, where no version of the protocol is shared; this node or the peer. */
  readonly outdated: Outdated | null
  /** Of two nodes of which one holds a part: over that part; null where nothing can be said. */
  readonly agrees: boolean | null
  readonly behind: number | null
  readonly ahead: number | null
  readonly refused: PeerInfo['refused']
  /** What it is made to wait for, why and since when. */
  readonly throttled: Conduct['throttled']
  readonly cutOff: NonNullable<Conduct['cutOff']> | null
}

/** What a node last said of itself. */
export type Reported = {
  readonly digest: string
  readonly roster: number
  readonly commits: number
  readonly waiting: number
  readonly records: number
  readonly problems: number
  readonly conflicts: number
  readonly atMs: number
  readonly software: string
}

/** The list, in order of writer numbers. */
export async function listPeers(context: NodeContext): Promise<readonly PeerStatus[]> {
  const { registry } = context.store
  const writers = [...(registry.roster?.state.writers.values() ?? [])]
  const infos = new Map((context.network()?.peers() ?? []).map((p) => [p.client, p] as const))
  const digest = await heldDigest(registry)
  const listed = writers
    .filter((writer) => writer.grants.some((grant) => grant.until === undefined))
    .sort((a, b) => a.client - b.client)
  const statuses: PeerStatus[] = []
  for (const writer of listed) {
    const info = infos.get(writer.client)
    if (writer.client === registry.author?.client) statuses.push(ownStatus(context, writer, digest))
    else statuses.push(peerStatus(context, writer, info, await agreesWith(registry, info, digest)))
  }
  return statuses
}

/** Whether a node holds the same as this one, of what both hold. */
async function agreesWith(
  registry: Registry,
  info: PeerInfo | undefined,
  digest: Hash,
): Promise<boolean | null> {
  if (info === undefined || registry.pruning.lackingRecords() > 0) return null
  const { holds, reported, compared } = info
  if (registry.holding.subscription !== undefined) {
    if (compared?.digest === undefined) return null
    if (equalBytes(compared.digest, digest)) return true
    const isSameHeads = equalBytes(compared.accepted, registry.headsDigest('accepted', 1))
    return isSameHeads ? false : null
  }
  if (reported === undefined) return null
  const isPart = holds !== undefined && holds !== 'all'
  const own = isPart ? await digestOver(registry, info.client, holds, digest) : digest
  return equalBytes(reported.digest, own)
}

function ownStatus(context: NodeContext, writer: Writer, digest: Hash): PeerStatus {
  const totals = context.store.registry.totals()
  const { commits, waiting, records, problems, conflicts } = totals
  const nowMs = context.clock.now()
  return {
    ...identityOf(context, writer),
    addresses: context.network()?.addresses() ?? [],
    connected: context.network() !== undefined,
    self: true,
    lastHeardMs: nowMs,
    reported: {
      digest: hashToText(digest),
      roster: context.store.registry.roster?.version ?? 0,
      ...{ commits, waiting, records, problems, conflicts },
      atMs: nowMs,
      software: SOFTWARE,
    },
    archive: isArchive(context.store.registry),
    holds: heldPart(context),
    outdated: null,
    agrees: true,
    behind: 0,
    ahead: 0,
    refused: [],
    throttled: [],
    cutOff: null,
  }
}

function peerStatus(
  context: NodeContext,
  writer: Writer,
  info: PeerInfo | undefined,
  agrees: boolean | null,
): PeerStatus {
  const reported = info?.reported
  const conduct = context.network()?.conductOf(writer.client, writer.peers[0] ?? '')
  const difference = reported && context.store.registry.totals().commits - reported.commits
  return {
    ...identityOf(context, writer),
    addresses: info?.addresses ?? [],
    connected: info?.connected ?? false,
    self: false,
    lastHeardMs: info?.lastHeardMs ?? null,
    reported: reported === undefined ? null : reportedOf(info, reported),
    archive: info?.archive ?? null,
    holds: heldByPeer(context.store.registry.roster?.state, writer.client, info?.holds),
    outdated: info?.outdated ?? null,
    agrees,
    behind: difference === undefined ? null : Math.max(0, difference),
    ahead: difference === undefined ? null : Math.max(0, -difference),
    refused: info?.refused ?? [],
    throttled: conduct?.throttled ?? [],
    cutOff: conduct?.cutOff ?? null,
  }
}

function reportedOf(
  info: PeerInfo | undefined,
  report: NonNullable<PeerInfo['reported']>,
): Reported {
  return { ...report, digest: hashToText(report.digest), roster: info?.rosterVersion ?? 0 }
}

type Identity = Pick<PeerStatus, 'client' | 'name' | 'agency' | 'office' | 'role' | 'peer'>

function identityOf(context: NodeContext, writer: Writer): Identity {
  const agency = agencyRef(context.store.registry.roster?.state, writer.agency)
  return {
    client: writer.client,
    name: officeName(agency.name, writer.office),
    agency,
    office: writer.office === '' ? null : writer.office,
    role: writer.role,
    peer: writer.peers[0] ?? '',
  }
}
