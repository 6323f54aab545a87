/** What this node is and sees: status, peers, agencies, roster. */
import { hashToText, keyToText, noCounts, type RosterState, type Writer } from '@mulu/registry-core'
import type { Router } from 'express'
import type { NodeContext } from '../../node-context.ts'
import { localOperations } from '../../operations/operations.ts'
import { asOf } from '../../status/as-of.ts'
import { agencyRef } from '../../status/names.ts'
import { readStatus } from '../../status/node-status.ts'
import { listOrders } from '../../status/orders.ts'
import { listPeers } from '../../status/peers.ts'
import { apiPath } from '../api-paths.ts'
import { regionName } from '../facet-labels.ts'
import { readQuery } from '../read-query.ts'

/** Adds the routes. */
export function addNodeRoutes(router: Router, context: NodeContext): void {
  const read = (path: string, answer: () => Promise<unknown>): void => {
    const declared = apiPath('get', path)
    router.get(path, async (request, response) => {
      readQuery(request, declared)
      response.json(await answer())
    })
  }
  read('/api/v1/status', () => readStatus(context))
  read('/api/v1/peers', async () => ({ items: await listPeers(context) }))
  read('/api/v1/agencies', () => agencies(context))
  read('/api/v1/roster', async () => rosterDocument(context))
  read('/api/v1/orders', async () => listOrders(context.store.registry))
  read('/api/v1/profile', () => localOperations(context).profile())
}

async function agencies(context: NodeContext): Promise<unknown> {
  const { registry } = context.store
  const state = registry.roster?.state
  const counts = new Map(registry.catalogue.countsByAgency().map((c) => [c.agency, c] as const))
  const digests = registry.indexDigests()
  const items = [...(state?.agencies.keys() ?? [])].map((id) => {
    const { agency: _, ...numbers } = counts.get(id) ?? noCounts(id)
    const ref = agencyRef(state, id)
    return {
      ...ref,
      regionName: regionName(registry.profile, ref.region),
      namespaces: namespacesOf(state, id),
      held: namespacesOf(state, id).every((ns) => registry.holding.holds({ ns, aud: 1 })),
      nodes: [...(state?.writers.values() ?? [])].filter((w) => w.agency === id && !isNobodys(w))
        .length,
      ...numbers,
      indexDigest: digests.get(id) ?? null,
    }
  })
  return { items, asOf: await asOf(context) }
}

/** Whether two orders have the number of a writer. */
function isNobodys({ dispute }: Writer): boolean {
  return dispute === 'open'
}

function namespacesOf(state: RosterState | undefined, agency: number): readonly number[] {
  return [...(state?.namespaces.values() ?? [])]
    .filter((ns) => ns.owners.at(-1)?.agency === agency)
    .map((ns) => ns.id)
}

function rosterDocument(context: NodeContext): unknown {
  const { registry } = context.store
  const { roster } = registry
  const state = roster?.state
  return {
    version: roster?.version ?? 0,
    hash: roster === undefined ? '' : hashToText(roster.hash),
    federation: context.config.federation,
    roots: {
      threshold: state?.roots.threshold ?? 0,
      keys: (state?.roots.keys ?? []).map(keyToText),
    },
    witnesses: state?.witnesses ?? { writers: [], threshold: 1 },
    agencies: [...(state?.agencies.values() ?? [])].map(({ id, retired, admin }) => ({
      ...agencyRef(state, id),
      admin: admin === undefined ? null : keyToText(admin),
      retired: retired ?? null,
    })),
    namespaces: [...(state?.namespaces.values() ?? [])].map((ns) => ({
      id: ns.id,
      agency: ns.owners.at(-1)?.agency ?? 0,
      sinceVersion: ns.owners.at(-1)?.from ?? 0,
    })),
    // A number that two orders have is nobody's; /api/v1/orders tells of it.
    writers: [...(state?.writers.values() ?? [])]
      .filter((writer) => !isNobodys(writer))
      .map(writerDocument),
    history: registry.rosters.map((version) => ({
      version: version.version,
      stampMs: version.stampMs,
      hash: hashToText(version.hash),
      signatures: version.signatures,
      changes: version.changes.map(changeDocument),
    })),
  }
}

function writerDocument(writer: Writer): unknown {
  return {
    client: writer.client,
    key: keyToText(writer.key),
    peers: writer.peers,
    agency: writer.agency,
    continues: writer.continues,
    office: writer.office === '' ? null : writer.office,
    role: writer.role,
    grants: writer.grants.map(({ ns, auds, rights, from, until }) => ({
      namespace: ns,
      audiences: auds,
      rights,
      from,
      closed: until === undefined ? null : { version: until.version, why: until.why },
    })),
  }
}

/** Keys and hashes as text, everything else as it stands in the change. */
function changeDocument(change: object): unknown {
  return JSON.parse(
    JSON.stringify(change, (_, value: unknown) => {
      if (!(value instanceof Uint8Array)) return value
      return value.length === 33 ? hashToText(value) : Buffer.from(value).toString('hex')
    }),
  )
}
