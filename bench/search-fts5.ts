/**
 * SQLite's side: FTS5 over the same terms, facets as columns of a table beside it. A query takes
 * the matching rows once, with their bm25, then counts each facet and reads the first rows.
 * Arguments: file, records.
 */
import { stat } from 'node:fs/promises'
import type { View } from '@mulu/registry-core'
import Database from 'libsql'
import { forEachTerm } from '../packages/registry-core/src/search/text/terms.ts'
import { type BenchQuery, benchQueries } from './search-queries.ts'
import { SearchRecords } from './search-records.ts'
import { InsertTimes, report, type SearchResult } from './search-result.ts'

const [file = '', count = '', budget = '300000'] = process.argv.slice(2)
const total = Number(count)
const BATCH = 1_024
const WINDOW = 16_384
const FACETS = ['kind', 'agency', 'region', 'theme', 'sharing', 'openness', 'format']
const records = new SearchRecords()
const db = new Database(file)
db.exec(
  'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-262144; PRAGMA temp_store=MEMORY',
)
db.exec(
  'CREATE TABLE records (id INTEGER PRIMARY KEY, kind, agency, region, theme, sharing, openness, format, state, json)',
)
db.exec(
  "CREATE VIRTUAL TABLE words USING fts5(title, keywords, description, rest, content='', tokenize='unicode61')",
)

const inserted = await insert()
const queries = ask()
report({
  ...inserted,
  indexBytes: Math.max(0, (await stat(file)).size - inserted.jsonBytes),
  openMs: 0,
  residentIdle: process.memoryUsage().rss,
  queries,
})
db.close()

async function insert(): Promise<
  Omit<SearchResult, 'openMs' | 'residentIdle' | 'queries' | 'indexBytes'>
> {
  const row = db.prepare('INSERT INTO records VALUES (?,?,?,?,?,?,?,?,?,?)')
  const words = db.prepare(
    'INSERT INTO words (rowid, title, keywords, description, rest) VALUES (?,?,?,?,?)',
  )
  const times = new InsertTimes('fts5', total, BATCH)
  let jsonBytes = 0
  for (let from = 0; from < total; from += BATCH) {
    const views = Array.from({ length: Math.min(BATCH, total - from) }, (_, i) =>
      records.view(from + i),
    )
    const texts = views.map((view) => JSON.stringify(view))
    const terms = views.map(termsOf)
    for (const text of texts) jsonBytes += Buffer.byteLength(text)
    await times.time(views.length, () => {
      db.exec('BEGIN')
      for (const [i, view] of views.entries()) {
        row.run([from + i + 1, ...facetsOf(view), texts[i]])
        words.run([from + i + 1, ...(terms[i] ?? [])])
      }
      db.exec('COMMIT')
    })
  }
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  return { ...times.result(WINDOW), records: total, jsonBytes }
}

function facetsOf(view: View): readonly unknown[] {
  const { fields } = view
  const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value)
  const type = (value: unknown): unknown => (value as { type?: unknown } | undefined)?.type
  const format = Object.entries(fields).find(([path]) => path.startsWith('distributions/'))?.[1]
  return [
    view.kind,
    view.ns,
    fields['region'],
    first(fields['theme']),
    type(fields['sharing']),
    type(fields['openness']),
    (format as { format?: unknown } | undefined)?.format,
    fields['state'],
  ]
}

/** The terms that Mulu indexes, as texts with spaces: the tokenizer finds the same ones. */
function termsOf(view: View): readonly string[] {
  const columns: string[][] = [[], [], [], [view.id]]
  for (const [path, value] of Object.entries(view.fields)) {
    const [name] = path.split('/')
    const column = ['title', 'keyword', 'description'].indexOf(name ?? '')
    collect(value, columns[column < 0 ? 3 : column] ?? [])
  }
  return columns.map((texts) => {
    const terms: string[] = []
    for (const text of texts) forEachTerm(text, (term) => terms.push(term))
    return terms.join(' ')
  })
}

function collect(value: unknown, texts: string[]): void {
  if (typeof value === 'string') texts.push(value)
  else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) collect(item, texts)
  }
}

function ask(): SearchResult['queries'] {
  const statements = prepare()
  const until = performance.now() + Number(budget)
  for (const query of benchQueries(records, total, 99).slice(0, 8)) askOne(statements, query)
  const results: { kind: string; q: string; ms: number; total: number }[] = []
  for (const query of benchQueries(records, total, 5)) {
    if (performance.now() > until) break
    const began = performance.now()
    const found = askOne(statements, query)
    results.push({ kind: query.kind, q: query.q, ms: performance.now() - began, total: found })
  }
  return results
}

function prepare(): ReturnType<typeof db.prepare>[] {
  db.exec('CREATE TEMP TABLE found (id INTEGER PRIMARY KEY, score REAL)')
  return [
    db.prepare(
      "INSERT INTO found SELECT w.rowid, bm25(words, 8, 4, 2, 1) FROM words w JOIN records r ON r.id = w.rowid WHERE words MATCH ? AND r.state = 'published' AND (?2 IS NULL OR r.theme = ?2)",
    ),
    ...FACETS.map((name) =>
      db.prepare(
        `SELECT r.${name} AS value, count(*) AS n FROM found f JOIN records r ON r.id = f.id GROUP BY 1 ORDER BY 2 DESC`,
      ),
    ),
    db.prepare(
      'SELECT r.json FROM found f JOIN records r ON r.id = f.id ORDER BY f.score LIMIT 20',
    ),
    db.prepare('DELETE FROM found'),
  ]
}

function askOne(statements: ReturnType<typeof db.prepare>[], query: BenchQuery): number {
  const [fill, ...rest] = statements
  const found = Number(fill?.run([query.match, query.theme ?? null]).changes)
  const clear = rest.pop()
  for (const statement of rest) statement.all([])
  clear?.run([])
  return found
}
