import { expect } from 'chai'
import type { Commit } from '../../src/commit/commit.ts'
import type { Header } from '../../src/commit/header.ts'
import type { Over } from '../../src/commit/over.ts'
import { hashToText } from '../../src/crypto.ts'
import type { Registry } from '../../src/registry.ts'
import type { LogEnd, RosterChange } from '../../src/roster/change.ts'
import { openReplica, TestFederation } from '../../testing/federation.ts'
import { createChance } from '../../testing/history.ts'
import { commitOf } from '../../testing/signed-commit.ts'

type TestCommit = ReturnType<typeof commitOf>

const R1 = { ns: 1, kind: 'resource', local: 'r1' }
const ORDERS = 24

function newFederation(): TestFederation {
  return TestFederation.found([
    { seed: 1, agency: 'A' },
    { seed: 2, agency: 'A', office: 'n' },
  ])
}

function after(federation: TestFederation, parent: TestCommit, seq: number): Partial<Header> {
  const [first] = federation.rosters
  if (first === undefined) throw new Error('not founded')
  return { seq, parent: parent.id, roster: [1, first.hash] }
}

function endAt(seq: number, commit: TestCommit): LogEnd {
  return { ns: 1, aud: 1, seq, id: commit.id }
}

const closing = (end: LogEnd, final: boolean): RosterChange => ({
  ...{ type: 'close', client: 1, ns: 1, from: 1, ends: [end], final, why: 'lost' },
})

/** What a replica holds in the end, as one text. */
async function stateOf(registry: Registry): Promise<string> {
  const record = await registry.catalogue.record(R1)
  return [
    hashToText(await registry.catalogueDigest()),
    hashToText(registry.headsDigest('accepted', 1)),
    JSON.stringify([record?.fields, record?.conflicts]),
  ].join(' ')
}

/**
 * Takes in commits and the last roster in many orders and gives the states that came of it; so
 * many commits wait in the end.
 */
async function statesOf(
  federation: TestFederation,
  commits: readonly Commit[],
  waiting = 0,
): Promise<ReadonlySet<string>> {
  const states = new Set<string>()
  for (let seed = 0; seed < ORDERS; seed++) {
    const draw = createChance(seed)
    const { registry } = await openReplica(federation, undefined, undefined, 2)
    const items = [...commits, 'roster' as const]
    while (items.length > 0) {
      const [item] = items.splice(draw(items.length), 1)
      if (item === 'roster') {
        for (const roster of federation.rosters) await registry.addRoster(roster.bytes)
      } else if (item !== undefined) await registry.accept([item])
    }
    // What cited a roster that was not here is sent again.
    await registry.accept(commits)
    expect(registry.totals().waiting, `order ${seed}`).to.equal(waiting)
    states.add(await stateOf(registry))
  }
  return states
}

describe('branches of a log', function () {
  this.timeout(20_000)
  it('[LG14] takes the branch the roster pins, in any order, and lets others go on', async () => {
    const federation = newFederation()
    const first = commitOf(federation, 1, start(federation), 'common')
    const left = commitOf(federation, 1, after(federation, first, 2), 'left')
    const left2 = commitOf(federation, 1, after(federation, left, 3), 'left 2')
    const right = commitOf(federation, 1, after(federation, first, 2), 'right')
    const right2 = commitOf(federation, 1, after(federation, right, 3), 'right 2', 1, [
      [1, [[0, 2]]],
    ])
    const right3 = commitOf(federation, 1, after(federation, right2, 4), 'right 3', 1, [
      [1, [[0, 3]]],
    ])
    const named: Partial<Header> = { after: [[1, 3, left2.id]] }
    const other = commitOf(federation, 2, named, 'of the office', 2, [[1, [[0, 3]]]])
    const branches = [first, left, left2, right, right2, right3, other]
    federation.sign([{ type: 'pin', client: 1, log: endAt(3, right2), forkedAt: 2 }])
    const states = await statesOf(federation, branches)
    expect(states.size).to.equal(1)
    const { registry } = await openReplica(federation)
    await registry.accept(branches)
    const record = await registry.catalogue.record(R1)
    // The office had seen the lost branch: of the kept one it superseded only what both share.
    const values = record?.conflicts[0]?.values.map((each) => each.value)
    expect(values).to.have.members(['right 3', 'of the office'])
    expect(registry.heads()[0]?.accepted.seq).to.equal(4)
    // A node that never saw the lost branch comes to the same.
    const spared = await openReplica(federation)
    await spared.registry.accept([first, right, right2, right3, other])
    expect(await stateOf(spared.registry)).to.equal(await stateOf(registry))
  })

  it('[LG21] goes on from a lost position beyond the pin once the kept branch has got there', async () => {
    const federation = newFederation()
    const first = commitOf(federation, 1, start(federation), 'common')
    const left = commitOf(federation, 1, after(federation, first, 2), 'left')
    const left2 = commitOf(federation, 1, after(federation, left, 3), 'left 2')
    const right = commitOf(federation, 1, after(federation, first, 2), 'right')
    const right2 = commitOf(federation, 1, after(federation, right, 3), 'right 2')
    const over: Over = [[1, [[0, 3]]]]
    const named: Partial<Header> = { after: [[1, 3, left2.id]] }
    const other = commitOf(federation, 2, named, 'of the office', 2, over)
    federation.sign([{ type: 'pin', client: 1, log: endAt(2, right), forkedAt: 2 }])
    const spared = [first, right, right2, other]
    const states = [
      ...(await statesOf(federation, [left, left2, ...spared])),
      ...(await statesOf(federation, spared)),
    ]
    expect(new Set(states).size).to.equal(1)
    // Of the kept branch the office had seen what both share, and nothing else.
    for (const value of ['right', 'right 2', 'of the office']) expect(states[0]).to.include(value)
    expect(states[0]).to.not.include('common')
  })

  it('[LG23] goes on from a lost position that the kept branch never gets to', async () => {
    const federation = newFederation()
    const first = commitOf(federation, 1, start(federation), 'common')
    const left = commitOf(federation, 1, after(federation, first, 2), 'left')
    const left2 = commitOf(federation, 1, after(federation, left, 3), 'left 2')
    const right = commitOf(federation, 1, after(federation, first, 2), 'right')
    const named: Partial<Header> = { after: [[1, 3, left2.id]] }
    const other = commitOf(federation, 2, named, 'of the office', 2, [[1, [[0, 3]]]])
    federation.sign([{ type: 'pin', client: 1, log: endAt(2, right), forkedAt: 2 }])
    const spared = [first, right, other]
    const states = [
      // Beyond what is kept the lost branch goes on waiting for its parent.
      ...(await statesOf(federation, [left, left2, ...spared], 1)),
      ...(await statesOf(federation, spared)),
    ]
    expect(new Set(states).size).to.equal(1)
    for (const value of ['right', 'of the office']) expect(states[0]).to.include(value)
    expect(states[0]).to.not.include('common')
  })

  it('[LG24] judges again who named a position beyond a pin that comes to stand', async () => {
    const federation = newFederation()
    const first = commitOf(federation, 1, start(federation), 'common')
    const left = commitOf(federation, 1, after(federation, first, 2), 'left')
    const right = commitOf(federation, 1, after(federation, first, 2), 'right')
    const right2 = commitOf(federation, 1, after(federation, right, 3), 'right 2')
    const right3 = commitOf(federation, 1, after(federation, right2, 4), 'right 3')
    const named: Partial<Header> = { after: [[1, 4, right3.id]] }
    const other = commitOf(federation, 2, named, 'of the office', 2, [[1, [[0, 4]]]])
    federation.sign([{ type: 'pin', client: 1, log: endAt(2, right), forkedAt: 2 }])
    const states = await statesOf(federation, [first, left, right, right2, right3, other])
    expect(states.size).to.equal(1)
    expect([...states][0]).to.include('{"title/en":"of the office"},[]')
  })

  it('[LG22] lets a desk supersede what stands on the kept branch of a log it knew longer', async () => {
    const federation = newFederation()
    const first = commitOf(federation, 1, start(federation), 'common')
    const left = commitOf(federation, 1, after(federation, first, 2), 'left')
    const right = commitOf(federation, 1, after(federation, first, 2), 'right')
    const { registry } = await openReplica(federation, { client: 2, seed: 2 })
    const settle = async (title: string): Promise<void> => {
      const { etag: base = '' } = (await registry.catalogue.record(R1)) ?? {}
      const changes = [{ rec: 'resource/r1', set: { 'title/en': title }, base }]
      await registry.write({ ns: 1, aud: 1, actor: 'x', changes })
    }
    await registry.accept([first, left])
    await settle('before')
    const log = endAt(2, right)
    const pinned = federation.sign([{ type: 'pin', client: 1, log, forkedAt: 2 }])
    await registry.accept([right])
    await registry.addRoster(pinned.bytes)
    expect((await registry.catalogue.record(R1))?.conflicts).to.have.length(1)
    await settle('after')
    const record = await registry.catalogue.record(R1)
    expect(record?.conflicts).to.deep.equal([])
    expect(record?.fields['title/en']).to.equal('after')
  })

  it('[LG14] ends a pinned log before a fork beyond the pin', async () => {
    const federation = newFederation()
    const first = commitOf(federation, 1, start(federation), 'common')
    const lost = commitOf(federation, 1, start(federation), 'lost')
    const second = commitOf(federation, 1, after(federation, first, 2), 'pinned')
    const left = commitOf(federation, 1, after(federation, second, 3), 'left')
    const right = commitOf(federation, 1, after(federation, second, 3), 'right')
    const beyond = commitOf(federation, 1, after(federation, left, 4), 'beyond')
    federation.sign([{ type: 'pin', client: 1, log: endAt(2, second), forkedAt: 1 }])
    const states = await statesOf(federation, [first, lost, second, left, right, beyond])
    expect(states.size).to.equal(1)
    expect([...states][0]).to.include('"title/en":"pinned"')
  })

  it('[LG14] follows a pin in a namespace in which the writer never had a grant', async () => {
    const federation = newFederation()
    const { registry } = await openReplica(federation)
    const [one, other] = ['one', 'other'].map((text) => commitOf(federation, 1, { ns: 9 }, text))
    if (one === undefined || other === undefined) throw new Error('no commits')
    await registry.accept([one, other])
    expect(registry.heads()[0]?.accepted.seq).to.equal(0)
    const log = { ...endAt(1, one), ns: 9 }
    const pinned = federation.sign([{ type: 'pin', client: 1, log, forkedAt: 1 }])
    await registry.addRoster(pinned.bytes)
    expect(registry.heads()[0]?.accepted).to.deep.equal({ seq: 1, id: one.id })
  })

  it('[LG15] keeps what a cut covers when the stolen key forks the log at its start', async () => {
    const federation = newFederation()
    const first = commitOf(federation, 1, start(federation), 'honest 1')
    const second = commitOf(federation, 1, after(federation, first, 2), 'honest 2')
    const forged = commitOf(federation, 1, start(federation), 'forged 1')
    const forged2 = commitOf(federation, 1, after(federation, forged, 2), 'forged 2')
    const forged3 = commitOf(federation, 1, after(federation, forged2, 3), 'forged 3')
    const late = commitOf(federation, 1, after(federation, second, 3), 'dated back')
    federation.sign([closing(endAt(2, second), true)])
    const all = [first, second, forged, forged2, forged3, late]
    const states = await statesOf(federation, all)
    expect(states.size).to.equal(1)
    expect([...states][0]).to.include('"title/en":"honest 2"')
    const { registry } = await openReplica(federation)
    const acceptances = await registry.accept([first, second, forged, forged2, forged3, late])
    expect(acceptances.map(({ outcome }) => outcome.kind)).to.deep.equal([
      ...['in force', 'in force'],
      ...['ended', 'ended', 'ended', 'ended'],
    ])
  })

  it('[LG16] lets a log go on beyond a closing that is not final, void until granted anew', async () => {
    const federation = newFederation()
    const first = commitOf(federation, 1, start(federation), 'kept')
    const second = commitOf(federation, 1, after(federation, first, 2), 'void')
    federation.sign([closing(endAt(1, first), false)])
    const again: RosterChange = { type: 'grant', client: 1, ns: 1, auds: [1], rights: ['describe'] }
    const granted = federation.sign([again])
    const roster: Header['roster'] = [granted.version, granted.hash]
    const third = commitOf(federation, 1, { seq: 3, parent: second.id, roster }, 'again')
    const states = await statesOf(federation, [first, second, third])
    expect(states.size).to.equal(1)
    expect([...states][0]).to.include('"title/en":"again"')
    const { registry } = await openReplica(federation)
    const acceptances = await registry.accept([first, second, third])
    expect(acceptances.map(({ outcome }) => outcome.kind)).to.deep.equal([
      ...['in force', 'void', 'in force'],
    ])
  })
})

/** The start of a log, under the first roster. */
function start(federation: TestFederation): Partial<Header> {
  const [first] = federation.rosters
  if (first === undefined) throw new Error('not founded')
  return { roster: [1, first.hash] }
}
