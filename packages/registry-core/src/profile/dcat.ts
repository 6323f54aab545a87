import { RESOURCE } from './kinds/resource.ts'
import { SERVICE } from './kinds/service.ts'
import type { Profile } from './profile.ts'
import { SYNONYMS } from './synonyms.ts'
import { VOCABULARIES } from './vocabularies/all.ts'

/** The neutral profile: DCAT words, sharing between agencies optional. */
export const DCAT_PROFILE: Profile = {
  id: 'dcat',
  version: 1,
  label: { 'zh-Hans': 'DCAT 通用', en: 'DCAT, neutral' },
  kinds: { resource: RESOURCE, service: SERVICE },
  vocabularies: VOCABULARIES,
  synonyms: SYNONYMS,
}
