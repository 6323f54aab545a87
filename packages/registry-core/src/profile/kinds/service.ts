import type { KindProfile } from '../profile.ts'
import { SHARED_FIELD_NOTES } from './field-notes.ts'
import { CLASSES, RANKS } from './legal-effect.ts'
import { SHARED_PROPERTIES } from './shared-properties.ts'

/** A service that people or programs use: a portal, an interface. */
export const SERVICE: KindProfile = {
  label: { 'zh-Hans': '信息服务', en: 'Service' },
  schema: {
    type: 'object',
    required: ['title', 'description'],
    properties: SHARED_PROPERTIES,
  },
  classes: CLASSES,
  ranks: RANKS,
  fields: SHARED_FIELD_NOTES,
}
