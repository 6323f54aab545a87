/** From a view to what a list shows of it. */
import type { Item } from '../catalogue/catalogue.ts'
import type { JsonValue } from '../encoding/json.ts'
import type { View } from '../record/view.ts'
import { formatsOf, type Owner, textList, textOf, typeOf } from './filters.ts'

const DESCRIPTION_CHARS = 300
const SORT_TITLE_CHARS = 120
const NOT_ASCII = /[\u0080-\uffff]/

/** A listed record; agency and region follow from the owner where it names none itself. */
export function itemOf(view: View, owner: Owner): Item {
  const { fields } = view
  return {
    id: view.id,
    ns: view.ns,
    kind: view.kind,
    agency: owner.agency,
    title: textsUnder(fields, 'title/'),
    description: cutTexts(textsUnder(fields, 'description/')),
    region: textOf(fields['region']) ?? owner.region,
    themes: textList(fields['theme']),
    sharing: typeOf(fields['sharing']),
    openness: typeOf(fields['openness']),
    formats: formatsOf(fields, Object.keys(fields)),
    state: textOf(fields['state']),
    modified: textOf(fields['modified']),
    updatedMs: view.updatedMs,
    conflicts: view.conflicts.length,
    problems: view.problems.length,
  }
}

/**
 * What a record is sorted by when titles are: its first title, folded; of a view with fields of
 * these paths.
 */
export function sortTitleOf(view: View, paths: readonly string[]): string {
  for (const path of paths) {
    if (!path.startsWith('title/')) continue
    const value = view.fields[path]
    if (typeof value === 'string') return foldedTitle(value.slice(0, SORT_TITLE_CHARS))
  }
  return ''
}

/** ASCII is its own compatibility form, and asking ICU for that takes longer than to see it. */
function foldedTitle(title: string): string {
  return (NOT_ASCII.test(title) ? title.normalize('NFKC') : title).toLowerCase()
}

/**
 * 0 to 7: described, classed, with something to fetch, kept up, free of problems; of a view with
 * fields of these paths.
 */
export function qualityOf(view: View, paths: readonly string[]): number {
  const { fields } = view
  let quality = view.problems.length === 0 ? 2 : 0
  if (view.conflicts.length === 0) quality += 1
  if (fields['modified'] !== undefined) quality += 1
  if (fields['theme'] !== undefined) quality += 1
  let hasDescription = false
  let hasDistribution = false
  for (const path of paths) {
    if (path.startsWith('description/')) hasDescription = true
    else if (path.startsWith('distributions/')) hasDistribution = true
  }
  return quality + (hasDescription ? 1 : 0) + (hasDistribution ? 1 : 0)
}

function textsUnder(fields: View['fields'], prefix: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const path in fields) {
    const value: JsonValue | undefined = fields[path]
    if (path.startsWith(prefix) && typeof value === 'string')
      found[path.slice(prefix.length)] = value
  }
  return found
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
