/** Reading records: lists, one record, its past. */
import {
  type Moment,
  type Page,
  parseRecordId,
  type Query,
  type RecordId,
} from '@mulu/registry-core'
import type { Request, RequestHandler, Router } from 'express'
import type { NodeContext } from '../../node-context.ts'
import { archivesOf } from '../../status/keeping.ts'
import { apiPath } from '../api-paths.ts'
import { listQuery } from '../list-query.ts'
import { fewAtATime } from '../one-at-a-time.ts'
import { itemDocument, pageDocument } from '../page-document.ts'
import { readMoment } from '../past-moment.ts'
import { showConflicts, showHistory, showProvenance } from '../present-source.ts'
import { readWords } from '../query-words.ts'
import { type QueryValues, readQuery } from '../read-query.ts'
import { findRecord, recordDocument } from '../record-document.ts'

/** Records that a page for a reader has at least. */
const FULL_PAGE = 20
/** Days of searches without results that are told unless asked otherwise. */
const EMPTY_SEARCH_DAYS = 30

const RELATED = 6
/** Searches of the past take turns; so many may wait for theirs. */
const PAST_SEARCHES_MAX = 8

/** The address of a record. */
export const RECORD_PATH = '/api/v1/records/:ns/:kind/:local'

/** Adds the routes. */
export function addRecordRoutes(router: Router, context: NodeContext, guard: RequestHandler): void {
  const { catalogue } = context.store.registry
  const list = apiPath('get', '/api/v1/records')
  const isOfThePast = (request: Request): boolean => readQuery(request, list)['asOf'] !== undefined
  router.get(
    list.path,
    fewAtATime('MULU_BUSY', PAST_SEARCHES_MAX, isOfThePast),
    async (request, response) => {
      const values = readQuery(request, list)
      const query = listQuery(values)
      const at = await momentOf(context, values)
      const page = await catalogue.query(query, at)
      // What the past lacked nobody misses today.
      if (at === undefined) await countEmpty(context, query, page)
      response.json(await pageDocument(context, query, page, at))
    },
  )
  router.get('/api/v1/suggestions', async (request, response) => {
    const { q = [] } = readQuery(request, apiPath('get', '/api/v1/suggestions'))
    response.json({ items: await catalogue.suggestions(q[0] ?? '') })
  })
  const empty = apiPath('get', '/api/v1/empty-searches')
  router.get(empty.path, guard, async (request, response) => {
    const { days = [] } = readQuery(request, empty)
    const items = await context.store.emptySearches.list(Number(days[0] ?? EMPTY_SEARCH_DAYS))
    response.json({ items })
  })
  router.get(RECORD_PATH, async (request, response) => {
    const at = await momentOf(context, readQuery(request, apiPath('get', RECORD_PATH)))
    const document = await recordDocument(context, recordIdOf(request), at)
    response.set('ETag', document.etag).json(document)
  })
  const related = apiPath('get', `${RECORD_PATH}/related`)
  router.get(related.path, async (request, response) => {
    const { limit = [] } = readQuery(request, related)
    const id = recordIdOf(request)
    await findRecord(context, id)
    const items = await catalogue.related(id, Number(limit[0] ?? RELATED))
    const words = readWords(undefined, undefined)
    response.json({ items: items.map((item) => itemDocument(context, item, words)) })
  })
  addPastRoutes(router, context)
}

function addPastRoutes(router: Router, context: NodeContext): void {
  const { catalogue } = context.store.registry
  const readers: Readonly<Record<string, (id: RecordId, at?: Moment) => Promise<unknown>>> = {
    provenance: async (id, at) => {
      const fields = await catalogue.provenance(id, at)
      return { fields: fields.map((field) => showProvenance(context, field)) }
    },
    history: async (id, at) => {
      const items = await catalogue.history(id, at)
      const isWhole = items.every(({ notHeld }) => notHeld === 0)
      const keptBy = isWhole ? [] : await archivesOf(context)
      return { items: items.map((item) => showHistory(context, item)), keptBy }
    },
    conflicts: async (id, at) => {
      const view = await findRecord(context, id, at)
      return { items: showConflicts(context, view, await catalogue.conflictSources(id, at)) }
    },
  }
  for (const [name, reader] of Object.entries(readers)) {
    const declared = apiPath('get', `${RECORD_PATH}/${name}`)
    router.get(declared.path, async (request, response) => {
      const at = await momentOf(context, readQuery(request, declared))
      const id = recordIdOf(request)
      await findRecord(context, id, at)
      response.json(await reader(id, at))
    })
  }
}

/** The moment that is asked for; undefined for now. */
async function momentOf(
  context: NodeContext,
  { asOf = [] }: QueryValues,
): Promise<Moment | undefined> {
  const [text] = asOf
  return text === undefined ? undefined : readMoment(context, 'asOf', text)
}

/** The record that an address names; MULU_RECORD_ID when it is none. */
export function recordIdOf(request: Request): RecordId {
  const { ns, kind, local } = request.params
  return parseRecordId(`${ns}/${kind}/${local}`)
}

/** Somebody looked for something that is not here; counts of a page, a feed or a step are no search. */
async function countEmpty(context: NodeContext, query: Query, page: Page): Promise<void> {
  const { q, after, limit = FULL_PAGE } = query
  if (q === undefined || after !== undefined || limit < FULL_PAGE || page.total > 0) return
  const { words } = readWords(q, context.store.registry.profile)
  try {
    await context.store.emptySearches.count(q, words)
  } catch (error) {
    // A count is worth no failure.
    context.logger.warn({ err: error }, 'a search without results was not counted')
  }
}
