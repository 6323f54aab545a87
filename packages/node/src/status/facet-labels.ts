/** Labels of the values that lists are filtered by: from the profile, and of agencies the roster. */
import {
  type FilterName,
  filterOf,
  type Labels,
  type Profile,
  type RosterState,
} from '@mulu/registry-core'
import { agencyRef } from './names.ts'

/** The label of a value; empty when nobody names it. */
export function facetLabel(
  profile: Profile | undefined,
  state: RosterState | undefined,
  facet: FilterName,
  value: string,
): Labels {
  if (facet === 'agency') return agencyRef(state, Number(value)).name
  if (facet === 'kind') return profile?.kinds[value]?.label ?? {}
  const vocabulary = profile?.vocabularies[filterOf(facet).vocabulary ?? '']
  return vocabulary?.terms.find((term) => term.code === value)?.label ?? {}
}

/** The name of a region, or null when the profile does not know it. */
export function regionName(profile: Profile | undefined, code: string | null): Labels | null {
  if (code === null) return null
  const label = facetLabel(profile, undefined, 'region', code)
  return Object.keys(label).length === 0 ? null : label
}
