import { expect } from 'chai'
import { inCausalOrder } from '../../src/bundle/causal-order.ts'
import { bundleContents } from '../../src/bundle/contents.ts'
import { BundleIntake } from '../../src/bundle/intake.ts'
import { decodePart, encodePart } from '../../src/bundle/part.ts'
import { decodeCommit } from '../../src/commit/commit.ts'
import { decodeHeader } from '../../src/commit/header.ts'
import { allCommits } from '../../src/log/serving.ts'
import { testCrypto } from '../../testing/crypto.ts'
import { openReplica, TestFederation } from '../../testing/federation.ts'
import { commitOf } from '../../testing/signed-commit.ts'
import { PARTS } from './sample-parts.ts'

describe('the parts of a bundle', () => {
  it('[BU10] are read back as they were written, and refused when they are cut or altered', () => {
    for (const part of PARTS) {
      const bytes = encodePart(part)
      expect(decodePart(bytes), part.t).to.deep.equal(part)
      expect(() => decodePart(bytes.subarray(0, -1)), part.t)
        .to.throw()
        .with.property('code', 'MULU_BUNDLE_SHAPE')
      const longer = Uint8Array.from([...bytes, 0])
      expect(() => decodePart(longer), part.t)
        .to.throw()
        .with.property('code', 'MULU_BUNDLE_SHAPE')
    }
  })

  it('[BU11] stand in causal order, so that nothing waits for what comes later', async () => {
    const federation = TestFederation.found([
      { seed: 1, agency: 'A' },
      { seed: 2, agency: 'A', office: 'North' },
    ])
    const one = await openReplica(federation, { client: 1, seed: 1 })
    const two = await openReplica(federation, { client: 2, seed: 2 })
    const pass = async (from: typeof one, to: typeof one): Promise<void> => {
      for await (const commit of allCommits(from.registry)) await to.registry.accept([commit])
    }
    for (let turn = 0; turn < 30; turn++) {
      const author = turn % 3 === 0 ? two : one
      author.clock.ms += 1_000
      const set = { 'title/en': `Turn ${turn}` }
      await author.registry.write({
        ...{ ns: 1, aud: 1, actor: 'desk' },
        changes: [{ rec: `resource/r${turn}`, set }],
      })
      await pass(author, author === one ? two : one)
    }
    const ranges = one.registry.heads().map(({ log, known }) => ({ log, from: 1, to: known.seq }))
    const fresh = await openReplica(federation)
    let count = 0
    const after = new Set<string>()
    for await (const bytes of inCausalOrder(one.registry, ranges)) {
      const commit = decodeCommit(bytes)
      for (const [writer] of decodeHeader(commit.header).after) after.add(String(writer))
      const [acceptance] = await fresh.registry.accept([commit])
      expect(acceptance?.outcome.kind, `commit ${count}`).to.equal('in force')
      count++
    }
    expect(count).to.equal(30)
    expect([...after].sort()).to.deep.equal(['1', '2'])
    expect(await fresh.registry.catalogueDigest()).to.deep.equal(
      await one.registry.catalogueDigest(),
    )
  })

  it('[SY15] bring a fork below the one that both know, where they stand on different branches', async () => {
    const federation = TestFederation.found([
      { seed: 1, agency: 'A' },
      { seed: 2, agency: 'B' },
    ])
    const [left, right] = [
      commitOf(federation, 1, {}, 'left'),
      commitOf(federation, 1, {}, 'right'),
    ]
    const seconds = [left, right].map((parent) =>
      commitOf(federation, 1, { seq: 2, parent: parent.id }, 'second'),
    )
    const { registry } = await openReplica(federation)
    const receiver = await openReplica(federation, { client: 2, seed: 2 })
    await registry.accept([left, ...seconds])
    await receiver.registry.accept([right, ...seconds])
    const context = { registry, crypto: testCrypto, nowMs: 1, signer: undefined }
    const since = {
      roster: { version: 1, hash: federation.newest.hash },
      orders: undefined,
      heads: receiver.registry.heads(),
    }
    const contents = await bundleContents(context, { for: 'members' }, since)
    const intake = new BundleIntake({ registry: receiver.registry, crypto: testCrypto })
    for await (const part of contents.parts()) await intake.take(part)
    expect(receiver.registry.heads()[0]).to.deep.include({ forkedAt: 1 })
  })
})
