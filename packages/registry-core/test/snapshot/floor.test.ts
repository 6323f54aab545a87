import { expect } from 'chai'
import { bodiesRoot, type Commit, decodeCommit } from '../../src/commit/commit.ts'
import { hashToText } from '../../src/crypto.ts'
import type { Registry } from '../../src/registry.ts'
import { encodeReceipt } from '../../src/snapshot/statement.ts'
import { testCrypto } from '../../testing/crypto.ts'
import { openReplica, type TestFederation, type TestReplica } from '../../testing/federation.ts'
import { createChance } from '../../testing/history.ts'
import { commitOf } from '../../testing/signed-commit.ts'
import {
  openMembers,
  passAround,
  witnessedFederation,
  writeTitle,
} from '../../testing/snapshots.ts'

const R1 = { ns: 3, kind: 'resource', local: 'r1' }
const ORDERS = 30

describe('the floor under a forked log', () => {
  let federation: TestFederation
  let honest: readonly Commit[]
  let settled: readonly Commit[]
  let stolen: readonly Commit[]
  let later: readonly Commit[]

  /** Writer 3 writes three titles, and a snapshot of them is settled; its key is stolen then. */
  before(async () => {
    federation = witnessedFederation()
    federation.admit({ seed: 4, agency: 'A3', office: 'north' })
    const members = await openMembers(federation)
    const [one, two, three] = members as [TestReplica, TestReplica, TestReplica]
    for (const title of ['one', 'two', 'three']) await writeTitle(three, title)
    await passAround(members)
    honest = await commitsOf(three.registry)
    await one.registry.snapshot(1)
    await passAround(members)
    await two.registry.attest(2)
    await one.registry.attest(1)
    await passAround(members)
    settled = await commitsOf(one.registry, [1, 2])
    await writeTitle(three, 'four')
    later = (await commitsOf(three.registry, [3])).slice(3)
    const first = commitOf(federation, 3, { ns: 3 }, 'stolen')
    const second = commitOf(federation, 3, { ns: 3, seq: 2, parent: first.id }, 'stolen again')
    // An office that was shown the thief's branch names it.
    const office = commitOf(
      federation,
      4,
      { ns: 3, after: [[3, 2, second.id]] },
      'of the office',
      4,
      [[3, [[0, 3]]]],
    )
    stolen = [first, second, office]
  })

  it('[FR1] keeps what a settled snapshot covers when a stolen key forks at seq 1, in any order of arrival', async () => {
    const { states, last } = await statesOf([...honest, ...settled, ...stolen])
    expect(states.size, [...states].join('\n')).to.equal(1)
    expect(headOf(last)).to.deep.include({ forkedAt: 1, floor: 3 })
    expect(headOf(last)?.accepted.seq).to.equal(3)
    const view = await last.catalogue.record(R1)
    expect([...states][0]).to.include('three')
    expect(view?.conflicts).to.have.length(1)
  })

  it('[FR2] ends a forked log at the floor: what came after it needs the roster', async () => {
    const { states, last } = await statesOf([...honest, ...settled, ...stolen, ...later])
    expect(states.size, [...states].join('\n')).to.equal(1)
    expect(headOf(last)?.accepted.seq).to.equal(3)
    const fine = await statesOf([...honest, ...settled, ...later])
    expect(fine.states.size).to.equal(1)
    expect(headOf(fine.last)?.accepted.seq).to.equal(4)
  })

  it('[FR3] has no floor without enough receipts: the log ends before its fork', async () => {
    const { states, last } = await statesOf([...honest, ...settled.slice(0, -1), ...stolen])
    expect(states.size, [...states].join('\n')).to.equal(1)
    expect(headOf(last)).to.deep.include({ forkedAt: 1, floor: 0 })
    expect(headOf(last)?.accepted.seq).to.equal(0)
  })

  it('[FR4] lets the roster decide against a floor, by a pin to the other branch', async () => {
    const pinned = witnessedFederation()
    pinned.rosters.splice(0, pinned.rosters.length, ...federation.rosters)
    const [first] = stolen as [ReturnType<typeof commitOf>]
    const log = { ns: 3, aud: 1 as const, seq: 1, id: first.id }
    pinned.sign([{ type: 'pin', client: 3, log, forkedAt: 1 }])
    const { states, last } = await statesOf([...honest, ...settled, ...stolen], pinned)
    expect(states.size, [...states].join('\n')).to.equal(1)
    const second = stolen[1] as ReturnType<typeof commitOf>
    expect(headOf(last)?.accepted).to.deep.equal({ seq: 2, id: second.id })
    expect((await last.catalogue.record(R1))?.fields['title/en']).to.equal('of the office')
  })

  it('[FR5] keeps floors when the key of a witness is stolen and forks the log with its receipt', async () => {
    const fork = commitOf(federation, 2, { ns: 2 }, 'forked')
    const { states, last } = await statesOf([...honest, ...settled, ...stolen, fork])
    expect(states.size, [...states].join('\n')).to.equal(1)
    expect(headOf(last)?.accepted.seq).to.equal(3)
    const [snapshot] = last.snapshots()
    const receipt = encodeReceipt({ snapshot: snapshot?.id ?? fork.id, isRootChecked: true })
    const again = commitOf(federation, 4, {
      ...{ ns: 3, type: 2, ext: receipt, entries: [], bodies: bodiesRoot(testCrypto, []) },
    })
    await last.accept([{ ...again, bodies: [] }])
    expect(last.snapshots()[0]?.agreed).to.deep.equal([1, 2])
  })

  /** Takes commits in many orders; the states that came of it, and the last replica. */
  async function statesOf(
    commits: readonly Commit[],
    chain: TestFederation = federation,
  ): Promise<{ readonly states: ReadonlySet<string>; readonly last: Registry }> {
    const states = new Set<string>()
    let last: Registry | undefined
    for (let seed = 0; seed < ORDERS; seed++) {
      const draw = createChance(seed)
      const { registry } = await openReplica(chain)
      const left = [...commits]
      while (left.length > 0) await registry.accept(left.splice(draw(left.length), 1))
      const record = await registry.catalogue.record(R1)
      states.add(
        [
          hashToText(await registry.catalogueDigest()),
          hashToText(registry.headsDigest('accepted', 1)),
          JSON.stringify([record?.fields, record?.conflicts]),
        ].join(' '),
      )
      last = registry
    }
    if (last === undefined) throw new Error('no order was tried')
    return { states, last }
  }
})

function headOf(registry: Registry) {
  return registry.heads().find(({ log }) => log.ns === 3 && log.writer === 3)
}

async function commitsOf(
  registry: Registry,
  writers: readonly number[] = [3],
): Promise<readonly Commit[]> {
  const found: Commit[] = []
  for (const { log } of registry.heads().filter((head) => writers.includes(head.log.writer))) {
    found.push(...(await registry.readLog(log, 1, 1e7)).commits.map(decodeCommit))
  }
  return found
}
