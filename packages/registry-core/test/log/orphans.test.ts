import { expect } from 'chai'
import { decodeCommit } from '../../src/commit/commit.ts'
import { decodeHeader, type Header } from '../../src/commit/header.ts'
import { adoptionChanges } from '../../src/log/orphans.ts'
import type { RosterChange } from '../../src/roster/change.ts'
import { openReplica, TEST_START_MS, TestFederation } from '../../testing/federation.ts'
import { commitOf } from '../../testing/signed-commit.ts'

const R1 = { ns: 1, kind: 'resource', local: 'r1' }

function newFederation(): TestFederation {
  return TestFederation.found([
    { seed: 1, agency: 'A' },
    { seed: 2, agency: 'A', office: 'lost' },
    { seed: 3, agency: 'A', office: 'other' },
  ])
}

describe('orphaned work', () => {
  it('[LG17] is listed with what it says, and adopted with the rank of its first writing', async () => {
    const federation = newFederation()
    const [roster] = federation.rosters.slice(-1)
    if (roster === undefined) throw new Error('not founded')
    const cited: Partial<Header> = { roster: [roster.version, roster.hash] }
    const first = commitOf(federation, 2, cited, 'kept')
    const second = commitOf(
      federation,
      2,
      { ...cited, seq: 2, parent: first.id, stamp: [TEST_START_MS + 10, 0] },
      'draft',
      2,
      [[2, [[0, 1]]]],
    )
    const third = commitOf(
      federation,
      2,
      { ...cited, seq: 3, parent: second.id, stamp: [TEST_START_MS + 20, 0] },
      'orphaned',
      2,
      [[2, [[0, 2]]]],
    )
    const other = commitOf(federation, 3, { ...cited, stamp: [TEST_START_MS + 30, 0] }, 'meanwhile')
    const cut: RosterChange = {
      ...{ type: 'close', client: 2, ns: 1, from: 2, final: true, why: 'lost' },
      ends: [{ ns: 1, aud: 1, seq: 1, id: first.id }],
    }
    federation.sign([cut])
    const { registry, clock } = await openReplica(federation, { client: 1, seed: 1 })
    await registry.accept([first, second, third, other])
    const orphans = await registry.orphans(2)
    expect(orphans.map(({ seq, entries }) => [seq, entries[0]?.set])).to.deep.equal([
      [2, { 'title/en': 'draft' }],
      [3, { 'title/en': 'orphaned' }],
    ])
    clock.ms = TEST_START_MS + 1_000
    const changes = adoptionChanges(orphans)
    expect(changes).to.have.length(1)
    await registry.write({ ns: 1, aud: 1, actor: 'a', changes })
    const record = await registry.catalogue.record(R1)
    // Superseded by the adopted value is what the orphan had superseded, and nothing else.
    const values = record?.conflicts[0]?.values.map(({ client, value }) => [client, value])
    expect(values).to.have.deep.members([
      [1, 'orphaned'],
      [3, 'meanwhile'],
    ])
    expect(record?.fields['title/en']).to.equal('meanwhile')
    const again = await openReplica(federation)
    for (const { log } of registry.heads()) {
      const { commits } = await registry.readLog(log, 1, 1_000_000)
      await again.registry.accept(commits.map(decodeCommit))
    }
    expect(await again.registry.catalogue.record(R1)).to.deep.equal(record)
  })

  it('[LG18] lets a value be written beside others that hold together, superseding none', async () => {
    const federation = newFederation()
    const { registry } = await openReplica(federation, { client: 1, seed: 1 })
    const sharing = { type: 'conditional', condition: 'a' }
    const write = (client: number, more: object): Promise<unknown> =>
      registry.write({
        ...{ ns: 1, aud: 1, actor: `${client}` },
        changes: [{ rec: 'resource/r1', set: { sharing }, ...more }],
      })
    await write(1, {})
    await write(1, { beside: true })
    await write(1, {})
    const { commits } = await registry.readLog({ ns: 1, aud: 1, writer: 1 }, 1, 1_000_000)
    const overs = commits.map((bytes) => decodeHeader(decodeCommit(bytes).header).entries[0]?.over)
    expect(overs).to.deep.equal([[], [], [[1, [[0, 2]]]]])
    expect((await registry.catalogue.record(R1))?.fields['sharing']).to.deep.equal(sharing)
    expect((await registry.catalogue.record(R1))?.conflicts).to.deep.equal([])
  })
})
