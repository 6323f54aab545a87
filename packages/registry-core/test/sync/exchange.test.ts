import { expect } from 'chai'
import fc from 'fast-check'
import { type Commit, decodeCommit, encodeCommit } from '../../src/commit/commit.ts'
import { readHeader } from '../../src/commit/header.ts'
import { hashToText } from '../../src/crypto.ts'
import type { Registry } from '../../src/registry.ts'
import type { Frame } from '../../src/sync/frame.ts'
import type { Resumption } from '../../src/sync/requester-parts.ts'
import { PULL_BYTES_MAX, TURN_MS } from '../../src/sync/sync-limits.ts'
import { connect, Link, Participant, settle } from '../../testing/exchange.ts'
import { openReplica, TestFederation, type TestReplica } from '../../testing/federation.ts'
import { commitOf } from '../../testing/signed-commit.ts'

const APPLICANTS = [
  { seed: 1, agency: 'A' },
  { seed: 2, agency: 'A', office: 'north' },
  { seed: 3, agency: 'B' },
] as const

async function openAll(): Promise<{
  federation: TestFederation
  replicas: TestReplica[]
  nodes: Participant[]
}> {
  const federation = TestFederation.found(APPLICANTS)
  const replicas: TestReplica[] = []
  for (const { seed } of APPLICANTS) {
    replicas.push(await openReplica(federation, { client: seed, seed }))
  }
  const nodes = replicas.map((replica, i) => new Participant(replica.registry, i + 1))
  return { federation, replicas, nodes }
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index]
  if (item === undefined) throw new Error('no such item')
  return item
}

/** A commit of 80 kB of its own, so that a log of some dozens takes several answers. */
async function describeLargeRecord(registry: Registry, local: string): Promise<void> {
  const texts = ['en', 'fr', 'de', 'es', 'ru'].map((tag) => [`rights/${tag}`, 'x'.repeat(16_000)])
  const set = { 'title/en': local, ...Object.fromEntries(texts) }
  await registry.write({ ns: 1, aud: 1, actor: 'a', changes: [{ rec: `resource/${local}`, set }] })
}

async function describeRecord(
  registry: Registry,
  ns: number,
  local: string,
  aud: 0 | 1 = 1,
): Promise<void> {
  await registry.write({
    ns,
    aud,
    actor: 'a',
    changes: [
      {
        rec: `resource/${local}`,
        set: { 'title/en': `Title ${local}`, 'description/en': 'text' },
        concurrent: true,
      },
    ],
  })
}

const digestOf = async (registry: Registry): Promise<string> =>
  hashToText(await registry.catalogueDigest())
const knownOf = (registry: Registry): string => hashToText(registry.headsDigest('known', 1))

describe('exchange of commits', () => {
  it('[SY1] brings two replicas that wrote apart to the same heads and digest', async () => {
    const { nodes } = await openAll()
    const [a, , c] = nodes.map((node) => node.registry) as [Registry, Registry, Registry]
    await describeRecord(a, 1, 'r1')
    await describeRecord(a, 1, 'r2')
    await describeRecord(c, 2, 'r1')
    await settle(connect(at(nodes, 0), at(nodes, 2)))
    expect(knownOf(c)).to.equal(knownOf(a))
    expect(await digestOf(c)).to.equal(await digestOf(a))
    expect(c.totals().records).to.equal(3)
  })

  it('[SY1] converges whatever the order in which frames and local work are done', async () => {
    const plan = fc.array(fc.tuple(fc.nat(2), fc.nat(3), fc.boolean()), {
      minLength: 1,
      maxLength: 8,
    })
    await fc.assert(
      fc.asyncProperty(plan, fc.infiniteStream(fc.nat(1_000)), async (writes, picks) => {
        const { nodes } = await openAll()
        const links = [
          ...connect(at(nodes, 0), at(nodes, 1)),
          ...connect(at(nodes, 1), at(nodes, 2)),
          ...connect(at(nodes, 0), at(nodes, 2)),
        ]
        const choose = (count: number): number => (picks.next().value ?? 0) % Math.max(1, count)
        for (const [writer, local, isSettled] of writes) {
          await describeRecord(at(nodes, writer).registry, writer === 2 ? 2 : 1, `r${local}`)
          if (isSettled) await settle(links, choose)
        }
        await settle(links, choose)
        const digests = await Promise.all(nodes.map((node) => digestOf(node.registry)))
        expect(new Set(digests).size).to.equal(1)
        expect(new Set(nodes.map((node) => knownOf(node.registry))).size).to.equal(1)
        expect(nodes.map((node) => node.registry.totals().waiting)).to.deep.equal([0, 0, 0])
      }),
      { numRuns: 15 },
    )
  }).timeout(30_000)

  it('[SY2] exchanges the same number of bytes between equal replicas, whatever their size', async () => {
    const sizes: number[] = []
    for (const records of [1, 40]) {
      const { nodes } = await openAll()
      for (let i = 0; i < records; i++) await describeRecord(at(nodes, 0).registry, 1, `r${i}`)
      await settle(connect(at(nodes, 0), at(nodes, 2)))
      const again = new Link(at(nodes, 2), at(nodes, 0))
      await settle([again])
      expect(again.asking.phase).to.equal('level')
      again.bytes = 0
      again.ask({ type: 'round' })
      await settle([again])
      sizes.push(again.bytes)
    }
    expect(at(sizes, 1)).to.equal(at(sizes, 0))
  })

  it('[SY4] passes a new commit on at once along the streams that are open', async () => {
    const { nodes } = await openAll()
    const links = [...connect(at(nodes, 0), at(nodes, 1)), ...connect(at(nodes, 1), at(nodes, 2))]
    await settle(links)
    await describeRecord(at(nodes, 0).registry, 1, 'late')
    await settle(links)
    expect(knownOf(at(nodes, 2).registry)).to.equal(knownOf(at(nodes, 0).registry))
    expect(links.flatMap((l) => l.frames).filter((f) => f.frame.t === 'heads-pull')).to.have.length(
      0,
    )
  })

  it('[SY4] keeps to one announcement until the peer has asked again', async () => {
    const { nodes } = await openAll()
    const link = new Link(at(nodes, 2), at(nodes, 0))
    await settle([link])
    const before = link.frames.length
    for (let i = 0; i < 30; i++) await describeRecord(at(nodes, 0).registry, 1, `r${i}`)
    while (link.queues.responder.length > 0) await link.queues.responder.shift()?.()
    const sent = link.frames.slice(before).map((f) => f.frame.t)
    expect(sent).to.deep.equal(['announce'])
    await settle([link])
    expect(knownOf(at(nodes, 2).registry)).to.equal(knownOf(at(nodes, 0).registry))
  })

  it('[SY5] pulls a log from one peer only while several offer it', async () => {
    const { nodes } = await openAll()
    for (let i = 0; i < 5; i++) await describeRecord(at(nodes, 0).registry, 1, `r${i}`)
    await settle(connect(at(nodes, 0), at(nodes, 1)))
    const links = [new Link(at(nodes, 2), at(nodes, 0)), new Link(at(nodes, 2), at(nodes, 1))]
    let turn = 0
    await settle(links, (count) => turn++ % Math.max(1, count))
    const pulls = links.flatMap((l) => l.frames).filter((f) => f.frame.t === 'part-pull')
    expect(pulls).to.have.length(1)
    expect(knownOf(at(nodes, 2).registry)).to.equal(knownOf(at(nodes, 0).registry))
  })

  it('[NW16] lets a log wait that a quota holds back, and takes all others meanwhile', async () => {
    const { nodes } = await openAll()
    const [a, b, c] = [at(nodes, 0), at(nodes, 1), at(nodes, 2)]
    for (let i = 0; i < 3; i++) await describeRecord(a.registry, 1, `flood${i}`)
    await describeRecord(b.registry, 1, 'early')
    await settle(connect(a, b))
    c.isThrottled = ({ writer }) => writer === 1
    const link = new Link(c, a)
    const back = new Link(a, c)
    await settle([link, back])
    expect(link.asking.phase).to.equal('held')
    expect(c.heads().map((head) => head.log.writer)).to.deep.equal([2])
    await describeRecord(a.registry, 1, 'flood3')
    await describeRecord(b.registry, 1, 'late')
    await settle([...connect(a, b), link, back])
    expect(c.heads().map((head) => [head.log.writer, head.known.seq])).to.deep.equal([[2, 2]])
    c.isThrottled = () => false
    link.ask({ type: 'changed' })
    await settle([link, back])
    expect(link.asking.phase).to.equal('level')
    expect(knownOf(c.registry)).to.equal(knownOf(a.registry))
  })

  it('[SY6] goes on where the last exchange was cut, without pulling anything twice', async () => {
    const { nodes } = await openAll()
    for (let i = 0; i < 3; i++) await describeRecord(at(nodes, 0).registry, 1, `r${i}`)
    const first = new Link(at(nodes, 2), at(nodes, 0))
    await settle([first])
    for (let i = 3; i < 6; i++) await describeRecord(at(nodes, 0).registry, 1, `r${i}`)
    const second = new Link(at(nodes, 2), at(nodes, 0))
    await settle([second])
    const pulls = second.frames.flatMap(({ frame }) =>
      frame.t === 'part-pull' ? [frame.from] : [],
    )
    expect(pulls).to.deep.equal([4])
  })

  it('[SY7] steps back along a log until the other branch connects, and proves the fork', async () => {
    const { federation, replicas, nodes } = await openAll()
    const stolen = await openReplica(federation, { client: 1, seed: 1 })
    await describeRecord(at(replicas, 0).registry, 1, 'r0')
    const shared = await at(replicas, 0).registry.readLog(
      at(nodes, 0).heads()[0]?.log ?? never(),
      1,
      1,
    )
    await stolen.registry.accept(shared.commits.map((bytes) => decodeCommit(bytes)))
    for (let i = 1; i < 6; i++) {
      await describeRecord(at(replicas, 0).registry, 1, `left${i}`)
      stolen.clock.ms += 7
      await describeRecord(stolen.registry, 1, `right${i}`)
    }
    await describeRecord(stolen.registry, 1, 'right6')
    const clone = new Participant(stolen.registry, 2)
    await settle(connect(at(nodes, 0), clone))
    for (const node of [at(nodes, 0), clone]) {
      node.forget()
      expect(node.heads()[0]?.forkedAt).to.equal(2)
      expect(node.heads()[0]?.accepted.seq).to.equal(1)
    }
    expect(await digestOf(stolen.registry)).to.equal(await digestOf(at(replicas, 0).registry))
  })

  it('[SY7] proves a fork also beyond the end that the roster gave a log', async () => {
    const { federation, replicas, nodes } = await openAll()
    const [left, right] = ['left', 'right'].map((title) => commitOf(federation, 1, {}, title))
    if (left === undefined || right === undefined) return never()
    const second = commitOf(federation, 1, { seq: 2, parent: right.id })
    await at(replicas, 0).registry.accept([left])
    await at(replicas, 2).registry.accept([right, second])
    const closed = federation.sign([
      { type: 'close', client: 1, ns: 1, from: 1, ends: [], final: true, why: 'lost' },
    ])
    for (const i of [0, 2]) await at(replicas, i).registry.addRoster(closed.bytes)
    // The writer of the log is a member no more; another office of the agency stands in for it.
    const office = new Participant(at(replicas, 0).registry, 2)
    await settle(connect(office, at(nodes, 2)))
    for (const i of [0, 2]) expect(at(replicas, i).registry.heads()[0]?.forkedAt).to.equal(1)
  })

  it('[SY15] pulls what is missing below a fork that both know', async () => {
    const { federation, replicas, nodes } = await openAll()
    const first = commitOf(federation, 1)
    const left = commitOf(federation, 1, { seq: 2, parent: first.id }, 'left')
    const right = commitOf(federation, 1, { seq: 2, parent: first.id }, 'right')
    await at(replicas, 0).registry.accept([first, left, right])
    await at(replicas, 2).registry.accept([left, right])
    await settle(connect(at(nodes, 0), at(nodes, 2)))
    const { registry } = at(nodes, 2)
    expect(registry.heads()[0]?.accepted.seq).to.equal(1)
    expect(await digestOf(registry)).to.equal(await digestOf(at(nodes, 0).registry))
  })

  it('[SY15] finds a fork below the one that both know, where they stand on different branches', async () => {
    const { federation, replicas, nodes } = await openAll()
    const [left, right] = ['left', 'right'].map((title) => commitOf(federation, 1, {}, title))
    if (left === undefined || right === undefined) return never()
    const [onLeft, onRight] = [left, right].map((parent) =>
      commitOf(federation, 1, { seq: 2, parent: parent.id }, 'second'),
    )
    if (onLeft === undefined || onRight === undefined) return never()
    await at(replicas, 0).registry.accept([left, onLeft, onRight])
    await at(replicas, 2).registry.accept([right, onLeft, onRight])
    for (const i of [0, 2]) expect(at(replicas, i).registry.heads()[0]?.forkedAt).to.equal(2)
    await settle(connect(at(nodes, 0), at(nodes, 2)))
    for (const i of [0, 2]) {
      const [head] = at(replicas, i).registry.heads()
      expect(head).to.deep.include({ forkedAt: 1, accepted: { seq: 0, id: new Uint8Array() } })
    }
  })

  it('[SY17] pulls the branch that the roster chose, also where two others are known', async () => {
    const { federation, replicas, nodes } = await openAll()
    const first = commitOf(federation, 1)
    const [chosen, left, right] = ['chosen', 'left', 'right'].map((title) =>
      commitOf(federation, 1, { seq: 2, parent: first.id }, title),
    )
    if (chosen === undefined || left === undefined || right === undefined) return never()
    const after = commitOf(federation, 1, { seq: 3, parent: chosen.id }, 'after')
    await at(replicas, 0).registry.accept([first, left, chosen, after])
    await at(replicas, 2).registry.accept([first, left, right])
    const log = { ns: 1, aud: 1, seq: 2, id: chosen.id } as const
    const pinned = federation.sign([{ type: 'pin', client: 1, log, forkedAt: 2 }])
    for (const i of [0, 2]) await at(replicas, i).registry.addRoster(pinned.bytes)
    await settle(connect(at(nodes, 0), at(nodes, 2)))
    const { registry } = at(nodes, 2)
    expect(registry.heads()[0]?.accepted).to.deep.equal({ seq: 3, id: after.id })
    expect(await digestOf(registry)).to.equal(await digestOf(at(nodes, 0).registry))
  })

  it('[SY13] pulls logs in the order the shell gives, and first what waiting commits name', async () => {
    const { nodes } = await openAll()
    const [a, b, c] = nodes as [Participant, Participant, Participant]
    await describeRecord(a.registry, 1, 'r1')
    await settle(connect(a, b))
    await describeRecord(b.registry, 1, 'r2')
    await describeRecord(c.registry, 2, 'r3')
    await settle([...connect(a, b), ...connect(b, c)].slice(0, 4))
    const federation = TestFederation.found(APPLICANTS)
    const reader = new Participant((await openReplica(federation)).registry, 3)
    reader.priority = (log) => (log.ns === 2 ? 4 : 6 - 3 * (log.writer - 1))
    const link = new Link(reader, a)
    await settle([link])
    const pulled = link.frames.flatMap(({ frame }) =>
      frame.t === 'part-pull' ? [`${frame.log.ns}/${frame.log.writer}`] : [],
    )
    // 2/3 was asked for while 1/2 was being stored, before it was known what that waits for.
    expect(pulled).to.deep.equal(['1/2', '2/3', '1/1'])
    expect(reader.registry.totals()).to.include({ records: 3, waiting: 0 })
  })

  it('[SY13] pulls all of a log before any of a later rank, and those of one rank in turns', async () => {
    const { nodes } = await openAll()
    const [a, b, c] = nodes as [Participant, Participant, Participant]
    for (let i = 0; i < 30; i++) await describeLargeRecord(a.registry, `a${i}`)
    for (let i = 0; i < 30; i++) await describeLargeRecord(b.registry, `b${i}`)
    await describeRecord(c.registry, 2, 'c')
    await settle([...connect(a, b), ...connect(a, c)])
    const federation = TestFederation.found(APPLICANTS)
    // By writer; while the last part of a log is being stored, the next is asked for already.
    for (const [ranks, expected] of [
      [{ 1: 1, 2: 2, 3: 0 }, '3111222'],
      [{ 1: 2, 2: 1, 3: 2 }, '2221113'],
      [{ 1: 1, 2: 1, 3: 1 }, '1112223'],
    ] as const) {
      const fresh = new Participant((await openReplica(federation)).registry, 3)
      fresh.priority = ({ writer }) => ranks[writer as 1 | 2 | 3]
      fresh.left.set(a.client, FAST)
      const link = new Link(fresh, a)
      await settle([link])
      const pulled = link.frames.flatMap(({ frame }) =>
        frame.t === 'part-pull' ? frame.log.writer : [],
      )
      expect(pulled.join('')).to.equal(expected)
      expect(fresh.registry.totals()).to.include({ records: 61, waiting: 0 })
    }
  })

  it('[SY13] gives a log up for the others of its rank once its turn is over', async () => {
    const { nodes } = await openAll()
    const [a, b] = nodes as [Participant, Participant]
    for (let i = 0; i < 8; i++) await describeLargeRecord(a.registry, `a${i}`)
    for (let i = 0; i < 8; i++) await describeLargeRecord(b.registry, `b${i}`)
    await settle(connect(a, b))
    const federation = TestFederation.found(APPLICANTS)
    const fresh = new Participant((await openReplica(federation)).registry, 3)
    const link = new Link(fresh, a)
    const turns: number[] = []
    const { accept } = fresh.registry
    fresh.registry.accept = async (commits, ...rest) => {
      const { writer } = readHeader((commits[0] as Commit).header)
      if (turns.at(-1) !== writer) turns.push(writer)
      fresh.nowMs += (commits.length * TURN_MS) / 3
      return accept.call(fresh.registry, commits, ...rest)
    }
    await settle([link])
    expect(turns).to.deep.equal([1, 2, 1, 2])
    expect(fresh.registry.totals()).to.include({ records: 16, waiting: 0 })
  })

  it('[SY14] asks for the next part while the last is being stored, one answer at a time', async () => {
    const { nodes } = await openAll()
    const [a, b] = nodes as [Participant, Participant]
    for (let i = 0; i < 40; i++) await describeLargeRecord(a.registry, `r${i}`)
    const link = new Link(b, a)
    await settle([link])
    expect(b.registry.totals()).to.include({ records: 40, waiting: 0 })
    const pulls = link.frames.filter(({ frame }) => frame.t === 'part-pull')
    const answers = link.frames.filter(({ frame }) => isAnswer(frame))
    expect(pulls.length).to.equal(answers.length).and.greaterThan(2)
    const froms = pulls.map(({ frame }) =>
      frame.t === 'part-pull' ? `${frame.from}.${frame.at}` : '',
    )
    expect(new Set(froms).size).to.equal(froms.length)
    let outstanding = 0
    for (const { frame } of link.frames) {
      if (frame.t === 'part-pull') outstanding += 1
      if (isAnswer(frame)) outstanding -= 1
      expect(outstanding).to.be.within(0, 1)
    }
    const accepted = link.effects.findIndex(({ type }) => type === 'accept')
    const beside = [link.effects[accepted - 1], link.effects[accepted + 1]]
    const asked = beside.filter((e) => e?.type === 'send' && e.frame.t === 'part-pull')
    expect(asked).to.have.length(1)
  })

  it('[SY4] names a bounded number of heads in one announcement', async () => {
    const { nodes } = await openAll()
    const link = new Link(at(nodes, 2), at(nodes, 0))
    await settle([link])
    const id = new Uint8Array(33).fill(1)
    const heads = Array.from({ length: 20 }, (_, i) => ({
      log: { ns: 1, aud: 1 as const, writer: i + 1 },
      known: { seq: 1, id },
      accepted: { seq: 1, id },
      forkedAt: undefined,
      floor: 0,
      statements: undefined,
    }))
    link.answer({ type: 'changed', heads })
    const frame = link.frames.at(-1)?.frame
    expect(frame?.t === 'announce' ? frame.heads : []).to.have.length(16)
  })

  it('[SY8] blames a peer for a commit that is not attributable, and goes on', async () => {
    const { nodes } = await openAll()
    await describeRecord(at(nodes, 0).registry, 1, 'r1')
    const link = new Link(at(nodes, 2), at(nodes, 0))
    const { readLog } = at(nodes, 0).registry
    at(nodes, 0).registry.readLog = async (...args) => {
      const page = await readLog.apply(at(nodes, 0).registry, args)
      const commits = page.commits.map((bytes) => {
        const commit = decodeCommit(bytes)
        return encodeCommit({ ...commit, signature: new Uint8Array(64).fill(7) })
      })
      return { ...page, commits }
    }
    await settle([link])
    const blames = link.effects.flatMap((e) => (e.type === 'blame' ? [e.code] : []))
    expect(blames[0]).to.equal('MULU_SIGNATURE')
    expect(link.asking.phase).to.equal('level')
    expect(at(nodes, 2).registry.totals().commits).to.equal(0)
  })

  it('[SY9] gives up a request that is not answered in time', async () => {
    const { nodes } = await openAll()
    const link = new Link(at(nodes, 2), at(nodes, 0))
    link.queues.responder.length = 0
    at(nodes, 2).nowMs = 29_999
    link.ask({ type: 'tick' })
    expect(link.asking.phase).to.equal('hello')
    at(nodes, 2).nowMs = 30_000
    link.ask({ type: 'tick' })
    expect(link.asking.phase).to.equal('closed')
    expect(link.effects.at(-1)).to.deep.equal({ type: 'close', code: 'MULU_TIMEOUT' })
  })

  it('[SY9] waits on while an answer is still coming in, and for nothing else', async () => {
    const { nodes } = await openAll()
    const link = new Link(at(nodes, 2), at(nodes, 0))
    link.queues.responder.length = 0
    for (const nowMs of [29_000, 58_000]) {
      at(nodes, 2).nowMs = nowMs
      link.ask({ type: 'progress' })
      link.ask({ type: 'tick' })
      expect(link.asking.phase).to.equal('hello')
    }
    at(nodes, 2).nowMs = 88_000
    link.ask({ type: 'tick' })
    expect(link.asking.phase).to.equal('closed')
    const level = new Link(at(nodes, 2), at(nodes, 0))
    await settle([level])
    level.ask({ type: 'progress' })
    expect(level.asking).to.include({ phase: 'level', deadlineMs: undefined })
  })
})

/** A line that carried full answers before. */
const FAST: Resumption = {
  begun: undefined,
  size: { next: PULL_BYTES_MAX, asked: PULL_BYTES_MAX, atMs: 0 },
}

function isAnswer({ t }: Frame): boolean {
  return t === 'commits' || t === 'part'
}

function never(): never {
  throw new Error('no head')
}
