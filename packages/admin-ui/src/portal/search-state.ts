/**
 * A search as the address bar holds it. The whole state stands in the URL, so that a link shows the
 * same page and the back button works: `?q=…&region=34&region=36&sort=title&withdrawn=1&asOf=2024-05-01&pages=2`.
 */
import type { FacetName, FilterName } from '../api.ts'

export const FACETS = [
  'region',
  'agency',
  'theme',
  'sharing',
  'openness',
  'format',
  'kind',
  'frequency',
  'license',
  'has',
] as const satisfies readonly FacetName[]

export const FILTERS = [...FACETS, 'modified'] as const satisfies readonly FilterName[]

export const SORTS = ['relevance', 'modified', 'title', 'quality'] as const
export type Sort = (typeof SORTS)[number]

export type Search = {
  readonly q: string
  readonly filters: Readonly<Record<FilterName, readonly string[]>>
  readonly sort: Sort
  readonly withWithdrawn: boolean
  /** Searched as it was at the end of this day; null for now. */
  readonly day: string | null
  readonly pages: number
}

/** Records read at once; the API takes at most 100. */
const PAGE_SIZE = 20
const PAGES_MAX = 25

export function parseSearch(params: URLSearchParams): Search {
  const q = (params.get('q') ?? '').trim()
  return {
    q,
    filters: mapFacets((facet) => [
      ...new Set(params.getAll(facet).filter((value) => value !== '')),
    ]),
    sort: parseSort(params.get('sort'), q),
    withWithdrawn: params.get('withdrawn') === '1',
    day: parseDay(params.get('asOf')),
    pages: Math.min(PAGES_MAX, Math.max(1, Math.trunc(Number(params.get('pages'))) || 1)),
  }
}

/** What is no day in the calendar counts as none. */
function parseDay(value: string | null): string | null {
  const isDay = value !== null && /^\d{4}-\d\d-\d\d$/.test(value)
  return isDay && !Number.isNaN(Date.parse(value)) ? value : null
}

function parseSort(value: string | null, q: string): Sort {
  const sort = SORTS.find((known) => known === value)
  return sort === undefined || (sort === 'relevance' && q === '') ? defaultSort(q) : sort
}

function defaultSort(q: string): Sort {
  return q === '' ? 'modified' : 'relevance'
}

/** The query of the page: what equals the default stays out, so that addresses stay short. */
export function searchToParams(search: Search): URLSearchParams {
  const params = new URLSearchParams()
  if (search.q !== '') params.set('q', search.q)
  appendFilters(params, search)
  if (search.sort !== defaultSort(search.q)) params.set('sort', search.sort)
  if (search.withWithdrawn) params.set('withdrawn', '1')
  if (search.day !== null) params.set('asOf', search.day)
  if (search.pages > 1) params.set('pages', String(search.pages))
  return params
}

/** The query of the API. */
export function searchToQuery(
  search: Search,
  after: string | null,
  limit: number = PAGE_SIZE,
): URLSearchParams {
  const params = new URLSearchParams()
  if (search.q !== '') params.set('q', search.q)
  appendFilters(params, search)
  if (search.withWithdrawn) params.set('state', 'published,withdrawn')
  if (search.day !== null) params.set('asOf', search.day)
  params.set('sort', search.sort)
  params.set('limit', String(limit))
  if (after !== null) params.set('after', after)
  return params
}

/** The search as a feed to subscribe to: of what is now, in an order of its own. */
export function feedAddress(search: Search, language: string): string {
  const params = searchToQuery(search, null)
  params.delete('asOf')
  params.delete('sort')
  params.delete('limit')
  params.set('lang', language === 'en' ? 'en' : 'zh-Hans')
  return `/feed.atom?${params}`
}

function appendFilters(params: URLSearchParams, search: Search): void {
  for (const facet of FILTERS) {
    for (const value of search.filters[facet]) params.append(facet, value)
  }
}

/** The search with other words; a new question starts on its first page. */
export function withWords(search: Search, q: string): Search {
  const trimmed = q.trim()
  const kept = search.sort === defaultSort(search.q) ? defaultSort(trimmed) : search.sort
  const sort = kept === 'relevance' && trimmed === '' ? 'modified' : kept
  return { ...search, q: trimmed, sort, pages: 1 }
}

/** The search with these values of one filter instead of the ones it had. */
export function withFilter(search: Search, facet: FilterName, values: readonly string[]): Search {
  return { ...search, filters: { ...search.filters, [facet]: values }, pages: 1 }
}

/** The search with one more value of a filter. */
export function withValue(search: Search, facet: FilterName, value: string): Search {
  return withFilter(search, facet, [...new Set([...search.filters[facet], value])])
}

export function withoutFilters(search: Search): Search {
  return { ...search, filters: mapFacets(() => []), withWithdrawn: false, pages: 1 }
}

/** The chosen values, facet by facet. */
export function chosenValues(search: Search): readonly { facet: FilterName; value: string }[] {
  return FILTERS.flatMap((facet) => search.filters[facet].map((value) => ({ facet, value })))
}

/** The same search in the catalogue as it was at the end of a day, or as it is. */
export function withDay(search: Search, day: string | null): Search {
  return { ...search, day, pages: 1 }
}

/** The dates of the filter on changes: each may be missing. */
export function datesOf(search: Search): { readonly from: string; readonly to: string } {
  const [from = '', to = from] = (search.filters.modified[0] ?? '').split('..')
  return { from, to }
}

/** The search for what changed between two dates, the days themselves included. */
export function withDates(search: Search, from: string, to: string): Search {
  return withFilter(search, 'modified', from === '' && to === '' ? [] : [`${from}..${to}`])
}

function mapFacets(
  values: (facet: FilterName) => readonly string[],
): Record<FilterName, readonly string[]> {
  return Object.fromEntries(FILTERS.map((name) => [name, values(name)])) as Record<
    FilterName,
    readonly string[]
  >
}
