/** The agencies of the roster with what is counted of each. */
import { type AgencyCounts, type Labels, noCounts, type RosterState } from '@mulu/registry-core'
import type { NodeContext } from '../node-context.ts'
import { type AsOf, asOf } from './as-of.ts'
import { regionName } from './facet-labels.ts'
import { type AgencyRef, agencyRef } from './names.ts'

/** One agency. */
export type AgencyStatus = AgencyRef &
  Omit<AgencyCounts, 'agency'> & {
    readonly regionName: Labels | null
    readonly namespaces: readonly number[]
    /** Whether its records are held here; where they are not the counts are none. */
    readonly held: boolean
    readonly nodes: number
    /** Of what is indexed, 16 hexadecimal digits: alike on nodes that index the same records. */
    readonly indexDigest: string | null
  }

/** All of them. */
export type AgencyList = { readonly items: readonly AgencyStatus[]; readonly asOf: AsOf }

/** Reads the list. */
export async function listAgencies(context: NodeContext): Promise<AgencyList> {
  const { registry } = context.store
  const state = registry.roster?.state
  const counts = new Map(registry.catalogue.countsByAgency().map((c) => [c.agency, c] as const))
  const digests = registry.indexDigests()
  const items = [...(state?.agencies.keys() ?? [])].map((id): AgencyStatus => {
    const { agency: _, ...numbers } = counts.get(id) ?? noCounts(id)
    const ref = agencyRef(state, id)
    const namespaces = namespacesOf(state, id)
    return {
      ...ref,
      regionName: regionName(registry.profile, ref.region),
      namespaces,
      held: namespaces.every((ns) => registry.holding.holds({ ns, aud: 1 })),
      nodes: nodesOf(state, id),
      ...numbers,
      indexDigest: digests.get(id) ?? null,
    }
  })
  return { items, asOf: await asOf(context) }
}

function namespacesOf(state: RosterState | undefined, agency: number): readonly number[] {
  return [...(state?.namespaces.values() ?? [])]
    .filter((ns) => ns.owners.at(-1)?.agency === agency)
    .map((ns) => ns.id)
}

/** Its writers, without those whose number two orders have. */
function nodesOf(state: RosterState | undefined, id: number): number {
  const writers = [...(state?.writers.values() ?? [])]
  return writers.filter(({ agency, dispute }) => agency === id && dispute !== 'open').length
}
