import type { Labels } from '@mulu/registry-core'
import type { NodeCore } from '../core.ts'
import { type AgencyName, agencyView } from './agency-view.ts'
import { termLabel } from './labels.ts'

/** One row of `GET /agencies`. */
export type AgencyRow = AgencyName & {
  readonly regionName: Labels | null
  readonly namespaces: readonly number[]
  readonly nodes: number
  readonly records: number
  readonly published: number
  readonly withdrawn: number
  readonly problems: number
  readonly conflicts: number
  readonly newestMs: number | null
}

/** Every agency of the roster with the counts of its records. */
export function agencyRows(core: NodeCore): readonly AgencyRow[] {
  const state = core.registry.roster?.state
  const counts = new Map(
    core.registry.catalogue.countsByAgency().map((each) => [each.agency, each]),
  )
  return [...(state?.agencies.values() ?? [])].map((agency) => {
    const count = counts.get(agency.id)
    const writers = [...(state?.writers.values() ?? [])]
    const namespaces = [...(state?.namespaces.values() ?? [])]
    return {
      ...agencyView(agency),
      regionName: agency.region === '' ? null : termLabel(core, 'region', agency.region),
      namespaces: namespaces
        .filter((ns) => ns.owners.at(-1)?.agency === agency.id)
        .map((ns) => ns.id),
      nodes: writers.filter((writer) => writer.agency === agency.id).length,
      records: count?.records ?? 0,
      published: count?.published ?? 0,
      withdrawn: count?.withdrawn ?? 0,
      problems: count?.problems ?? 0,
      conflicts: count?.conflicts ?? 0,
      newestMs: count?.newestMs ?? null,
    }
  })
}
