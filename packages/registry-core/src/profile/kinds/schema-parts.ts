import type { JsonObject } from '../../encoding/json.ts'
import type { Vocabulary } from '../profile.ts'
import {
  OPENNESS_TYPES,
  SHARING_METHODS,
  SHARING_TYPES,
  STATES,
} from '../vocabularies/legal-effect.ts'

/** One text per language; at least one language, none of them empty. */
export const TEXTS: JsonObject = {
  type: 'object',
  minProperties: 1,
  propertyNames: { format: 'language' },
  additionalProperties: { type: 'string', minLength: 1 },
}

/** A list of keywords per language. */
export const KEYWORDS: JsonObject = {
  type: 'object',
  propertyNames: { format: 'language' },
  additionalProperties: { type: 'array', items: { type: 'string' } },
}

/** A text that a source may also leave explicitly empty: null is a value. */
export const TEXT_OR_NULL: JsonObject = { type: ['string', 'null'] }

/** A date of issue. */
export const DATE: JsonObject = { type: ['string', 'null'], format: 'date' }

/** A date of change, or the interval in which changes come. */
export const CHANGE_DATE: JsonObject = { type: ['string', 'null'], format: 'change-date' }

/** An address on the web. */
export const WEB_ADDRESS: JsonObject = { type: ['string', 'null'], format: 'web-address' }

/** A list of texts. */
export const TEXT_LIST: JsonObject = { type: 'array', items: { type: 'string' } }

/** A list of language tags. */
export const LANGUAGES: JsonObject = {
  type: 'array',
  items: { type: 'string', format: 'language' },
}

/** The body that publishes, with a name in whatever form its source gives. */
export const PUBLISHER: JsonObject = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', minLength: 1 }, code: { type: 'string' } },
}

/** Elements by id, each one object; `order` is a fractional index. */
export function elements(properties: JsonObject): JsonObject {
  return {
    type: 'object',
    additionalProperties: {
      type: 'object',
      properties: { order: { type: 'string', minLength: 1 }, ...properties },
    },
  }
}

/** Points of contact by id; personal, hence erasable. */
export const CONTACTS: JsonObject = { type: 'object', additionalProperties: { type: 'object' } }

/** The schema of one code of a vocabulary. */
export function codeOf(vocabulary: Vocabulary): JsonObject {
  return { enum: vocabulary.terms.map((term) => term.code) }
}

/** The schema of a list of codes of a vocabulary. */
export function codesOf(vocabulary: Vocabulary): JsonObject {
  return { type: 'array', items: codeOf(vocabulary) }
}

/** Publication state. */
export const STATE: JsonObject = codeOf(STATES)

/** Sharing between agencies: type, condition, method and basis belong together. */
export const SHARING: JsonObject = {
  type: 'object',
  required: ['type'],
  properties: {
    type: codeOf(SHARING_TYPES),
    condition: { type: 'string', minLength: 1 },
    method: codeOf(SHARING_METHODS),
    basis: { type: 'string', minLength: 1 },
  },
}

/** Sharing where the condition or the reason must be stated unless there is none. */
export const SHARING_WITH_CONDITION: JsonObject = {
  ...SHARING,
  if: { required: ['type'], properties: { type: { enum: ['conditional', 'none'] } } },
  // biome-ignore lint/suspicious/noThenProperty: `then` is the JSON Schema keyword.
  then: { required: ['condition'], properties: { condition: true } },
}

/** Openness to the public with its condition. */
export const OPENNESS: JsonObject = {
  type: 'object',
  required: ['type'],
  properties: {
    type: codeOf(OPENNESS_TYPES),
    condition: { type: 'string', minLength: 1 },
  },
}
