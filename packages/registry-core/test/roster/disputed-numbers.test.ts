import { expect } from 'chai'
import { decodeCommit } from '../../src/commit/commit.ts'
import type { LogHead } from '../../src/log/log.ts'
import type { Registry } from '../../src/registry.ts'
import type { Order } from '../../src/roster/order.ts'
import { openReplica, type TestFederation, type TestReplica } from '../../testing/federation.ts'
import { copyLog, recordsOf, take, write } from '../../testing/ordered-replicas.ts'
import { ADMIN, admit, endOf, logOf, OFFICE, orderingFederation } from '../../testing/orders.ts'

/** An office whose number a thief gives again, the thief, and somebody who has heard of neither. */
type Stage = {
  readonly federation: TestFederation
  readonly honest: Order
  readonly stolen: Order
  readonly office: Registry
  readonly thief: Registry
  readonly other: Registry
}

async function stage(): Promise<Stage> {
  const federation = orderingFederation()
  const [honest, stolen] = [admit(federation, { seed: 20 }), admit(federation, { seed: 66 })]
  const open = async (seed?: number): Promise<TestReplica> =>
    openReplica(federation, seed === undefined ? undefined : { client: OFFICE, seed })
  const [office, thief, other] = [await open(20), await open(66), await open()]
  await take(office.registry, honest)
  await take(thief.registry, stolen)
  for (const local of ['a', 'b']) await write(office.registry, local)
  for (const local of ['b', 'c']) await write(thief.registry, local)
  const registries = { office: office.registry, thief: thief.registry, other: other.registry }
  return { federation, honest, stolen, ...registries }
}

const headOf = (registry: Registry): LogHead | undefined =>
  registry.heads().find(({ log }) => log.writer === OFFICE)

describe('a number that two orders give', () => {
  it('[AK16] ends its logs, tells nobody of them, blames nobody for them and finds no rot in them', async () => {
    const { honest, stolen, office, thief, other } = await stage()
    for (const registry of [office, thief, other]) await take(registry, honest, stolen)
    for (const registry of [office, thief]) {
      expect(await recordsOf(registry)).to.equal('')
      expect(headOf(registry)).to.equal(undefined)
      expect(registry.headsDigest('known', 1)).to.deep.equal(other.headsDigest('known', 1))
      expect((await registry.scrub()).found).to.equal(0)
      expect((await registry.orphans(OFFICE)).length).to.equal(2)
    }
    expect(await copyLog(office, other, OFFICE)).to.deep.equal(['dropped', 'dropped'])
    expect(headOf(other)).to.equal(undefined)
  })

  it('[AK16] keeps nobody waiting who had seen those logs', async () => {
    const { federation, honest, stolen, office, other } = await stage()
    const head = await openReplica(federation, { client: 2, seed: 2 })
    await take(head.registry, honest)
    await copyLog(office, head.registry, OFFICE)
    await write(head.registry, 'c')
    await take(other, honest)
    expect(await copyLog(head.registry, other, 2)).to.deep.equal(['waits'])
    await take(other, stolen)
    expect(await recordsOf(other)).to.equal('c')
    await take(head.registry, stolen)
    expect(await recordsOf(head.registry)).to.equal('c')
    expect(await head.registry.catalogueDigest()).to.deep.equal(await other.catalogueDigest())
  })

  it('[AK23] takes its snapshots from the count, and counts them again once the number has an owner', async () => {
    const { federation, honest, stolen, office } = await stage()
    const id = await office.snapshot(2)
    expect(office.snapshots().map((each) => each.id)).to.deep.equal([id])
    await take(office, stolen)
    expect(office.snapshots()).to.deep.equal([])
    await office.addRoster(federation.sign([endOf(ADMIN, [honest])]).bytes)
    expect(office.snapshots().map((each) => each.id)).to.deep.equal([id])
  })

  it('[SN10] accuses nobody of having seen its logs before the other order came', async () => {
    const { federation, honest, stolen, office } = await stage()
    const head = await openReplica(federation, { client: 2, seed: 2 })
    await take(head.registry, honest)
    await copyLog(office, head.registry, OFFICE)
    await head.registry.snapshot(2)
    const accused = async (): Promise<readonly unknown[]> => {
      await head.registry.reviewSnapshots()
      return head.registry.disagreements()
    }
    await take(head.registry, stolen)
    expect(await accused()).to.deep.equal([])
    await head.registry.addRoster(federation.sign([endOf(ADMIN, [])]).bytes)
    expect(await accused()).to.deep.equal([])
  })

  it('[AK17] counts again once the root holders say whose number it is, and sets the rest aside', async () => {
    const { federation, honest, stolen, office, thief, other } = await stage()
    const all = [office, thief, other]
    for (const registry of all) await take(registry, honest, stolen)
    const ended = federation.sign([endOf(ADMIN, [honest])])
    for (const registry of all) await registry.addRoster(ended.bytes)
    expect(headOf(thief)?.known.seq ?? 0).to.equal(0)
    for (const registry of [thief, other]) {
      expect(await copyLog(office, registry, OFFICE)).to.deep.equal(['in force', 'in force'])
    }
    for (const registry of all) {
      expect(await recordsOf(registry)).to.equal('ab')
      expect(headOf(registry)?.forkedAt).to.equal(undefined)
      expect(await registry.catalogueDigest()).to.deep.equal(await office.catalogueDigest())
      expect(registry.headsDigest('known', 1)).to.deep.equal(office.headsDigest('known', 1))
      expect((await registry.scrub()).found).to.equal(0)
    }
  })

  it('[AK17] drops what the other key signed without blame, and keeps a fork of the own key', async () => {
    const { federation, honest, stolen, office, thief } = await stage()
    const twin = await openReplica(federation, { client: OFFICE, seed: 20 })
    twin.clock.ms += 5
    await take(twin.registry, honest)
    await write(twin.registry, 'c')
    await copyLog(twin.registry, office, OFFICE)
    expect(headOf(office)?.forkedAt).to.equal(1)
    const ended = federation.sign([endOf(ADMIN, [honest])])
    await take(office, stolen)
    await office.addRoster(ended.bytes)
    expect(headOf(office)?.forkedAt).to.equal(1)
    const { commits } = await thief.readLog(logOf(OFFICE), 1, 1)
    const [taken] = await office.accept(commits.map(decodeCommit))
    const unbound = { kind: 'dropped', code: 'MULU_KEY_NOT_BOUND', blame: false }
    expect(taken?.outcome).to.deep.equal(unbound)
  })
})
