import { expect } from 'chai'
import { bundleContents, type Carried } from '../../src/bundle/contents.ts'
import { BundleIntake } from '../../src/bundle/intake.ts'
import type { Part } from '../../src/bundle/part.ts'
import type { LogHead } from '../../src/log/log.ts'
import type { Registry } from '../../src/registry.ts'
import { testCrypto } from '../../testing/crypto.ts'
import { openReplica, TestFederation } from '../../testing/federation.ts'
import { take, write } from '../../testing/ordered-replicas.ts'
import { admit, close, closing, OFFICE, orderingFederation } from '../../testing/orders.ts'
import { SimulatedDisk } from '../../testing/simulated-disk.ts'

type Contents = Awaited<ReturnType<typeof bundleContents>>

function backUp(registry: Registry, since?: Carried): Promise<Contents> {
  const signer = registry.author?.signer
  return bundleContents({ registry, crypto: testCrypto, nowMs: 1, signer }, { for: 'self' }, since)
}

async function partsOf(contents: Contents): Promise<readonly Part[]> {
  const parts: Part[] = []
  for await (const part of contents.parts()) parts.push(part)
  return parts
}

async function restore(parts: readonly Part[], registry: Registry): Promise<readonly LogHead[]> {
  const intake = new BundleIntake({ registry, crypto: testCrypto, isOwn: true })
  for (const part of parts) await intake.take(part)
  return intake.carried?.heads ?? []
}

const endsOf = (heads: readonly LogHead[]) =>
  heads.map(({ log, accepted }) => [log.writer, accepted.seq])

describe('what goes into a backup', () => {
  it('[BK60] is rosters, orders and logs of one moment, whatever comes while it is written', async () => {
    const federation = orderingFederation()
    const { registry } = await openReplica(federation, { client: OFFICE, seed: 20 })
    await take(registry, admit(federation))
    for (const local of ['a', 'b']) await write(registry, local)
    const ordered = await backUp(registry)
    await take(registry, close(federation, closing(OFFICE, [])))
    expect(endsOf(registry.heads())).to.not.deep.equal([[OFFICE, 2]])
    const { registry: fresh } = await openReplica(federation)
    const heads = await restore(await partsOf(ordered), fresh)
    expect(endsOf(heads)).to.deep.equal([[OFFICE, 2]])
    expect(endsOf(fresh.heads())).to.deep.equal(endsOf(heads))
  })

  it('[BK61] is not written short where a commit has rotted', async () => {
    const federation = TestFederation.found([{ seed: 1, agency: 'A' }])
    const disk = new SimulatedDisk()
    const { registry } = await openReplica(federation, { client: 1, seed: 1 }, disk.open())
    for (let i = 0; i < 3; i++) {
      const changes = [{ rec: `resource/r${i}`, set: { 'title/en': `River ${i}` } }]
      await registry.write({ ns: 1, aud: 1, actor: 'a', changes })
    }
    const contents = await backUp(registry)
    const keys = disk.keys().filter((key) => key.startsWith('!commits!'))
    disk.rot(keys[1] ?? '', 40, 1)
    const failed = await partsOf(contents).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(failed).to.include({ code: 'MULU_BACKUP_ROTTEN' })
    expect(failed).to.have.property('details').that.includes({ log: '1/1/1', seq: 2 })
  })
})
