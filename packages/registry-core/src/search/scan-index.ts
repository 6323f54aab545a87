/**
 * The list of all records in memory, searched by going through it. Exact, and enough for
 * catalogues of some hundred thousand records; what replaces it stands behind the same queries.
 */
import {
  FACETS,
  type FilterName,
  type Item,
  type Page,
  type Query,
} from '../catalogue/catalogue.ts'
import { MuluError } from '../errors.ts'
import { PAGE_RECORDS_MAX } from '../limits.ts'
import type { View } from '../record/view.ts'
import { decodeCursor, encodeCursor, SORTS, type Sort, type SortKey } from './cursor.ts'
import { fold, type Row, rowOf } from './item.ts'
import { foldWord } from './text/fold.ts'
import { type Spelling, spellingsOf } from './text/spelling.ts'
import { forEachTerm } from './text/terms.ts'

/** What the roster says of a namespace at the time of the query. */
export type Owner = { readonly agency: number; readonly region: string | null }

type Filters = readonly (readonly [FilterName, ReadonlySet<string>])[]
type Match = { readonly item: Item; readonly key: SortKey }

const QUERY_CHARS_MAX = 1_024
const PAGE_RECORDS = 20

/** An index that scans. */
export class ScanIndex {
  readonly #rows = new Map<string, Row>()
  readonly #ownerOf: (ns: number) => Owner

  constructor(ownerOf: (ns: number) => Owner) {
    this.#ownerOf = ownerOf
  }

  /** Puts a record into the index, or its newer form. */
  set(view: View): void {
    this.#rows.set(view.id, rowOf(view))
  }

  /** Takes a record out. */
  delete(id: string): void {
    this.#rows.delete(id)
  }

  /** Takes all records of a namespace out. */
  deleteNamespace(ns: number): void {
    for (const [id, row] of this.#rows) if (row.item.ns === ns) this.#rows.delete(id)
  }

  /** Every record as it is listed. */
  *items(): Generator<Item> {
    for (const row of this.#rows.values()) yield this.#item(row)
  }

  /** A page of what matches, with the count of everything that does. */
  query(query: Query): Page {
    const sort = sortOf(query)
    const limit = limitOf(query)
    const { matches, facets } = this.#matches(termsOf(query), filtersOf(query), sort)
    matches.sort((a, b) => compareKeys(a.key, b.key))
    const start = query.after === undefined ? 0 : startAfter(matches, query.after, sort)
    const page = matches.slice(start, start + limit)
    const last = page.at(-1)
    const hasMore = start + page.length < matches.length
    return {
      total: matches.length,
      items: page.map((match) => match.item),
      next: hasMore && last !== undefined ? encodeCursor(sort, last.key) : null,
      facets: Object.fromEntries(
        FACETS.map((name) => [name, sortedCounts(facets.get(name) ?? new Map())]),
      ),
    }
  }

  /** Terms of titles and keywords near to a word, by how many records have them. */
  spellings(word: string, limit: number): readonly Spelling[] {
    const counts = new Map<string, number>()
    for (const row of this.#rows.values()) {
      const terms = new Set<string>()
      for (const text of [row.title, row.keywords]) forEachTerm(text, (term) => terms.add(term))
      for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1)
    }
    return spellingsOf(foldWord(word), counts, limit)
  }

  #item(row: Row): Item {
    const { agency, region } = this.#ownerOf(row.item.ns)
    return { ...row.item, agency, region: row.item.region ?? region }
  }

  /** A facet counts what all filters but its own let through. */
  #matches(
    terms: readonly string[],
    filters: Filters,
    sort: Sort,
  ): { matches: Match[]; facets: Map<FilterName, Map<string, number>> } {
    const matches: Match[] = []
    const facets = new Map(FACETS.map((name) => [name, new Map<string, number>()] as const))
    for (const row of this.#rows.values()) {
      if (!terms.every((term) => row.text.includes(term))) continue
      const item = this.#item(row)
      const failed = filters.filter(
        ([name, wanted]) => !valuesOf(item, name).some((v) => wanted.has(v)),
      )
      if (failed.length > 1) continue
      const [only] = failed
      for (const [name, counts] of facets) {
        if (only === undefined || only[0] === name) countValues(counts, valuesOf(item, name))
      }
      if (only === undefined) matches.push({ item, key: keyOf(row, item, terms, sort) })
    }
    return { matches, facets }
  }
}

function sortOf(query: Query): Sort {
  const sort =
    query.sort ?? (query.q === undefined || query.q.trim() === '' ? 'modified' : 'relevance')
  if (!SORTS.includes(sort)) throw new MuluError('MULU_QUERY', { details: { parameter: 'sort' } })
  return sort
}

function limitOf(query: Query): number {
  const limit = query.limit ?? PAGE_RECORDS
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_RECORDS_MAX) {
    const details = { parameter: 'limit', min: 1, max: PAGE_RECORDS_MAX }
    throw new MuluError('MULU_QUERY', { details })
  }
  return limit
}

function termsOf(query: Query): readonly string[] {
  const q = query.q ?? ''
  if (q.length > QUERY_CHARS_MAX) {
    throw new MuluError('MULU_QUERY', { details: { parameter: 'q', limit: QUERY_CHARS_MAX } })
  }
  return [...new Set(fold(q).split(/\s+/u))].filter((term) => term !== '')
}

function filtersOf(query: Query): Filters {
  return Object.entries(query.filters ?? {})
    .filter(([, values]) => values !== undefined && values.length > 0)
    .map(([name, values]) => [name as FilterName, new Set(values)] as const)
}

/** The values by which a filter or facet sees a record. */
function valuesOf(item: Item, name: FilterName): readonly string[] {
  switch (name) {
    case 'agency':
      return [String(item.agency)]
    case 'theme':
      return item.themes
    case 'format':
      return item.formats
    default: {
      const value = item[name]
      return value === null ? [] : [value]
    }
  }
}

function countValues(counts: Map<string, number>, values: readonly string[]): void {
  for (const value of new Set(values)) counts.set(value, (counts.get(value) ?? 0) + 1)
}

function sortedCounts(
  counts: ReadonlyMap<string, number>,
): readonly { readonly value: string; readonly count: number }[] {
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || compareTexts(a.value, b.value))
}

/** Ascending texts; what should come first gets the lower one. */
function keyOf(row: Row, item: Item, terms: readonly string[], sort: Sort): SortKey {
  switch (sort) {
    case 'title':
      return [row.title.slice(0, 200), item.id]
    case 'modified':
      return [descending(item.updatedMs), item.id]
    case 'relevance':
      return [descending(score(row, terms)) + descending(item.updatedMs), item.id]
  }
}

/** Title before keywords before the rest; words that stand together in the title first of all. */
function score(row: Row, terms: readonly string[]): number {
  const points = terms.map((term) => {
    if (row.title.includes(term)) return 8
    return row.keywords.includes(term) ? 4 : 1
  })
  const phrase = terms.length > 1 && row.title.includes(terms.join(' ')) ? 8 : 0
  return points.reduce<number>((sum, n) => sum + n, 0) + phrase
}

function descending(value: number): string {
  return (Number.MAX_SAFE_INTEGER - Math.trunc(value)).toString(16).padStart(14, '0')
}

function startAfter(matches: readonly Match[], after: string, sort: Sort): number {
  const key = decodeCursor(after, sort)
  const index = matches.findIndex((match) => compareKeys(match.key, key) > 0)
  return index < 0 ? matches.length : index
}

function compareKeys(a: SortKey, b: SortKey): number {
  return compareTexts(a[0], b[0]) || compareTexts(a[1], b[1])
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
