import type { FilterName } from '../api.ts'

/** The name of each filter, as a key of the language files. */
export const FACET_NAMES = {
  region: 'facet.region',
  agency: 'facet.agency',
  theme: 'facet.theme',
  sharing: 'facet.sharing',
  openness: 'facet.openness',
  format: 'facet.format',
  kind: 'facet.kind',
  frequency: 'facet.frequency',
  license: 'facet.license',
  has: 'facet.has',
  modified: 'facet.modified',
} as const satisfies Record<FilterName, string>
