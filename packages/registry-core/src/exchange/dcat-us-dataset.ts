import type { JsonObject, JsonValue } from '../encoding/json.ts'
import type { Fields } from './candidate.ts'
import { CONTACT_PATH, DISTRIBUTIONS, PLAIN_MEMBERS } from './dcat-us.ts'
import {
  frequencyByInterval,
  intervalByFrequency,
  levelByOpenness,
  levelToOpenness,
  wordsToThemes,
} from './dcat-us-codes.ts'
import { fieldsToElements } from './elements.ts'
import { extrasOf } from './extra-path.ts'
import { fieldOf, isSameJson } from './field-entry.ts'
import { member } from './read-member.ts'

/**
 * The dataset of DCAT-US 1.1 that a record's fields stand for: for an imported record that
 * nobody changed exactly what the feed had. Where a person changed a field, the change wins
 * over what the source said. A level of access that is nowhere in force is `non-public`.
 */
export function datasetFromFields(fields: Fields): JsonObject {
  const dataset = new Map<string, JsonValue>(extrasOf(fields))
  const put = (name: string, value: JsonValue | undefined): void => {
    if (value !== undefined) dataset.set(name, value)
  }
  put('title', inAnyLanguage(fields, 'title'))
  put('description', inAnyLanguage(fields, 'description'))
  put('keyword', inAnyLanguage(fields, 'keyword'))
  for (const name of ['identifier', 'publisher', 'language', 'references', ...PLAIN_MEMBERS]) {
    put(name, fieldOf(fields, name))
  }
  put('contactPoint', fieldOf(fields, CONTACT_PATH))
  const distributions = fieldsToElements(DISTRIBUTIONS, fields)
  if (distributions.length > 0) dataset.set('distribution', distributions)
  replace(dataset, 'accrualPeriodicity', interval(fields, dataset.get('accrualPeriodicity')))
  replace(dataset, 'accessLevel', accessLevel(fields, dataset.get('accessLevel')))
  replace(dataset, 'theme', themeWords(fields, dataset.get('theme')))
  return Object.fromEntries(dataset)
}

function replace(
  dataset: Map<string, JsonValue>,
  name: string,
  value: JsonValue | undefined,
): void {
  if (value === undefined) dataset.delete(name)
  else dataset.set(name, value)
}

/** The English text, else that of the first language by code. */
function inAnyLanguage(fields: Fields, family: string): JsonValue | undefined {
  const english = fieldOf(fields, `${family}/en`)
  if (english !== undefined) return english
  const [first] = Object.keys(fields)
    .filter((path) => path.startsWith(`${family}/`))
    .sort()
  return first === undefined ? undefined : fieldOf(fields, first)
}

function interval(fields: Fields, original: JsonValue | undefined): JsonValue | undefined {
  const code = fieldOf(fields, 'frequency')
  if (code === undefined) {
    const isCoded = typeof original === 'string' && frequencyByInterval.has(original)
    return isCoded ? undefined : original
  }
  return typeof code === 'string' ? intervalByFrequency.get(code) : undefined
}

function accessLevel(fields: Fields, original: JsonValue | undefined): JsonValue | undefined {
  const openness = fieldOf(fields, 'openness')
  const type = typeOf(openness)
  if (typeOf(levelToOpenness(original)) === type) return original
  return levelByOpenness.get(type ?? 'closed') ?? 'non-public'
}

function typeOf(openness: JsonValue | undefined): string | undefined {
  if (typeof openness !== 'object' || openness === null) return undefined
  const type = member(openness as JsonObject, 'type')
  return typeof type === 'string' ? type : undefined
}

function themeWords(fields: Fields, original: JsonValue | undefined): JsonValue | undefined {
  const codes = fieldOf(fields, 'theme')
  return isSameJson(wordsToThemes(original), codes) ? original : codes
}
