import { expect } from 'chai'
import { type Federation, makeFederation } from './support/federation.ts'
import { eventually, muluJson, type NodeProcess, scratch, untilEqual } from './support/mulu.ts'

/** In each both nodes are killed, each at a moment of its own: 52 kills; 50 are asked for. */
const CYCLES = 26
/** Two commits an import, so that a kill can fall between them. */
const RECORDS = 100
/** How long after the begin of an import the kill falls, at most. */
const DELAY_MS = 120
/** The year that the first run of the feed shows. */
const YEAR = 2_000

type Page = {
  readonly items: readonly { readonly modified: string }[]
  readonly next: string | null
}

describe('nodes that are killed at any time', function () {
  this.timeout(900_000)
  let place: Awaited<ReturnType<typeof scratch>>
  let federation: Federation

  before(async () => {
    place = await scratch()
    federation = await makeFederation(place.dir, [
      { name: 'Coordinator', agency: 'C-1' },
      { name: 'Agency', agency: 'A-1' },
    ])
  })

  after(async () => {
    await federation?.stop()
    await place?.remove()
  })

  it('[E29] verify after each of 50 kills, lose nothing acknowledged, and become equal', async () => {
    let nodes = federation.nodes
    await eventually('admission', async () => {
      const { node } = await nodeAt(nodes, 1).get<Status>('/api/v1/status')
      return node.admitted ? true : undefined
    })
    const random = seeded(20_261_123)
    let acknowledged = 0
    let cut = 0
    for (let cycle = 1; cycle <= CYCLES; cycle++) {
      const done = importRun(nodeAt(nodes, 0), cycle)
      await Promise.all(nodes.map((node) => killAfter(node, random() * DELAY_MS)))
      if (await done) acknowledged = cycle
      else cut += 1
      // Before anything is started again, so that nothing can mend what the kill left.
      const verified = await Promise.all(
        federation.dirs.map((dir) => muluJson<Verified>('verify', '--dir', dir)),
      )
      for (const each of verified) {
        expect(each, `cycle ${cycle}`).to.deep.include({ ok: true, problems: [] })
      }
      nodes = await Promise.all([federation.start(0), federation.start(1)])
      const oldest = await oldestRun(nodeAt(nodes, 0))
      expect(oldest, `cycle ${cycle}`).to.be.at.least(acknowledged)
    }
    expect(await importRun(nodeAt(nodes, 0), CYCLES + 1)).to.equal(true)
    await untilEqual(nodes, RECORDS, 60_000)
    for (const node of nodes) expect(await oldestRun(node)).to.equal(CYCLES + 1)
    expect(cut, 'imports that a kill broke off').to.be.at.least(1)
  })
})

type Verified = { readonly ok: boolean; readonly problems: readonly unknown[] }
type Status = { readonly node: { readonly admitted: boolean } }

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
async function importRun(node: NodeProcess, number: number): Promise<boolean> {
  try {
    const reply = await node.ask('/api/v1/imports', { method: 'POST', body: feedOfRun(number) })
    await reply.arrayBuffer()
    return reply.status === 200
  } catch {
    // The connection broke: nothing was acknowledged, whatever was written.
    return false
  }
}

/** Every run changes every record, so each import has something to write. */
function feedOfRun(number: number): string {
  const dataset = Array.from({ length: RECORDS }, (_, i) => ({
    '@type': 'dcat:Dataset',
    identifier: `kill-${i}`,
    title: `Dataset ${i}`,
    description: 'Made for a test.',
    accessLevel: 'public',
    modified: `${YEAR + number}-01-01`,
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
    for (const { modified } of page.items) runs.push(Number(modified.slice(0, 4)) - YEAR)
    next = page.next
  }
  return runs.length < RECORDS ? 0 : Math.min(...runs)
}

/** A small generator, so that every run of the test waits the same times. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
