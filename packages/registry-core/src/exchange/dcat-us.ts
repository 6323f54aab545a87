/**
 * A dataset of DCAT-US 1.1 (Project Open Data) as fields of a record.
 *
 * | member | field |
 * |---|---|
 * | title, description, keyword | title/en, description/en, keyword/en |
 * | identifier, publisher, language, references | the same name |
 * | issued, modified, landingPage, license, rights, spatial, temporal, conformsTo, describedBy | the same name, texts and null as they stand |
 * | accrualPeriodicity | frequency where the interval has a code, else extra |
 * | accessLevel | openness (public open, restricted public conditional, non-public closed), and extra |
 * | theme | theme where a word certainly means a code, and extra |
 * | contactPoint | contact/c1 (erasable) |
 * | distribution | distributions/<id>: accessURL is `url`, downloadURL is `download`; others below `x` |
 * | anything else, or of another type than expected | x/<name>, untouched |
 *
 * Added: state `published`, region `US`, source. `datasetFromFields` is the inverse.
 */
import { isJsonObject, type JsonObject, type JsonValue, newTable } from '../encoding/json.ts'
import type { Fields } from './candidate.ts'
import { frequencyByInterval, levelToOpenness, wordsToThemes } from './dcat-us-codes.ts'
import { type ElementMap, elementsToEntries } from './elements.ts'
import { type FieldEntry, keep, keepBeside } from './field-entry.ts'
import type { HashBytes } from './local-id.ts'
import {
  checkText,
  checkType,
  isNamed,
  isObjectList,
  isText,
  isTextList,
  isTextOrNull,
} from './read-member.ts'

/** Members that keep their name: texts and null. */
export const PLAIN_MEMBERS: ReadonlySet<string> = new Set([
  'issued',
  'modified',
  'landingPage',
  'license',
  'rights',
  'spatial',
  'temporal',
  'conformsTo',
  'describedBy',
])

/** Distributions by what they point at. */
export const DISTRIBUTIONS: ElementMap = {
  family: 'distributions',
  prefix: 'd',
  keySources: ['downloadURL', 'accessURL', 'title'],
  nameBySource: new Map([
    ['title', 'title'],
    ['description', 'description'],
    ['accessURL', 'url'],
    ['downloadURL', 'download'],
    ['format', 'format'],
    ['mediaType', 'mediaType'],
    ['modified', 'modified'],
  ]),
}

/** The field of the one contact point that the format has. */
export const CONTACT_PATH = 'contact/c1'

/** The fields of a dataset; throws BadRecord when a member it needs has the wrong type. */
export function datasetToFields(dataset: JsonObject, identifier: string, hash: HashBytes): Fields {
  checkMembers(dataset)
  const fields = newTable()
  for (const name of Object.keys(dataset)) {
    for (const [path, value] of memberToEntries(name, dataset[name] ?? null, hash)) {
      fields[path] = value
    }
  }
  fields['state'] = 'published'
  fields['region'] = 'US'
  fields['source'] = { format: 'dcat-us', id: identifier }
  return fields
}

function checkMembers(dataset: JsonObject): void {
  checkText(dataset, 'title')
  checkText(dataset, 'description')
  checkType(dataset, 'keyword', isTextList, 'a list of texts')
  checkType(dataset, 'modified', isText, 'a text')
  checkType(dataset, 'accessLevel', isText, 'a text')
  checkType(dataset, 'publisher', isNamed, 'an object with a name')
  checkType(dataset, 'contactPoint', isJsonObject, 'an object')
  checkType(dataset, 'distribution', isObjectList, 'a list of objects')
}

function memberToEntries(name: string, value: JsonValue, hash: HashBytes): readonly FieldEntry[] {
  if (PLAIN_MEMBERS.has(name)) return [isTextOrNull(value) ? [name, value] : keep(name, value)]
  switch (name) {
    case 'title':
    case 'description':
      return [[`${name}/en`, value]]
    case 'identifier':
      return [[name, value]]
    case 'keyword':
      return [value === null ? keep(name, value) : ['keyword/en', value]]
    case 'publisher':
      return [value === null ? keep(name, value) : [name, value]]
    case 'language':
    case 'references':
      return [isTextList(value) ? [name, value] : keep(name, value)]
    case 'accrualPeriodicity':
      return [frequencyEntry(name, value)]
    case 'accessLevel':
      return keepBeside(name, value, 'openness', levelToOpenness(value))
    case 'theme':
      return keepBeside(name, value, 'theme', wordsToThemes(value))
    case 'contactPoint':
      return [value === null ? keep(name, value) : [CONTACT_PATH, value]]
    case 'distribution':
      return distributionEntries(name, value, hash)
    default:
      return [keep(name, value)]
  }
}

function frequencyEntry(name: string, value: JsonValue): FieldEntry {
  const code = typeof value === 'string' ? frequencyByInterval.get(value) : undefined
  return code === undefined ? keep(name, value) : ['frequency', code]
}

/** An empty list has no element to stand for it. */
function distributionEntries(
  name: string,
  value: JsonValue,
  hash: HashBytes,
): readonly FieldEntry[] {
  if (!isObjectList(value) || value.length === 0) return [keep(name, value)]
  return elementsToEntries(DISTRIBUTIONS, value, hash)
}
