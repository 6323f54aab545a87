import type { Vocabulary } from '../profile.ts'
import { FORMAT_CATEGORIES, FORMATS, ITEM_TYPES } from './format.ts'
import { FREQUENCIES } from './frequency.ts'
import { OPENNESS_TYPES, SHARING_METHODS, SHARING_TYPES, STATES } from './legal-effect.ts'
import { REGIONS } from './region.ts'
import { THEMES } from './theme.ts'

/** Every vocabulary by the name that field notes use. */
export const VOCABULARIES: Readonly<Record<string, Vocabulary>> = {
  themes: THEMES,
  regions: REGIONS,
  frequencies: FREQUENCIES,
  sharingTypes: SHARING_TYPES,
  sharingMethods: SHARING_METHODS,
  opennessTypes: OPENNESS_TYPES,
  states: STATES,
  formats: FORMATS,
  formatCategories: FORMAT_CATEGORIES,
  itemTypes: ITEM_TYPES,
}
