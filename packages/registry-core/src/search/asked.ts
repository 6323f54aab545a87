/** A query as it was asked, read and checked. */
import type { Query } from '../catalogue/catalogue.ts'
import { MuluError } from '../errors.ts'
import { PAGE_RECORDS_MAX } from '../limits.ts'
import { type Cursor, decodeCursor, SORTS, type Sort } from './cursor.ts'
import { FACETS, FILTERS, type FilterName, isRange } from './filters.ts'
import { conceptsOf, pairsOf } from './relevance.ts'
import { parseQuery, type QueryNode, type QueryOptions } from './text/query.ts'

const PAGE_RECORDS = 20

/** The filters of a query that name values. */
export type Wanted = readonly (readonly [FilterName, ReadonlySet<string>])[]

/** What a query asks for. */
export type Asked = {
  readonly node: QueryNode | undefined
  /** Those parts of the query that a record can meet better or worse. */
  readonly concepts: readonly QueryNode[]
  readonly pairs: readonly (readonly [string, string])[]
  readonly filters: Wanted
  readonly sort: Sort
  readonly limit: number
  /** Filters whose values are counted. */
  readonly counted: readonly FilterName[]
  readonly after: Cursor | undefined
}

/** Reads a query; MULU_QUERY names what is wrong with it. */
export function readAsked(query: Query, options: QueryOptions): Asked {
  const { node } = parseQuery(query.q ?? '', options)
  const sort = query.sort ?? (node === undefined ? 'modified' : 'relevance')
  if (!SORTS.includes(sort)) throw new MuluError('MULU_QUERY', { details: { parameter: 'sort' } })
  const concepts = conceptsOf(node)
  const after = query.after === undefined ? undefined : decodeCursor(query.after, sort)
  if (after !== undefined && sort === 'relevance' && after.weights.length !== concepts.length) {
    throw new MuluError('MULU_QUERY', { details: { parameter: 'after' } })
  }
  return {
    node,
    concepts,
    pairs: sort === 'relevance' ? pairsOf(concepts) : [],
    filters: filtersOf(query),
    sort,
    limit: limitOf(query),
    counted: countedOf(query),
    after,
  }
}

function countedOf({ facets = true }: Query): readonly FilterName[] {
  if (typeof facets === 'boolean') return facets ? FACETS : []
  return FACETS.filter((name) => facets.includes(name))
}

function limitOf(query: Query): number {
  const limit = query.limit ?? PAGE_RECORDS
  if (!Number.isInteger(limit) || limit < 0 || limit > PAGE_RECORDS_MAX) {
    const details = { parameter: 'limit', min: 0, max: PAGE_RECORDS_MAX }
    throw new MuluError('MULU_QUERY', { details })
  }
  return limit
}

function filtersOf(query: Query): Wanted {
  return FILTERS.flatMap(({ name }) => {
    const values = query.filters?.[name] ?? []
    const wrong = values.find((value) => value.includes('..') && !isRange(name, value))
    if (name === 'modified' && wrong !== undefined) {
      const reason = 'A range has years, months or days: 2023..2024-05.'
      throw new MuluError('MULU_QUERY', { details: { parameter: name, reason } })
    }
    return values.length === 0 ? [] : [[name, new Set(values)] as const]
  })
}

/** Every leaf of a query, those of what it excludes too. */
export function leavesOf(node: QueryNode | undefined): readonly QueryNode[] {
  if (node === undefined) return []
  switch (node.kind) {
    case 'all':
    case 'any':
      return node.of.flatMap(leavesOf)
    case 'not':
      return leavesOf(node.of)
    default:
      return [node]
  }
}
