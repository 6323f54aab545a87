/**
 * Two node processes that are killed again and again while they work, and what must hold after
 * each kill: the stores verify before anything is started again, and no confirmed write is gone.
 */
import { join } from 'node:path'
import { expect } from 'chai'
import { type Federation, makeFederation } from '../support/federation.ts'
import {
  eventually,
  mulu,
  muluJson,
  muluKilled,
  type NodeProcess,
  untilEqual,
} from '../support/mulu.ts'
import { seeded } from './seeded.ts'

/** What nodes do when the kill falls, beside an import at one and its replication to the other. */
const BESIDE = ['nothing', 'reindex', 'scrub', 'backup', 'start', 'prune'] as const

/** How many cycles, each with a kill of both nodes, and what chance begins with. */
export type Killing = {
  readonly cycles: number
  readonly seed: number
  readonly onCycle?: (done: Killed) => void
}

/** What was done: kills, and how many imports and backups into a folder they broke off. */
export type Killed = { readonly kills: number; readonly cut: number; readonly cutBackups: number }

/** Two commits an import, so that a kill can fall between them. */
const RECORDS = 100
/** How long after the begin of the work the kill falls, at most. */
const DELAY_MS = 120
/** A backup takes about a second, most of which the process needs to start. */
const BACKUP_DELAY_MS = 1_500
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
type Pruned = { readonly bodies: number }
type Backup = { readonly verified: { readonly digest: string } }
type Verified = { readonly ok: boolean; readonly problems: readonly unknown[] }
type Status = {
  readonly node: { readonly admitted: boolean }
  readonly catalogue: { readonly digest: string }
  readonly heads: { readonly digest: string }
  readonly snapshots: readonly { readonly id: string; readonly settled: boolean }[]
}

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
  let nodes = await prepare(federation)
  const random = seeded(order.seed)
  let [imported, acknowledged, cut, cutBackups, kills] = [0, 0, 0, 0, 0]
  for (let cycle = 1; cycle <= order.cycles; cycle++) {
    const beside = BESIDE[cycle % BESIDE.length] ?? 'nothing'
    if (beside === 'prune') {
      imported += await importSome(nodeAt(nodes, 0), imported)
      acknowledged = imported
      nodes = await untilDroppable(federation, nodes)
    }
    const others = await begin(beside, federation, nodes, random)
    const done = importRun(nodeAt(nodes, 0), ++imported)
    await Promise.all(nodes.map((node) => killAfter(node, random() * DELAY_MS)))
    kills += nodes.length
    if ((await others.ended) === 'killed') {
      cutBackups += 1
      kills += 1
    }
    if (await done) acknowledged = imported
    else cut += 1
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
    order.onCycle?.({ kills, cut, cutBackups })
  }
  expect(await importRun(nodeAt(nodes, 0), ++imported)).to.equal(true)
  await untilEqual(nodes, RECORDS, 60_000)
  for (const node of nodes) expect(await oldestRun(node)).to.equal(imported)
  await restoresEqual(federation, nodeAt(nodes, 0))
  return { kills, cut, cutBackups }
}

/** Names a witness, so that the second node can drop what is superseded, and makes the first backup. */
async function prepare({ nodes, dirs, start }: Federation): Promise<readonly NodeProcess[]> {
  await eventually('admission', async () => {
    const { node } = await nodeAt(nodes, 1).get<Status>('/api/v1/status')
    return node.admitted ? true : undefined
  })
  const [first = '', second = ''] = dirs
  await run('roster', 'propose', '--dir', first, '--witness', '1')
  await run('keep', 'live', '--dir', second)
  await nodeAt(nodes, 1).stop()
  await run('backup', '--dir', first, '--to', backupsOf(first))
  return [nodeAt(nodes, 0), await start(1)]
}

/** Something that was begun, and how it ends. */
type Begun = { readonly ended: Promise<'killed' | 'done'> }

/** Begins what is done beside the import; backups and prunings of a node that has what they need. */
async function begin(
  beside: (typeof BESIDE)[number],
  { dirs }: Federation,
  nodes: readonly NodeProcess[],
  random: () => number,
): Promise<Begun> {
  const [first = ''] = dirs
  const after = (asked: readonly Promise<unknown>[]): Begun => ({
    ended: Promise.all(asked).then(() => 'done'),
  })
  switch (beside) {
    case 'reindex':
    case 'scrub':
      return after(nodes.map((node) => post(node, `/api/v1/${beside}`, '')))
    case 'backup': {
      const killed = muluKilled(
        random() * BACKUP_DELAY_MS,
        ...['backup', '--dir', first, '--to', backupsOf(first)],
      )
      // The nodes are killed at some time while the backup starts, reads from one, or writes.
      await new Promise((resolve) => setTimeout(resolve, random() * BACKUP_DELAY_MS))
      return { ended: killed.then((hasEnded) => (hasEnded ? 'done' : 'killed')) }
    }
    case 'prune':
      return after([post(nodeAt(nodes, 1), '/api/v1/prunings', '')])
    default:
      return after([])
  }
}

/** Three runs: the first one writes whole records, of which the others supersede the date alone. */
async function importSome(node: NodeProcess, before: number): Promise<number> {
  const runs = [1, 2, 3]
  for (const more of runs) expect(await importRun(node, before + more), 'an import').to.equal(true)
  return runs.length
}

/**
 * Waits until the second node may drop something: a settled snapshot covers it, and the first node
 * was heard to hold all of it, which it says when it is greeted.
 */
async function untilDroppable(
  { dirs, start }: Federation,
  nodes: readonly NodeProcess[],
): Promise<readonly NodeProcess[]> {
  const [first = '', second = ''] = dirs
  const { id } = await muluJson<{ readonly id: string }>('snapshot', '--dir', first)
  await eventually('the snapshot is settled, and nothing more on its way', async () => {
    const [one, two] = await Promise.all(nodes.map((node) => node.get<Status>('/api/v1/status')))
    const isSettled = two?.snapshots.some((each) => each.id === id && each.settled) === true
    return isSettled && one?.heads.digest === two?.heads.digest ? true : undefined
  })
  await nodeAt(nodes, 1).stop()
  const restarted = [nodeAt(nodes, 0), await start(1)]
  await eventually('something may be dropped', async () => {
    const { bodies } = await muluJson<Pruned>('prune', '--dry-run', '--dir', second)
    return bodies > 0 ? true : undefined
  })
  return restarted
}

function backupsOf(dir: string): string {
  return join(dir, '..', 'backups')
}

/** The newest chain restores to what the node holds. */
async function restoresEqual({ dirs }: Federation, node: NodeProcess): Promise<void> {
  const [first = ''] = dirs
  const to = backupsOf(first)
  const { verified } = await muluJson<Backup>('backup', '--dir', first, '--to', to, '--verify')
  const { catalogue } = await node.get<Status>('/api/v1/status')
  expect(verified.digest).to.equal(catalogue.digest)
}

async function run(...args: readonly string[]): Promise<void> {
  const { status, stderr } = await mulu(...args)
  expect(status, `mulu ${args.join(' ')}: ${stderr}`).to.equal(0)
}

/** Before anything is started again, so that nothing can mend what the kill left; backups too. */
async function verifyAll({ dirs }: Federation, cycle: number): Promise<void> {
  const verified = await Promise.all(dirs.map((dir) => muluJson<Verified>('verify', '--dir', dir)))
  for (const each of verified) {
    expect(each, `cycle ${cycle}`).to.deep.include({ ok: true, problems: [] })
  }
  // A chain that is not whole is status 1.
  await run('backup', '--to', backupsOf(dirs[0] ?? ''), '--list')
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
