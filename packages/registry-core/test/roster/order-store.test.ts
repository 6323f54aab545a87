import { expect } from 'chai'
import { decodeCommit } from '../../src/commit/commit.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { adoptionChanges } from '../../src/log/orphans.ts'
import type { OrderOutcome } from '../../src/roster/ordered-chain.ts'
import { draftRoster } from '../../src/roster/roster.ts'
import { testCrypto, testSigner } from '../../testing/crypto.ts'
import { openReplica } from '../../testing/federation.ts'
import { copyLog, recordsOf, take, write } from '../../testing/ordered-replicas.ts'
import {
  ADMIN,
  admission,
  admit,
  claimOf,
  close,
  closing,
  end,
  endOf,
  logOf,
  NEXT_ADMIN,
  OFFICE,
  order,
  orderCampaign,
  orderingFederation,
} from '../../testing/orders.ts'

const kept = (kind: 'new' | 'known', code?: ErrorCode): OrderOutcome => ({ kind, code })

const refused = (code: ErrorCode, blame: boolean): OrderOutcome => ({
  kind: 'refused',
  code,
  blame,
})

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

  it('[AK12] keeps an order that stands in the roster as well, so that all compare alike', async () => {
    const federation = orderingFederation()
    const first = admit(federation)
    const early = await openReplica(federation)
    await take(early.registry, first)
    const ended = federation.sign([endOf(ADMIN, [first])])
    await early.registry.addRoster(ended.bytes)
    const late = await openReplica(federation)
    expect(late.registry.orders().map(({ code }) => code)).to.deep.equal([undefined])
    expect(await take(late.registry, first)).to.deep.equal([kept('new')])
    expect(await take(late.registry, first)).to.deep.equal([kept('known')])
    expect(late.registry.ordersDigest()).to.deep.equal(early.registry.ordersDigest())
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

  it('[AK8] comes to the same as every other replica, whichever two of a flood it keeps', async () => {
    const federation = orderingFederation()
    const flood = Array.from({ length: 6 }, (_, n) => admit(federation, { seed: 30 + n }))
    flood.push(close(federation, closing(2, [end(1)]), { no: 1 }))
    const some = await openReplica(federation)
    const other = await openReplica(federation)
    for (const each of flood) await take(some.registry, each)
    await take(other.registry, ...[...flood].reverse())
    expect(some.registry.orders().length).to.equal(2)
    expect(other.registry.roster?.state).to.deep.equal(some.registry.roster?.state)
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
    expect(await recordsOf(other.registry)).to.equal('a')
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
      expect(await recordsOf(registry)).to.equal('ab')
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
    expect(await recordsOf(own.registry)).to.equal('')
    await own.registry.addRoster(federation.sign([endOf(ADMIN, [])]).bytes)
    expect(await recordsOf(own.registry)).to.equal('ab')
    expect(await own.registry.catalogueDigest()).to.deep.equal(digest)
    expect(own.registry.orders().map(({ code }) => code)).to.deep.equal(['MULU_ORDER_OVERRULED'])
    own.registry.setAuthor({ client: 2, signer: testSigner(2) })
    await write(own.registry, 'c')
    expect(await recordsOf(own.registry)).to.equal('abc')
  })

  it('[AK18] judges again only what new orders touch', async () => {
    const federation = orderingFederation()
    const { registry, db } = await openReplica(federation, { client: 2, seed: 2 })
    await write(registry, 'a')
    registry.setAuthor({ client: 3, signer: testSigner(3) })
    const changes = [{ rec: 'resource/c', set: { 'title/en': 'c' } }]
    await registry.write({ ns: 3, aud: 1, actor: 'test', changes })
    const writes: string[] = []
    db.on('write', (operations: readonly { readonly key: unknown }[]) => {
      writes.push(...operations.map(({ key }) => String(key)))
    })
    const touched = (): readonly string[] =>
      writes.splice(0).filter((key) => /^!outcomes!/.test(key))
    await take(registry, admit(federation))
    expect(touched()).to.deep.equal([])
    await take(registry, close(federation, closing(2, [])))
    const keys = touched()
    expect(keys.length).to.be.greaterThan(0)
    expect(keys.filter((key) => !key.startsWith('!outcomes!00000002/'))).to.deep.equal([])
    expect(await recordsOf(registry)).to.equal('')
  })

  it('[AK18] comes to one catalogue whether orders or commits come first', async () => {
    const federation = orderingFederation()
    const office = await openReplica(federation, { client: OFFICE, seed: 20 })
    const head = await openReplica(federation, { client: 2, seed: 2 })
    const first = admit(federation)
    await take(office.registry, first)
    for (const local of ['a', 'b']) await write(office.registry, local)
    await take(head.registry, first)
    await copyLog(office.registry, head.registry, OFFICE)
    await write(head.registry, 'c')
    const [at] = await office.registry.commitsAt(logOf(OFFICE), 1)
    const cut = close(federation, closing(OFFICE, [end(1, at?.id)]))
    const digests: string[] = []
    for (const turns of [
      ['first', 'cut', OFFICE, 2],
      [2, 'first', OFFICE, 'cut'],
      [OFFICE, 'cut', 2, 'first', OFFICE],
      ['first', 2, OFFICE, 'cut'],
    ]) {
      const { registry } = await openReplica(federation)
      for (const turn of turns) {
        if (turn === 'first') await take(registry, first)
        else if (turn === 'cut') await take(registry, cut)
        else await copyLog(head.registry, registry, Number(turn))
      }
      expect(await recordsOf(registry)).to.equal('ac')
      digests.push((await registry.catalogueDigest()).join())
      digests.push(registry.headsDigest('accepted', 1).join())
    }
    expect(new Set(digests).size).to.equal(2)
  })

  it('[AK19] lets an agency take over what a writer wrote whose order did not stand', async () => {
    const federation = orderingFederation()
    const office = await openReplica(federation, { client: OFFICE, seed: 20 })
    const head = await openReplica(federation, { client: 2, seed: 2 })
    const first = admit(federation)
    await take(office.registry, first)
    for (const local of ['a', 'b']) await write(office.registry, local)
    const ended = federation.sign([endOf(ADMIN, [])])
    await head.registry.addRoster(ended.bytes)
    await take(head.registry, first)
    expect(await copyLog(office.registry, head.registry, OFFICE)).to.deep.equal(['ended', 'ended'])
    expect(await recordsOf(head.registry)).to.equal('')
    const orphans = await head.registry.orphans(OFFICE)
    const changes = adoptionChanges(orphans)
    await head.registry.write({ ns: 2, aud: 1, actor: 'test', changes })
    expect(await recordsOf(head.registry)).to.equal('ab')
  })
})
