import { expect } from 'chai'
import { hashToText } from '../../src/crypto.ts'
import { encodeCbor } from '../../src/encoding/cbor.ts'
import { isMuluError } from '../../src/errors.ts'
import type { Registry } from '../../src/registry.ts'
import {
  readSubscription,
  type Subscription,
  subscriptionOf,
} from '../../src/subscription/subscription.ts'
import { decodeFrame, encodeFrame, type Frame } from '../../src/sync/frame.ts'
import { headsBeyond, shareOf } from '../../src/sync/share.ts'
import { connect, type Link, Participant, settle } from '../../testing/exchange.ts'
import { openReplica, type TestFederation, type TestReplica } from '../../testing/federation.ts'
import { meet } from '../../testing/settled.ts'
import { openMembers, pass, witnessedFederation, writeTitle } from '../../testing/snapshots.ts'
import { speaking } from '../../testing/versions.ts'

const NOTHING_ELSE = subscriptionOf([], [])

async function titlesOf(registry: Registry): Promise<readonly string[]> {
  const titles: string[] = []
  for await (const { ns, fields } of registry.catalogue.views()) {
    titles.push(`${ns} ${String(fields['title/en'])}`)
  }
  return titles.sort()
}

function digestOf(registry: Registry, ...namespaces: readonly number[]): Promise<string> {
  return registry.holding.digestOver((ns) => namespaces.includes(ns)).then(hashToText)
}

/** Bytes of commits that came over a stream. */
function commitBytes(link: Link): number {
  return link.frames.reduce(
    (sum, { frame }) =>
      frame.t === 'commits' ? sum + frame.commits.reduce((n, c) => n + c.length, 0) : sum,
    0,
  )
}

describe('exchange with a node that holds a part', () => {
  let federation: TestFederation
  let one: TestReplica
  let two: TestReplica
  let three: TestReplica
  let members: readonly TestReplica[]

  beforeEach(async () => {
    federation = witnessedFederation()
    for (const seed of [4, 5, 6]) {
      federation.admit({ seed, agency: 'A1', office: `o${seed}`, rights: ['describe'] })
    }
    members = await openMembers(federation)
    ;[one, two, three] = members as [TestReplica, TestReplica, TestReplica]
    for (const replica of members) await writeTitle(replica, 'of it '.repeat(50))
    for (const { registry } of [two, three]) await pass(registry, one.registry)
  })

  const office = (seed: number): Promise<TestReplica> =>
    openReplica(federation, { client: seed, seed })

  async function subscriber(seed: number, subscription: Subscription): Promise<TestReplica> {
    const replica = await office(seed)
    await replica.registry.holding.subscribe(subscription)
    return replica
  }

  const at = ({ registry }: TestReplica): Participant =>
    new Participant(registry, registry.author?.client ?? 0)

  /** Lets two exchange, and cuts them; the stream of the first. */
  async function exchange(a: Participant, b: Participant): Promise<Link> {
    const links = connect(a, b)
    await settle(links)
    for (const link of links) link.cut()
    return links[0]
  }

  it('[SB8] is no source of what it has as headers alone, and what it tells of that is not forgotten', async () => {
    const lean = await subscriber(4, NOTHING_ELSE)
    await meet([at(lean), at(one)])
    const full = await office(5)
    const links = connect(at(full), at(lean))
    await settle(links)
    const [{ asking, effects, frames }] = links
    // What the peer holds has come. Of the rest no header was taken that says nothing is lacked.
    expect(await titlesOf(full.registry)).to.deep.equal([`1 ${'of it '.repeat(50)}`])
    expect(full.registry.pruning.lackingRecords()).to.equal(0)
    expect(full.registry.heads().map(({ log }) => log.ns)).to.deep.equal([1])
    expect(asking.phase).to.equal('held')
    expect(effects.map(({ type }) => type)).to.not.include('level')
    const pulled = frames.flatMap(({ frame }) => (frame.t === 'part-pull' ? [frame.log.ns] : []))
    expect([...new Set(pulled)]).to.deep.equal([1])
    const told = headsBeyond(asking)
    expect(told.map(({ log }) => log.ns).sort()).to.deep.equal([2, 3])
    const { state } = federation.newest
    const share = shareOf(state, 5, full.registry.heads(), told)
    const known = share.regions.reduce((sum, part) => sum + part.known, 0)
    expect([share.regions.reduce((sum, part) => sum + part.here, 0), known]).to.deep.equal([1, 3])
    // Once another has sent it, this peer too has no more than is here.
    const other = connect(links[0].requester, at(one))
    await settle([...links, ...other])
    expect(links[0].asking.phase).to.equal('level')
    expect(await titlesOf(full.registry)).to.have.length(3)
    for (const link of [...links, ...other]) link.cut()
  })

  it('[SB8] passes on headers to others that hold a part, and what both hold', async () => {
    const lean = await subscriber(4, subscriptionOf([2], []))
    const other = await subscriber(5, subscriptionOf([2], []))
    await meet([at(lean), at(one)])
    await meet([at(other), at(lean)])
    expect(await titlesOf(other.registry)).to.have.length(2)
    const digests = [lean, other, one].map(({ registry }) =>
      hashToText(registry.headsDigest('accepted', 1)),
    )
    expect(new Set(digests).size).to.equal(1)
    expect(await digestOf(other.registry, 1, 2)).to.equal(await digestOf(one.registry, 1, 2))
    // A subscription to more is answered by who has it, not by who has headers.
    await other.registry.holding.subscribe(undefined)
    await meet([at(other), at(lean)])
    expect(other.registry.pruning.lackingRecords()).to.equal(1)
    await meet([at(other), at(one)])
    expect(await titlesOf(other.registry)).to.have.length(3)
  })

  it('[SB9] compares its digest over what it holds, once for each state of the heads', async () => {
    const lean = await subscriber(4, subscriptionOf([2], []))
    const links = connect(at(lean), at(one))
    await settle(links)
    const compared = (): readonly unknown[] =>
      links[0].effects.flatMap((effect) =>
        effect.type === 'compared' ? [effect.digest && hashToText(effect.digest)] : [],
      )
    expect(compared()).to.deep.equal([await digestOf(lean.registry, 1, 2)])
    links[0].ask({ type: 'round' })
    await settle(links)
    expect(compared()).to.have.length(1)
    await writeTitle(one, 'newer')
    await settle(links)
    expect(compared().at(-1)).to.equal(await digestOf(lean.registry, 1, 2))
    expect(compared()).to.have.length(2)
    for (const link of links) link.cut()
    // Who holds less of it can say nothing.
    const less = await subscriber(5, NOTHING_ELSE)
    await meet([at(less), at(one)])
    const link = await exchange(at(lean), at(less))
    const [effect] = link.effects.filter(({ type }) => type === 'compared')
    expect(effect).to.have.property('digest', undefined)
  })

  it('[SB9] tells who speaks an older version nothing that would pass for the whole', async () => {
    const lean = await subscriber(4, NOTHING_ELSE)
    await meet([at(lean), at(one)])
    const told = (link: Link): readonly (readonly string[])[] =>
      link.frames.flatMap(({ frame }) =>
        frame.t === 'hello-ok' ? [Object.keys(frame.summary).sort()] : [],
      )
    const report = {
      ...{ digest: new Uint8Array(33), commits: 1, records: 1, problems: 0, conflicts: 0 },
      ...{ waiting: 0, software: 'x', atMs: 1 },
    }
    const asking = async (version: number): Promise<readonly string[]> => {
      const full = at(await office(6))
      const part = at(lean)
      const context = part.context.bind(part)
      part.context = (link) => ({ ...context(link), report })
      full.machines = speaking(full.machines, [version])
      const [keys = []] = told(await exchange(full, part))
      return keys
    }
    expect(await asking(2))
      .to.include('archive')
      .and.not.include.any.members(['holds', 'report'])
    expect(await asking(3)).to.include.members(['archive', 'holds', 'report'])
  })

  it('[SB10] takes headers of peers that speak older versions, and keeps no more', async () => {
    for (const version of [1, 2]) {
      const lean = await subscriber(4, NOTHING_ELSE)
      const old = at(one)
      old.machines = speaking(old.machines, [version])
      const link = await exchange(at(lean), old)
      expect(await titlesOf(lean.registry), `version ${version}`).to.have.length(1)
      expect(hashToText(lean.registry.headsDigest('known', 1))).to.equal(
        hashToText(one.registry.headsDigest('known', 1)),
      )
      expect(link.effects.filter(({ type }) => type === 'blame')).to.deep.equal([])
      // It asks such a peer for headers alone in the newest version only.
      const full = await office(5)
      const asker = at(full)
      asker.machines = speaking(asker.machines, [version])
      await exchange(asker, at(lean))
      await exchange(at(full), at(one))
      expect(await titlesOf(full.registry), `version ${version}`).to.have.length(3)
      expect(full.registry.pruning.lacked()).to.deep.equal([])
    }
  })

  it('[SB10] takes a fraction of the bytes for what it has as headers alone', async () => {
    const [lean, full] = [await subscriber(4, NOTHING_ELSE), await office(5)]
    const [part, all] = [await exchange(at(lean), at(one)), await exchange(at(full), at(one))]
    const sent = commitBytes(part)
    const saved = commitBytes(all) - sent
    // Two of three bodies of some 300 bytes each stay away.
    expect(saved).to.be.greaterThan(500)
    const text = JSON.stringify(
      part.frames.map(({ frame }) =>
        frame.t === 'commits' ? frame.commits.map((c) => Buffer.from(c).toString('latin1')) : [],
      ),
    )
    expect(text.split('of it of it of it').length).to.be.lessThan(20)
  })

  it('[SB11] gets what is meant for its own namespace, whatever it has subscribed to', async () => {
    const state = federation.newest.state
    const grants = (client: number): { readonly ns: number; readonly auds: readonly unknown[] }[] =>
      [...(state.writers.get(client)?.grants ?? [])].map(({ ns, auds }) => ({ ns, auds }))
    const lean = await subscriber(4, NOTHING_ELSE)
    expect(grants(4)[0]?.auds).to.include(0)
    one.clock.ms += 1_000
    const changes = [{ rec: 'resource/draft', set: { 'title/en': 'a draft' } }]
    await one.registry.write({ ns: 1, aud: 0, actor: 'x', changes })
    await meet([at(lean), at(one)])
    const log = { ns: 1, aud: 0, writer: 1 } as const
    expect(lean.registry.holding.holds({ ns: 2, aud: [1, 2] })).to.equal(true)
    expect(lean.registry.holding.holds({ ns: 2, aud: 1 })).to.equal(false)
    expect((await lean.registry.readLog(log, 1, 1e6)).commits).to.have.length(1)
    expect(lean.registry.pruning.lacked()).to.deep.equal([])
  })

  it('[SB12] has one form on the wire, and refuses any other', () => {
    const holds = subscriptionOf([7, 3, 7], ['44', '31'])
    const frames: readonly Frame[] = [
      { t: 'digest-pull', holds },
      { t: 'digest', accepted: new Uint8Array(33) },
      { t: 'digest', digest: new Uint8Array(33), accepted: new Uint8Array(33) },
      { t: 'pull', log: { ns: 1, aud: 1, writer: 1 }, from: 1, max: 9, bodies: 'none' },
    ]
    for (const frame of frames) expect(decodeFrame(encodeFrame(frame))).to.deep.equal(frame)
    const wrong: readonly unknown[] = [
      { agencies: [3, 3], regions: [] },
      { agencies: [7, 3], regions: [] },
      { agencies: [0], regions: [] },
      { agencies: Array.from({ length: 257 }, (_, i) => i + 1), regions: [] },
      { agencies: [], regions: [''] },
      { agencies: [], regions: ['x'.repeat(33)] },
      { agencies: [], regions: [], more: 1 },
    ]
    for (const value of wrong) {
      expect(() => readSubscription(value), JSON.stringify(value)).to.throw(Error)
      const bytes = encodeCbor({ t: 'digest-pull', holds: value } as never)
      let code = ''
      try {
        decodeFrame(bytes)
      } catch (error) {
        code = isMuluError(error) ? error.code : String(error)
      }
      expect(code).to.equal('MULU_SYNC_FRAME')
    }
  })
})
