/** Labels of coded values, from the profile that the roster names. */
import { kindProfile, type Labels, type Profile } from '@mulu/registry-core'
import type { NodeCore } from '../core.ts'
import { agencyName } from './agency-view.ts'

/** Which vocabulary of the profile a facet's values come from. */
const VOCABULARY_BY_FACET: Readonly<Record<string, string>> = {
  region: 'regions',
  theme: 'themes',
  sharing: 'sharingTypes',
  openness: 'opennessTypes',
  format: 'formats',
  state: 'states',
}

const labelsByProfile = new WeakMap<Profile, Map<string, Labels>>()

/** The label of a facet value; a value without one is its own label in both languages. */
export function termLabel(core: NodeCore, facet: string, value: string): Labels {
  const { profile } = core.registry
  if (facet === 'agency') return agencyName(core, Number(value)).name
  const label =
    facet === 'kind'
      ? profile && kindProfile(profile, value)?.label
      : profile && labelsOf(profile).get(`${VOCABULARY_BY_FACET[facet]} ${value}`)
  return label ?? { 'zh-Hans': value, en: value }
}

function labelsOf(profile: Profile): ReadonlyMap<string, Labels> {
  const known = labelsByProfile.get(profile)
  if (known !== undefined) return known
  const labels = new Map<string, Labels>()
  for (const [name, vocabulary] of Object.entries(profile.vocabularies)) {
    for (const term of vocabulary.terms) labels.set(`${name} ${term.code}`, term.label)
  }
  labelsByProfile.set(profile, labels)
  return labels
}
