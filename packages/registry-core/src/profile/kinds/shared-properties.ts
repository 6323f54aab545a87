import type { JsonObject } from '../../encoding/json.ts'
import { REGIONS } from '../vocabularies/region.ts'
import { THEMES } from '../vocabularies/theme.ts'
import {
  CHANGE_DATE,
  CONTACTS,
  codeOf,
  codesOf,
  DATE,
  elements,
  KEYWORDS,
  LANGUAGES,
  OPENNESS,
  PUBLISHER,
  SHARING,
  STATE,
  TEXT_LIST,
  TEXT_OR_NULL,
  TEXTS,
  WEB_ADDRESS,
} from './schema-parts.ts'

/** Schemas of the fields that resources and services share. Unknown fields are let through. */
export const SHARED_PROPERTIES: JsonObject = {
  title: TEXTS,
  description: TEXTS,
  keyword: KEYWORDS,
  theme: codesOf(THEMES),
  region: codeOf(REGIONS),
  publisher: PUBLISHER,
  contact: CONTACTS,
  issued: DATE,
  modified: CHANGE_DATE,
  landingPage: WEB_ADDRESS,
  license: TEXT_OR_NULL,
  rights: TEXT_OR_NULL,
  identifier: { type: 'string', minLength: 1 },
  language: LANGUAGES,
  conformsTo: TEXT_OR_NULL,
  describedBy: TEXT_OR_NULL,
  references: TEXT_LIST,
  endpoint: elements({ url: TEXT_OR_NULL, type: TEXT_OR_NULL, version: TEXT_OR_NULL }),
  sharing: SHARING,
  openness: OPENNESS,
  state: STATE,
  authoritative: { type: 'boolean' },
  source: {
    type: 'object',
    properties: { format: { type: 'string' }, id: { type: 'string' } },
  },
  x: { type: 'object' },
}
