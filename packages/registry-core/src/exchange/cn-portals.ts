/**
 * One line of a registry of data portals (JSON lines with id, link, catalog_type) as fields of
 * a record of kind `service`.
 *
 * | member | field |
 * |---|---|
 * | id | identifier |
 * | name, description | title, description in zh-Hans where there is a Han character, else en |
 * | link | landingPage |
 * | owner | publisher |
 * | tags | keyword in the language of each tag; also extra where they have two languages |
 * | endpoints | endpoint/<id>: type, url, version; others below `x` |
 * | coverage, owner.location | region: province of GB/T 2260, else the country; coverage also extra |
 * | topics, langs | theme, language, and extra |
 * | access_mode | sharing and openness, and extra |
 * | _re3data.contact_email | contact/re3data (erasable); the rest of _re3data extra |
 * | anything else, or of another type than expected | x/<name>, untouched |
 *
 * Added: state `published`, source. `portalFromFields` is the inverse.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../encoding/json.ts'
import type { Fields } from './candidate.ts'
import {
  accessModeToSharing,
  langsToLanguages,
  placesToRegion,
  scriptLanguage,
  topicsToThemes,
  wordsToAccessMode,
} from './cn-portals-codes.ts'
import { type ElementMap, elementsToEntries } from './elements.ts'
import { type FieldEntry, keep, keepBeside } from './field-entry.ts'
import type { HashBytes } from './local-id.ts'
import { checkText, checkType, isNamed, isObjectList, isTextList, member } from './read-member.ts'

/** Endpoints by their address. */
export const ENDPOINTS: ElementMap = {
  family: 'endpoint',
  prefix: 'e',
  keySources: ['url', 'type'],
  nameBySource: new Map([
    ['type', 'type'],
    ['url', 'url'],
    ['version', 'version'],
  ]),
}

/** The field that holds what is personal in a portal's entry. */
export const CONTACT_PATH = 'contact/re3data'

/** The fields of a portal; throws BadRecord when a member it needs has the wrong type. */
export function portalToFields(portal: JsonObject, identifier: string, hash: HashBytes): Fields {
  checkMembers(portal)
  const entries = Object.entries(portal).flatMap(([name, value]) =>
    memberToEntries(name, value, hash),
  )
  const region = placesToRegion(portal)
  return Object.fromEntries([
    ...entries,
    ...(region === undefined ? [] : [['region', region] as const]),
    ['state', 'published'],
    ['source', { format: 'cn-portals', id: identifier }],
  ])
}

function checkMembers(portal: JsonObject): void {
  checkText(portal, 'name')
  checkText(portal, 'description')
  checkText(portal, 'link')
  checkType(portal, 'owner', isNamed, 'an object with a name')
  checkType(portal, 'tags', isTextList, 'a list of texts')
  checkType(portal, 'access_mode', isTextList, 'a list of texts')
  checkType(portal, 'topics', isObjectList, 'a list of objects')
  checkType(portal, 'endpoints', isObjectList, 'a list of objects')
  checkType(portal, 'coverage', isObjectList, 'a list of objects')
}

function memberToEntries(name: string, value: JsonValue, hash: HashBytes): readonly FieldEntry[] {
  switch (name) {
    case 'id':
      return [['identifier', value]]
    case 'name':
      return [[`title/${scriptLanguage(String(value))}`, value]]
    case 'description':
      return [[`description/${scriptLanguage(String(value))}`, value]]
    case 'link':
      return [['landingPage', value]]
    case 'owner':
      return [value === null ? keep(name, value) : ['publisher', value]]
    case 'tags':
      return tagEntries(name, value)
    case 'endpoints':
      return isObjectList(value) && value.length > 0
        ? elementsToEntries(ENDPOINTS, value, hash)
        : [keep(name, value)]
    case 'topics':
      return keepBeside(name, value, 'theme', topicsToThemes(value))
    case 'langs':
      return keepBeside(name, value, 'language', langsToLanguages(value))
    case 'access_mode':
      return accessEntries(name, value)
    case '_re3data':
      return re3dataEntries(name, value)
    default:
      return [keep(name, value)]
  }
}

/** Keywords of a portal by language; two languages lose the order, so the list is kept too. */
export function tagsToKeywords(tags: readonly string[]): readonly FieldEntry[] {
  const languages = ['zh-Hans', 'en'] as const
  return languages.flatMap((language): FieldEntry[] => {
    const words = tags.filter((tag) => scriptLanguage(tag) === language)
    return words.length === 0 ? [] : [[`keyword/${language}`, words]]
  })
}

function tagEntries(name: string, value: JsonValue): readonly FieldEntry[] {
  if (!isTextList(value) || value.length === 0) return [keep(name, value)]
  const keywords = tagsToKeywords(value)
  return keywords.length === 1 ? keywords : [...keywords, keep(name, value)]
}

function accessEntries(name: string, value: JsonValue): readonly FieldEntry[] {
  const mode = wordsToAccessMode(value)
  if (mode === undefined) return [keep(name, value)]
  return [
    keep(name, value),
    ['sharing', accessModeToSharing(mode, value)],
    ['openness', { type: mode }],
  ]
}

function re3dataEntries(name: string, value: JsonValue): readonly FieldEntry[] {
  const email = isJsonObject(value) ? member(value, 'contact_email') : undefined
  if (!isJsonObject(value) || email === undefined) return [keep(name, value)]
  const rest = Object.entries(value).filter(([key]) => key !== 'contact_email')
  return [keep(name, Object.fromEntries(rest)), [CONTACT_PATH, { email }]]
}
