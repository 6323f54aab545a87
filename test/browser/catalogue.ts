/** The federations that the pages are looked at with: real catalogues on real node processes. */
import { join } from 'node:path'
import { type Federation, makeFederation } from '../support/federation.ts'
import { eventually, freePorts, mulu, NodeProcess, SAMPLES, untilEqual } from '../support/mulu.ts'

const FEEDS = ['cn-portals/cn_portals.jsonl', 'dcat-us/consumerfinance.json'] as const

async function run(...args: readonly string[]): Promise<void> {
  const { status, stderr } = await mulu(...args)
  if (status !== 0) throw new Error(`mulu ${args.join(' ')}: ${status}\n${stderr}`)
}

/** A node of its own that holds the sample catalogues, taken in through the command. */
export async function startWithSamples(dir: string): Promise<NodeProcess> {
  await run(
    ...['found', '--dir', dir, '--name', 'Browser test', '--agency', 'HUB'],
    ...['--agency-name', 'Hub', '--agency-name', '中心'],
  )
  for (const feed of FEEDS) await run('import', '--dir', dir, join(SAMPLES, feed))
  const [port = 0, p2p = 0] = await freePorts(2)
  return NodeProcess.start(dir, port, p2p)
}

/** A head office and a regional office that changed one record while they were cut off. */
export type Disputed = {
  readonly federation: Federation
  readonly head: NodeProcess
  readonly office: NodeProcess
  /** The record with two values of its title and two of its sharing. */
  readonly id: string
}

/** What a record shows. */
export type Shown = {
  readonly id: string
  readonly etag: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly conflicts: readonly { readonly path: string }[]
}

const OFFICE_INDEX = 1
const FIELDS = {
  'title/en': 'River levels',
  'title/zh-Hans': '河流水位',
  'description/en': 'Levels of all rivers.',
  'keyword/en': ['water'],
  state: 'published',
  sharing: { type: 'unconditional' },
  openness: { type: 'open' },
}

/** Titles as each side set them. */
export const HEAD_TITLE = 'River levels, head office'
export const OFFICE_TITLE = 'River levels, north'

/** Makes the two nodes, lets them edit apart and meet again. */
export async function startDisputed(dir: string): Promise<Disputed> {
  const federation = await makeFederation(dir, [
    { name: 'Hub', agency: 'HUB' },
    { name: 'Hub north', agency: 'HUB', office: 'North', rights: 'describe,classify' },
  ])
  const [head, first] = federation.nodes
  if (head === undefined || first === undefined) throw new Error('There are two nodes')
  await run('import', '--dir', head.dir, join(SAMPLES, FEEDS[1]))
  const { id, etag } = await head.create({ kind: 'service', local: 'rivers', fields: FIELDS })
  const { catalogue } = await head.get<{ catalogue: { records: number } }>('/api/v1/status')
  await untilEqual([head, first], catalogue.records)
  await first.stop()
  const cutOff = await federation.start(OFFICE_INDEX, '--offline')
  const [strict, stricter] = [
    { type: 'conditional', condition: 'on request' },
    { type: 'none', basis: 'law' },
  ]
  await change(head, id, etag, { 'title/en': HEAD_TITLE, sharing: strict })
  await change(cutOff, id, etag, { 'title/en': OFFICE_TITLE, sharing: stricter })
  await cutOff.stop()
  const office = await federation.start(OFFICE_INDEX)
  await untilConflicts([head, office], id, 2)
  await untilEqual([head, office], catalogue.records)
  await untilAgreed([head, office])
  return { federation, head, office, id }
}

type AsOf = { readonly asOf: { readonly agree: number } }

/** Waits until every node has also heard from all others that they hold the same. */
async function untilAgreed(nodes: readonly NodeProcess[]): Promise<void> {
  await eventually('every node to know that all agree', async () => {
    const all = await Promise.all(nodes.map((node) => node.get<AsOf>('/api/v1/status')))
    return all.every(({ asOf }) => asOf.agree === nodes.length) ? true : undefined
  })
}

async function change(node: NodeProcess, id: string, etag: string, set: object): Promise<void> {
  const { status } = await node.patch(id, etag, { set })
  if (status !== 200) throw new Error(`The change of ${id} was answered with ${status}`)
}

/** Waits until every node has this many conflicts in the record. */
export async function untilConflicts(
  nodes: readonly NodeProcess[],
  id: string,
  count: number,
): Promise<void> {
  await eventually(`${count} conflicts in ${id}`, async () => {
    const shown = await Promise.all(nodes.map((node) => node.get<Shown>(`/api/v1/records/${id}`)))
    return shown.every((record) => record.conflicts.length === count) ? true : undefined
  })
}
