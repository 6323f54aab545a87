import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { OrderList } from './agency-orders.ts'
import type {
  AgencyRow,
  AsOf,
  Erased,
  Erasure,
  ErasureWanted,
  FieldSource,
  History,
  Item,
  RecordChange,
  RecordList,
  RecordView,
  Roster,
  Status,
  Suggestion,
} from './api.ts'
import { type Search, searchToQuery } from './portal/search-state.ts'
import { requestJson } from './request.ts'

const LIVE_MS = 5_000
const SELDOM_MS = 300_000
const ERASING_MS = 1_800_000

/** The node, what it heard and from whom; read again every few seconds. */
export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: ({ signal }) => requestJson<Status>('/status', { signal }),
  refetchInterval: LIVE_MS,
})

export const agenciesQuery = queryOptions({
  queryKey: ['agencies'],
  queryFn: ({ signal }) =>
    requestJson<{ items: readonly AgencyRow[]; asOf: AsOf }>('/agencies', { signal }),
  refetchInterval: LIVE_MS,
})

export const erasuresQuery = queryOptions({
  queryKey: ['erasures'],
  queryFn: ({ signal }) => requestJson<{ items: readonly Erasure[] }>('/erasures', { signal }),
  refetchInterval: LIVE_MS,
})

/**
 * The roster of one version with the orders of that digest: both are part of the key, so what is
 * new is fetched once.
 */
export function rosterQuery(version: number | undefined, orders: string | undefined) {
  return queryOptions({
    queryKey: ['roster', version, orders],
    queryFn: ({ signal }) => requestJson<Roster>('/roster', { signal }),
    staleTime: SELDOM_MS,
    enabled: version !== undefined,
  })
}

/** Orders of agencies; read again when the roster or the orders have changed. */
export function ordersQuery(version: number, digest: string) {
  return queryOptions({
    queryKey: ['orders', version, digest],
    queryFn: ({ signal }) => requestJson<OrderList>('/orders', { signal }),
    staleTime: SELDOM_MS,
  })
}

/** One page of results after another. */
export function searchQuery(search: Search) {
  return infiniteQueryOptions({
    queryKey: ['records', searchToQuery(search, null).toString()],
    queryFn: ({ signal, pageParam }) =>
      requestJson<RecordList>(`/records?${searchToQuery(search, pageParam)}`, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })
}

/** What somebody who has typed this much may want; asked again only for another text. */
export function suggestionsQuery(typed: string) {
  return queryOptions({
    queryKey: ['suggestions', typed],
    queryFn: ({ signal }) =>
      requestJson<{ items: readonly Suggestion[] }>(
        `/suggestions?${new URLSearchParams({ q: typed })}`,
        { signal },
      ),
    select: (answer) => answer.items,
    staleTime: SELDOM_MS,
  })
}

/** The labels of all values in use, read from the facets of the whole catalogue. */
export const vocabularyQuery = queryOptions({
  queryKey: ['vocabulary'],
  queryFn: ({ signal }) => requestJson<RecordList>('/records?limit=1&state=all', { signal }),
  staleTime: SELDOM_MS,
  select: (list) => list.facets,
})

/** A record now, or as it was on a day. */
export function recordQuery(id: string, day: string | null) {
  return queryOptions({
    queryKey: ['record', id, 'view', day],
    queryFn: ({ signal }) => requestJson<RecordView>(`/records/${id}${asOf(day)}`, { signal }),
  })
}

export function provenanceQuery(id: string, day: string | null) {
  return queryOptions({
    queryKey: ['record', id, 'provenance', day],
    queryFn: ({ signal }) =>
      requestJson<{ fields: readonly FieldSource[] }>(`/records/${id}/provenance${asOf(day)}`, {
        signal,
      }),
    select: (answer) => new Map(answer.fields.map((field) => [field.path, field])),
  })
}

function asOf(day: string | null): string {
  return day === null ? '' : `?${new URLSearchParams({ asOf: day })}`
}

export function historyQuery(id: string) {
  return queryOptions({
    queryKey: ['record', id, 'history'],
    queryFn: ({ signal }) => requestJson<History>(`/records/${id}/history`, { signal }),
  })
}

/** Other records near to this one. */
export function relatedQuery(id: string) {
  return queryOptions({
    queryKey: ['record', id, 'related'],
    queryFn: ({ signal }) =>
      requestJson<{ items: readonly Item[] }>(`/records/${id}/related`, { signal }),
    select: (answer) => answer.items,
    staleTime: SELDOM_MS,
  })
}

/** Has a field erased by a lawful order; the node rewrites its files before it answers. */
export function orderErasure(wanted: ErasureWanted, key: string): Promise<Erased> {
  return requestJson<Erased>('/erasures', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: wanted,
    timeoutMs: ERASING_MS,
  })
}

/** Writes a change made on the version `etag`; the node refuses it if that is not what it holds. */
export function patchRecord(
  id: string,
  change: RecordChange,
  etag: string,
  key: string,
): Promise<RecordView> {
  return requestJson<RecordView>(`/records/${id}`, {
    method: 'PATCH',
    headers: { 'if-match': etag, authorization: `Bearer ${key}` },
    body: change,
  })
}
