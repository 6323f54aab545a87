/**
 * The demonstration: five node processes on this machine become a federation, exchange real
 * catalogues, and a regional office that worked offline joins in. Every step is told with what
 * happened and where to see it.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { MuluError } from '@mulu/registry-core'
import type { Clock } from '../clock.ts'
import { foundFederation } from '../federation/found.ts'
import { initialiseNode } from '../federation/join.ts'
import { readIfThere } from '../folder/write-file.ts'
import { PROFILES } from '../store/profiles.ts'
import { DemoChild, type DemoPorts } from './demo-child.ts'
import { DEMO_NODES, type DemoNode } from './demo-plan.ts'
import { samplesOf } from './demo-samples.ts'
import { type DemoLanguage, type DemoWord, demoWord } from './demo-words.ts'

/** How to run it. */
export type DemoOptions = {
  readonly dir: string
  readonly firstPort: number
  readonly language: DemoLanguage
  /** Ends after the digests were compared instead of waiting for a signal. */
  readonly once: boolean
  readonly print: (line?: string) => void
  readonly clock: Clock
  /** Resolves when the person wants it to stop. */
  readonly stopped: Promise<void>
}

type Federation = DemoOptions & {
  /** Announces the next step. */
  readonly say: (word: DemoWord) => void
  readonly children: Map<string, DemoChild>
  readonly ports: ReadonlyMap<string, DemoPorts>
}

const LEVEL_TIMEOUT_MS = 120_000
const POLL_MS = 250
const STATE_FILE = 'demo.json'
const P2P_OFFSET = 10

/** Runs it; true when all five digests were equal. */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const ports = portsOf(options.firstPort)
  await refuseBusyPorts(ports)
  const federation: Federation = {
    ...options,
    say: speaker(options),
    children: new Map(),
    ports,
  }
  options.print(demoWord('title', options.language))
  options.print(`${demoWord('folder', options.language)}: ${resolve(options.dir)}`)
  try {
    const conflict = await readConflict(federation)
    if (conflict === undefined) await begin(federation)
    else await resume(federation)
    const isEqual = await showDigests(federation)
    if (isEqual) showAddresses(federation, (await readConflict(federation)) ?? '')
    if (!options.once && isEqual) await Promise.race([options.stopped, anyExit(federation)])
    return isEqual
  } finally {
    options.print(`\n${demoWord('stopping', options.language)} …`)
    await Promise.all([...federation.children.values()].map((child) => child.stop()))
    options.print(demoWord('stopped', options.language))
  }
}

function speaker({ print, language }: DemoOptions): (word: DemoWord) => void {
  let step = 0
  return (word) => {
    step += 1
    print(`\n${step}. ${demoWord(word, language)}`)
  }
}

/** The whole story, from nothing; what an interrupted run left in its folder goes first. */
async function begin(federation: Federation): Promise<void> {
  const { say, dir } = federation
  await clearUnfinished(dir)
  await mkdir(dir, { recursive: true })
  await writeFile(join(dir, STATE_FILE), JSON.stringify({ state: 'begun' }))
  say('founding')
  await found(federation)
  say('starting')
  await start(federation, 'coordinator', false)
  await admitOthers(federation)
  for (const node of DEMO_NODES.slice(1, -1)) await start(federation, node.id, false)
  say('importing')
  await importSamples(federation)
  say('levelling')
  await untilLevel(federation)
  say('visiting')
  await start(federation, 'office', false)
  await untilLevel(federation)
  const conflict = await workApart(federation)
  await writeFile(join(dir, STATE_FILE), JSON.stringify({ state: 'done', conflict }))
}

async function workApart(federation: Federation): Promise<string> {
  const { say } = federation
  await stop(federation, 'office')
  await start(federation, 'office', true)
  say('offline')
  const id = await editApart(federation)
  say('joining')
  await stop(federation, 'office')
  await start(federation, 'office', false)
  await untilLevel(federation)
  say('merged')
  return id
}

async function resume(federation: Federation): Promise<void> {
  federation.say('resuming')
  await Promise.all(DEMO_NODES.map((node) => start(federation, node.id, false)))
  await untilLevel(federation)
}

type DemoState = { readonly state?: string; readonly conflict?: string }

async function readState(dir: string): Promise<DemoState | undefined> {
  const text = await readIfThere(join(dir, STATE_FILE))
  return text === undefined ? undefined : (JSON.parse(text) as DemoState)
}

/** The record with the conflict, when a whole run stands in the folder. */
async function readConflict(federation: Federation): Promise<string | undefined> {
  return (await readState(federation.dir))?.conflict
}

/** Only what the demonstration itself began is cleared; any other node is left alone. */
async function clearUnfinished(dir: string): Promise<void> {
  if ((await readState(dir))?.state !== 'begun') return
  for (const { id } of DEMO_NODES) await rm(join(dir, id), { recursive: true, force: true })
}

async function found(federation: Federation): Promise<void> {
  const [coordinator] = DEMO_NODES
  if (coordinator === undefined) throw new Error('Invariant broken: the plan has a coordinator')
  await foundFederation(
    {
      ...installOptions(federation, coordinator),
      name: federation.language === 'en' ? 'Demonstration' : '演示联合体',
      profile: PROFILES['cn-gov'],
      rootKeys: 3,
      threshold: 2,
    },
    federation.clock,
  )
}

async function admitOthers(federation: Federation): Promise<void> {
  const coordinator = childOf(federation, 'coordinator')
  const { ticket } = (await coordinator.request('/api/v1/ticket')) as { ticket: string }
  for (const node of DEMO_NODES.slice(1)) {
    const made = await initialiseNode({ ...installOptions(federation, node), ticket })
    const request: unknown = JSON.parse(await readFile(made.joinRequest, 'utf8'))
    const rights = node.rights === undefined ? {} : { rights: node.rights.split(',') }
    await coordinator.request('/api/v1/admissions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ requests: [request], ...rights }),
    })
    federation.print(
      `   ${demoWord('admitting', federation.language)}: ${nameOf(federation, node)}`,
    )
  }
}

function installOptions(
  federation: Federation,
  node: DemoNode,
): Parameters<typeof initialiseNode>[0] {
  const { code, names, region, office } = node
  return { dir: dirOf(federation, node.id), agency: { code, names, region }, office, ticket: '' }
}

async function importSamples(federation: Federation): Promise<void> {
  for (const node of DEMO_NODES) {
    for (const feed of await samplesOf(node)) {
      const report = (await childOf(federation, node.id).request('/api/v1/imports', {
        method: 'POST',
        body: feed.text,
      })) as { added: number; refused: number }
      const count = `${report.added} ${demoWord('imported', federation.language)}`
      federation.print(`   ${nameOf(federation, node)} · ${feed.name}: ${count}`)
      if (report.refused > 0) {
        throw new MuluError('MULU_IMPORT_FIELD', { details: { feed: feed.name } })
      }
    }
  }
}

type Listed = { readonly items: readonly { readonly id: string }[] }
type Shown = { readonly etag: string; readonly fields: Readonly<Record<string, unknown>> }

/** One record of the eastern agency, changed at the head office and at the office. */
async function editApart(federation: Federation): Promise<string> {
  const head = childOf(federation, 'east')
  const office = childOf(federation, 'office')
  const status = await head.status()
  const list = (await head.request(
    `/api/v1/records?agency=${status.agency?.id}&region=330000&sort=title&limit=1`,
  )) as Listed
  const id = list.items[0]?.id
  if (id === undefined) throw new Error('Invariant broken: the agency has records')
  const path = `/api/v1/records/${id}`
  const [atHead, atOffice] = (await Promise.all([head.request(path), office.request(path)])) as [
    Shown,
    Shown,
  ]
  const field = Object.keys(atHead.fields).find((name) => name.startsWith('title/')) ?? 'title/en'
  const title = String(atHead.fields[field])
  const edit = (child: DemoChild, shown: Shown, set: object, reason: string): Promise<unknown> =>
    child.request(path, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'if-match': shown.etag },
      body: JSON.stringify({ set, reason }),
    })
  await edit(head, atHead, { [field]: `${title} (2026)`, issued: '2026-11-01' }, 'annual review')
  await edit(
    office,
    atOffice,
    { [field]: `${title} · Zhejiang`, 'keyword/zh-Hans': ['浙江', '离线编辑'] },
    'edited offline',
  )
  federation.print(`   ${id} · ${field}`)
  return id
}

/** Waits until all running nodes that are connected have one digest. */
async function untilLevel(federation: Federation): Promise<void> {
  const deadlineMs = federation.clock.now() + LEVEL_TIMEOUT_MS
  for (;;) {
    const digests = await digestsOf(federation)
    const records = new Set(digests.map((row) => row.records))
    if (new Set(digests.map((row) => row.digest)).size === 1 && !records.has(0)) return
    if (federation.clock.now() > deadlineMs) return
    await federation.clock.sleep(POLL_MS)
  }
}

type DigestRow = { readonly child: DemoChild; readonly digest: string; readonly records: number }

async function digestsOf(federation: Federation): Promise<readonly DigestRow[]> {
  return Promise.all(
    DEMO_NODES.flatMap(({ id }) => federation.children.get(id) ?? []).map(async (child) => {
      const { catalogue } = await child.status()
      return { child, digest: catalogue.digest, records: catalogue.records }
    }),
  )
}

async function showDigests(federation: Federation): Promise<boolean> {
  const rows = await digestsOf(federation)
  const isEqual = rows.length === DEMO_NODES.length && new Set(rows.map((r) => r.digest)).size === 1
  federation.print(`\n${demoWord(isEqual ? 'equal' : 'unequal', federation.language)}`)
  for (const { child, digest, records } of rows) {
    const name = nameOf(federation, child.node)
    federation.print(`   ${digest.slice(0, 23)}…  ${records}  ${name}`)
  }
  return isEqual
}

function showAddresses(federation: Federation, conflict: string): void {
  const { language, print } = federation
  const coordinator = childOf(federation, 'coordinator').url
  print()
  print(`   ${demoWord('portal', language)}: ${coordinator}/`)
  print(`   ${demoWord('situation', language)}: ${coordinator}/situation`)
  print(`   ${demoWord('conflict', language)}: ${coordinator}/records/${conflict}`)
  for (const { node, url } of DEMO_NODES.map(({ id }) => childOf(federation, id))) {
    print(`   ${demoWord('node', language)}: ${url}/node  ${nameOf(federation, node)}`)
  }
  if (!federation.once) print(`\n${demoWord('stop', language)}`)
}

/** Rejects when a node ends by itself, with what it said last. */
function anyExit(federation: Federation): Promise<never> {
  return new Promise((_, reject) => {
    for (const child of federation.children.values()) {
      child.onExit(() => {
        const details = { node: child.node.id, reason: 'The node ended.', output: child.output }
        reject(new MuluError('MULU_INTERNAL', { details }))
      })
    }
  })
}

async function start(federation: Federation, id: string, offline: boolean): Promise<void> {
  const node = DEMO_NODES.find((each) => each.id === id)
  const ports = federation.ports.get(id)
  if (node === undefined || ports === undefined) throw new Error(`No node ${id} in the plan`)
  federation.children.set(id, await DemoChild.start(node, dirOf(federation, id), ports, offline))
}

async function stop(federation: Federation, id: string): Promise<void> {
  await childOf(federation, id).stop()
  federation.children.delete(id)
}

function childOf(federation: Federation, id: string): DemoChild {
  const child = federation.children.get(id)
  if (child === undefined) throw new Error(`The node ${id} does not run`)
  return child
}

function dirOf(federation: Federation, id: string): string {
  return join(federation.dir, id)
}

function nameOf(federation: Federation, node: DemoNode): string {
  const name = node.names[federation.language]
  return node.office === '' ? name : `${name} · ${node.office}`
}

function portsOf(first: number): ReadonlyMap<string, DemoPorts> {
  return new Map(
    DEMO_NODES.map(
      (node, i) => [node.id, { http: first + i, p2p: first + P2P_OFFSET + i }] as const,
    ),
  )
}

async function refuseBusyPorts(ports: ReadonlyMap<string, DemoPorts>): Promise<void> {
  for (const port of [...ports.values()].flatMap(({ http, p2p }) => [http, p2p])) {
    await new Promise<void>((done, reject) => {
      const probe = createServer()
      probe.once('error', (cause) => {
        const details = { port, option: '--port', reason: 'Choose another first port.' }
        reject(new MuluError('MULU_PORT_BUSY', { cause, details }))
      })
      probe.listen(port, '127.0.0.1', () => probe.close(() => done()))
    })
  }
}
