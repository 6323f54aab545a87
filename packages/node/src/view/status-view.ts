/** `GET /status`: the node, its federation and what it holds. */
import { hashToText, keyToText, type Labels, type NodeRole } from '@mulu/registry-core'
import type { NodeCore } from '../core.ts'
import { writerOfKey } from '../federation/own-writer.ts'
import { SOFTWARE } from '../software.ts'
import { type AgencyName, agencyName } from './agency-view.ts'
import { type AsOf, asOf } from './as-of.ts'
import { type PeerView, peerViews } from './peer-view.ts'

/** The answer of `/status`. */
export type Status = {
  readonly software: string
  readonly nowMs: number
  readonly federation: { readonly id: string; readonly name: string }
  readonly agency: AgencyName | null
  readonly node: {
    readonly name: Labels
    readonly role: NodeRole
    readonly offline: boolean
    readonly admitted: boolean
  }
  readonly writer: { readonly client: number | null; readonly key: string; readonly peer: string }
  readonly roster: {
    readonly version: number
    readonly hash: string
    readonly agencies: number
    readonly writers: number
    readonly stampMs: number
  }
  readonly heads: {
    readonly digest: string
    readonly logs: number
    readonly commits: number
    readonly waiting: number
  }
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
  readonly peers: readonly PeerView[]
}

/** The state of a node at this moment. */
export async function statusView(core: NodeCore): Promise<Status> {
  const { registry, config, clock } = core
  const state = registry.roster?.state
  const own = writerOfKey(state, core.signer.publicKey)
  const { commits, waiting, ...counts } = registry.totals()
  return {
    software: SOFTWARE,
    nowMs: clock.now(),
    federation: config.federation,
    agency: own === undefined ? null : agencyName(core, own.agency),
    node: {
      name: ownName(core),
      role: own?.role ?? config.role,
      offline: core.network() === undefined,
      admitted: own !== undefined,
    },
    writer: {
      client: own?.client ?? null,
      key: keyToText(core.signer.publicKey),
      peer: core.peer,
    },
    roster: {
      version: registry.roster?.version ?? 0,
      hash: registry.roster === undefined ? '' : hashToText(registry.roster.hash),
      agencies: state?.agencies.size ?? 0,
      writers: state?.writers.size ?? 0,
      stampMs: registry.roster?.stampMs ?? 0,
    },
    heads: {
      digest: hashToText(registry.headsDigest('accepted', 1)),
      logs: registry.heads().length,
      commits,
      waiting,
    },
    catalogue: { digest: hashToText(await registry.catalogueDigest()), ...counts },
    profile: {
      id: state?.profile.id ?? '',
      version: state?.profile.version ?? '',
      hash: state === undefined ? '' : hashToText(state.profile.hash),
    },
    asOf: await asOf(core),
    peers: await peerViews(core),
  }
}

function ownName(core: NodeCore): Labels {
  const { agency, office } = core.config
  if (office === '') return agency.names
  const entries = Object.entries(agency.names).map(([tag, name]) => [tag, `${name} · ${office}`])
  return Object.fromEntries(entries)
}
