import type { Database } from '@mulu/registry-core'
import { expect } from 'chai'
import { MemoryLevel } from 'memory-level'
import { pino } from 'pino'
import { CN_GOV_PROFILE, decodeCommit } from '../../../registry-core/src/index.ts'
import { testCrypto, testSigner } from '../../../registry-core/testing/crypto.ts'
import { openReplica, TEST_START_MS } from '../../../registry-core/testing/federation.ts'
import { cutBelow } from '../../../registry-core/testing/settled.ts'
import { witnessedFederation } from '../../../registry-core/testing/snapshots.ts'
import { eraseField } from '../../src/federation/erase.ts'
import type { NodeContext } from '../../src/node-context.ts'
import { openDurableRegistry } from '../../src/store/durable-registry.ts'

const LOG = { ns: 1, aud: 1, writer: 1 } as const

describe('erasing while other values are not here', () => {
  it('[PB15] says that it is done, and leaves the snapshot to later', async () => {
    const federation = witnessedFederation()
    const rights = ['describe', 'classify', 'erase'] as const
    federation.admit({ seed: 4, agency: 'A1', office: 'north', rights })
    const head = await openReplica(federation, { client: 1, seed: 1 })
    for (const rec of ['resource/r1', 'resource/r2']) {
      const changes = [{ rec, set: { 'contact/phone': '+86 1' } }]
      await head.registry.write({ ns: 1, aud: 1, actor: 'x', changes })
    }
    const field = { ns: 1, path: 'contact/phone', order: 'o 1', actor: 'x' }
    await head.registry.erasing.order({ ...field, rec: 'resource/r1' })
    await head.registry.erasing.order({ ...field, rec: 'resource/r2' })
    await head.registry.erasing.destroy()
    await cutBelow(federation, head.registry, LOG, 3)
    const registry = await openDurableRegistry({
      openDatabase: async () => new MemoryLevel<string, string>() as unknown as Database,
      crypto: testCrypto,
      now: () => TEST_START_MS,
      randomBytes: (length) => new Uint8Array(length),
      profiles: [CN_GOV_PROFILE],
      logger: pino({ level: 'silent' }),
    })
    const signer = testSigner(4)
    registry.setAuthor({ client: 4, signer })
    for (const { bytes } of federation.rosters) await registry.addRoster(bytes)
    await registry.accept((await head.registry.readLog(LOG, 1, 1e7)).commits.map(decodeCommit))
    expect(registry.pruning.lackingRecords()).to.equal(2)
    const context = { store: { registry }, signer, config: { actor: 'x' } }
    const erase = (record: string) =>
      eraseField(context as unknown as NodeContext, {
        ...{ record, field: 'contact/phone', order: 'o 2', lacked: true },
      })
    const first = await erase('1/resource/r1')
    expect(first).to.deep.include({ bodies: 1, snapshot: null, destroyedHere: true })
    expect(registry.pruning.lackingRecords()).to.equal(1)
    const second = await erase('1/resource/r2')
    expect(second.snapshot).to.match(/^sha256:/)
    expect(registry.pruning.lackingRecords()).to.equal(0)
    await registry.close()
  })
})
