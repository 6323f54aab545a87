import { expect } from 'chai'
import { decodeCommit } from '../../src/commit/commit.ts'
import type { ErrorCode } from '../../src/errors.ts'
import type { Registry } from '../../src/registry.ts'
import type { Order } from '../../src/roster/order.ts'
import type { OrderOutcome } from '../../src/roster/ordered-chain.ts'
import { draftRoster } from '../../src/roster/roster.ts'
import { testCrypto, testSigner } from '../../testing/crypto.ts'
import { openReplica } from '../../testing/federation.ts'
import {
  ADMIN,
  admission,
  admit,
  claimOf,
  close,
  closing,
  end,
  endOf,
  NEXT_ADMIN,
  OFFICE,
  order,
  orderCampaign,
  orderingFederation,
} from '../../testing/orders.ts'

const take = async (registry: Registry, ...orders: readonly Order[]) =>
  (await registry.takeOrders(orders.map(({ bytes }) => bytes))).map(({ outcome }) => outcome)

const kept = (kind: 'new' | 'known', code?: ErrorCode): OrderOutcome => ({ kind, code })

const refused = (code: ErrorCode, blame: boolean): OrderOutcome => ({
  kind: 'refused',
  code,
  blame,
})

const write = (registry: Registry, local: string): ReturnType<Registry['write']> =>
  registry.write({
    ...{ ns: 2, aud: 1, actor: 'test' },
    changes: [{ rec: `resource/${local}`, set: { 'title/en': local } }],
  })

const recordsOf = (registry: Registry): Promise<readonly (string | undefined)[]> =>
  Promise.all(
    ['a', 'b', 'c'].map(async (local) =>
      (await registry.catalogue.record({ ns: 2, kind: 'resource', local })) === undefined
        ? undefined
        : local,
    ),
  )

async function copyLog(from: Registry, to: Registry, writer: number): Promise<readonly string[]> {
  const { commits } = await from.readLog({ ns: 2, aud: 1, writer }, 1, 1_000_000)
  const acceptances = await to.accept(commits.map(decodeCommit))
  return acceptances.map(({ outcome }) => outcome.kind)
}

describe('orders that a replica keeps', () => {
  it('[AK12] keeps what is new, changes nothing for what is known, and has it after a restart', async () => {
    const federation = orderingFederation()
    const { registry, db } = await openReplica(federation)
    const [one, two] = [admit(federation), close(federation, closing(2, [end(3)]))]
    const before = registry.ordersDigest()
    expect(await take(registry, one, two)).to.deep.equal([kept('new'), kept('new')])
    expect(await take(registry, two, one)).to.deep.equal([kept('known'), kept('known')])
    const digest = registry.ordersDigest()
    expect(digest).not.to.deep.equal(before)
    const state = registry.roster?.state
    await registry.close()
    const again = await openReplica(federation, undefined, db)
    expect(again.registry.orders().map(({ code }) => code)).to.deep.equal([undefined, undefined])
    expect(again.registry.ordersDigest()).to.deep.equal(digest)
    expect(again.registry.roster?.state.writers.get(OFFICE)).to.deep.equal(
      state?.writers.get(OFFICE),
    )
  })

  it('[AK12] writes an order that has rotted in the store again', async () => {
    const federation = orderingFederation()
    const { registry, db } = await openReplica(federation)
    await take(registry, admit(federation))
    const orders = db.sublevel<string, Uint8Array>('agencyOrders', { valueEncoding: 'view' })
    const [key = ''] = await orders.keys().all()
    const bytes = await orders.get(key)
    await orders.put(key, new Uint8Array(40))
    await orders.put('00', new Uint8Array(1))
    const found: string[] = []
    await registry.scrub({ onFinding: ({ what }) => found.push(what) })
    expect(found).to.deep.equal(['order', 'order'])
    expect(await orders.get(key)).to.deep.equal(bytes)
    expect(await orders.keys().all()).to.deep.equal([key])
  })

  it('[AK13] refuses an order of a version that is not here without blame, and takes it once that came', async () => {
    const federation = orderingFederation()
    federation.sign([{ type: 'rules', version: 3 }])
    const { registry } = await openReplica(federation, undefined, undefined, 4)
    const early = admit(federation)
    const unknown = refused('MULU_ROSTER_UNKNOWN', false)
    expect(await take(registry, early)).to.deep.equal([unknown])
    expect(registry.orders()).to.deep.equal([])
    await registry.addRoster(federation.newest.bytes)
    expect(await take(registry, early)).to.deep.equal([kept('new')])
  })

  it('[AK13] refuses by code what is no order, badly signed, of another key or beyond reach, and keeps none', async () => {
    const federation = orderingFederation()
    const { registry, db } = await openReplica(federation)
    const good = admit(federation)
    const altered = good.bytes.slice()
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1
    const taken = await registry.takeOrders([
      good.bytes.subarray(1),
      altered,
      order(claimOf(federation, admission(federation, 20)), NEXT_ADMIN).bytes,
      close(federation, closing(1, [])).bytes,
    ])
    expect(taken.map(({ outcome }) => outcome)).to.deep.equal([
      refused('MULU_ORDER_SHAPE', true),
      refused('MULU_SIGNATURE', true),
      refused('MULU_ORDER_KEY', true),
      refused('MULU_ORDER_REACH', true),
    ])
    expect(registry.roster).to.equal(registry.rootChain.at(-1))
    const orders = db.sublevel<string, Uint8Array>('agencyOrders', { valueEncoding: 'view' })
    expect(await orders.keys().all()).to.deep.equal([])
  })

  it('[AK13] keeps, but does not count, what the root holders have overruled', async () => {
    const federation = orderingFederation()
    const late = admit(federation)
    federation.sign([endOf(ADMIN, [])])
    const { registry } = await openReplica(federation)
    expect(await take(registry, late)).to.deep.equal([kept('new', 'MULU_ORDER_OVERRULED')])
  })

  it('[AK8] keeps of a flood what every other replica keeps of it, in whatever order it comes', async () => {
    const federation = orderingFederation()
    const flood = Array.from({ length: 6 }, (_, n) => admit(federation, { seed: 30 + n }))
    flood.push(close(federation, closing(2, [end(1)]), { no: 1 }))
    const some = await openReplica(federation)
    const other = await openReplica(federation)
    for (const each of flood) await take(some.registry, each)
    await take(other.registry, ...[...flood].reverse())
    const ids = (registry: Registry) => registry.orders().map(({ order: { id } }) => id)
    expect(ids(some.registry).length).to.equal(2)
    expect(ids(other.registry)).to.deep.equal(ids(some.registry))
    expect(other.registry.ordersDigest()).to.deep.equal(some.registry.ordersDigest())
    const surplus = await take(some.registry, ...flood)
    expect(surplus.filter(({ kind }) => kind === 'known').length).to.equal(2)
    expect(surplus.filter(({ kind }) => kind === 'refused')).to.deep.equal(
      Array.from({ length: 5 }, () => refused('MULU_ORDER_NUMBER', false)),
    )
  })

  it('[AK14] lets an ordered writer write, and takes its commits once its order is here', async () => {
    const federation = orderingFederation()
    const office = await openReplica(federation, { client: OFFICE, seed: 20 })
    const other = await openReplica(federation)
    const first = admit(federation)
    await take(office.registry, first)
    await write(office.registry, 'a')
    const { commits } = await office.registry.readLog({ ns: 2, aud: 1, writer: OFFICE }, 1, 1_000)
    const [early] = await other.registry.accept(commits.map(decodeCommit))
    const unbound = { kind: 'dropped', code: 'MULU_KEY_NOT_BOUND', blame: false }
    expect(early?.outcome).to.deep.equal(unbound)
    await take(other.registry, first)
    expect(await copyLog(office.registry, other.registry, OFFICE)).to.deep.equal(['in force'])
    expect(await recordsOf(other.registry)).to.deep.equal(['a', undefined, undefined])
  })

  it('[AK14] draws up and verifies the next version on the signed chain alone', async () => {
    const federation = orderingFederation()
    const { registry } = await openReplica(federation)
    await take(registry, ...orderCampaign(federation.copy()).slice(0, 2))
    expect(registry.roster?.state.writers.has(OFFICE)).to.equal(true)
    expect(registry.rootChain.at(-1)?.state.writers.has(OFFICE)).to.equal(false)
    const body = draftRoster(
      testCrypto,
      registry.rootChain.at(-1),
      [{ type: 'rules', version: 3 }],
      1,
    )
    expect(body.length).to.be.greaterThan(0)
    const next = federation.sign([{ type: 'rules', version: 3 }])
    expect(await registry.addRoster(next.bytes)).to.equal('new')
    expect(registry.roster?.state.writers.has(OFFICE)).to.equal(true)
    expect(registry.roster?.hash).to.deep.equal(next.hash)
  })

  it('[AK15] ends a log by position where it was closed by order, whichever version its commits cite', async () => {
    const federation = orderingFederation()
    const office = await openReplica(federation, { client: OFFICE, seed: 20 })
    await take(office.registry, admit(federation))
    for (const local of ['a', 'b', 'c']) await write(office.registry, local)
    const [second] = await office.registry.commitsAt({ ns: 2, aud: 1, writer: OFFICE }, 2)
    const cut = close(federation, closing(OFFICE, [end(2, second?.id)]))
    const early = await openReplica(federation)
    await take(early.registry, admit(federation), cut)
    expect(await copyLog(office.registry, early.registry, OFFICE)).to.deep.equal([
      ...['in force', 'in force', 'ended'],
    ])
    await take(office.registry, cut)
    for (const { registry } of [early, office]) {
      expect(await recordsOf(registry)).to.deep.equal(['a', 'b', undefined])
    }
    expect(await office.registry.catalogueDigest()).to.deep.equal(
      await early.registry.catalogueDigest(),
    )
  })

  it('[AK15] opens again what was closed by an order that the root holders did not let stand', async () => {
    const federation = orderingFederation()
    const own = await openReplica(federation, { client: 2, seed: 2 })
    for (const local of ['a', 'b']) await write(own.registry, local)
    const digest = await own.registry.catalogueDigest()
    await take(own.registry, close(federation, closing(2, [])))
    expect(await recordsOf(own.registry)).to.deep.equal([undefined, undefined, undefined])
    await own.registry.addRoster(federation.sign([endOf(ADMIN, [])]).bytes)
    expect(await recordsOf(own.registry)).to.deep.equal(['a', 'b', undefined])
    expect(await own.registry.catalogueDigest()).to.deep.equal(digest)
    expect(own.registry.orders().map(({ code }) => code)).to.deep.equal(['MULU_ORDER_OVERRULED'])
    own.registry.setAuthor({ client: 2, signer: testSigner(2) })
    await write(own.registry, 'c')
    expect(await recordsOf(own.registry)).to.deep.equal(['a', 'b', 'c'])
  })
})
