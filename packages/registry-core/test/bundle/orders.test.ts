import { expect } from 'chai'
import { type BundleAim, bundleContents, type Carried } from '../../src/bundle/contents.ts'
import { BundleIntake, type BundleTally } from '../../src/bundle/intake.ts'
import type { Part } from '../../src/bundle/part.ts'
import type { Registry } from '../../src/registry.ts'
import { testCrypto, testSigner } from '../../testing/crypto.ts'
import { openReplica, type TestFederation } from '../../testing/federation.ts'
import { recordsOf, take, write } from '../../testing/ordered-replicas.ts'
import { admit, close, closing, OFFICE, orderingFederation } from '../../testing/orders.ts'

async function partsOf(
  registry: Registry,
  aim: BundleAim,
  since?: Carried,
): Promise<readonly Part[]> {
  const signer = registry.author?.signer
  const contents = await bundleContents(
    { registry, crypto: testCrypto, nowMs: 1, signer },
    aim,
    since,
  )
  const parts: Part[] = []
  for await (const part of contents.parts()) parts.push(part)
  return parts
}

async function bring(
  parts: readonly Part[],
  registry: Registry,
  isOwn = false,
): Promise<{ readonly tally: BundleTally; readonly intake: BundleIntake }> {
  const intake = new BundleIntake({ registry, crypto: testCrypto, isOwn })
  for (const part of parts) await intake.take(part)
  return { tally: await intake.tally(), intake }
}

async function office(federation: TestFederation): Promise<Registry> {
  const { registry } = await openReplica(federation, { client: OFFICE, seed: 20 })
  await take(registry, admit(federation))
  for (const local of ['a', 'b']) await write(registry, local)
  return registry
}

describe('orders in bundles', () => {
  it('[BU20] stand between rosters and the commits that need them, so that one bundle is enough', async () => {
    const federation = orderingFederation()
    const from = await office(federation)
    const { registry } = await openReplica(federation, { client: 3, seed: 3 }, undefined, 3)
    const parts = await partsOf(from, { for: 3 })
    const kinds = parts.map(({ t }) => t)
    expect(kinds).to.deep.equal(['from', 'heads', 'rosters', 'profile', 'orders', 'commits', 'end'])
    const { tally } = await bring(parts, registry)
    expect(tally).to.include({ new: 2, orders: 1, refused: 0, waiting: 0 })
    expect(await recordsOf(registry)).to.equal('ab')
    const again = await bring(parts, registry)
    expect(again.tally).to.include({ new: 0, known: 2, orders: 0, refused: 0 })
  })

  it('[BU20] are left out for one that has said that it has them, and carried once there are more', async () => {
    const federation = orderingFederation()
    const from = await office(federation)
    const { registry } = await openReplica(federation, { client: 3, seed: 3 })
    await bring(await partsOf(from, { for: 3 }), registry)
    const { intake } = await bring(await partsOf(registry, { for: OFFICE }), from)
    expect(intake.carried?.orders).to.deep.equal(from.ordersDigest())
    const less = await partsOf(from, { for: 3 }, intake.carried)
    expect(less.map(({ t }) => t)).to.deep.equal(['from', 'heads', 'end'])
    await take(from, close(federation, closing(2, [])))
    const more = await partsOf(from, { for: 3 }, intake.carried)
    expect(more.map(({ t }) => t)).to.deep.equal(['from', 'heads', 'orders', 'end'])
    const { tally } = await bring(more, registry)
    expect(tally.orders).to.equal(1)
    expect(registry.ordersDigest()).to.deep.equal(from.ordersDigest())
  })

  it('[BU21] are verified; what is none of them is counted by its code, and the rest is taken', async () => {
    const federation = orderingFederation()
    const from = await office(federation)
    const { registry } = await openReplica(federation, { client: 3, seed: 3 })
    const bad = [new Uint8Array([1]), close(federation, closing(1, [])).bytes]
    const parts = (await partsOf(from, { for: 3 })).map((part) =>
      part.t === 'orders' ? { ...part, orders: [...bad, ...part.orders] } : part,
    )
    const { tally } = await bring(parts, registry)
    expect(tally).to.deep.include({
      ...{ new: 2, orders: 1 },
      codes: { MULU_ORDER_REACH: 1, MULU_ORDER_SHAPE: 1 },
    })
    const none = parts.filter(({ t }) => t !== 'orders')
    const other = await openReplica(federation, { client: 3, seed: 3 })
    const lacking = await bring(none, other.registry)
    expect(lacking.tally.codes).to.deep.equal({ MULU_KEY_NOT_BOUND: 2 })
  })

  it('[BU22] of a backup bring the whole set back, with what it came to', async () => {
    const federation = orderingFederation()
    const from = await office(federation)
    const twins = [31, 32].map((seed) => admit(federation, { seed, no: 9 }))
    await take(from, ...twins, close(federation, closing(2, []), { no: 10 }))
    const { registry } = await openReplica(federation)
    await bring(await partsOf(from, { for: 'self' }), registry, true)
    expect(registry.orders()).to.deep.equal(from.orders())
    expect(registry.roster?.state).to.deep.equal(from.roster?.state)
    expect(await registry.catalogueDigest()).to.deep.equal(await from.catalogueDigest())
    expect(from.author?.signer.publicKey).to.deep.equal(testSigner(20).publicKey)
  })
})
