/** What an index has to answer, by going through all views one by one. */
import type { Query } from '../src/catalogue/catalogue.ts'
import { isJsonObject, type JsonValue } from '../src/encoding/json.ts'
import type { View } from '../src/record/view.ts'
import type { FilterName, Owner } from '../src/search/filters.ts'
import type { Names } from '../src/search/names.ts'
import { analyse, pinyinTerms } from '../src/search/text/analyse.ts'
import { parseQuery, type QueryNode } from '../src/search/text/query.ts'

type Word = { readonly term: string; readonly position: number }
type Known = { readonly texts: readonly (readonly Word[])[]; readonly pinyin: ReadonlySet<string> }

/** The ids that match, and the counts of every value of every facet. */
export type Expected = {
  readonly ids: readonly string[]
  readonly facets: ReadonlyMap<FilterName, ReadonlyMap<string, number>>
}

const FACET_NAMES: readonly FilterName[] = [
  'kind',
  'agency',
  'region',
  'theme',
  'sharing',
  'openness',
  'format',
  'frequency',
  'license',
  'has',
]

/** Scans. */
export function bruteForce(
  views: Iterable<View>,
  query: Query,
  ownerOf: (ns: number) => Owner,
  names?: Pick<Names, 'synonyms' | 'labels'>,
): Expected {
  const all = [...views]
  const { node } = parseQuery(query.q ?? '', {
    ...names,
    prefixLast: query.prefixLast === true,
    isKnown: (term) =>
      all.some((view) => wordsOf(view).texts.some((text) => text.some((w) => w.term === term))),
  })
  const filters = Object.entries(query.filters ?? {}).filter(([, values]) => values.length > 0) as [
    FilterName,
    readonly string[],
  ][]
  const ids: string[] = []
  const facets = new Map(FACET_NAMES.map((name) => [name, new Map<string, number>()] as const))
  for (const view of all) {
    const valuesOf = (name: FilterName): ReadonlySet<string> => shown(view, name, ownerOf)
    if (node !== undefined && !matches(node, view, wordsOf(view), valuesOf)) continue
    const failed = filters.filter(([name, wanted]) => !wanted.some((v) => fits(valuesOf(name), v)))
    if (failed.length === 0) ids.push(view.id)
    for (const [name, counts] of facets) {
      if (!failed.every(([other]) => other === name)) continue
      for (const value of valuesOf(name)) counts.set(value, (counts.get(value) ?? 0) + 1)
    }
  }
  return { ids: ids.sort(), facets }
}

/** A value, or a range of days by their first and last. */
function fits(values: ReadonlySet<string>, wanted: string): boolean {
  const [from, to] = wanted.split('..')
  if (from === undefined || to === undefined) return values.has(wanted)
  const days = [...values].filter((value) => value.length === 10)
  const first = `${from || '0000'}-01-01`.slice(0, 10)
  const last = to === '' ? '9999' : `${to}-99-99`.slice(0, 10)
  return days.some((day) => day >= first && day <= last)
}

const known = new WeakMap<View, Known>()

function wordsOf(view: View): Known {
  const before = known.get(view)
  if (before !== undefined) return before
  const texts = [view.local, ...Object.entries(view.fields).flatMap(searchedTexts)].map((t) =>
    analyse(t),
  )
  const titles = Object.entries(view.fields).filter(([path]) => path.startsWith('title/'))
  const pinyin = new Set(
    titles.flatMap(([, value]) => textsIn(value).flatMap((t) => pinyinTerms(t))),
  )
  const found = { texts, pinyin }
  known.set(view, found)
  return found
}

/** The texts of a field that are no codes. */
function searchedTexts([path, value]: readonly [string, JsonValue]): readonly string[] {
  if (['state', 'frequency', 'language', 'x/%40type', 'x/accessLevel'].includes(path)) return []
  if (path !== 'sharing' && path !== 'openness') return textsIn(value)
  return isJsonObject(value)
    ? Object.entries(value).flatMap(([key, part]) => (key === 'type' ? [] : textsIn(part)))
    : textsIn(value)
}

function textsIn(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(textsIn)
  return isJsonObject(value) ? Object.values(value).flatMap(textsIn) : []
}

function matches(
  node: QueryNode,
  view: View,
  words: Known,
  valuesOf: (name: FilterName) => ReadonlySet<string>,
): boolean {
  const has = (test: (term: string) => boolean): boolean =>
    words.texts.some((text) => text.some((word) => test(word.term))) || [...words.pinyin].some(test)
  switch (node.kind) {
    case 'all':
      return node.of.every((each) => matches(each, view, words, valuesOf))
    case 'any':
      return node.of.some((each) => matches(each, view, words, valuesOf))
    case 'not':
      return !matches(node.of, view, words, valuesOf)
    case 'term':
      return has((term) => term === node.term)
    case 'prefix':
      return has((term) => term.startsWith(node.prefix))
    case 'phrase':
      return words.texts.some((text) => hasPhrase(text, node.terms))
    case 'field':
      return fits(valuesOf(node.name), node.value)
    case 'id':
      return view.id === node.id
  }
}

function hasPhrase(text: readonly Word[], terms: readonly string[]): boolean {
  return text.some(
    ({ term, position }) =>
      term === terms[0] &&
      terms.every((next, i) => text.some((w) => w.term === next && w.position === position + i)),
  )
}

function shown(view: View, name: FilterName, ownerOf: (ns: number) => Owner): ReadonlySet<string> {
  const owner = ownerOf(view.ns)
  switch (name) {
    case 'kind':
      return new Set([view.kind])
    case 'agency':
      return new Set([owner.agency, ...owner.above].map(String))
    case 'region':
      return new Set(regions(view.fields['region'] ?? owner.region))
    case 'theme':
      return new Set(
        textsIn(view.fields['theme'] ?? []).flatMap((t) => [t, t.split('-')[0] as string]),
      )
    case 'sharing':
    case 'openness':
      return new Set(typeIn(view.fields[name]))
    case 'format': {
      const formats = Object.entries(view.fields)
        .filter(([path]) => path.startsWith('distributions/'))
        .map(([, value]) => (isJsonObject(value) ? value['format'] : undefined))
      return new Set(formats.filter((format) => typeof format === 'string'))
    }
    case 'state':
    case 'frequency':
    case 'license':
      return new Set(textsIn(view.fields[name] ?? []))
    case 'modified':
      return new Set(textsIn(view.fields['modified'] ?? []).flatMap(daysOf))
    case 'has':
      return new Set([
        ...(view.problems.length > 0 ? ['problems'] : []),
        ...(view.conflicts.length > 0 ? ['conflicts'] : []),
      ])
  }
}

function regions(code: JsonValue): readonly string[] {
  if (typeof code !== 'string') return []
  if (!/^\d{6}$/.test(code)) return [code]
  return [code, `${code.slice(0, 4)}00`, `${code.slice(0, 2)}0000`, 'CN']
}

function typeIn(value: JsonValue | undefined): readonly string[] {
  return isJsonObject(value) && typeof value['type'] === 'string' ? [value['type']] : []
}

function daysOf(date: string): readonly string[] {
  return [date.slice(0, 10), date.slice(0, 7), date.slice(0, 4)]
}
