/** From a view to the row that lists, filters and text search work on. */

import type { Item } from '../catalogue/catalogue.ts'
import { isJsonObject, type JsonValue, newTable } from '../encoding/json.ts'
import type { View } from '../record/view.ts'

/** A listed record with its folded texts; the agency follows from the namespace when asked. */
export type Row = {
  readonly item: Omit<Item, 'agency'>
  readonly title: string
  readonly keywords: string
  readonly text: string
}

const DESCRIPTION_CHARS = 300

/** The row of a view. */
export function rowOf(view: View): Row {
  const { fields } = view
  const item = {
    id: view.id,
    ns: view.ns,
    kind: view.kind,
    title: textsUnder(fields, 'title/'),
    description: cutTexts(textsUnder(fields, 'description/')),
    region: textOf(fields['region']),
    themes: textList(fields['theme']),
    sharing: typeOf(fields['sharing']),
    openness: typeOf(fields['openness']),
    formats: formatsOf(fields),
    state: textOf(fields['state']),
    modified: textOf(fields['modified']),
    updatedMs: view.updatedMs,
    conflicts: view.conflicts.length,
    problems: view.problems.length,
  }
  const title = fold(Object.values(item.title).join('\n'))
  const keywords = fold(Object.values(under(fields, 'keyword/')).flatMap(textsIn).join('\n'))
  const text = fold([view.id, ...Object.values(fields).flatMap(textsIn)].join('\n'))
  return { item, title, keywords, text }
}

/** Full and half width, compatibility forms and case folded: for matching only, never stored. */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

function under(fields: View['fields'], prefix: string): Readonly<Record<string, JsonValue>> {
  const found = newTable()
  for (const path of Object.keys(fields)) {
    if (path.startsWith(prefix)) found[path.slice(prefix.length)] = fields[path] ?? null
  }
  return found
}

function textsUnder(fields: View['fields'], prefix: string): Readonly<Record<string, string>> {
  const found = Object.entries(under(fields, prefix)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return Object.fromEntries(found)
}

function cutTexts(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(texts).map(([language, text]) => [language, cut(text, DESCRIPTION_CHARS)]),
  )
}

function cut(text: string, chars: number): string {
  const whole = Array.from(text.slice(0, chars * 2))
  return whole.length > chars ? `${whole.slice(0, chars).join('')}…` : text
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function textList(value: JsonValue | undefined): readonly string[] {
  if (!Array.isArray(value)) return []
  return value.filter((item): item is string => typeof item === 'string')
}

function typeOf(value: JsonValue | undefined): string | null {
  return isJsonObject(value) ? textOf(value['type']) : null
}

function formatsOf(fields: View['fields']): readonly string[] {
  const formats = Object.values(under(fields, 'distributions/'))
    .map((value) => (isJsonObject(value) ? textOf(value['format']) : null))
    .filter((format): format is string => format !== null)
  return [...new Set(formats)].sort()
}

function textsIn(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(textsIn)
  return isJsonObject(value) ? Object.values(value).flatMap(textsIn) : []
}
