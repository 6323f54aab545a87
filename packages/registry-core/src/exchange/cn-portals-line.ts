import { isJsonObject, type JsonObject, type JsonValue } from '../encoding/json.ts'
import type { Fields } from './candidate.ts'
import { CONTACT_PATH, ENDPOINTS, tagsToKeywords } from './cn-portals.ts'
import {
  langsToLanguages,
  themesToTopics,
  topicsToThemes,
  wordsToAccessMode,
} from './cn-portals-codes.ts'
import { fieldsToElements } from './elements.ts'
import { extrasOf } from './extra-path.ts'
import { fieldOf, isSameJson } from './field-entry.ts'
import { isTextList, member } from './read-member.ts'

/**
 * The entry of a portal registry that a record's fields stand for: for an imported record that
 * nobody changed exactly what the feed had. Where a person changed a field, the change wins.
 */
export function portalFromFields(fields: Fields): JsonObject {
  const extras = extrasOf(fields)
  const portal = new Map<string, JsonValue>(extras)
  const endpoints = fieldsToElements(ENDPOINTS, fields)
  const members: readonly (readonly [string, JsonValue | undefined])[] = [
    ['id', fieldOf(fields, 'identifier')],
    ['name', inScript(fields, 'title')],
    ['description', inScript(fields, 'description')],
    ['link', fieldOf(fields, 'landingPage')],
    ['owner', fieldOf(fields, 'publisher') ?? extras.get('owner')],
    ['tags', tags(fields, extras.get('tags'))],
    ['endpoints', endpoints.length > 0 ? endpoints : extras.get('endpoints')],
    ['topics', topics(fields, extras.get('topics'))],
    ['langs', langs(fields, extras.get('langs'))],
    ['access_mode', accessMode(fields, extras.get('access_mode'))],
    ['_re3data', re3data(fields, extras.get('_re3data'))],
  ]
  for (const [name, value] of members) {
    if (value === undefined) portal.delete(name)
    else portal.set(name, value)
  }
  return Object.fromEntries(portal)
}

function inScript(fields: Fields, family: string): JsonValue | undefined {
  return fieldOf(fields, `${family}/zh-Hans`) ?? fieldOf(fields, `${family}/en`)
}

function tags(fields: Fields, original: JsonValue | undefined): JsonValue | undefined {
  const zh = fieldOf(fields, 'keyword/zh-Hans')
  const en = fieldOf(fields, 'keyword/en')
  const words = original !== undefined && isTextList(original) ? original : []
  const said = new Map(tagsToKeywords(words))
  const isUnchanged =
    isSameJson(said.get('keyword/zh-Hans'), zh) && isSameJson(said.get('keyword/en'), en)
  if (isUnchanged) return original
  return [zh, en].flatMap((list) => (list !== undefined && isTextList(list) ? list : []))
}

function topics(fields: Fields, original: JsonValue | undefined): JsonValue | undefined {
  const codes = fieldOf(fields, 'theme')
  return isSameJson(topicsToThemes(original), codes)
    ? original
    : themesToTopics(codes ?? [], original)
}

function langs(fields: Fields, original: JsonValue | undefined): JsonValue | undefined {
  const tagsNow = fieldOf(fields, 'language')
  if (isSameJson(langsToLanguages(original), tagsNow)) return original
  const list = tagsNow !== undefined && isTextList(tagsNow) ? tagsNow : []
  return list.map((tag) => ({ id: tag.toUpperCase(), name: tag }))
}

/** Access that is nowhere in force is `closed`. */
function accessMode(fields: Fields, original: JsonValue | undefined): JsonValue | undefined {
  const openness = fieldOf(fields, 'openness')
  const type =
    openness !== undefined && isJsonObject(openness) ? member(openness, 'type') : undefined
  if (isSameJson(wordsToAccessMode(original), type)) return original
  if (type === 'open') return ['open']
  return [type === 'conditional' ? 'limited' : 'closed']
}

function re3data(fields: Fields, rest: JsonValue | undefined): JsonValue | undefined {
  const contact = fieldOf(fields, CONTACT_PATH)
  const email =
    contact !== undefined && isJsonObject(contact) ? member(contact, 'email') : undefined
  if (rest === undefined || !isJsonObject(rest) || email === undefined) return rest
  return { ...rest, contact_email: email }
}
