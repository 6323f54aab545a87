import { FILTERS, type Query } from '@mulu/registry-core'
import type { QueryValues } from './read-query.ts'

/** What the parameters of a listing ask for: of records in force, unless a state is named. */
export function listQuery(values: QueryValues): Query {
  const filters = Object.fromEntries(
    FILTERS.filter(({ name }) => values[name] !== undefined).map(({ name }) => [
      name,
      values[name] ?? [],
    ]),
  )
  const state = filters['state'] ?? ['published']
  const wanted = state.includes('all') ? [] : state
  const [q] = values['q'] ?? []
  const [sort] = values['sort'] ?? []
  const [limit] = values['limit'] ?? []
  const [after] = values['after'] ?? []
  return {
    filters: { ...filters, state: wanted },
    ...(q === undefined ? {} : { q }),
    ...(sort === undefined ? {} : { sort: sort as NonNullable<Query['sort']> }),
    ...(limit === undefined ? {} : { limit: Number(limit) }),
    ...(after === undefined ? {} : { after }),
  }
}
