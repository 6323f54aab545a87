/**
 * Mulu's side: views and index in one batch, then in a fresh process the queries.
 * Arguments: folder, records, insert or ask.
 */
import type { Database, FilterName, View } from '@mulu/registry-core'
import type { AbstractSublevel } from 'abstract-level'
import { openDatabase } from '../packages/node/src/store/open-database.ts'
import type { Surroundings } from '../packages/registry-core/src/search/filters.ts'
import { Names } from '../packages/registry-core/src/search/names.ts'
import { SearchIndex } from '../packages/registry-core/src/search/search-index.ts'
import type { ViewReader } from '../packages/registry-core/src/search/view-reader.ts'
import {
  commitBatch,
  openStore,
  put,
  recordKey,
  type Store,
} from '../packages/registry-core/src/store/store.ts'
import { benchQueries, benchTyped } from './search-queries.ts'
import { SearchRecords } from './search-records.ts'
import { cpuSince, InsertTimes, report, type SearchResult } from './search-result.ts'

const [dir = '', count = '', part = ''] = process.argv.slice(2)
const total = Number(count)
/** The seven that SQLite's side counts as well. */
const FACETS: readonly FilterName[] = [
  'kind',
  'agency',
  'region',
  'theme',
  'sharing',
  'openness',
  'format',
]
const BATCH = 256
const WINDOW = 16_384
const records = new SearchRecords()
const names = new Names(undefined, undefined)
const around: Surroundings = {
  ownerOf: (ns) => ({ agency: ns, above: [], region: null }),
  names: () => names,
}

report(part === 'insert' ? await insert() : await openAndAsk())

async function openAndAsk(): Promise<Partial<SearchResult>> {
  const db = await openDatabase(dir)
  const start = performance.now()
  const store = await openStore(db)
  const index = await SearchIndex.open(store, readerOf(store), around)
  const openMs = performance.now() - start
  globalThis.gc?.()
  const residentIdle = process.memoryUsage().rss
  const queries = await ask(index)
  const suggestionMs = await type(index)
  await index.close()
  await db.close()
  return { openMs, residentIdle, queries, suggestionMs }
}

async function insert(): Promise<Partial<SearchResult>> {
  const db = await openDatabase(dir)
  const store = await openStore(db)
  const index = await SearchIndex.open(store, readerOf(store), around)
  const stored = viewsOf(store)
  const times = new InsertTimes('mulu', total, BATCH)
  let jsonBytes = 0
  for (let from = 0; from < total; from += BATCH) {
    const views = Array.from({ length: Math.min(BATCH, total - from) }, (_, i) =>
      records.view(from + i),
    )
    const texts = views.map((view) => JSON.stringify(view))
    for (const text of texts) jsonBytes += Buffer.byteLength(text)
    await times.time(views.length, () => writeBatch(store, index, stored, views, texts))
  }
  const began = performance.now()
  const cpu = process.cpuUsage()
  await index.close()
  const [closingMs, closingCpuMs] = [performance.now() - began, cpuSince(cpu) / 1_000]
  const indexBytes = await sizeOf(db)
  await db.close()
  const result = times.result(WINDOW)
  return {
    ...result,
    records: total,
    jsonBytes,
    indexBytes,
    insertMs: result.insertMs + closingMs,
    insertCpuMs: result.insertCpuMs + closingCpuMs,
  }
}

async function writeBatch(
  store: Store,
  index: SearchIndex,
  stored: StoredViews,
  views: readonly View[],
  texts: readonly string[],
): Promise<void> {
  const keys = views.map(({ ns, kind, local }) => recordKey({ ns, aud: 1 }, `${kind}/${local}`))
  const staged = await index.stageAll(new Map(keys.map((key, i) => [key, views[i]] as const)))
  const operations = keys.map((key, i) => put(stored, key, texts[i] as string))
  await commitBatch(store, [...operations, ...staged.operations])
  staged.apply()
}

type StoredViews = AbstractSublevel<Database, string | Uint8Array, string, string>

/**
 * The views stand in the store as JSON here; in a node they are made from the records. A database
 * keeps every sublevel that is made of it, so this is called once.
 */
function viewsOf({ db }: Store): StoredViews {
  return db.sublevel<string, string>('views', { valueEncoding: 'utf8' })
}

function readerOf(store: Store): ViewReader {
  const views = viewsOf(store)
  const parse = (text: string | undefined): View | undefined =>
    text === undefined ? undefined : (JSON.parse(text) as View)
  return {
    read: async (keys) => (await views.getMany([...keys])).map(parse),
    after: async (key, limit) =>
      (await views.iterator({ gt: key, limit }).all()).map(([at, text]) => [at, parse(text)]),
    all: async function* all() {
      for await (const [key, text] of views.iterator()) yield [key, JSON.parse(text) as View]
    },
  }
}

async function ask(index: SearchIndex): Promise<SearchResult['queries']> {
  for (const query of benchQueries(records, total, 99).slice(0, 24))
    await askOne(index, query.q, query.theme)
  const results: { kind: string; q: string; ms: number; total: number }[] = []
  for (const { kind, q, theme } of benchQueries(records, total, 5)) {
    const began = performance.now()
    const found = await askOne(index, q, theme)
    results.push({ kind, q, ms: performance.now() - began, total: found })
  }
  return results
}

async function type(index: SearchIndex): Promise<readonly number[]> {
  for (const typed of benchTyped(records, 99).slice(0, 24)) await index.suggestions(typed)
  const times: number[] = []
  for (const typed of benchTyped(records, 5)) {
    const began = performance.now()
    await index.suggestions(typed)
    times.push(performance.now() - began)
  }
  return times
}

async function askOne(index: SearchIndex, q: string, theme: string | undefined): Promise<number> {
  const page = await index.query({
    q,
    facets: FACETS,
    filters: { state: ['published'], ...(theme === undefined ? {} : { theme: [theme] }) },
  })
  if (FACETS.some((name) => page.facets[name] === undefined)) throw new Error('facets are missing')
  return page.total
}

/** What the index takes on disk, after LevelDB has put it in order. */
async function sizeOf(db: Database): Promise<number> {
  const level = db as unknown as {
    compactRange(start: string, end: string): Promise<void>
    approximateSize(start: string, end: string): Promise<number>
  }
  await level.compactRange('!search!', '!search"')
  return level.approximateSize('!search!', '!search"')
}
