/** Reading records: lists, one record, its past. */
import {
  FILTERS,
  type FilterName,
  type Item,
  type Page,
  type ParsedQuery,
  parseRecordId,
  type Query,
  type RecordId,
} from '@mulu/registry-core'
import type { Request, Router } from 'express'
import type { NodeContext } from '../../node-context.ts'
import { asOf } from '../../status/as-of.ts'
import { agencyRef } from '../../status/names.ts'
import { apiPath } from '../api-paths.ts'
import { facetLabel } from '../facet-labels.ts'
import { showConflicts, showHistory, showProvenance } from '../present-source.ts'
import { type QueryValues, readQuery } from '../read-query.ts'
import { findRecord, recordDocument } from '../record-document.ts'
import { helpWith, marksOf, readWords } from '../search-help.ts'

/** The address of a record. */
export const RECORD_PATH = '/api/v1/records/:ns/:kind/:local'

/** Adds the routes. */
export function addRecordRoutes(router: Router, context: NodeContext): void {
  const { catalogue } = context.store.registry
  router.get('/api/v1/records', async (request, response) => {
    const values = readQuery(request, apiPath('get', '/api/v1/records'))
    const query = toQuery(values)
    response.json(await pageDocument(context, query, await catalogue.query(query)))
  })
  router.get('/api/v1/suggestions', async (request, response) => {
    const { q = [] } = readQuery(request, apiPath('get', '/api/v1/suggestions'))
    response.json({ items: await catalogue.suggestions(q[0] ?? '') })
  })
  router.get(RECORD_PATH, async (request, response) => {
    readQuery(request, apiPath('get', RECORD_PATH))
    const document = await recordDocument(context, recordIdOf(request))
    response.set('ETag', String(document['etag'])).json(document)
  })
  addPastRoutes(router, context)
}

function addPastRoutes(router: Router, context: NodeContext): void {
  const { catalogue } = context.store.registry
  const readers: Readonly<Record<string, (id: RecordId) => Promise<unknown>>> = {
    provenance: async (id) => {
      const fields = await catalogue.provenance(id)
      return { fields: fields.map((field) => showProvenance(context, field)) }
    },
    history: async (id) => {
      const items = await catalogue.history(id)
      return { items: items.map((item) => showHistory(context, item)) }
    },
    conflicts: async (id) => {
      const view = await findRecord(context, id)
      return { items: showConflicts(context, view, await catalogue.conflictSources(id)) }
    },
  }
  for (const [name, reader] of Object.entries(readers)) {
    const declared = apiPath('get', `${RECORD_PATH}/${name}`)
    router.get(declared.path, async (request, response) => {
      readQuery(request, declared)
      const id = recordIdOf(request)
      await findRecord(context, id)
      response.json(await reader(id))
    })
  }
}

/** The record that an address names; MULU_RECORD_ID when it is none. */
export function recordIdOf(request: Request): RecordId {
  const { ns, kind, local } = request.params
  return parseRecordId(`${ns}/${kind}/${local}`)
}

function toQuery(values: QueryValues): Query {
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

async function pageDocument(context: NodeContext, query: Query, page: Page): Promise<unknown> {
  const { profile, roster, catalogue } = context.store.registry
  const { q } = query
  const parsed = readWords(q, profile)
  const facets = Object.entries(page.facets).map(([name, rows]) => [
    name,
    (rows ?? []).map(({ value, count }) => ({
      value,
      label: facetLabel(profile, roster?.state, name as FilterName, value),
      count,
    })),
  ])
  return {
    total: page.total,
    words: parsed.words,
    help: q === undefined || page.total > 0 ? null : await helpWith(catalogue, q, parsed),
    items: page.items.map((item) => itemDocument(context, item, parsed)),
    next: page.next,
    facets: Object.fromEntries(facets),
    asOf: await asOf(context),
  }
}

function itemDocument(context: NodeContext, item: Item, parsed: ParsedQuery): unknown {
  const { ns: _, agency, updatedMs, ...rest } = item
  const { id, name, code } = agencyRef(context.store.registry.roster?.state, agency)
  return {
    ...rest,
    agency: { id, name, code },
    updatedMs: Math.min(updatedMs, context.clock.now()),
    ...(parsed.node === undefined ? {} : { marks: marksOf(item, parsed) }),
  }
}
