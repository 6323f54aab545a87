/**
 * Stores of the oldest format that can be opened, whose opening is killed again and again while it brings
 * them to this one. Whatever a kill left is opened by the next process, and comes to what the store
 * was, with nothing wrong in it.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { systemClock } from '../../packages/node/src/clock.ts'
import { dataFolder } from '../../packages/node/src/folder/data-folder.ts'
import { openNodeStore } from '../../packages/node/src/store/node-store.ts'
import { openDatabase } from '../../packages/node/src/store/open-database.ts'
import { FORMAT } from '../../packages/registry-core/src/store/store.ts'
import {
  fillFrom,
  readFixture,
  readingsOf,
} from '../../packages/registry-core/testing/store-fixture.ts'
import { seeded } from './seeded.ts'

/** How many stores, and what chance begins with. */
export type Migrating = { readonly stores: number; readonly seed: number }

/** Kills, and how many of them left the store in the older format. */
export type MigrationsKilled = { readonly kills: number; readonly unfinished: number }

const OPEN_STORE = fileURLToPath(new URL('open-store.ts', import.meta.url))
const FROM = 4
const TO = String(FORMAT)
const KILLS_A_STORE = 3
/** How long opening the store takes, about. */
const DELAY_MS = 60

/** Kills openings; each store has to come to what it was. */
export async function killMigrations(dir: string, order: Migrating): Promise<MigrationsKilled> {
  const random = seeded(order.seed)
  let [kills, unfinished] = [0, 0]
  for (let n = 0; n < order.stores; n++) {
    const at = join(dir, `store-${n}`)
    await fill(at)
    for (let i = 0; i < KILLS_A_STORE; i++) {
      if (!(await killOpening(at, random() * DELAY_MS))) break
      kills += 1
      if ((await formatOf(at)) !== TO) unfinished += 1
    }
    await opensWhole(at, `store ${n}`)
  }
  return { kills, unfinished }
}

async function fill(dir: string): Promise<void> {
  const { store } = dataFolder(dir)
  await mkdir(store, { recursive: true })
  const db = await openDatabase(store)
  await fillFrom(await readFixture(FROM), db)
  await db.close()
}

/** Whether the process was killed before it had ended by itself. */
async function killOpening(dir: string, delayMs: number): Promise<boolean> {
  const words = ['--conditions=source', '--import=tsx/esm', OPEN_STORE, dir]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  await Promise.race([once(child.stdout, 'data'), closed])
  const timer = setTimeout(() => child.kill('SIGKILL'), delayMs)
  const [status] = (await closed) as [number | null]
  clearTimeout(timer)
  expect(status, 'a store that does not open').to.be.oneOf([0, null])
  return status === null
}

async function formatOf(dir: string): Promise<string | undefined> {
  const db = await openDatabase(dataFolder(dir).store)
  const format = await db.sublevel<string, string>('meta', {}).get('format')
  await db.close()
  return format
}

async function opensWhole(dir: string, what: string): Promise<void> {
  const { readings } = await readFixture(FROM)
  await using store = await openNodeStore(dataFolder(dir), systemClock, { keepsAll: false })
  const { registry } = store
  expect(await readingsOf(registry), what).to.deep.equal(readings)
  const findings: unknown[] = []
  await registry.scrub({ onFinding: (finding) => findings.push(finding) })
  expect(findings, what).to.deep.equal([])
  expect(await readingsOf(registry), what).to.deep.equal(readings)
  const db = await registry.database()
  expect(await db.sublevel<string, string>('meta', {}).get('format')).to.equal(TO)
}
