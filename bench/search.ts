/**
 * Fills Mulu's index and SQLite FTS5 with the same records and asks both the same queries, always
 * with seven facets and the first 20 results, each in a process of its own. Prints a line for each
 * figure, the ratio last.
 *
 *   npm run bench:search -- [--records 100000] [--only mulu|fts5] [--minutes 40] [--out FILE]
 *
 * Every few seconds it says how far it is, and writes the same as a line of JSON to the file, so
 * that a run that is cut off leaves its figures behind. `--minutes` bounds each process.
 */
import { fork } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Message, type Progress, quantile, type SearchResult } from './search-result.ts'

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '100000' },
    only: { type: 'string' },
    minutes: { type: 'string', default: '40' },
    out: { type: 'string' },
  },
})
const records = Number(values.records)
if (!Number.isSafeInteger(records) || records <= 0)
  throw new Error('--records is a positive number')

const minutes = Number(values.minutes)
if (!(minutes > 0)) throw new Error('--minutes is a positive number')
const out = resolve(values.out ?? `bench-search-${records}.jsonl`)
const began = performance.now()

const dir = await mkdtemp(join(tmpdir(), 'mulu-search-'))
try {
  say(`${records.toLocaleString('en')} records; figures go to ${out}`)
  const mulu = values.only === 'fts5' ? undefined : await runMulu(join(dir, 'mulu'))
  if (mulu !== undefined) show('mulu', mulu)
  const fts5 = values.only === 'mulu' ? undefined : await run('search-fts5.ts', join(dir, 'fts5'))
  if (fts5 !== undefined) show('fts5', fts5)
  if (mulu !== undefined && fts5 !== undefined) compare(mulu, fts5)
} finally {
  await rm(dir, { recursive: true, force: true })
}

/** Filled by one process and asked by another, so that what is resident is what asking needs. */
async function runMulu(place: string): Promise<SearchResult> {
  const inserted = await run('search-mulu.ts', place, 'insert')
  return { ...inserted, ...(await run('search-mulu.ts', place, 'ask')) }
}

function run(script: string, place: string, ...more: readonly string[]): Promise<SearchResult> {
  const child = fork(new URL(script, import.meta.url), [place, String(records), ...more], {
    execArgv: [...process.execArgv, '--expose-gc'],
    timeout: minutes * 60_000,
  })
  return new Promise((settle, reject) => {
    child.on('message', (message) => {
      keep(message)
      const told = message as Message
      if ('progress' in told) sayProgress(told.progress)
      else settle(told.result as SearchResult)
    })
    child.once('exit', (code, signal) => {
      reject(new Error(`${script} ended with ${code ?? signal}; --minutes bounds it`))
    })
  })
}

function keep(message: unknown): void {
  const seconds = Math.round((performance.now() - began) / 1_000)
  appendFileSync(out, `${JSON.stringify({ records, seconds, ...(message as object) })}\n`)
}

function sayProgress({ side, work, done, total, ...figures }: Progress): void {
  const number = (value: number): string => value.toLocaleString('en')
  const { cpuUs, residentMb, anonymousMb, heapMb } = figures
  say(
    `${side.padEnd(6)}${work.padEnd(18)}${number(done)} of ${number(total)} · ${number(cpuUs)} µs of processor a record · ${number(residentMb)} MB resident, ${number(anonymousMb)} of them no file, ${number(heapMb)} JavaScript`,
  )
}

function show(side: string, result: SearchResult): void {
  const { insertMs, jsonBytes, indexBytes } = result
  const line = (what: string, text: string): void =>
    say(`${side.padEnd(6)}${what.padEnd(18)}${text}`)
  line('insert', `${Math.round((records * 1_000) / insertMs).toLocaleString('en')} records/s`)
  line(
    'insert, a record',
    `${result.earlyUs.toFixed(0)} µs from 4,096 to 20,480 · ${result.lateUs.toFixed(0)} µs at the end`,
  )
  line(
    'of processor',
    `${result.earlyCpuUs.toFixed(0)} µs · ${result.lateCpuUs.toFixed(0)} µs (${(result.lateCpuUs / result.earlyCpuUs).toFixed(2)} times) · ${Math.round(result.insertCpuMs / 1_000)} s in all`,
  )
  line(
    'index',
    `${mb(indexBytes)} MB for ${mb(jsonBytes)} MB (${(indexBytes / jsonBytes).toFixed(2)})`,
  )
  line(
    'resident',
    `idle ${mb(result.residentIdle)} MB · while inserting ${mb(result.residentPeak)} MB, ${mb(result.anonymousPeak)} of them no file`,
  )
  line('opening', `${result.openMs.toFixed(0)} ms`)
  for (const kind of new Set(result.queries.map((query) => query.kind))) {
    const of = result.queries.filter((query) => query.kind === kind)
    const found = of.map((query) => query.total)
    line(
      kind,
      `${times(of.map((query) => query.ms))} · ${quantile(found, 0.5).toLocaleString('en')} found`,
    )
  }
  line('all queries', times(result.queries.map((query) => query.ms)))
  if (result.suggestionMs !== undefined) line('suggestions', times(result.suggestionMs))
}

function compare(mulu: SearchResult, fts5: SearchResult): void {
  const differing = fts5.queries.filter((query, i) => query.total !== mulu.queries[i]?.total)
  say(`totals that differ: ${differing.length} of ${fts5.queries.length}`)
  for (const query of differing.slice(0, 3)) {
    const at = fts5.queries.indexOf(query)
    say(`  ${query.kind} ${query.q}: mulu ${mulu.queries[at]?.total} · fts5 ${query.total}`)
  }
  const asked = mulu.queries.slice(0, fts5.queries.length).map((query) => query.ms)
  const theirs = fts5.queries.map((query) => query.ms)
  const ratio = (share: number): string =>
    (quantile(theirs, share) / quantile(asked, share)).toFixed(1)
  const rate = (fts5.insertMs / mulu.insertMs).toFixed(2)
  const cpu = (fts5.insertCpuMs / mulu.insertCpuMs).toFixed(2)
  say(
    `ratio fts5 / mulu: p50 ${ratio(0.5)} · p95 ${ratio(0.95)} · insert ${rate}, of processor ${cpu}`,
  )
}

function times(ms: readonly number[]): string {
  return `p50 ${quantile(ms, 0.5).toFixed(2)} ms · p95 ${quantile(ms, 0.95).toFixed(2)} ms`
}

function mb(bytes: number): string {
  return Math.round(bytes / 1_048_576).toLocaleString('en')
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
