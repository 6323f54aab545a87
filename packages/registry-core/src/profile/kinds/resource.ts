import type { JsonObject } from '../../encoding/json.ts'
import type { KindProfile } from '../profile.ts'
import { FORMAT_CATEGORIES, ITEM_TYPES } from '../vocabularies/format.ts'
import { FREQUENCIES } from '../vocabularies/frequency.ts'
import { RESOURCE_FIELD_NOTES, SHARED_FIELD_NOTES } from './field-notes.ts'
import { CLASSES, RANKS } from './legal-effect.ts'
import { CHANGE_DATE, codeOf, codesOf, elements, TEXT_LIST, TEXT_OR_NULL } from './schema-parts.ts'
import { SHARED_PROPERTIES } from './shared-properties.ts'

const DISTRIBUTION: JsonObject = {
  title: TEXT_OR_NULL,
  description: TEXT_OR_NULL,
  url: TEXT_OR_NULL,
  download: TEXT_OR_NULL,
  format: TEXT_OR_NULL,
  mediaType: TEXT_OR_NULL,
  modified: CHANGE_DATE,
}

const ITEM: JsonObject = {
  name: { type: 'string', minLength: 1 },
  type: codeOf(ITEM_TYPES),
  length: { type: 'integer', minimum: 0 },
}

/** A resource of information: a dataset, a document, a register. */
export const RESOURCE: KindProfile = {
  label: { 'zh-Hans': '信息资源', en: 'Resource' },
  schema: {
    type: 'object',
    required: ['title', 'description'],
    properties: {
      ...SHARED_PROPERTIES,
      frequency: codeOf(FREQUENCIES),
      spatial: TEXT_OR_NULL,
      temporal: TEXT_OR_NULL,
      format: codesOf(FORMAT_CATEGORIES),
      relation: TEXT_LIST,
      items: elements(ITEM),
      distributions: elements(DISTRIBUTION),
    },
  },
  classes: CLASSES,
  ranks: RANKS,
  fields: { ...SHARED_FIELD_NOTES, ...RESOURCE_FIELD_NOTES },
}
