import { expect } from 'chai'
import { bodyHash, decodeCommit, encodeCommit } from '../../src/commit/commit.ts'
import { hashToText } from '../../src/crypto.ts'
import type { Registry } from '../../src/registry.ts'
import { positionPrefix } from '../../src/store/store.ts'
import { outdatedBy } from '../../src/sync/versions.ts'
import { testCrypto } from '../../testing/crypto.ts'
import { connect, Link, Participant, settle } from '../../testing/exchange.ts'
import { openReplica, type TestFederation, type TestReplica } from '../../testing/federation.ts'
import { meet, settleSnapshot } from '../../testing/settled.ts'
import { openMembers, pass, witnessedFederation } from '../../testing/snapshots.ts'
import { speaking } from '../../testing/versions.ts'

const EDITS = 5
const RECORDS = 12
const R1 = { ns: 3, kind: 'resource', local: 'r1' }

async function edit(replica: TestReplica, round: number): Promise<void> {
  replica.clock.ms += 1_000
  const changes = Array.from({ length: RECORDS }, (_, i) => ({
    rec: `resource/r${i}`,
    set: {
      'title/en': `Record ${i}, ${round === EDITS ? 'as it stands' : 'superseded '.repeat(9)}`,
    },
  }))
  await replica.registry.write({ ns: 3, aud: 1, actor: 'x', changes })
}

async function readingsOf(registry: Registry): Promise<string> {
  const views: string[] = []
  for await (const view of registry.catalogue.views()) views.push(JSON.stringify(view))
  const heads = hashToText(registry.headsDigest('accepted', 1))
  return [hashToText(await registry.catalogueDigest()), heads, ...views.sort()].join('\n')
}

/** Bytes of commits that came over a stream. */
function commitBytes(link: Link): number {
  return link.frames.reduce(
    (sum, { frame }) =>
      frame.t === 'commits' ? sum + frame.commits.reduce((n, c) => n + c.length, 0) : sum,
    0,
  )
}

describe('joining by headers and live bodies', () => {
  let federation: TestFederation
  let one: TestReplica
  let two: TestReplica
  let three: TestReplica

  beforeEach(async () => {
    federation = witnessedFederation()
    federation.admit({ seed: 4, agency: 'A4' })
    federation.admit({ seed: 5, agency: 'A5' })
    const members = await openMembers(federation)
    ;[one, two, three] = members as [TestReplica, TestReplica, TestReplica]
    for (let round = 1; round <= EDITS; round++) await edit(three, round)
    await settleSnapshot(members)
  })

  const newcomer = (client: number, keeps: 'all' | 'live') =>
    openReplica(federation, { client, seed: client, keeps })

  async function join(to: TestReplica, client: number, from: TestReplica): Promise<Link> {
    const [a, b] = [new Participant(to.registry, client), new Participant(from.registry, 1)]
    const [link, other] = connect(a, b)
    await settle([link, other])
    return link
  }

  it('[SY40] ends where a newcomer ends that took everything, and superseded values never travel', async () => {
    const [lean, full] = [await newcomer(4, 'live'), await newcomer(5, 'all')]
    const links = [await join(lean, 4, one), await join(full, 5, one)] as const
    expect(await readingsOf(lean.registry)).to.equal(await readingsOf(one.registry))
    expect(await readingsOf(full.registry)).to.equal(await readingsOf(one.registry))
    expect(lean.registry.pruning.lackingRecords()).to.equal(0)
    const [leanBytes, fullBytes] = links.map(commitBytes) as [number, number]
    expect(leanBytes).to.be.lessThan(fullBytes * 0.6)
    const received = JSON.stringify(
      links[0].frames.flatMap(({ frame }) =>
        frame.t === 'commits' ? frame.commits.map((c) => Buffer.from(c).toString('latin1')) : [],
      ),
    )
    expect(received).to.include('as it stands').and.not.include('superseded superseded')
    expect((await lean.registry.catalogue.notHeld(R1)).earlier).to.equal(EDITS - 1)
    // It writes on, and everybody takes what it writes.
    lean.clock.ms += 60_000
    const set = { 'title/en': 'of the newcomer' }
    await lean.registry.write({ ns: 4, aud: 1, actor: 'x', changes: [{ rec: 'resource/n', set }] })
    await meet([new Participant(lean.registry, 4), new Participant(full.registry, 5)])
    expect(await readingsOf(full.registry)).to.equal(await readingsOf(lean.registry))
  })

  it('[SY43] marks, on whatever node, the commits of which something was superseded, and no other', async () => {
    const changes = [{ rec: 'resource/once', set: { 'title/en': 'never edited' } }]
    await three.registry.write({ ns: 3, aud: 1, actor: 'x', changes })
    await pass(three.registry, one.registry)
    for (const { db } of [one, three]) {
      const marks = await db.sublevel<string, string>('superseded', {}).keys().all()
      const superseded = Array.from({ length: EDITS - 1 }, (_, i) => i + 1)
      const log = { ns: 3, aud: 1, writer: 3 } as const
      expect(marks).to.deep.equal(superseded.map((seq) => positionPrefix(log, seq)))
    }
  })

  it('[SY41] lacks a value that was left out though it counts, states nothing, and gets it from another', async () => {
    const liar: Registry = Object.create(one.registry, {
      readLog: {
        value: async (...args: Parameters<Registry['readLog']>) => {
          const page = await one.registry.readLog(...args)
          return { ...page, commits: page.commits.map((bytes) => without(bytes)) }
        },
      },
    })
    const bound = new Proxy(one.registry, {
      get: (target, name) => {
        const source = name === 'readLog' ? liar : target
        const value: unknown = Reflect.get(source, name, source)
        return typeof value === 'function' ? value.bind(source) : value
      },
    })
    const lean = await newcomer(4, 'live')
    const links = connect(new Participant(lean.registry, 4), new Participant(bound, 1))
    await settle(links)
    const { pruning } = lean.registry
    expect(pruning.lackingRecords()).to.equal(RECORDS)
    expect(
      await lean.registry.snapshot(4).catch((error: { code?: string }) => error.code),
    ).to.equal('MULU_NOT_HELD')
    await join(lean, 4, two)
    expect(pruning.lackingRecords()).to.equal(0)
    expect(await readingsOf(lean.registry)).to.equal(await readingsOf(one.registry))
  })

  /** A commit without any of its bodies, as a peer sends it that leaves out too much. */
  function without(bytes: Uint8Array): Uint8Array {
    const commit = decodeCommit(bytes)
    const bodies = commit.bodies.map((body) => ({ missing: bodyHash(testCrypto, body) }))
    return encodeCommit({ ...commit, bodies })
  }

  it('[UP5] says on both sides who is too old where no version of the protocol is shared', async () => {
    const ask = new Participant(two.registry, 2)
    ask.machines = speaking(ask.machines, [7, 8])
    const link = new Link(ask, new Participant(one.registry, 1))
    await settle([link])
    const told = link.effects.filter(({ type }) => type === 'unshared')
    // The answering side is too old for what was asked, and the asking side is told what it speaks.
    expect(told[0]).to.deep.equal({ type: 'unshared', outdated: 'self' })
    expect(link.frames.at(-1)?.frame).to.deep.equal({
      t: 'refuse',
      code: 'MULU_SYNC_VERSION',
      message: '1,2,3',
    })
    expect([outdatedBy('7,8'), outdatedBy('0'), outdatedBy('soon')]).to.deep.equal([
      'self',
      'peer',
      undefined,
    ])
    const blamed = link.effects.filter(({ type }) => type === 'blame')
    expect(blamed).to.deep.equal([])
  })

  it('[SY42] exchanges with a peer that speaks version 1, which gets whole commits and nothing new', async () => {
    const old = await newcomer(5, 'all')
    const participant = new Participant(old.registry, 5)
    participant.machines = speaking(participant.machines, [1])
    const lean = await newcomer(4, 'live')
    await join(lean, 4, one)
    await meet([new Participant(lean.registry, 4), participant])
    // What was left out here stops the log there, and nothing is held against anybody.
    expect(old.registry.heads().find(({ log }) => log.ns === 3)?.known.seq ?? 0).to.equal(0)
    await meet([new Participant(one.registry, 1), participant])
    expect(await readingsOf(old.registry)).to.equal(await readingsOf(lean.registry))
    expect(old.registry.pruning.lacked()).to.deep.equal([])
    await edit({ ...old, registry: three.registry, clock: three.clock }, EDITS)
    await pass(three.registry, old.registry)
    const links = connect(new Participant(lean.registry, 4), participant)
    await settle(links)
    expect(await readingsOf(lean.registry)).to.equal(await readingsOf(old.registry))
    const blamed = links.flatMap(({ effects }) => effects.filter(({ type }) => type === 'blame'))
    expect(blamed).to.deep.equal([])
  })
})
