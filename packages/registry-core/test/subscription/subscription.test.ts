import { expect } from 'chai'
import { decodeCommit } from '../../src/commit/commit.ts'
import { hashToText } from '../../src/crypto.ts'
import { isMuluError } from '../../src/errors.ts'
import { allCommits } from '../../src/log/serving.ts'
import { isArchive } from '../../src/pruning/archived.ts'
import type { Registry } from '../../src/registry.ts'
import { type Subscription, subscriptionOf } from '../../src/subscription/subscription.ts'
import { testSigner } from '../../testing/crypto.ts'
import { Participant } from '../../testing/exchange.ts'
import { openReplica, type TestFederation, type TestReplica } from '../../testing/federation.ts'
import { bodiesAt, meet, settleSnapshot } from '../../testing/settled.ts'
import { openMembers, pass, witnessedFederation, writeTitle } from '../../testing/snapshots.ts'

const NOTHING_ELSE = subscriptionOf([], [])

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    return isMuluError(error) ? error.code : String(error)
  }
}

/** What a node decides and shows of some namespaces, and says of all heads and snapshots. */
async function readingsOf(registry: Registry, namespaces: readonly number[]): Promise<string> {
  const views: string[] = []
  for await (const view of registry.catalogue.views()) {
    if (namespaces.includes(view.ns)) views.push(JSON.stringify(view))
  }
  const outcomes = await Promise.all(
    registry.heads().map(async ({ log, known }) => {
      const all = await Promise.all(
        Array.from({ length: known.seq }, (_, i) => registry.commitsAt(log, i + 1)),
      )
      return all.flat().map(({ outcome }) => outcome.kind)
    }),
  )
  return [
    hashToText(await registry.holding.digestOver((ns) => namespaces.includes(ns))),
    hashToText(registry.headsDigest('accepted', 1)),
    hashToText(registry.headsDigest('known', 1)),
    JSON.stringify(registry.snapshots().map(({ id, isSettled }) => [hashToText(id), isSettled])),
    JSON.stringify(outcomes),
    ...views.sort(),
  ].join('\n')
}

async function titlesOf(registry: Registry): Promise<readonly string[]> {
  const titles: string[] = []
  for await (const { ns, fields } of registry.catalogue.views()) {
    titles.push(`${ns} ${String(fields['title/en'])}`)
  }
  return titles.sort()
}

/** Of each commit of a namespace's own log, whether its body is here. */
async function bodiesOf(registry: Registry, ns: number): Promise<readonly boolean[]> {
  const log = { ns, aud: 1, writer: ns } as const
  const { known } = registry.heads().find((head) => head.log.ns === ns) ?? { known: { seq: 0 } }
  const bodies = await Promise.all(
    Array.from({ length: known.seq }, (_, i) => bodiesAt(registry, log, i + 1)),
  )
  return bodies.flatMap((of) => of.map((body) => body instanceof Uint8Array))
}

describe('subscription', () => {
  let federation: TestFederation
  let members: readonly TestReplica[]
  let one: TestReplica
  let two: TestReplica
  let three: TestReplica

  /** Three head offices that witness; office 4 is of agency 1, office 5 of agency 1 too. */
  beforeEach(async () => {
    federation = witnessedFederation()
    for (const seed of [4, 5]) {
      federation.admit({ seed, agency: 'A1', office: `o${seed}`, rights: ['describe'] })
    }
    members = await openMembers(federation)
    ;[one, two, three] = members as [TestReplica, TestReplica, TestReplica]
  })

  const office = (seed = 4): Promise<TestReplica> => openReplica(federation, { client: seed, seed })

  async function subscriber(subscription: Subscription, seed = 4): Promise<TestReplica> {
    const replica = await office(seed)
    await replica.registry.holding.subscribe(subscription)
    return replica
  }

  const at = ({ registry }: TestReplica): Participant =>
    new Participant(registry, registry.author?.client ?? 0)

  const meetAll = (...replicas: readonly TestReplica[]): Promise<void> => meet(replicas.map(at))

  async function writeAll(round: string): Promise<void> {
    for (const replica of members) await writeTitle(replica, `${round} of it`)
  }

  it('[SB1] names agencies and regions, has the own agency always, and follows every roster version', async () => {
    const nodes = [...members]
    const inRegion = async (id: number, region: string): Promise<void> => {
      const agency = federation.newest.state.agencies.get(id)
      if (agency === undefined) throw new Error('no such agency')
      const { codes, names, parent, admin } = agency
      federation.sign([{ type: 'agency', id, codes, names, region, parent, admin }])
      for (const { registry } of nodes) await registry.addRoster(federation.newest.bytes)
    }
    await inRegion(2, '4401')
    const lean = await subscriber(subscriptionOf([], ['44']))
    nodes.push(lean)
    await writeAll('first')
    await settleSnapshot(members)
    await meetAll(lean, one)
    expect(await titlesOf(lean.registry)).to.deep.equal(['1 first of it', '2 first of it'])
    // Agency 3 comes to the region: what is of it is asked for, and nobody has to say anything.
    await inRegion(3, '4403')
    await meetAll(lean, one)
    expect(await titlesOf(lean.registry)).to.have.length(3)
    // And away from it: what was of it goes once an archive is known to have it.
    await inRegion(2, '3101')
    await meetAll(lean, one)
    expect(await titlesOf(lean.registry)).to.deep.equal(['1 first of it', '3 first of it'])
    await lean.registry.holding.subscribe(subscriptionOf([2, 2], []))
    expect(lean.registry.holding.subscription).to.deep.equal({ agencies: [2], regions: [] })
  })

  it('[SB2] comes to the verdicts, heads and snapshots of a node that holds all, from headers', async () => {
    const lean = await subscriber(subscriptionOf([2], []))
    const full = await office(5)
    for (const round of ['first', 'second']) await writeAll(round)
    await settleSnapshot(members)
    await writeAll('third')
    await meetAll(lean, full, one, two, three)
    expect(await readingsOf(lean.registry, [1, 2])).to.equal(
      await readingsOf(full.registry, [1, 2]),
    )
    expect(await bodiesOf(lean.registry, 3))
      .to.include(false)
      .and.not.include(true)
    expect(await bodiesOf(lean.registry, 2))
      .to.include(true)
      .and.not.include(false)
    expect(lean.registry.pruning.lacked()).to.deep.equal([])
    expect(lean.registry.totals().records).to.equal(2)
    expect(lean.registry.totals().commits).to.equal(full.registry.totals().commits)
    // After a restart, and after reading everything through, it is the same.
    const again = await openReplica(federation, { client: 4, seed: 4 }, lean.db)
    expect((await again.registry.scrub()).found).to.equal(0)
    expect(await readingsOf(again.registry, [1, 2])).to.equal(
      await readingsOf(full.registry, [1, 2]),
    )
    expect(
      await again.registry.catalogue.record({ ns: 3, kind: 'resource', local: 'r1' }),
    ).to.equal(undefined)
    const notHeld = await again.registry.catalogue.notHeld({ ns: 3, kind: 'resource', local: 'r1' })
    expect(notHeld.counting.length).to.be.greaterThan(0)
  })

  it('[SB3] keeps no body that it does not hold, whoever sends it', async () => {
    const lean = await subscriber(NOTHING_ELSE)
    await writeAll('first')
    await settleSnapshot(members)
    await pass(one.registry, lean.registry)
    await pass(one.registry, lean.registry)
    expect(await bodiesOf(lean.registry, 2)).to.not.include(true)
    expect(await titlesOf(lean.registry)).to.deep.equal(['1 first of it'])
    const [bytes] = (await one.registry.readLog({ ns: 2, aud: 1, writer: 2 }, 1, 1)).commits
    const commit = decodeCommit(bytes ?? new Uint8Array())
    const [wrong] = await lean.registry.accept([
      { ...commit, bodies: commit.bodies.map(() => new Uint8Array(40)) },
    ])
    expect(wrong?.outcome).to.include({ kind: 'dropped', code: 'MULU_BODY_HASH' })
  })

  it('[SB4] fetches what a wider subscription takes in, and then equals a node that had it', async () => {
    const lean = await subscriber(NOTHING_ELSE)
    for (const round of ['first', 'second']) await writeAll(round)
    await settleSnapshot(members)
    await meetAll(lean, one)
    const { holding, pruning } = lean.registry
    const plan = await holding.plan(subscriptionOf([2], []))
    expect(plan.held).to.deep.equal([1, 2])
    expect(plan.comes).to.deep.include({ namespaces: 1, records: 1 })
    expect(plan.comes.bytes).to.be.greaterThan(20)
    expect(plan.goes).to.deep.equal({ namespaces: 0, records: 0, bytes: 0 })
    await holding.subscribe(subscriptionOf([2], []))
    expect(pruning.lackingRecords()).to.equal(1)
    expect(pruning.lacked().every(({ log }) => log.ns === 2)).to.equal(true)
    await meetAll(lean, one)
    expect(pruning.lackingRecords()).to.equal(0)
    expect(await readingsOf(lean.registry, [1, 2])).to.equal(await readingsOf(one.registry, [1, 2]))
    await holding.subscribe(undefined)
    await meetAll(lean, one)
    expect(lean.registry.holding.isWhole).to.equal(true)
    expect(isArchive(lean.registry)).to.equal(true)
    expect(await readingsOf(lean.registry, [1, 2, 3])).to.equal(
      await readingsOf(one.registry, [1, 2, 3]),
    )
    expect(hashToText(await lean.registry.catalogueDigest())).to.equal(
      hashToText(await one.registry.catalogueDigest()),
    )
  })

  it('[SB5] lets go whole namespaces, never the own, once an archive is known to have them', async () => {
    const lean = await office()
    for (const round of ['first', 'second']) await writeAll(round)
    await settleSnapshot(members)
    await pass(one.registry, lean.registry)
    const { holding } = lean.registry
    const plan = await holding.plan(subscriptionOf([2], []))
    expect(plan.goes).to.deep.include({ namespaces: 1, records: 1 })
    expect(plan.archived).to.deep.equal({ namespaces: 0, records: 0, bytes: 0 })
    await holding.subscribe(subscriptionOf([2], []))
    // Nobody was heard that keeps it: it stays, and goes on being held.
    expect(lean.registry.holding.leaving()).to.deep.equal([3])
    expect(await titlesOf(lean.registry)).to.have.length(3)
    await writeTitle(three, 'third of it')
    await pass(three.registry, lean.registry)
    expect(await titlesOf(lean.registry)).to.include('3 third of it')
    const other = await subscriber(NOTHING_ELSE, 5)
    await pass(three.registry, other.registry)
    await meetAll(lean, other)
    expect(lean.registry.holding.leaving()).to.deep.equal([3])
    for (const { registry } of members) await pass(three.registry, registry)
    await meetAll(lean, one)
    expect(lean.registry.holding.leaving()).to.deep.equal([])
    expect(await titlesOf(lean.registry)).to.deep.equal(['1 second of it', '2 second of it'])
    const never = await subscriber(subscriptionOf([2], []), 5)
    await meetAll(never, one)
    expect(await readingsOf(lean.registry, [1, 2, 3])).to.equal(
      await readingsOf(never.registry, [1, 2, 3]),
    )
    expect(await bodiesOf(lean.registry, 3)).to.deep.equal(await bodiesOf(never.registry, 3))
    expect((await lean.registry.scrub()).found).to.equal(0)
    await lean.registry.holding.subscribe(undefined)
    await meetAll(lean, one)
    expect(await readingsOf(lean.registry, [1, 2, 3])).to.equal(
      await readingsOf(one.registry, [1, 2, 3]),
    )
  })

  it('[SB5] goes on after a power cut at any write of it', async () => {
    const never = await subscriber(NOTHING_ELSE, 5)
    for (const round of ['first', 'second']) await writeAll(round)
    await settleSnapshot(members)
    await meetAll(never, one)
    const expected = await readingsOf(never.registry, [1, 2, 3])
    for (let failing = 1; failing <= 12; failing++) {
      const lean = await office()
      await pass(one.registry, lean.registry)
      await lean.registry.pruning.noteArchived(one.registry.heads())
      const put = lean.db.batch.bind(lean.db)
      let count = 0
      const batch = (...args: Parameters<typeof put>): ReturnType<typeof put> => {
        count += 1
        return count === failing ? (Promise.reject(new Error('no power')) as never) : put(...args)
      }
      Object.defineProperty(lean.db, 'batch', { value: batch, configurable: true })
      await codeOf(lean.registry.holding.subscribe(NOTHING_ELSE))
      Object.defineProperty(lean.db, 'batch', { value: put, configurable: true })
      const again = await openReplica(federation, { client: 4, seed: 4 }, lean.db)
      await again.registry.holding.subscribe(NOTHING_ELSE)
      await meetAll(again, one)
      expect(await readingsOf(again.registry, [1, 2, 3]), `write ${failing}`).to.equal(expected)
      expect(await bodiesOf(again.registry, 2), `write ${failing}`).to.not.include(true)
      expect((await again.registry.scrub()).found, `write ${failing}`).to.equal(0)
    }
  })

  it('[SB6] is for offices that others do not count on to hold everything', async () => {
    const whyNot = (replica: TestReplica, to: Subscription | undefined): Promise<string> =>
      codeOf(replica.registry.holding.subscribe(to))
    expect(await whyNot(one, NOTHING_ELSE)).to.equal('MULU_SUBSCRIPTION')
    expect(await whyNot(two, undefined)).to.equal('done')
    const lean = await office()
    expect(await whyNot(lean, subscriptionOf([77], []))).to.equal('MULU_SUBSCRIPTION')
    const many = Array.from({ length: 65 }, (_, i) => `44${i}`)
    expect(await whyNot(lean, subscriptionOf([], many))).to.equal('MULU_SUBSCRIPTION')
    const stranger = await openReplica(federation, { client: 99, seed: 99 })
    expect(await codeOf(stranger.registry.holding.plan(NOTHING_ELSE))).to.equal('MULU_NOT_ADMITTED')
    expect(await whyNot(lean, NOTHING_ELSE)).to.equal('done')
    federation.sign([{ type: 'witnesses', writers: [1, 2, 5], threshold: 2 }])
    const five = await office(5)
    expect(await whyNot(five, NOTHING_ELSE)).to.equal('MULU_SUBSCRIPTION')
    expect(five.registry.holding.isWhole).to.equal(true)
    // Noted before the admission it takes effect where the node turns out to be an office.
    for (const [seed, office, isPart] of [
      [20, '', false],
      [21, 'o21', true],
    ] as const) {
      const early = await openReplica(federation, { client: seed, seed })
      await early.registry.holding.subscribe(NOTHING_ELSE)
      federation.admit({ seed, agency: seed === 20 ? 'A20' : 'A1', office })
      const writer = [...federation.newest.state.writers.values()].at(-1)
      early.registry.setAuthor({ client: writer?.client ?? 0, signer: testSigner(seed) })
      await early.registry.addRoster(federation.newest.bytes)
      expect(early.registry.holding.holds({ ns: 2, aud: 1 }), office).to.equal(!isPart)
    }
  })

  it('[SB13] leaves at once what a backup has brought back as headers alone', async () => {
    const lean = await subscriber(NOTHING_ELSE)
    await writeAll('first')
    await settleSnapshot(members)
    await meetAll(lean, one)
    const restored = await openReplica(federation)
    for await (const commit of allCommits(lean.registry)) {
      await restored.registry.accept([commit], { leftOut: true })
    }
    expect(restored.registry.pruning.lackingRecords()).to.equal(2)
    await restored.registry.holding.subscribe(NOTHING_ELSE)
    restored.registry.setAuthor({ client: 5, signer: testSigner(5) })
    await restored.registry.holding.follow()
    expect(restored.registry.pruning.lackingRecords()).to.equal(0)
    expect(restored.registry.holding.leaving()).to.deep.equal([])
    expect(await readingsOf(restored.registry, [1, 2, 3])).to.equal(
      await readingsOf(lean.registry, [1, 2, 3]),
    )
  })

  it('[SB7] states nothing about the whole: no snapshot, no receipt, no disagreement, no archive', async () => {
    const lean = await subscriber(NOTHING_ELSE)
    expect(isArchive(lean.registry)).to.equal(false)
    await writeAll('first')
    await settleSnapshot(members)
    await meetAll(lean, one)
    expect(await codeOf(lean.registry.snapshot(1))).to.equal('MULU_PARTIAL')
    await lean.registry.reviewSnapshots()
    expect(lean.registry.disagreements()).to.deep.equal([])
    // Roots that make it a witness afterwards get no receipt of it.
    federation.sign([{ type: 'witnesses', writers: [1, 2, 4], threshold: 2 }])
    for (const { registry } of [...members, lean]) await registry.addRoster(federation.newest.bytes)
    await one.registry.snapshot(1)
    await meetAll(lean, one)
    expect(await lean.registry.attest(1)).to.deep.equal([])
    expect(lean.registry.holding.isWhole).to.equal(false)
  })
})
