/**
 * Two node processes that are killed again and again while they work, and what must hold after
 * each kill: the stores verify before anything is started again, and no confirmed write is gone.
 */
import { expect } from 'chai'
import { type Federation, makeFederation } from '../support/federation.ts'
import { eventually, muluJson, type NodeProcess, untilEqual } from '../support/mulu.ts'

/** What nodes do when the kill falls, beside an import at one and its replication to the other. */
const BESIDE = ['nothing', 'reindex', 'scrub', 'backup', 'start'] as const

/** How many cycles, each with a kill of both nodes, and what chance begins with. */
export type Killing = {
  readonly cycles: number
  readonly seed: number
  readonly onCycle?: (done: Killed) => void
}

/** What was done: kills, and how many imports they broke off. */
export type Killed = { readonly kills: number; readonly cut: number }

/** Two commits an import, so that a kill can fall between them. */
const RECORDS = 100
/** How long after the begin of the work the kill falls, at most. */
const DELAY_MS = 120
/** Opening a store takes a part of the second that the process needs to start. */
const START_DELAY_MS = 900
/** The year that the first run of the feed shows. */
const YEAR = 2_000
/** A feed has years of four digits; later runs differ by day. */
const YEARS = 1_000

type Page = {
  readonly items: readonly { readonly modified: string }[]
  readonly next: string | null
}
type Verified = { readonly ok: boolean; readonly problems: readonly unknown[] }
type Status = { readonly node: { readonly admitted: boolean } }

/** Makes a federation of two in a folder, and kills both as often as is asked for. */
export async function killAgainAndAgain(dir: string, order: Killing): Promise<Killed> {
  const federation = await makeFederation(dir, [
    { name: 'Coordinator', agency: 'C-1' },
    { name: 'Agency', agency: 'A-1' },
  ])
  try {
    return await killCycles(federation, order)
  } finally {
    await federation.stop()
  }
}

async function killCycles(federation: Federation, order: Killing): Promise<Killed> {
  let nodes = federation.nodes
  await eventually('admission', async () => {
    const { node } = await nodeAt(nodes, 1).get<Status>('/api/v1/status')
    return node.admitted ? true : undefined
  })
  const random = seeded(order.seed)
  let [acknowledged, cut, kills] = [0, 0, 0]
  for (let cycle = 1; cycle <= order.cycles; cycle++) {
    const beside = BESIDE[cycle % BESIDE.length] ?? 'nothing'
    const done = importRun(nodeAt(nodes, 0), cycle)
    const others = beside === 'nothing' || beside === 'start' ? [] : nodes
    const asked = others.map((node) => post(node, `/api/v1/${beside}`, ''))
    await Promise.all(nodes.map((node) => killAfter(node, random() * DELAY_MS)))
    await Promise.all(asked)
    if (await done) acknowledged = cycle
    else cut += 1
    kills += nodes.length
    await verifyAll(federation, cycle)
    if (beside === 'start') {
      const starts = nodes.map((_, i) => federation.killStarting(i, random() * START_DELAY_MS))
      await Promise.all(starts)
      kills += nodes.length
      await verifyAll(federation, cycle)
    }
    nodes = await Promise.all([federation.start(0), federation.start(1)])
    const oldest = await oldestRun(nodeAt(nodes, 0))
    expect(oldest, `cycle ${cycle}`).to.be.at.least(acknowledged)
    order.onCycle?.({ kills, cut })
  }
  expect(await importRun(nodeAt(nodes, 0), order.cycles + 1)).to.equal(true)
  await untilEqual(nodes, RECORDS, 60_000)
  for (const node of nodes) expect(await oldestRun(node)).to.equal(order.cycles + 1)
  return { kills, cut }
}

/** Before anything is started again, so that nothing can mend what the kill left. */
async function verifyAll({ dirs }: Federation, cycle: number): Promise<void> {
  const verified = await Promise.all(dirs.map((dir) => muluJson<Verified>('verify', '--dir', dir)))
  for (const each of verified) {
    expect(each, `cycle ${cycle}`).to.deep.include({ ok: true, problems: [] })
  }
}

function nodeAt(nodes: readonly NodeProcess[], index: number): NodeProcess {
  const node = nodes[index]
  if (node === undefined) throw new Error(`there is no node ${index}`)
  return node
}

async function killAfter(node: NodeProcess, delayMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, delayMs))
  await node.stop('SIGKILL')
}

/** Imports run `number` of the feed; false when the node was killed before it answered. */
function importRun(node: NodeProcess, number: number): Promise<boolean> {
  return post(node, '/api/v1/imports', feedOfRun(number))
}

async function post(node: NodeProcess, path: string, body: string): Promise<boolean> {
  try {
    const reply = await node.ask(path, { method: 'POST', body })
    await reply.arrayBuffer()
    return reply.status === 200
  } catch {
    // The connection broke: nothing was acknowledged, whatever was written.
    return false
  }
}

/** Every run changes every record, so each import has something to write. */
function feedOfRun(number: number): string {
  const day = String(1 + Math.floor(number / YEARS)).padStart(2, '0')
  const dataset = Array.from({ length: RECORDS }, (_, i) => ({
    '@type': 'dcat:Dataset',
    identifier: `kill-${i}`,
    title: `Dataset ${i}`,
    description: 'Made for a test.',
    accessLevel: 'public',
    modified: `${YEAR + (number % YEARS)}-01-${day}`,
  }))
  return JSON.stringify({ dataset })
}

/** The lowest run whose value a record still shows; 0 while some records are not there. */
async function oldestRun(node: NodeProcess): Promise<number> {
  const runs: number[] = []
  let next: string | null = ''
  while (next !== null) {
    const after: string = next === '' ? '' : `&after=${encodeURIComponent(next)}`
    const page: Page = await node.get<Page>(`/api/v1/records?limit=100&state=all${after}`)
    for (const { modified } of page.items) {
      const [year, , day] = modified.split('-').map(Number)
      runs.push((year ?? 0) - YEAR + ((day ?? 1) - 1) * YEARS)
    }
    next = page.next
  }
  return runs.length < RECORDS ? 0 : Math.min(...runs)
}

/** A small generator, so that every run waits the same times. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
