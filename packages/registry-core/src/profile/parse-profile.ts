import { isJsonObject, type JsonObject, type JsonValue } from '../encoding/json.ts'
import { MuluError } from '../errors.ts'
import { isPath } from '../record/path.ts'
import { validatorOf } from './problems.ts'
import { classOf, type Profile } from './profile.ts'

const KIND = /^[a-z][a-z0-9-]{0,31}$/
/** A group of synonyms makes a query this much wider at most. */
const SYNONYMS_MAX = 16
const SYNONYM_CHARS_MAX = 64
const FAMILY = /^[A-Za-z0-9_.:%-]{1,64}\/\*$/

/**
 * Reads a profile from plain JSON; MULU_PROFILE with `at` where it is not valid.
 * Every schema is compiled here, so that a view can never fail on one later.
 */
export function parseProfile(json: unknown): Profile {
  const root = object(json, '')
  const profile: JsonObject = {
    id: text(root['id'], 'id'),
    version: integer(root['version'], 'version'),
    label: label(root['label'], 'label'),
    kinds: mapValues(object(root['kinds'], 'kinds'), 'kinds', kind),
    vocabularies: mapValues(object(root['vocabularies'], 'vocabularies'), 'vocabularies', terms),
    synonyms: list(root['synonyms'], 'synonyms').map((group, at) => synonyms(group, at)),
  }
  const parsed = profile as unknown as Profile
  for (const name of Object.keys(parsed.kinds)) checkKind(parsed, name)
  return parsed
}

function refuse(at: string, reason: string, cause?: unknown): never {
  throw new MuluError('MULU_PROFILE', { details: { at, reason }, cause })
}

function object(value: unknown, at: string): JsonObject {
  return isJsonObject(value) ? value : refuse(at, 'expected an object')
}

function list(value: unknown, at: string): readonly JsonValue[] {
  return Array.isArray(value) ? value : refuse(at, 'expected a list')
}

function text(value: unknown, at: string): string {
  return typeof value === 'string' && value !== '' ? value : refuse(at, 'expected a text')
}

function integer(value: unknown, at: string): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
    ? value
    : refuse(at, 'expected a whole number from 1')
}

function label(value: unknown, at: string): JsonObject {
  const both = object(value, at)
  text(both['zh-Hans'], `${at}.zh-Hans`)
  text(both['en'], `${at}.en`)
  return both
}

function mapValues(
  record: JsonObject,
  at: string,
  read: (value: JsonValue, at: string) => JsonValue,
): JsonObject {
  const entries = Object.entries(record)
  return Object.fromEntries(entries.map(([key, value]) => [key, read(value, `${at}.${key}`)]))
}

function terms(value: JsonValue, at: string): JsonObject {
  const vocabulary = object(value, at)
  label(vocabulary['label'], `${at}.label`)
  list(vocabulary['terms'], `${at}.terms`).forEach((item, index) => {
    const place = `${at}.terms.${index}`
    text(object(item, place)['code'], `${place}.code`)
    label(object(item, place)['label'], `${place}.label`)
  })
  return vocabulary
}

function synonyms(value: JsonValue, index: number): JsonValue {
  const at = `synonyms.${index}`
  const group = list(value, at)
  group.forEach((word, place) => {
    if (text(word, `${at}.${place}`).length > SYNONYM_CHARS_MAX) {
      refuse(`${at}.${place}`, `expected at most ${SYNONYM_CHARS_MAX} characters`)
    }
  })
  const isGroup = group.length >= 2 && group.length <= SYNONYMS_MAX
  if (!isGroup || new Set(group).size !== group.length) {
    refuse(at, `expected 2 to ${SYNONYMS_MAX} different texts`)
  }
  return group
}

function kind(value: JsonValue, at: string): JsonObject {
  const entry = object(value, at)
  label(entry['label'], `${at}.label`)
  checkSchema(object(entry['schema'], `${at}.schema`), `${at}.schema`)
  mapValues(object(entry['classes'], `${at}.classes`), `${at}.classes`, fieldClass)
  list(entry['ranks'], `${at}.ranks`).forEach((rule, index) => {
    checkRank(object(rule, `${at}.ranks.${index}`), `${at}.ranks.${index}`)
  })
  mapValues(object(entry['fields'], `${at}.fields`), `${at}.fields`, (note, place) =>
    label(object(note, place)['label'], `${place}.label`),
  )
  return entry
}

function fieldClass(value: JsonValue, at: string): JsonValue {
  const path = at.slice(at.lastIndexOf('classes.') + 'classes.'.length)
  if (!isPath(path) && !FAMILY.test(path)) refuse(at, 'expected a path or segment/*')
  return value === 0 || value === 1 || value === 2 ? value : refuse(at, 'expected 0, 1 or 2')
}

function checkRank(rule: JsonObject, at: string): void {
  if (!isPath(text(rule['path'], `${at}.path`))) refuse(`${at}.path`, 'expected a path')
  if (rule['by'] !== undefined) text(rule['by'], `${at}.by`)
  const order = list(rule['order'], `${at}.order`)
  const isPlain = order.every((value) => ['string', 'number', 'boolean'].includes(typeof value))
  if (order.length === 0 || !isPlain || new Set(order).size !== order.length) {
    refuse(`${at}.order`, 'expected different plain values')
  }
}

/**
 * A schema must be quick on hostile values and read nothing from elsewhere: no repetition of a
 * group, no look-around, no back reference, no Unicode property, no reference, no promise.
 */
function checkSchema(value: JsonValue, at: string): void {
  if (Array.isArray(value)) value.forEach((item, index) => void checkSchema(item, `${at}.${index}`))
  if (!isJsonObject(value)) return
  for (const [key, below] of Object.entries(value)) {
    const place = `${at}.${key}`
    const isReference = key === '$ref' || key === '$async' || key === '$dynamicRef'
    if (isReference && !isJsonObject(below)) refuse(place, 'not allowed in a profile')
    if (key === 'pattern' && typeof below === 'string') checkPattern(below, place)
    if (key === 'patternProperties' && isJsonObject(below)) {
      for (const pattern of Object.keys(below)) checkPattern(pattern, place)
    }
    checkSchema(below, place)
  }
}

function checkPattern(pattern: string, at: string): void {
  if (/\)[*+?{]|\(\?|\\[1-9kpP]/.test(pattern)) refuse(at, 'the pattern could be slow or vary')
}

function checkKind(profile: Profile, name: string): void {
  const at = `kinds.${name}`
  if (!KIND.test(name)) refuse(at, 'expected a kind')
  const entry = profile.kinds[name]
  const ranked = new Set(entry?.ranks.map((rule) => rule.path))
  for (const path of Object.keys(entry?.classes ?? {})) {
    if (classOf(profile, name, path) === 1 && !ranked.has(path)) {
      refuse(`${at}.ranks`, `no rank for ${path}`)
    }
  }
  try {
    validatorOf(profile, name)
  } catch (cause) {
    refuse(`${at}.schema`, 'not a valid JSON Schema', cause)
  }
}
