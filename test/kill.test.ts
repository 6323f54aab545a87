import { expect } from 'chai'
import { admit, found } from './federation.ts'
import { feedOf, Machine, type RunningNode, untilEqual } from './mulu-process.ts'

/** Kills of each of the two nodes; 50 in all is what the issue asks for at least. */
const KILLS = 52
/** Two commits an import, so that a kill can fall between them. */
const RECORDS = 300
/** How long after the begin of an import the kill falls, at most. */
const DELAY_MS = 220

describe('nodes that are killed at any time', function () {
  this.timeout(240_000)
  let machine: Machine

  before(async () => {
    machine = await Machine.create()
  })
  after(() => machine[Symbol.asyncDispose]())

  it('[E2-15] verify after each of 50 kills, lose nothing acknowledged, and become equal', async () => {
    const nodes = { hub: await found(machine), far: await startFar(machine) }
    const random = seeded(20_261_123)
    let acknowledged = 0
    let cut = 0
    for (let kill = 1; kill <= KILLS; kill++) {
      const victim = kill % 2 === 0 ? 'far' : 'hub'
      const done = importAt(nodes.hub, kill)
      await new Promise((resolve) => setTimeout(resolve, random() * DELAY_MS))
      const ended = await nodes[victim].end('SIGKILL')
      expect(ended.status, ended.stderr).to.equal(null)
      if (await done) acknowledged = kill
      else cut += 1
      nodes[victim] = await machine.start(victim)
      const { body } = await nodes[victim].ask('/verify', { method: 'POST' })
      expect(body, `after kill ${kill} of ${victim}`).to.deep.include({ ok: true, problems: [] })
      expect(await oldest(nodes.hub), `after kill ${kill}`).to.be.at.least(acknowledged)
    }
    expect(await importAt(nodes.hub, KILLS + 1)).to.equal(true)
    await untilEqual([nodes.hub, nodes.far], 60_000)
    for (const node of [nodes.hub, nodes.far]) {
      expect(await node.total('state=all')).to.equal(RECORDS)
      expect(await oldest(node)).to.equal(KILLS + 1)
      expect((await node.ask('/verify', { method: 'POST' })).body.ok).to.equal(true)
    }
    expect(cut, 'some kills fell into an import').to.be.at.least(1)
  })
})

async function startFar(machine: Machine): Promise<RunningNode> {
  await admit(machine, 'far', 'F')
  return machine.start('far')
}

/** Imports run `number` of the feed; false when the node was killed before it answered. */
async function importAt(node: RunningNode, number: number): Promise<boolean> {
  try {
    const body = feedOf('kill', RECORDS, dateOf(number))
    const reply = await node.ask('/imports', { method: 'POST', body })
    return reply.status === 200
  } catch {
    // The connection broke: nothing was acknowledged, whatever was written.
    return false
  }
}

/** The lowest run whose value a record still shows; 0 before the first. */
async function oldest(node: RunningNode): Promise<number> {
  const numbers: number[] = []
  for (let after = ''; ; ) {
    const { items, next } = (await node.ask(`/records?limit=100&state=all${after}`)).body
    for (const { modified } of items) numbers.push(numberOf(modified))
    if (next === null) break
    after = `&after=${encodeURIComponent(next)}`
  }
  return numbers.length < RECORDS ? 0 : Math.min(...numbers)
}

function dateOf(number: number): string {
  return `${2_000 + number}-01-01`
}

function numberOf(date: string): number {
  return Number(date.slice(0, 4)) - 2_000
}

/** A small generator, so that every run kills at the same offsets. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
