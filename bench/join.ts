/**
 * A newcomer joins a federation of many agencies over the loopback: how long until its own region
 * can be searched, and until everything can. One process for the coordinator that serves it and
 * one for the newcomer, put together as `mulu start` does, LevelDB with synced writes.
 *
 *   npm run bench:join -- [--records 100000] [--agencies 25] [--edits 0] [--keeps all|live]
 *                         [--minutes 60] [--dir DIR]
 *
 * A snapshot of all is settled. With `--edits` every record gets so many other descriptions before;
 * with `--keeps live` the newcomer takes headers and the bodies that are live after that snapshot.
 * `--dir` keeps the federation, so that a second run with the same numbers only joins; `--minutes`
 * bounds the whole run.
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import {
  CN_GOV_PROFILE,
  encodeProposal,
  encodeTicket,
  parseProposal,
  textToHash,
} from '@mulu/registry-core'
import { pino } from 'pino'
import { systemClock } from '../packages/node/dist/clock.js'
import { createCrypto } from '../packages/node/dist/crypto.js'
import { admitRequests } from '../packages/node/dist/federation/admit.js'
import { foundFederation } from '../packages/node/dist/federation/found.js'
import { initialiseNode } from '../packages/node/dist/federation/join.js'
import { readRootKeys, signAtHand } from '../packages/node/dist/federation/root-keys.js'
import { openNode } from '../packages/node/dist/open-node.js'
import { localOperations } from '../packages/node/dist/operations/operations.js'
import { readNumber, say } from './command-line.ts'
import type { JoinCalls, Joined } from './join-peer.ts'
import { PeerProcess } from './peer-process.ts'
import { startRelay } from './relay.ts'

type Options = {
  readonly records: number
  readonly agencies: number
  readonly edits: number
  readonly keeps: 'all' | 'live'
  readonly minutes: number
  readonly dir: string | undefined
  readonly profileDir: string | undefined
}

type Installed = { readonly dir: string; readonly request: string }

/** What a kept federation was made with. */
type Made = {
  readonly records: number
  readonly agencies: number
  readonly edits: number
  readonly ticket: string
}

/** Regions as GB/T 2260 numbers them at the level of provinces, the first ones. */
const PROVINCES = [
  11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46,
]
const MORE_PROVINCES = [50, 51, 52, 53, 54, 61, 62, 63, 64, 65]
const REGIONS = [...PROVINCES, ...MORE_PROVINCES].map((code) => `${code}0000`)

const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')))
try {
  await run(readOptions())
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

async function run(options: Options): Promise<void> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'mulu-join-')))
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(new Error('out of time')), options.minutes * 60_000)
  const signal = AbortSignal.any([timeout.signal, interrupted.signal])
  try {
    const made = await readMade(dir, options)
    const ticket = made?.ticket ?? (await makeFederation(dir, options, signal))
    show(options, await joinOnce(dir, ticket, options, signal))
  } finally {
    clearTimeout(timer)
    if (options.dir === undefined) await rm(dir, { recursive: true, force: true })
  }
}

/** Every agency imports its share at its own node, and the coordinator gathers it from there. */
async function makeFederation(
  dir: string,
  { records, agencies, edits, profileDir }: Options,
  signal: AbortSignal,
): Promise<string> {
  await mkdir(dir, { recursive: true })
  const source = join(dir, 'coordinator')
  const { federation } = await foundFederation(
    {
      ...{ dir: source, agency: agency('C', 'CN'), office: '' },
      ...{ name: 'Bench', profile: CN_GOV_PROFILE, rootKeys: 1, threshold: 1 },
    },
    systemClock,
  )
  const fed = textToHash(federation.id)
  if (fed === undefined) throw new Error('the federation has no id')
  const ticket = encodeTicket(createCrypto(), { fed, name: 'Bench', addresses: [] })
  const nodes: Installed[] = []
  for (let i = 0; i < agencies; i++)
    nodes.push(await install(join(dir, `agency-${i}`), i, '', ticket))
  await admit(source, nodes)
  await nameWitness(source)
  await using coordinator = start(source, profileDir, signal)
  for (const [i, node] of nodes.entries()) {
    await using from = start(node.dir, profileDir, signal)
    await coordinator.call('share')
    const addresses = await coordinator.call('addresses')
    await from.call('hear', addresses)
    const count = shareOf(records, agencies, i)
    await from.call('import', { count, seed: i + 1 })
    await coordinator.call('gather', shareUpTo(records, agencies, i))
    if (edits > 0) {
      await from.call('edit', { count, seed: i + 1, times: edits })
      await coordinator.call('catch', await from.call('heads'))
    }
    say(`made      ${shareUpTo(records, agencies, i).toLocaleString('en')} records`)
    await rm(node.dir, { recursive: true, force: true })
  }
  await coordinator.call('settle')
  const made: Made = { records, agencies, edits, ticket }
  await writeFile(madeIn(dir), JSON.stringify(made))
  return ticket
}

/** A new office of the first agency, which the coordinator admits and then serves. */
async function joinOnce(
  dir: string,
  ticket: string,
  { records, agencies, keeps, profileDir }: Options,
  signal: AbortSignal,
): Promise<Joined & { readonly received: number }> {
  const source = join(dir, 'coordinator')
  const newcomer = join(dir, 'newcomer')
  await rm(newcomer, { recursive: true, force: true })
  await admit(source, [await install(newcomer, 0, `office ${Date.now()}`, ticket, keeps)])
  await using coordinator = start(source, profileDir, signal)
  await coordinator.call('share')
  const [address = ''] = await coordinator.call('addresses')
  await using relay = await startRelay(address)
  const digest = await coordinator.call('digest')
  await using office = start(newcomer, profileDir, signal)
  const own = shareOf(records, agencies, 0)
  const heads = await coordinator.call('heads')
  const joined = await office.call('join', { addresses: [relay.address], own, records, heads })
  if (joined.digest !== digest) throw new Error('the newcomer is not equal to the coordinator')
  return { ...joined, received: relay.counts().from }
}

function start(dir: string, profileDir: string | undefined, signal: AbortSignal) {
  return new PeerProcess<JoinCalls>({ script: './join-peer.ts', dir, profileDir, signal })
}

async function install(
  dir: string,
  i: number,
  office: string,
  ticket: string,
  keeps: 'all' | 'live' = 'all',
): Promise<Installed> {
  const options = { dir, agency: agency(`A${i}`, regionOf(i)), office, ticket, keeps }
  const { joinRequest } = await initialiseNode(options)
  return { dir, request: await readFile(joinRequest, 'utf8') }
}

async function admit(source: string, nodes: readonly Installed[]): Promise<void> {
  const node = await openNode(source, systemClock, pino({ level: 'silent' }))
  try {
    const { folder, store, clock } = node.context
    const requests = nodes.map(({ request }) => request)
    await admitRequests({ folder, registry: store.registry, clock }, requests)
  } finally {
    await node.close()
  }
}

/** Writer 1, the coordinator, settles snapshots alone. */
async function nameWitness(source: string): Promise<void> {
  const node = await openNode(source, systemClock, pino({ level: 'silent' }))
  try {
    const operations = localOperations(node.context)
    const orders = { witnesses: { writers: [1], threshold: 1 } }
    const proposal = parseProposal(await operations.propose(orders))
    const keys = await readRootKeys(node.context.folder.root, async () => '')
    await operations.publish([encodeProposal(await signAtHand(proposal, keys, false))])
  } finally {
    await node.close()
  }
}

function agency(code: string, region: string) {
  return { code, names: { en: `Agency ${code}` }, region }
}

function regionOf(i: number): string {
  return REGIONS[i % REGIONS.length] as string
}

function shareOf(records: number, agencies: number, i: number): number {
  return shareUpTo(records, agencies, i) - shareUpTo(records, agencies, i - 1)
}

function shareUpTo(records: number, agencies: number, i: number): number {
  return Math.floor((records * (i + 1)) / agencies)
}

async function readMade(dir: string, options: Options): Promise<Made | undefined> {
  if (!existsSync(madeIn(dir))) return undefined
  const made = JSON.parse(await readFile(madeIn(dir), 'utf8')) as Made
  const { records, agencies, edits } = options
  const isSame = made.records === records && made.agencies === agencies && made.edits === edits
  if (!isSame) throw new Error(`${dir} holds ${made.records} records of ${made.agencies} agencies`)
  return made
}

function madeIn(dir: string): string {
  return join(dir, 'made.json')
}

function show({ records }: Options, joined: Joined & { readonly received: number }): void {
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`
  const mb = (bytes: number): string => `${Math.round(bytes / 1e6).toLocaleString('en')} MB`
  say(`own       region of ${joined.own.toLocaleString('en')} records ${seconds(joined.ownMs)}`)
  say(
    `all       ${records.toLocaleString('en')} records ${seconds(joined.allMs)} (cpu ${seconds(joined.cpuMs)}) · ${Math.round((records * 1_000) / joined.allMs).toLocaleString('en')} records/s · ${mb(joined.residentPeak)} resident at most`,
  )
  say(`received  ${joined.received.toLocaleString('en')} bytes of TCP`)
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      records: { type: 'string', default: '100000' },
      agencies: { type: 'string', default: '25' },
      minutes: { type: 'string', default: '60' },
      edits: { type: 'string' },
      keeps: { type: 'string', default: 'all' },
      dir: { type: 'string' },
      profile: { type: 'string' },
    },
  })
  const { dir, profile } = values
  return {
    records: readNumber('records', values.records),
    agencies: readNumber('agencies', values.agencies),
    edits: values.edits === undefined ? 0 : readNumber('edits', values.edits),
    keeps: values.keeps === 'live' ? 'live' : 'all',
    minutes: readNumber('minutes', values.minutes),
    dir: dir === undefined ? undefined : resolve(dir),
    profileDir: profile === undefined ? undefined : resolve(profile),
  }
}
