/**
 * Imports records into one Mulu node and replicates them to a second, and does the same with
 * PouchDB over HTTP: one process a peer, LevelDB in temporary folders, the loopback between them.
 * Prints a line for each, one for the share of signatures, hashes and the gate in taking commits
 * in, and the ratio last; exit status 1 when a replica is not equal.
 *
 *   npm run bench -- [--records 20000] [--seed 1] [--pouchdb push|pull] [--batch N] [--profile DIR]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readNumber, say } from './command-line.ts'
import { makeDatasets } from './datasets.ts'
import { measureTrust, runMulu } from './mulu-run.ts'
import { type PouchDbOptions, runPouchDb } from './pouchdb-run.ts'
import type { Run } from './run.ts'
import { ratioLine, timingLine, trustLine } from './timing.ts'

type Options = PouchDbOptions & {
  readonly records: number
  readonly seed: number
  readonly profileDir: string | undefined
}

const TIME_LIMIT_MS = 600_000
const DCAT_US = 'https://project-open-data.cio.gov/v1.1/schema'

const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')))
try {
  await compare(readOptions())
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

async function compare(options: Options): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'mulu-bench-'))
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(new Error('out of time')), TIME_LIMIT_MS)
  const signal = AbortSignal.any([timeout.signal, interrupted.signal])
  try {
    const { records, profileDir } = options
    const file = join(dir, 'feed.json')
    await writeFeed(file, options)
    const run: Run = { dir, file, records, profileDir, signal }
    const mulu = await runMulu(run)
    say(timingLine('mulu', records, mulu))
    say(trustLine(await measureTrust(run)))
    const pouchdb = await runPouchDb(run, options)
    say(timingLine('pouchdb', records, pouchdb))
    say(ratioLine(mulu, pouchdb))
  } finally {
    clearTimeout(timer)
    await rm(dir, { recursive: true, force: true })
  }
}

async function writeFeed(file: string, { records, seed }: Options): Promise<void> {
  const dataset = makeDatasets(records, seed)
  const sizes = dataset.map((each) => JSON.stringify(each).length).sort((a, b) => a - b)
  const median = sizes[Math.floor(sizes.length / 2)] ?? 0
  say(`${records.toLocaleString('en')} records of ${median.toLocaleString('en')} bytes (median)`)
  // On the disk before anything is measured: a first synced write would wait for it.
  await writeFile(file, JSON.stringify({ conformsTo: DCAT_US, dataset }), { flush: true })
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      records: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      pouchdb: { type: 'string', default: 'push' },
      batch: { type: 'string' },
      profile: { type: 'string' },
    },
  })
  const { pouchdb: direction, batch, profile } = values
  if (direction !== 'push' && direction !== 'pull') throw new Error('--pouchdb is push or pull')
  return {
    records: readNumber('records', values.records),
    seed: readNumber('seed', values.seed),
    direction,
    batch: batch === undefined ? undefined : readNumber('batch', batch),
    profileDir: profile === undefined ? undefined : resolve(profile),
  }
}
