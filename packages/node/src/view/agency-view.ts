import type { Agency, Labels } from '@mulu/registry-core'
import type { NodeCore } from '../core.ts'

/** An agency as answers name it. */
export type AgencyName = {
  readonly id: number
  readonly code: string
  readonly name: Labels
  readonly region: string | null
}

/** An agency by its number; one the roster does not know is shown by its number. */
export function agencyName(core: NodeCore, id: number): AgencyName {
  const agency = core.registry.roster?.state.agencies.get(id)
  return agency === undefined
    ? { id, code: '', name: { en: `Agency ${id}` }, region: null }
    : agencyView(agency)
}

/** An agency of the roster. */
export function agencyView(agency: Agency): AgencyName {
  return {
    id: agency.id,
    code: agency.codes[0] ?? '',
    name: agency.names,
    region: agency.region === '' ? null : agency.region,
  }
}

/** The agency that owns a namespace now. */
export function ownerOf(core: NodeCore, ns: number): AgencyName {
  const owners = core.registry.roster?.state.namespaces.get(ns)?.owners ?? []
  return agencyName(core, owners.at(-1)?.agency ?? 0)
}
