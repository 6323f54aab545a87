import { nextTick as onNextTick } from 'node:process'
import type { Database } from '@mulu/registry-core'
import { expect } from 'chai'
import { pino } from 'pino'
import { CN_GOV_PROFILE, subscriptionOf } from '../../../registry-core/src/index.ts'
import { testCrypto, testSigner } from '../../../registry-core/testing/crypto.ts'
import { TEST_START_MS } from '../../../registry-core/testing/federation.ts'
import { SimulatedDisk } from '../../../registry-core/testing/simulated-disk.ts'
import { witnessedFederation } from '../../../registry-core/testing/snapshots.ts'
import { systemClock } from '../../src/clock.ts'
import { createSigner } from '../../src/crypto.ts'
import { bindAuthor } from '../../src/federation/own-writer.ts'
import { dataFolder } from '../../src/folder/data-folder.ts'
import { readKeyFile } from '../../src/folder/key-file.ts'
import { openDurableRegistry } from '../../src/store/durable-registry.ts'
import { type NodeStore, openNodeStore } from '../../src/store/node-store.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { foundIn, tempDir } from '../test-node.ts'

const WRITE = { ns: 1, aud: 1, actor: 'test' } as const
const record = (local: string) => ({
  ...WRITE,
  changes: [{ rec: `service/${local}`, set: { 'title/en': local } }],
})

/** What a registry on a simulated disk needs beside it. */
const SIMULATED = {
  crypto: testCrypto,
  now: () => TEST_START_MS,
  randomBytes: (length: number) => new Uint8Array(length),
  profiles: [CN_GOV_PROFILE],
  logger: pino({ level: 'silent' }),
}

/** A disk whose writes can be made to fail, as a full one does. */
type Disk = { isFull: boolean; isGone: boolean; opened: number }

describe('a store whose disk fails', () => {
  let dir: string
  let remove: () => Promise<void>
  let disk: Disk
  let store: NodeStore

  beforeEach(async () => {
    const made = await tempDir()
    dir = made[0]
    remove = made[1]
    await foundIn(dir)
    disk = { isFull: false, isGone: false, opened: 0 }
    const folder = dataFolder(dir)
    store = await openNodeStore(folder, systemClock, {
      logger: pino({ level: 'silent' }),
      openDatabase: () => openFailing(folder.store, disk),
    })
    bindAuthor(store.registry, createSigner(await readKeyFile(folder.writerKey)))
  })
  afterEach(async () => {
    await store[Symbol.asyncDispose]()
    await remove()
  })

  const titles = async (): Promise<readonly string[]> => {
    const found: string[] = []
    for await (const view of store.registry.catalogue.views()) found.push(view.local)
    return found.sort()
  }

  it('[ND13] refuses the write with a code, opens the store again, and loses nothing', async () => {
    await store.registry.write(record('before'))
    const digest = await store.registry.catalogueDigest()
    disk.isFull = true
    expect(await codeOf(store.registry.write(record('lost')))).to.equal('MULU_DISK')
    disk.isFull = false
    expect(disk.opened).to.equal(2)
    expect(await titles()).to.deep.equal(['before'])
    expect(await store.registry.catalogueDigest()).to.deep.equal(digest)
    expect(store.registry.totals()).to.include({ records: 1, commits: 1, waiting: 0 })
    await store.registry.write(record('after'))
    expect(await titles()).to.deep.equal(['after', 'before'])
  })

  it('[ND14] goes on once the disk is back, also after it was gone for a while', async () => {
    await store.registry.write(record('before'))
    disk.isFull = true
    disk.isGone = true
    expect(await codeOf(store.registry.write(record('x')))).to.equal('MULU_DISK')
    expect(await codeOf(store.registry.write(record('y')))).to.not.equal('none')
    disk.isFull = false
    disk.isGone = false
    await store.registry.write(record('after'))
    expect(await titles()).to.deep.equal(['after', 'before'])
  })

  it('[ND15] opens the store once for calls that fail together', async () => {
    disk.isFull = true
    const writes = ['a', 'b', 'c'].map((local) => codeOf(store.registry.write(record(local))))
    for (const code of await Promise.all(writes)) {
      expect(code).to.equal('MULU_DISK')
    }
    disk.isFull = false
    await store.registry.write(record('after'))
    expect(await titles()).to.deep.equal(['after'])
  })

  it('[ND16] keeps its listeners and its author over a reopening', async () => {
    const events: string[] = []
    store.registry.subscribe((event) => events.push(event.type))
    const author = store.registry.author?.client
    disk.isFull = true
    await codeOf(store.registry.write(record('x')))
    disk.isFull = false
    events.length = 0
    await store.registry.write(record('after'))
    expect(events).to.include('commits')
    expect(store.registry.author?.client).to.equal(author).and.equal(1)
  })

  it('[ND17] leaves the store open when a write is refused for what it says', async () => {
    const wrong = { ...WRITE, changes: [{ rec: 'service/a', set: { 'no path': 1 } }] }
    expect(await codeOf(store.registry.write(wrong))).to.equal('MULU_PATH')
    expect(disk.opened).to.equal(1)
  })

  it('[ND18] answers after closing with a code, and closes twice as once', async () => {
    await store.registry.close()
    await store.registry.close()
    expect(await codeOf(store.registry.write(record('x')))).to.equal('MULU_CLOSED')
    expect(await codeOf(store.registry.catalogueDigest())).to.equal('MULU_CLOSED')
    expect(await codeOf(store.registry.catalogue.query({}))).to.equal('MULU_CLOSED')
  })

  it('[ND19] keeps baselines per namespace and source, apart from the records', async () => {
    const digest = await store.registry.catalogueDigest()
    await store.baselines(1, 'a/b').save(new Map([['service/x', '["1"]']]))
    await store.baselines(1, 'a').save(new Map([['service/x', '["2"]']]))
    await store.baselines(11, 'a').save(new Map([['service/y', '["3"]']]))
    const load = (ns: number, source: string) =>
      store.baselines(ns, source).load(['service/x', 'service/y'])
    expect(await load(1, 'a/b')).to.deep.equal(['["1"]', undefined])
    expect(await load(1, 'a')).to.deep.equal(['["2"]', undefined])
    expect(await load(11, 'a')).to.deep.equal([undefined, '["3"]'])
    expect(await load(2, 'a')).to.deep.equal([undefined, undefined])
    const recs: string[] = []
    for await (const page of store.baselines(1, 'a').recs()) recs.push(...page)
    expect(recs).to.deep.equal(['service/x'])
    expect(await store.registry.catalogueDigest()).to.deep.equal(digest)
  })
})

describe('a store that holds a part', () => {
  it('[SB20] is not opened without end while its disk is full, and follows what was subscribed to later', async () => {
    const federation = witnessedFederation()
    federation.admit({ seed: 4, agency: 'A1', office: 'north', rights: ['describe'] })
    const disk = new SimulatedDisk()
    let opened = 0
    const registry = await openDurableRegistry({
      openDatabase: async () => {
        opened += 1
        return disk.open()
      },
      ...SIMULATED,
    })
    registry.setAuthor({ client: 4, signer: testSigner(4) })
    for (const { bytes } of federation.rosters) await registry.addRoster(bytes)
    await registry.holding.subscribe(subscriptionOf([], []))
    expect(registry.holding.holds({ ns: 2, aud: 1 })).to.equal(false)

    // What is subscribed to can still be written, and nothing after that.
    disk.plan('full', 1, Number.POSITIVE_INFINITY)
    const subscribing = registry.holding.subscribe(subscriptionOf([2], []))
    expect(await codeOf(subscribing)).to.equal('MULU_DISK')
    for (let read = 0; read < 20; read++) await registry.catalogueDigest()
    expect(opened).to.equal(3)
    expect(registry.holding.holds({ ns: 2, aud: 1 })).to.equal(false)

    disk.repair()
    await registry.pruning.noteArchived([])
    expect(registry.holding.holds({ ns: 2, aud: 1 })).to.equal(true)
    await registry.close()
  })
})

describe('a store that is opened again', () => {
  it('[ND61] has calls wait that come meanwhile, and tells none of them that it was closed', async () => {
    const disk = new SimulatedDisk()
    const registry = await openDurableRegistry({
      ...SIMULATED,
      openDatabase: async () => disk.open(),
    })
    const federation = witnessedFederation()
    for (const { bytes } of federation.rosters) await registry.addRoster(bytes)
    registry.setAuthor({ client: 1, signer: testSigner(1) })
    const codes = new Set<string>()
    const note = async (call: Promise<unknown>): Promise<void> => {
      codes.add(await codeOf(call))
    }
    for (let late = 0; late < 100; late++) {
      disk.plan('full', 0, 1)
      const failing = registry.write(record(`failing${late}`))
      const calls = [note(failing)]
      for (let tick = 0; tick < late; tick++) await nextTick()
      calls.push(note(registry.catalogueDigest()), note(registry.scrub()))
      calls.push(
        note(registry.catalogue.query({})),
        note(registry.commitsAt({ ns: 1, aud: 1, writer: 1 }, 1)),
      )
      await Promise.all(calls)
    }
    expect([...codes].sort()).to.deep.equal(['MULU_DISK', 'none'])
    await registry.close()
  })
})

describe('a store that is read while it is opened again', () => {
  it('[ND62] is read on from where it was, each record once', async () => {
    const disk = new SimulatedDisk()
    const registry = await openDurableRegistry({
      ...SIMULATED,
      openDatabase: async () => disk.open(),
    })
    for (const { bytes } of witnessedFederation().rosters) await registry.addRoster(bytes)
    registry.setAuthor({ client: 1, signer: testSigner(1) })
    for (const local of ['a', 'b', 'c', 'd']) await registry.write(record(local))
    const read: string[] = []
    for await (const { local } of registry.catalogue.views()) {
      read.push(local)
      disk.plan('full', 0, 1)
      expect(await codeOf(registry.write(record('lost')))).to.equal('MULU_DISK')
    }
    expect(read).to.deep.equal(['a', 'b', 'c', 'd'])
    await registry.close()
  })
})

describe('a store that is in use', () => {
  it('[ND20] is refused to a second one with a code, and stays whole', async () => {
    const [dir, remove] = await tempDir()
    const path = dataFolder(dir).store
    const db = await openDatabase(path)
    try {
      await db.put('k', 'v')
      expect(await codeOf(openDatabase(path))).to.equal('MULU_STORE_LOCKED')
      expect(await db.get('k')).to.equal('v')
    } finally {
      await db.close()
      await remove()
    }
  })
})

/**
 * The real store, with a batch that fails as LevelDB does on a full disk: from the first failed
 * write on, all writes fail until the store is opened again.
 */
async function openFailing(path: string, disk: Disk): Promise<Database> {
  if (disk.isGone) throw storeError('LEVEL_DATABASE_NOT_OPEN', 'the disk is gone')
  disk.opened += 1
  const db = await openDatabase(path)
  let isStuck = false
  const batch = db.batch.bind(db) as (...args: unknown[]) => Promise<void>
  const failing = async (...args: unknown[]): Promise<void> => {
    isStuck ||= disk.isFull
    if (isStuck) throw storeError('LEVEL_IO_ERROR', 'No space left on device')
    return batch(...args)
  }
  Object.defineProperty(db, 'batch', { value: failing })
  return db
}

function storeError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

const nextTick = (): Promise<void> => new Promise((resolve) => onNextTick(resolve))

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'none'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}
