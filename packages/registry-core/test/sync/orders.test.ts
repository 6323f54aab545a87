import { expect } from 'chai'
import type { Registry } from '../../src/registry.ts'
import type { Order } from '../../src/roster/order.ts'
import { membersByPeer } from '../../src/sync/audience-rule.ts'
import type { Frame, Response } from '../../src/sync/frame.ts'
import { stepRequester } from '../../src/sync/requester.ts'
import { stepResponder } from '../../src/sync/responder.ts'
import { mayPeerHold, type SyncContext } from '../../src/sync/sync-context.ts'
import { connect, Link, Participant, settle } from '../../testing/exchange.ts'
import { openReplica, type TestFederation } from '../../testing/federation.ts'
import { recordsOf, take, write } from '../../testing/ordered-replicas.ts'
import {
  ADMIN,
  admission,
  admit,
  agencyWith,
  BOTH,
  claimOf,
  close,
  closing,
  end,
  endOf,
  NEXT_ADMIN,
  OFFICE,
  order,
  orderingFederation,
} from '../../testing/orders.ts'

/** The frames of one kind that a link has carried. */
const framesOf = <T extends Frame['t']>(link: Link, t: T): readonly Extract<Frame, { t: T }>[] =>
  link.frames
    .map(({ frame }) => frame)
    .filter((frame): frame is Extract<Frame, { t: T }> => frame.t === t)

/** A peer that changes what it sends. */
function answering(registry: Registry, change: (frame: Response) => Response): Participant {
  const peer = new Participant(registry, 2)
  peer.machines = {
    stepRequester,
    stepResponder: (context, state, event) => {
      const [next, effects] = stepResponder(context, state, event)
      const changed = effects.map((effect) =>
        effect.type === 'send' && effect.frame.t !== 'refuse'
          ? { ...effect, frame: change(effect.frame) }
          : effect,
      )
      return [next, changed]
    },
  }
  return peer
}

async function office(federation: TestFederation, first: Order): Promise<Registry> {
  const { registry } = await openReplica(federation, { client: OFFICE, seed: 20 })
  await take(registry, first)
  for (const local of ['a', 'b']) await write(registry, local)
  return registry
}

/** Many orders, each of a number of its own. */
const many = (federation: TestFederation, count: number): readonly Order[] =>
  Array.from({ length: count }, (_, n) =>
    close(federation, closing(2, [end(50 + n)]), { no: 10 + n }),
  )

describe('orders on their way between replicas', () => {
  it('[SY21] come after rosters and before commits, also to one who is admitted by them', async () => {
    const federation = orderingFederation()
    const asked = await openReplica(federation)
    const first = admit(federation)
    const written = await office(federation, first)
    const [from, to] = [new Participant(written, OFFICE), new Participant(asked.registry, 1)]
    const links = connect(from, to)
    await settle(links)
    expect(await recordsOf(asked.registry)).to.equal('ab')
    const kinds = links[1].frames.map(({ frame }) => frame.t)
    expect(kinds.indexOf('orders')).to.be.greaterThan(0)
    expect(kinds.indexOf('orders')).to.be.lessThan(kinds.indexOf('commits'))
    const newcomer = await openReplica(federation, { client: OFFICE + 1, seed: 21 })
    const second = admit(federation, { seed: 21, no: 2 })
    await take(asked.registry, second)
    const more = connect(new Participant(newcomer.registry, OFFICE + 1), to)
    await settle(more)
    expect(await recordsOf(newcomer.registry)).to.equal('ab')
    expect(newcomer.registry.ordersDigest()).to.deep.equal(asked.registry.ordersDigest())
  })

  it('[SY21] are announced, and passed on along the streams that are open', async () => {
    const federation = orderingFederation()
    const [a, b, c] = await Promise.all(
      [1, 2, 3].map((n) => openReplica(federation, { client: n, seed: n })),
    )
    if (a === undefined || b === undefined || c === undefined) throw new Error('three replicas')
    const [one, two, three] = [a, b, c].map(({ registry }, n) => new Participant(registry, n + 1))
    if (one === undefined || two === undefined || three === undefined) throw new Error('three')
    const links = [...connect(one, two), ...connect(two, three)]
    await settle(links)
    await take(a.registry, admit(federation))
    await settle(links)
    for (const { registry } of [b, c]) {
      expect(registry.roster?.state.writers.has(OFFICE)).to.equal(true)
      expect(registry.ordersDigest()).to.deep.equal(a.registry.ordersDigest())
    }
  })

  it('[SY22] cost equal replicas one digest, and others what differs', async () => {
    const federation = orderingFederation()
    const bytes: number[] = []
    for (const count of [1, 200]) {
      const [a, b] = [await openReplica(federation), await openReplica(federation)]
      const orders = many(federation, count)
      await take(a.registry, ...orders)
      await take(b.registry, ...orders)
      const links = connect(new Participant(a.registry, 1), new Participant(b.registry, 2))
      await settle(links)
      expect(links.flatMap((link) => framesOf(link, 'marks-pull'))).to.deep.equal([])
      bytes.push(links[0].bytes)
      await take(a.registry, admit(federation))
      await settle(links)
      const pulled = framesOf(links[1], 'orders-pull').flatMap(({ numbers }) => numbers)
      expect(pulled).to.deep.equal([OFFICE])
      const told = framesOf(links[1], 'marks').flatMap(({ marks }) => marks)
      expect(told.length).to.be.lessThan(8)
    }
    expect(bytes[0]).to.equal(bytes[1])
  })

  it('[SY22] of one number travel twice at most, whatever flood there is somewhere', async () => {
    const federation = orderingFederation()
    const flood = Array.from({ length: 6 }, (_, n) => admit(federation, { seed: 30 + n }))
    const [a, b] = [await openReplica(federation), await openReplica(federation)]
    await take(a.registry, ...flood.slice(0, 3))
    await take(b.registry, ...flood.slice(3))
    const links = connect(new Participant(a.registry, 1), new Participant(b.registry, 2))
    await settle(links)
    expect(links.flatMap((link) => framesOf(link, 'marks-pull'))).to.deep.equal([])
    const c = await openReplica(federation)
    await take(c.registry, flood[5] as Order)
    const more = connect(new Participant(c.registry, 3), new Participant(a.registry, 1))
    await settle(more)
    expect(c.registry.orders().length).to.equal(2)
    expect(a.registry.orders().length).to.equal(2)
    expect(c.registry.ordersDigest()).to.deep.equal(a.registry.ordersDigest())
    expect(more.flatMap((link) => framesOf(link, 'orders-pull')).length).to.equal(1)
  })

  it('[SY23] blame whoever sends what no honest node passes on, and the exchange goes on', async () => {
    const federation = orderingFederation()
    const peer = await openReplica(federation)
    await take(peer.registry, admit(federation))
    const stranger = order(claimOf(federation, admission(federation, 20)), NEXT_ADMIN)
    for (const [bytes, code] of [
      [stranger.bytes, 'MULU_ORDER_KEY'],
      [close(federation, closing(1, [])).bytes, 'MULU_ORDER_REACH'],
      [new Uint8Array([1]), 'MULU_ORDER_SHAPE'],
    ] as const) {
      const { registry } = await openReplica(federation)
      const hostile = answering(peer.registry, (frame) =>
        frame.t === 'orders' ? { t: 'orders', orders: [bytes] } : frame,
      )
      const link = new Link(new Participant(registry, 1), hostile)
      await settle([link])
      expect(link.effects.filter(({ type }) => type === 'blame')).to.deep.equal([
        { type: 'blame', code },
      ])
      expect(link.asking.phase).to.equal('level')
      expect(registry.orders()).to.deep.equal([])
    }
  })

  it('[SY23] are not asked for for ever from one who sends the asker round in circles', async () => {
    const federation = orderingFederation()
    const peer = await openReplica(federation)
    await take(peer.registry, admit(federation))
    const { registry } = await openReplica(federation)
    const circling = answering(peer.registry, (frame) =>
      frame.t === 'marks' ? { ...frame, next: 7 } : frame,
    )
    const link = new Link(new Participant(registry, 1), circling)
    await settle([link])
    expect(link.asking.phase).to.equal('level')
    expect(framesOf(link, 'marks-pull').map(({ from }) => from)).to.deep.equal([0, 7])
  })

  it('[SY23] that cite a version which is not here come once it is', async () => {
    const federation = orderingFederation()
    federation.sign([endOf(ADMIN, [])])
    const peer = await openReplica(federation)
    await take(peer.registry, admit(federation, { version: 4 }))
    const { registry } = await openReplica(federation, undefined, undefined, 3)
    const link = new Link(new Participant(registry, 1), new Participant(peer.registry, 2))
    await settle([link])
    expect(registry.orders().map(({ code }) => code)).to.deep.equal(['MULU_ORDER_OVERRULED'])
  })

  it('[AK21] leave a node what it may hold whose identity an order of another agency names', async () => {
    const federation = orderingFederation()
    federation.sign([agencyWith(federation, NEXT_ADMIN, 3)])
    const grants = [{ ns: 3, auds: [1] as const, rights: BOTH }]
    const act = admission(federation, 41, { grants, code: 'C', peers: ['peer-20', 'peer-41'] })
    const claiming = order({ ...claimOf(federation, act), agency: 3 }, NEXT_ADMIN)
    const { registry } = await openReplica(federation)
    expect(await take(registry, admit(federation), claiming)).to.deep.equal([
      { kind: 'new', code: undefined },
      { kind: 'new', code: undefined },
    ])
    const { roster } = registry
    if (roster === undefined) throw new Error('no roster')
    const members = membersByPeer(roster.state)
    const mayHold = (peerId: string, ns: number): boolean => {
      const [peer, ...twins] = (members.get(peerId) ?? []).map(({ client }) => client)
      const context = { peer, twins, replica: { roster } } as unknown as SyncContext
      return mayPeerHold(context, { ns, aud: 0, writer: 2 })
    }
    expect([2, 3].map((ns) => mayHold('peer-20', ns))).to.deep.equal([true, true])
    expect([2, 3].map((ns) => mayHold('peer-41', ns))).to.deep.equal([false, true])
  })

  it('[SY24] are not spoken of with a peer that knows only the first version of the protocol', async () => {
    const federation = orderingFederation()
    const [own, peer] = [await openReplica(federation), await openReplica(federation)]
    await take(own.registry, admit(federation))
    for (const versions of [[1], [1, 2]]) {
      const link = new Link(new Participant(peer.registry, 2), new Participant(own.registry, 1))
      const hello = link.frames[0]?.frame
      if (hello?.t !== 'hello') throw new Error('a stream begins with hello')
      expect(hello.summary.orders).to.equal(undefined)
      link.answer({ type: 'frame', frame: { ...hello, versions } })
      link.answer({ type: 'frame', frame: { t: 'ready' } })
      await take(own.registry, close(federation, closing(2, []), { no: 2 + versions.length }))
      const told = link.frames.filter(({ by }) => by === 'responder').map(({ frame }) => frame)
      const isTold = JSON.stringify(told).includes('"orders"')
      expect(isTold, versions.join()).to.equal(versions.includes(2))
      expect(told.map(({ t }) => t)).to.deep.equal(
        versions.includes(2) ? ['hello-ok', 'announce'] : ['hello-ok'],
      )
      link.cut()
    }
  })
})
