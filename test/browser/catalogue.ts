/** The federations that the pages are looked at with: real catalogues on real node processes. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { admit, found } from '../federation.ts'
import { type Machine, type RunningNode, until, untilEqual } from '../mulu-process.ts'

const SAMPLES = fileURLToPath(new URL('../../samples', import.meta.url))
const FEEDS = ['cn-portals/cn_portals.jsonl', 'dcat-us/consumerfinance.json']
const WAIT_MS = 30_000

/** A node of its own that holds the sample catalogues, taken in through the command. */
export async function startWithSamples(machine: Machine): Promise<RunningNode> {
  await machine.ok(
    ...['found', '--dir', machine.path('hub'), '--name', 'Browser test', '--agency', 'HUB'],
    ...['--agency-name', 'Hub', '--agency-name', '中心'],
  )
  for (const feed of FEEDS) {
    await machine.ok('import', '--dir', machine.path('hub'), join(SAMPLES, feed))
  }
  return machine.start('hub')
}

/** A head office and a regional office that changed one record while they were cut off. */
export type Disputed = {
  readonly hub: RunningNode
  readonly office: RunningNode
  /** The record with two values of its title and two of its sharing. */
  readonly id: string
}

const LOCAL = 'rivers'
const FIELDS = {
  'title/en': 'River levels',
  'title/zh-Hans': '河流水位',
  'description/en': 'Levels of all rivers.',
  'keyword/en': ['water'],
  state: 'published',
  sharing: { type: 'unconditional' },
  openness: { type: 'open' },
}

/** Titles and sharing as each side set them. */
export const HUB_EDIT = {
  'title/en': 'River levels, head office',
  sharing: { type: 'conditional', condition: 'on request' },
}
export const OFFICE_EDIT = { 'title/en': 'River levels, north', sharing: { type: 'none' } }

/** Makes the two nodes, lets them edit apart and meet again. */
export async function startDisputed(machine: Machine): Promise<Disputed> {
  const hub = await found(machine)
  await admit(machine, 'office', 'HUB', ['--office', 'North'], ['--rights', 'describe,classify'])
  await machine.ok('import', '--dir', machine.path('hub'), join(SAMPLES, FEEDS[1] ?? ''))
  const made = await hub.ask('/records', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'service', local: LOCAL, fields: FIELDS }),
  })
  const { id, etag } = made.body
  const first = await machine.start('office')
  await until('the record at the office', WAIT_MS, async () => (await first.total('q=river')) === 1)
  await untilEqual([hub, first])
  await first.end()
  const cutOff = await machine.start('office', '--offline')
  await change(hub, id, etag, HUB_EDIT)
  await change(cutOff, id, etag, OFFICE_EDIT)
  await cutOff.end()
  const office = await machine.start('office')
  await untilConflicts([hub, office], id, 2)
  await untilEqual([hub, office])
  return { hub, office, id }
}

async function change(node: RunningNode, id: string, etag: string, set: object): Promise<void> {
  const { status } = await node.patch(id, etag, set)
  if (status !== 200) throw new Error(`The change of ${id} was answered with ${status}`)
}

/** Waits until every node has this many conflicts in the record. */
export function untilConflicts(
  nodes: readonly RunningNode[],
  id: string,
  count: number,
): Promise<void> {
  return until(`${count} conflicts at every node`, WAIT_MS, async () => {
    const records = await Promise.all(nodes.map((node) => node.record(id)))
    return records.every((record) => record.conflicts?.length === count)
  })
}

/** The local access key that a person would read on the machine itself. */
export async function accessKeyOf(machine: Machine, name: string): Promise<string> {
  return (await readFile(join(machine.path(name), 'access-key'), 'utf8')).trim()
}
