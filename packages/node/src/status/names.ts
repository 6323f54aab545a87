import type { Labels, RosterState } from '@mulu/registry-core'

/** An agency as other things refer to it. */
export type AgencyRef = {
  readonly id: number
  readonly code: string
  readonly name: Labels
  readonly region: string | null
}

/** What the roster says of an agency; empty names when it says nothing. */
export function agencyRef(state: RosterState | undefined, id: number): AgencyRef {
  const agency = state?.agencies.get(id)
  const region = agency?.region ?? ''
  return {
    id,
    code: agency?.codes[0] ?? '',
    name: agency?.names ?? {},
    region: region === '' ? null : region,
  }
}

/** The agency that owns a namespace now. */
export function ownerOf(state: RosterState | undefined, ns: number): AgencyRef {
  return agencyRef(state, state?.namespaces.get(ns)?.owners.at(-1)?.agency ?? 0)
}

/** The name of a node: that of its agency, with the office after it. */
export function officeName(agency: Labels, office: string): Labels {
  if (office === '') return agency
  return Object.fromEntries(
    Object.entries(agency).map(([language, name]) => [language, `${name} · ${office}`]),
  )
}
