/** The nodes of the roster as `/peers` and `/status` list them, this one included. */
import { hashToText, type Labels, type NodeRole, type Writer } from '@mulu/registry-core'
import type { NodeCore } from '../core.ts'
import { writerOfKey } from '../federation/own-writer.ts'
import { ownAddresses } from '../federation/ticket.ts'
import type { PeerInfo } from '../network/peer-info.ts'
import { SOFTWARE } from '../software.ts'
import { type AgencyName, agencyName } from './agency-view.ts'
import { agrees, nodeName, otherWriters, peerInfoOf } from './as-of.ts'

/** What a node said of itself. */
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

/** One node of the roster. */
export type PeerView = {
  readonly client: number
  readonly name: Labels
  readonly agency: AgencyName
  readonly office: string | null
  readonly role: NodeRole
  readonly peer: string
  readonly addresses: readonly string[]
  readonly connected: boolean
  readonly self: boolean
  readonly phase: string
  readonly lastHeardMs: number | null
  readonly reported: Reported | null
  readonly agrees: boolean | null
  readonly behind: number | null
  readonly ahead: number | null
  readonly refused: PeerInfo['refused']
}

/** All nodes, this one first. */
export async function peerViews(core: NodeCore): Promise<readonly PeerView[]> {
  const digest = await core.registry.catalogueDigest()
  const own = writerOfKey(core.registry.roster?.state, core.signer.publicKey)
  const others = otherWriters(core).map((writer) => {
    const info = peerInfoOf(core, writer)
    return { ...otherView(core, writer, info), agrees: agrees(info, digest) }
  })
  return own === undefined ? others : [await ownView(core, own), ...others]
}

function base(core: NodeCore, writer: Writer) {
  return {
    client: writer.client,
    name: nodeName(core, writer),
    agency: agencyName(core, writer.agency),
    office: writer.office === '' ? null : writer.office,
    role: writer.role,
  }
}

async function ownView(core: NodeCore, writer: Writer): Promise<PeerView> {
  const { registry, clock } = core
  const { commits, waiting, records, problems, conflicts } = registry.totals()
  const digest = hashToText(await registry.catalogueDigest())
  const counts = { commits, waiting, records, problems, conflicts }
  const roster = registry.roster?.version ?? 0
  return {
    ...base(core, writer),
    peer: core.peer,
    addresses: ownAddresses(core),
    connected: true,
    self: true,
    phase: 'self',
    lastHeardMs: clock.now(),
    reported: { digest, roster, ...counts, atMs: clock.now(), software: SOFTWARE },
    agrees: true,
    behind: 0,
    ahead: 0,
    refused: [],
  }
}

function otherView(core: NodeCore, writer: Writer, info: PeerInfo | undefined): PeerView {
  const own = core.registry.totals().commits
  const theirs = info?.reported?.commits
  return {
    ...base(core, writer),
    peer: info?.peerId ?? writer.peers[0] ?? '',
    addresses: info?.addresses ?? [],
    connected: info?.connected ?? false,
    self: false,
    phase: info?.phase ?? 'unknown',
    lastHeardMs: info?.lastHeardMs ?? null,
    reported: reportedOf(info),
    agrees: null,
    behind: theirs === undefined ? null : Math.max(0, own - theirs),
    ahead: theirs === undefined ? null : Math.max(0, theirs - own),
    refused: info?.refused ?? [],
  }
}

function reportedOf(info: PeerInfo | undefined): Reported | null {
  const report = info?.reported
  if (info === undefined || report === undefined) return null
  const { digest, commits, waiting, records, problems, conflicts, atMs, software } = report
  const counts = { commits, waiting, records, problems, conflicts }
  return { digest: hashToText(digest), roster: info.rosterVersion, ...counts, atMs, software }
}
