import { expect } from 'chai'
import { bodiesRoot, type Commit } from '../../src/commit/commit.ts'
import { hashToText } from '../../src/crypto.ts'
import type { Outcome } from '../../src/log/outcome.ts'
import type { Registry } from '../../src/registry.ts'
import { testCrypto } from '../../testing/crypto.ts'
import { openReplica, TEST_START_MS, TestFederation } from '../../testing/federation.ts'
import { commitOf } from '../../testing/signed-commit.ts'

function newFederation(): TestFederation {
  return TestFederation.found([
    { seed: 1, agency: 'A' },
    { seed: 2, agency: 'A', office: 'n', rights: ['describe'] },
    { seed: 3, agency: 'B' },
  ])
}

async function outcomeOf(registry: Registry, commit: Commit): Promise<Outcome> {
  const [acceptance] = await registry.accept([commit])
  if (acceptance === undefined) throw new Error('no acceptance')
  return acceptance.outcome
}

const R1 = { ns: 1, kind: 'resource', local: 'r1' }

describe('outcomes of accept', () => {
  it('[LG3] drops what cannot be attributed, stores nothing of it, and says why', async () => {
    const federation = newFederation()
    const { registry } = await openReplica(federation)
    const good = commitOf(federation, 1)
    const cases: readonly (readonly [Commit, string])[] = [
      [{ ...good, header: good.header.subarray(1) }, 'MULU_COMMIT_SHAPE'],
      [{ ...good, signature: new Uint8Array(64) }, 'MULU_SIGNATURE'],
      [commitOf(federation, 1, {}, 'x', 2), 'MULU_SIGNATURE'],
      [commitOf(federation, 9, {}, 'x', 1), 'MULU_KEY_NOT_BOUND'],
      [commitOf(federation, 1, { fed: new Uint8Array(33) }), 'MULU_COMMIT_FEDERATION'],
      [commitOf(federation, 1, { roster: [99, new Uint8Array(33)] }), 'MULU_ROSTER_UNKNOWN'],
      [{ ...good, bodies: [new Uint8Array(40)] }, 'MULU_BODY_HASH'],
      [{ ...good, bodies: [] }, 'MULU_BODY_MISSING'],
    ]
    for (const [commit, code] of cases) {
      expect(await outcomeOf(registry, commit), code).to.include({ kind: 'dropped', code })
    }
    // No agency has a key here that could have admitted it by an order.
    const nobody = commitOf(federation, 0xffffffff, {}, 'x', 1)
    const refused = { kind: 'dropped', code: 'MULU_KEY_NOT_BOUND', blame: true }
    expect(await outcomeOf(registry, nobody)).to.deep.equal(refused)
    expect(registry.heads()).to.deep.equal([])
    expect(await outcomeOf(registry, good)).to.deep.equal({ kind: 'in force', voidBodies: [] })
  })

  it('[LG4] lets commits wait for parent, after, version and extension, and counts them', async () => {
    const federation = newFederation()
    const { registry } = await openReplica(federation)
    const first = commitOf(federation, 1)
    const second = commitOf(federation, 1, { seq: 2, parent: first.id })
    const named = commitOf(federation, 2, { after: [[1, 2, second.id]] })
    const later = commitOf(federation, 3, { ns: 2, v: 2 })
    expect(await outcomeOf(registry, second)).to.deep.equal({ kind: 'waits', missing: 'parent' })
    expect(await outcomeOf(registry, named)).to.deep.equal({ kind: 'waits', missing: 'after' })
    expect(await outcomeOf(registry, later)).to.deep.equal({ kind: 'waits', missing: 'version' })
    expect(registry.totals().waiting).to.equal(3)
    expect(await outcomeOf(registry, first)).to.include({ kind: 'in force' })
    expect(registry.totals()).to.include({ waiting: 1, commits: 4 })
    const critical = commitOf(federation, 3, { ns: 2, aud: 0, crit: ['y'], ext: { y: FEW } })
    expect(await outcomeOf(registry, critical)).to.include({ missing: 'extension' })
  })

  it('[LG25] knows a log as far as it is here, in whatever order commits that wait come', async () => {
    const federation = newFederation()
    const missing = commitOf(federation, 1)
    const first = commitOf(federation, 2, { after: [[1, 1, missing.id]] })
    const second = commitOf(federation, 2, { seq: 2, parent: first.id })
    for (const order of [
      [first, second],
      [second, first],
    ]) {
      const { registry } = await openReplica(federation)
      await registry.accept(order)
      expect(registry.heads()[0]?.known).to.deep.equal({ seq: 2, id: second.id })
    }
  })

  it('[LG5] keeps a commit without a grant in its log, void, and lets the log go on', async () => {
    const federation = newFederation()
    const { registry } = await openReplica(federation)
    const foreign = commitOf(federation, 3)
    expect(await outcomeOf(registry, foreign)).to.deep.equal({
      kind: 'void',
      code: 'MULU_GRANT_MISSING',
    })
    const legal = commitOf(federation, 2, {
      entries: [{ rec: 'resource/r1', cls: 1, len: 1, bytes: 36, over: [] }],
    })
    expect((await outcomeOf(registry, legal)).kind).to.equal('dropped')
    expect(await registry.catalogue.record(R1)).to.equal(undefined)
    const next = commitOf(federation, 3, { seq: 2, parent: foreign.id })
    expect((await outcomeOf(registry, next)).kind).to.equal('void')
  })

  it('[LG6] ends a log at a cut, takes back what lay beyond, and keeps what was before', async () => {
    const federation = newFederation()
    const { registry } = await openReplica(federation)
    const first = commitOf(federation, 1, {}, 'kept')
    const second = commitOf(federation, 1, { seq: 2, parent: first.id }, 'beyond')
    await registry.accept([first, second])
    const before = (await registry.catalogue.record(R1))?.fields['title/en']
    expect(before).to.equal('beyond')
    const cut = federation.sign([
      {
        type: 'close',
        client: 1,
        ns: 1,
        from: 1,
        ends: [{ ns: 1, aud: 1, seq: 1, id: first.id }],
        final: true,
        why: 'lost',
      },
    ])
    await registry.addRoster(cut.bytes)
    expect((await registry.catalogue.record(R1))?.fields['title/en']).to.equal('kept')
    const third = commitOf(
      federation,
      1,
      { seq: 3, parent: second.id, roster: [1, (federation.rosters[0] ?? cut).hash] },
      'late',
    )
    expect((await outcomeOf(registry, third)).kind).to.equal('ended')
    const late = await openReplica(federation)
    await late.registry.accept([third, second, first])
    expect(hashToText(await late.registry.catalogueDigest())).to.equal(
      hashToText(await registry.catalogueDigest()),
    )
    expect(hashToText(late.registry.headsDigest('accepted', 1))).to.equal(
      hashToText(registry.headsDigest('accepted', 1)),
    )
  })

  it('[LG7] ends a forked log before the fork in whatever order the two sides come', async () => {
    const federation = newFederation()
    const first = commitOf(federation, 1, {}, 'common')
    const left = commitOf(federation, 1, { seq: 2, parent: first.id }, 'left')
    const right = commitOf(federation, 1, { seq: 2, parent: first.id }, 'right')
    const beyond = commitOf(federation, 1, { seq: 3, parent: left.id }, 'beyond')
    const orders = [
      [first, left, beyond, right],
      [right, first, left, beyond],
      [beyond, left, right, first],
    ]
    const digests: string[] = []
    for (const order of orders) {
      const { registry } = await openReplica(federation)
      await registry.accept(order)
      expect((await registry.catalogue.record(R1))?.fields['title/en']).to.equal('common')
      expect(registry.heads()[0]?.forkedAt).to.equal(2)
      digests.push(
        hashToText(await registry.catalogueDigest()) + hashToText(registry.headsDigest('known', 1)),
      )
    }
    expect(new Set(digests).size).to.equal(1)
  })

  it('[LG8] bounds a wrong clock by a later commit that resets it', async () => {
    const federation = newFederation()
    const wrong = commitOf(federation, 1, { stamp: [TEST_START_MS * 2, 0] }, 'from 2080')
    const reset = commitOf(
      federation,
      1,
      {
        seq: 2,
        parent: wrong.id,
        stamp: [TEST_START_MS, 0],
        reset: true,
        entries: [],
        bodies: bodiesRoot(testCrypto, []),
      },
      'unused',
    )
    const other = commitOf(federation, 2, { stamp: [TEST_START_MS + 9, 0] }, 'newest')
    const noBodies = { ...reset, bodies: [] }
    for (const order of [
      [wrong, noBodies, other],
      [other, wrong, noBodies],
    ]) {
      const { registry } = await openReplica(federation)
      await registry.accept(order)
      expect((await registry.catalogue.record(R1))?.fields['title/en']).to.equal('newest')
    }
  })

  it('[LG27] leaves the clock as it was where the commit that resets it is cut off', async () => {
    const federation = newFederation()
    const first = commitOf(federation, 1, { stamp: [TEST_START_MS + 20, 0] }, 'honest')
    const other = commitOf(federation, 2, { stamp: [TEST_START_MS + 9, 0] }, 'earlier')
    const resetting = { seq: 2, parent: first.id, stamp: [TEST_START_MS, 0], reset: true } as const
    const empty = { entries: [], bodies: bodiesRoot(testCrypto, []) }
    const stolen = { ...commitOf(federation, 1, { ...resetting, ...empty }), bodies: [] }
    const { registry } = await openReplica(federation)
    await registry.accept([first, other, stolen])
    const titleAt = async (at: Registry): Promise<unknown> =>
      (await at.catalogue.record(R1))?.fields['title/en']
    expect(await titleAt(registry)).to.equal('earlier')
    const ends = [{ ns: 1, aud: 1, seq: 1, id: first.id }] as const
    const from = federation.newest.state.writers.get(1)?.grants[0]?.from ?? 0
    federation.sign([{ type: 'close', client: 1, ns: 1, from, ends, final: false, why: 'stolen' }])
    await registry.addRoster(federation.newest.bytes)
    expect(await titleAt(registry)).to.equal('honest')
    const fresh = await openReplica(federation)
    await fresh.registry.accept([first, other, stolen])
    expect(await titleAt(fresh.registry)).to.equal('honest')
  })

  it('[LG9] goes on after a restart with everything that was accepted or waits', async () => {
    const federation = newFederation()
    const opened = await openReplica(federation)
    const first = commitOf(federation, 1)
    const second = commitOf(federation, 1, { seq: 2, parent: first.id }, 'second')
    await opened.registry.accept([second])
    await opened.registry.close()
    const { registry } = await openReplica(federation, undefined, opened.db)
    expect(registry.totals().waiting).to.equal(1)
    await registry.accept([first])
    expect(registry.totals()).to.include({ waiting: 0, commits: 2, records: 1 })
  })
})

const FEW = new Uint8Array(2)
