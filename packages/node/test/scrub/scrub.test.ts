import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CN_GOV_PROFILE, hashToText, type Registry } from '@mulu/registry-core'
import { expect } from 'chai'
import { systemClock } from '../../src/clock.ts'
import { createSigner } from '../../src/crypto.ts'
import { bindAuthor } from '../../src/federation/own-writer.ts'
import { dataFolder } from '../../src/folder/data-folder.ts'
import type { Network } from '../../src/network/peer-info.ts'
import { crc32c } from '../../src/scrub/crc32c.ts'
import { scrubFile } from '../../src/scrub/scrub-file.ts'
import { scrubStatus } from '../../src/scrub/scrub-status.ts'
import { Scrubber } from '../../src/scrub/scrubber.ts'
import { unpackSnappy } from '../../src/scrub/snappy.ts'
import { type DurableRegistry, openDurableRegistry } from '../../src/store/durable-registry.ts'
import { openNodeStore } from '../../src/store/node-store.ts'
import { openDatabase, salvageDatabase } from '../../src/store/open-database.ts'
import {
  crypto,
  logger,
  openTestRegistry,
  peerOf,
  Rosters,
  seedOf,
  startTestNetwork,
} from '../network/test-federation.ts'
import { tempDir } from '../test-node.ts'

const RECORDS = 120

describe('the scrub of a node', function () {
  this.timeout(60_000)
  let dir: string
  let remove: () => Promise<void>
  let rosters: Rosters
  let peer: Registry
  let peerNetwork: Network
  let healthy: string

  before(async () => {
    rosters = Rosters.found(2)
    peer = await openTestRegistry(2, rosters.all)
    await describeRecords(peer, 0)
    peerNetwork = await startTestNetwork(2, peer)
    healthy = await readingOf(peer)
  })
  after(async () => {
    await peerNetwork?.stop()
    await peer?.close()
  })

  beforeEach(async () => {
    ;[dir, remove] = await tempDir()
    const node = await openNode()
    await untilLevel(node)
    await node[Symbol.asyncDispose]()
    // Closed and opened twice: what stood in the log file stands in tables then.
    await reopen()
    await reopen()
  })
  afterEach(() => remove())

  type Node = AsyncDisposable & {
    readonly registry: DurableRegistry
    readonly scrubber: Scrubber
  }

  async function openNode(): Promise<Node> {
    const folder = dataFolder(dir)
    const registry = await openDurableRegistry({
      openDatabase: () => openDatabase(folder.store),
      salvage: () => salvageDatabase(folder.store),
      ...{ logger, crypto, now: () => Date.now(), profiles: [CN_GOV_PROFILE] },
      randomBytes: (length) => new Uint8Array(length).fill(1),
    })
    await registry.pinFederation(rosters.newest.fed)
    for (const { bytes } of rosters.all) await registry.addRoster(bytes)
    bindAuthor(registry, createSigner(seedOf('writer 1')))
    const scrubber = new Scrubber({
      ...{ registry, store: folder.store, file: scrubFile(folder), clock: systemClock, logger },
    })
    await scrubber.load()
    return {
      registry,
      scrubber,
      [Symbol.asyncDispose]: async () => {
        await scrubber.stop()
        await registry.close()
      },
    }
  }

  async function reopen(): Promise<void> {
    await (await openNode())[Symbol.asyncDispose]()
  }

  async function untilLevel({ registry }: Node): Promise<void> {
    const [address = ''] = peerNetwork.addresses()
    const network = await startTestNetwork(1, registry, { dial: [address] })
    try {
      await changed(network, async () => {
        if (registry.damage().commits.length > 0) return false
        return (await readingOf(registry)) === healthy
      })
    } finally {
      await network.stop()
    }
  }

  const tables = async (): Promise<readonly string[]> =>
    (await readdir(dataFolder(dir).store)).filter((name) => name.endsWith('.ldb')).sort()

  async function flip(name: string, at: number): Promise<void> {
    const path = join(dataFolder(dir).store, name)
    const bytes = await readFile(path)
    bytes[at] = (bytes[at] ?? 0) ^ 0x11
    await writeFile(path, bytes)
  }

  it('[ND25] names the file of flipped bytes, mends all with a peer, and finds nothing after that', async () => {
    const random = seeded(20_261_124)
    for (let round = 0; round < 8; round++) {
      const name = (await tables()).at(-1) ?? ''
      const { size } = await stat(join(dataFolder(dir).store, name))
      for (let flips = 0; flips < 3; flips++) await flip(name, Math.floor(random() * size))
      const where = `round ${round}, ${name}`
      // As after a crash: the files are looked at before LevelDB opens them.
      const isBefore = round > 0
      if (isBefore) await salvageDatabase(dataFolder(dir).store)
      await using node = await openNode()
      node.registry.isSalvaged ||= isBefore
      const last = await node.scrubber.now()
      const isFound = last.files.length > 0 || last.found > 0 || last.rebuilt > 0
      expect(isFound, where).to.equal(true)
      await untilLevel(node)
      await node.scrubber.now()
      const again = await node.scrubber.now()
      expect(again, where).to.deep.include({ found: 0, files: [], rebuilt: 0 })
      expect(await readingOf(node.registry), where).to.equal(healthy)
    }
  })

  it('[ND26] opens with a list of files, or a pointer to it, that has rotted, and gets back what is lost', async () => {
    for (const pattern of [/^MANIFEST-/, /^CURRENT$/]) {
      const name = (await readdir(dataFolder(dir).store)).find((each) => pattern.test(each)) ?? ''
      await flip(name, 9)
      await using node = await openNode()
      expect(node.registry.isSalvaged, name).to.equal(true)
      await node.scrubber.now()
      await untilLevel(node)
      expect((await node.scrubber.now()).found, name).to.equal(0)
    }
  })

  it('[ND27] says alone what it cannot give back, over a restart, and goes on serving the rest', async () => {
    const name = (await tables()).at(-1) ?? ''
    const { size } = await stat(join(dataFolder(dir).store, name))
    for (let at = 200; at < size / 3; at += 4_096) await flip(name, at)
    {
      await using node = await openNode()
      await node.scrubber.now()
      const status = scrubStatus(node.registry, node.scrubber)
      expect(status.damaged).to.be.greaterThan(0)
      expect(status.last?.files[0]?.file).to.match(/\.ldb$/)
      expect(status.commits[0]).to.include({ namespace: 2, writer: 2 })
    }
    await using node = await openNode()
    const status = scrubStatus(node.registry, node.scrubber)
    expect(status.damaged).to.be.greaterThan(0)
    expect(status.last?.finishedMs).to.be.greaterThan(0)
    await node.registry.write({
      ...{ ns: 1, aud: 1, actor: 'a' },
      changes: [{ rec: 'resource/own', set: { 'title/en': 'written meanwhile' } }],
    })
    expect(await node.registry.catalogue.record({ ns: 1, kind: 'resource', local: 'own' })).to.not
      .be.undefined
  })

  it('[ND30] looks for rot before it opens what was left open twice', async () => {
    const folder = dataFolder(dir)
    const name = (await tables()).at(-1) ?? ''
    await flip(name, 300)
    for (const [unclosed, isSalvaged] of [
      ['1', false],
      ['2', true],
      ['', false],
    ] as const) {
      if (unclosed !== '') await writeFile(folder.opened, unclosed)
      await using store = await openNodeStore(folder, systemClock)
      expect(store.registry.isSalvaged, unclosed).to.equal(isSalvaged)
      expect(await readFile(folder.opened, 'utf8')).to.equal(`${Number(unclosed) + 1}\n`)
    }
    expect(await readdir(dir)).to.not.include('opened')
  })

  it('[ND28] joins a scrub that is under way, and rests between portions when nobody waits', async () => {
    await using node = await openNode()
    const shown: number[] = []
    const both = await Promise.all([
      node.scrubber.now(),
      node.scrubber.now((done, total) => shown.push(done / total)),
    ])
    expect(both[0]).to.equal(both[1])
    expect(shown.at(-1)).to.equal(1)
    let sleptMs = 0
    let run: () => void = () => undefined
    const clock = {
      ...systemClock,
      sleep: async (ms: number) => {
        sleptMs += ms
      },
      after: (_: number, later: () => void) => {
        run = later
        return () => undefined
      },
    }
    const file = { read: async () => undefined, write: async () => run() }
    const { store } = dataFolder(dir)
    const resting = new Scrubber({ registry: node.registry, store, file, clock, logger })
    const written = new Promise<void>((resolve) => {
      file.write = async () => resolve()
    })
    resting.start()
    run()
    await written
    await resting.stop()
    expect(sleptMs).to.be.greaterThan(0)
  })

  it('[ND29] computes the checksums and unpacks the blocks that LevelDB writes', () => {
    // RFC 3720 appendix B.4.
    expect(crc32c(new Uint8Array(32))).to.equal(0x8a9136aa)
    expect(crc32c(new Uint8Array(32).fill(0xff))).to.equal(0x62a8ab43)
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).to.equal(0x46dd794e)
    const packed = Uint8Array.of(10, 0b1000, 0x61, 0x62, 0x63, 0b1101, 3)
    expect(Buffer.from(unpackSnappy(packed)).toString()).to.equal('abcabcabca')
    expect(() => unpackSnappy(Uint8Array.of(10, 0b1000, 0x61))).to.throw(RangeError)
    expect(() => unpackSnappy(Uint8Array.of(10, 0b1101, 3))).to.throw(RangeError)
  })
})

async function describeRecords(registry: Registry, from: number): Promise<void> {
  for (let i = from; i < from + RECORDS; i++) {
    const set = { 'title/en': `Title ${i}`, 'description/en': hex(i).repeat(6) }
    const changes = [{ rec: `resource/r${i}`, set }]
    await registry.write({ ns: 2, aud: 1, actor: 'a', changes })
  }
}

/** Text that packs badly, so that blocks of both kinds are written. */
function hex(number: number): string {
  return Buffer.from(seedOf(`text ${number}`)).toString('base64')
}

async function readingOf(registry: Registry): Promise<string> {
  const digest = hashToText(await registry.catalogueDigest())
  return `${digest} ${hashToText(registry.headsDigest('accepted', 1))} ${peerOf(2)}`
}

/** Resolves once `isTrue` is, looked at whenever the network has something to tell. */
async function changed(network: Network, isTrue: () => Promise<boolean>): Promise<void> {
  if (await isTrue()) return
  await new Promise<void>((resolve, reject) => {
    const stop = network.onChange(() => {
      isTrue().then((is) => {
        if (!is) return
        stop()
        resolve()
      }, reject)
    })
  })
}

/** A small generator, so that every run of the test flips the same bytes. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
