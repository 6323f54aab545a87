/**
 * What somebody who is still typing may want: an agency, region or theme by its name, a keyword,
 * a record by its title. All of it is found by words, by pinyin and by its initials.
 */
import { MuluError } from '../errors.ts'
import type { View } from '../record/view.ts'
import type { Labels } from '../roster/change.ts'
import type { Asked } from './asked.ts'
import { type FilterName, textList } from './filters.ts'
import type { Named } from './names.ts'
import { conceptsOf } from './relevance.ts'
import { analysedText, textMatches } from './text/match-text.ts'
import { parseQuery, QUERY_CHARS_MAX, type QueryNode } from './text/query.ts'

/** Something to choose instead of typing on. */
export type Suggestion =
  | {
      readonly type: 'name'
      readonly filter: FilterName
      readonly value: string
      readonly label: Labels
    }
  | { readonly type: 'keyword'; readonly text: string; readonly language: string }
  | { readonly type: 'record'; readonly id: string; readonly title: Labels }

/** Records that are looked at for keywords and titles. */
const RECORDS_LOOKED_AT = 40
const NAMES_MAX = 4
const KEYWORDS_MAX = 4
const RECORDS_MAX = 5

/** What is typed as a query; undefined while it has no word, MULU_QUERY when it is too long. */
export function nodeOfTyped(typed: string): QueryNode | undefined {
  try {
    return parseQuery(typed, { prefixLast: true }).node
  } catch (error) {
    // A quote or a hyphen alone is the beginning of a query.
    if (error instanceof MuluError && typed.length <= QUERY_CHARS_MAX) return undefined
    throw error
  }
}

/** The records among which keywords and titles are looked for: the best of the published ones. */
export function askedOfTyped(node: QueryNode): Asked {
  return {
    node,
    concepts: conceptsOf(node),
    pairs: [],
    filters: [['state', new Set(['published'])]],
    sort: 'relevance',
    limit: RECORDS_LOOKED_AT,
    counted: [],
    after: undefined,
  }
}

/** Names first, of agencies before regions and themes, then keywords, then records. */
export function suggestionsFrom(
  node: QueryNode,
  views: readonly View[],
  named: readonly Named[],
): readonly Suggestion[] {
  const names = named
    .slice(0, NAMES_MAX)
    .map(({ filter, value, label }): Suggestion => ({ type: 'name', filter, value, label }))
  return [...names, ...keywordsIn(node, views), ...recordsIn(node, views)]
}

/** The keywords that match, those of more of the records first. */
function keywordsIn(node: QueryNode, views: readonly View[]): readonly Suggestion[] {
  const found = new Map<string, { readonly suggestion: Suggestion; count: number }>()
  for (const { fields } of views) {
    for (const [language, text] of keywordsOf(fields)) {
      const key = text.normalize('NFKC').toLowerCase()
      const known = found.get(key)
      if (known !== undefined) known.count += 1
      else if (textMatches(node, analysedText(text))) {
        found.set(key, { suggestion: { type: 'keyword', text, language }, count: 1 })
      }
    }
  }
  return [...found.values()]
    .sort((a, b) => b.count - a.count)
    .slice(0, KEYWORDS_MAX)
    .map(({ suggestion }) => suggestion)
}

function keywordsOf(fields: View['fields']): readonly (readonly [string, string])[] {
  const prefix = 'keyword/'
  return Object.entries(fields).flatMap(([path, value]) =>
    path.startsWith(prefix)
      ? textList(value).map((text) => [path.slice(prefix.length), text] as const)
      : [],
  )
}

/** The records whose title matches; of those with one title the best. */
function recordsIn(node: QueryNode, views: readonly View[]): readonly Suggestion[] {
  const found = new Map<string, Suggestion>()
  for (const { id, fields } of views) {
    const title = titlesOf(fields)
    const texts = Object.values(title).filter((text) => text !== undefined)
    const key = texts.join('\n')
    if (found.has(key) || !texts.some((text) => textMatches(node, analysedText(text)))) continue
    found.set(key, { type: 'record', id, title })
    if (found.size === RECORDS_MAX) break
  }
  return [...found.values()]
}

function titlesOf(fields: View['fields']): Labels {
  const prefix = 'title/'
  return Object.fromEntries(
    Object.entries(fields).flatMap(([path, value]) =>
      path.startsWith(prefix) && typeof value === 'string'
        ? [[path.slice(prefix.length), value]]
        : [],
    ),
  )
}
