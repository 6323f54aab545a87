import { expect } from 'chai'
import { type Commit, decodeCommit } from '../../src/commit/commit.ts'
import { hashToText } from '../../src/crypto.ts'
import type { Registry } from '../../src/registry.ts'
import type { Finding } from '../../src/scrub/finding.ts'
import type { Scrubbed } from '../../src/scrub/scrub.ts'
import { connect, Participant, settle } from '../../testing/exchange.ts'
import { openReplica, TestFederation } from '../../testing/federation.ts'
import { commitOf } from '../../testing/signed-commit.ts'
import { SimulatedDisk } from '../../testing/simulated-disk.ts'

const APPLICANTS = [
  { seed: 1, agency: 'A' },
  { seed: 2, agency: 'A', office: 'north' },
] as const

type Site = {
  readonly federation: TestFederation
  readonly disk: SimulatedDisk
  readonly registry: Registry
  readonly peer: Participant
}

/** Two replicas that hold the same; the first one's disk is in the hands of the test. */
async function openSite(records = 6): Promise<Site> {
  const federation = TestFederation.found(APPLICANTS)
  const disk = new SimulatedDisk()
  const { registry } = await openReplica(federation, { client: 1, seed: 1 }, disk.open())
  const other = await openReplica(federation, { client: 2, seed: 2 })
  for (let i = 0; i < records; i++) await describeRecord(registry, `r${i}`, `first ${i}`)
  const peer = new Participant(other.registry, 2)
  await settle(connect(new Participant(registry, 1), peer))
  for (let i = 0; i < 3; i++) await describeRecord(other.registry, `r${i}`, `second ${i}`)
  await settle(connect(new Participant(registry, 1), peer))
  await registry.snapshot(1)
  await settle(connect(new Participant(registry, 1), peer))
  return { federation, disk, registry, peer }
}

async function describeRecord(registry: Registry, local: string, title: string): Promise<void> {
  const set = { 'title/en': title, 'description/en': 'x'.repeat(40) }
  await registry.write({ ns: 1, aud: 1, actor: 'a', changes: [{ rec: `resource/${local}`, set }] })
}

/** Everything that is read of a replica, as text. */
async function readingOf(registry: Registry): Promise<string> {
  const lines = [hashToText(await registry.catalogueDigest())]
  for (const which of ['known', 'accepted'] as const) {
    lines.push(hashToText(registry.headsDigest(which, 1)))
  }
  for await (const view of registry.catalogue.views()) lines.push(JSON.stringify(view))
  lines.push(JSON.stringify(registry.snapshots().length), JSON.stringify(registry.totals()))
  for (const { digest, indexed } of await registry.checkIndex()) lines.push(`${digest} ${indexed}`)
  return lines.join('\n')
}

type Seen = { readonly scrubbed: Scrubbed; readonly findings: readonly Finding[] }

async function scrubOf(registry: Registry): Promise<Seen> {
  const findings: Finding[] = []
  const scrubbed = await registry.scrub({ onFinding: (finding) => findings.push(finding) })
  return { scrubbed, findings }
}

const keysOf = (disk: SimulatedDisk, sublevel: string): readonly string[] =>
  disk.keys().filter((key) => key.startsWith(`!${sublevel}!`))

describe('a scrub', () => {
  it('[SC1] finds nothing in a store that is sound, and changes nothing there', async () => {
    const { disk, registry } = await openSite()
    const before = await readingOf(registry)
    const writes = disk.writes
    const { scrubbed, findings } = await scrubOf(registry)
    expect(findings).to.deep.equal([])
    expect(scrubbed).to.deep.include({ commits: 10, records: 6, found: 0, isIndexRebuilt: false })
    expect(disk.writes).to.equal(writes)
    expect(await readingOf(registry)).to.equal(before)
  })

  it('[SC2] names every flipped byte of commits and derived data, and mends all with a peer', async () => {
    const site = await openSite(3)
    const { federation, disk, peer } = site
    const healthy = await readingOf(site.registry)
    const sublevels = ['commits', 'outcomes', 'logs', 'records', 'leaves', 'tree', 'rosters']
    let tried = 0
    for (const sublevel of sublevels) {
      for (const key of keysOf(disk, sublevel)) {
        for (const part of [0.05, 0.7]) {
          const length = disk.get(key)?.length ?? 0
          if (length === 0) continue
          const { registry: running } = await openReplica(federation, undefined, disk.open())
          disk.rot(key, Math.floor(length * part), 1 << (tried % 8))
          const isRunning = tried++ % 2 === 0
          const registry = isRunning
            ? running
            : (await openReplica(federation, undefined, disk.open())).registry
          const { findings } = await scrubOf(registry)
          const where = `${key} at ${part}, ${isRunning ? 'running' : 'opened again'}`
          // Some is mended by the opening itself, or leaves what it says untouched.
          if (sublevel === 'commits') expect(findings.length, where).to.be.at.least(1)
          await settle(connect(new Participant(registry, 1), peer))
          const after = await scrubOf(registry)
          expect(after.findings, where).to.deep.equal([])
          expect(registry.damage(), where).to.deep.equal({ commits: [], scopes: [] })
          expect(await readingOf(registry), where).to.equal(healthy)
        }
      }
    }
    expect(tried).to.be.greaterThan(60)
  }).timeout(120_000)

  it('[SC3] names log, position and record of a body, says so until a peer has it, and passes it to nobody', async () => {
    const { disk, registry, peer, federation } = await openSite()
    const healthy = await readingOf(registry)
    const [, key = ''] = keysOf(disk, 'commits')
    disk.rot(key, (disk.get(key)?.length ?? 0) - 5, 0x20)
    const { findings } = await scrubOf(registry)
    const log = { ns: 1, aud: 1, writer: 1 }
    expect(findings).to.deep.equal([
      { what: 'body', scope: log, log, seq: 2, records: ['resource/r1'] },
    ])
    expect((await registry.readLog({ ns: 1, aud: 1, writer: 1 }, 1, 1e6)).commits).to.have.length(1)
    expect(await readingOf(registry)).to.equal(healthy)
    const again = (await openReplica(federation, { client: 1, seed: 1 }, disk.open())).registry
    expect(again.damage().commits).to.have.length(1)
    // A node that is alone goes on writing: only what has rotted is missing.
    await describeRecord(again, 'r9', 'written meanwhile')
    await settle(connect(new Participant(again, 1), peer))
    expect(again.damage()).to.deep.equal({ commits: [], scopes: [] })
    expect(await readingOf(again)).to.equal(await readingOf(peer.registry))
    expect((await again.readLog({ ns: 1, aud: 1, writer: 1 }, 1, 1e6)).commits).to.have.length(8)
  })

  it('[SC4] takes only the very commit that stood there', async () => {
    const { disk, registry, federation, peer } = await openSite()
    const [key = ''] = keysOf(disk, 'commits')
    disk.rot(key, 40, 1)
    await scrubOf(registry)
    const forged = commitOf(federation, 1, {}, 'another text')
    expect(await registry.repair([forged])).to.equal(0)
    expect(registry.damage().commits).to.have.length(1)
    await settle(connect(new Participant(registry, 1), peer))
    expect(registry.damage().commits).to.have.length(0)
  })

  it('[SC5] brings back what was lost whole: commits, outcomes, log states, records', async () => {
    const site = await openSite(3)
    const healthy = await readingOf(site.registry)
    const { federation, disk, peer } = site
    for (const sublevel of ['commits', 'outcomes', 'logs', 'records', 'leaves']) {
      for (const key of keysOf(disk, sublevel)) {
        for (const isRunning of [true, false]) {
          const running = await openReplica(federation, undefined, disk.open())
          disk.write([{ type: 'del', key }], true)
          const { registry } = isRunning
            ? running
            : await openReplica(federation, undefined, disk.open())
          await scrubOf(registry)
          await settle(connect(new Participant(registry, 1), peer))
          expect((await scrubOf(registry)).findings, key).to.deep.equal([])
          expect(await readingOf(registry), key).to.equal(healthy)
        }
      }
    }
  }).timeout(60_000)

  it('[SC6] builds nothing anew from rotten commits, and catches up once they are whole', async () => {
    const { disk, registry, peer } = await openSite()
    const healthy = await readingOf(registry)
    const [, commit = ''] = keysOf(disk, 'commits')
    const [record = ''] = keysOf(disk, 'records')
    disk.rot(commit, 80, 4)
    disk.rot(record, 3, 64)
    await scrubOf(registry)
    expect(registry.damage().commits).to.have.length(1)
    expect(registry.damage().scopes).to.deep.equal([{ ns: 1, aud: 1 }])
    await settle(connect(new Participant(registry, 1), peer))
    expect(registry.damage()).to.deep.equal({ commits: [], scopes: [] })
    expect(await readingOf(registry)).to.equal(healthy)
  })

  it('[SC7] lets writes and reads through between its portions', async () => {
    const { registry } = await openSite(40)
    let pauses = 0
    const shown: number[] = []
    await registry.scrub({
      pause: async () => {
        if (pauses++ === 2) await describeRecord(registry, 'r77', 'written during the scrub')
      },
      onProgress: (done, total) => shown.push(done / total),
    })
    expect(pauses).to.be.greaterThan(10)
    expect(shown.at(-1)).to.equal(1)
    expect([...shown].sort((a, b) => a - b)).to.deep.equal(shown)
    expect((await scrubOf(registry)).findings).to.deep.equal([])
  })

  it('[SC21] tells that the name of the federation has rotted, and goes by its first roster', async () => {
    const { disk, registry, federation, peer } = await openSite(1)
    const healthy = await readingOf(registry)
    for (const [at, bit] of [0, 9, 32].entries()) {
      disk.rot('!meta!federation', bit, 1 << at)
      const again = (await openReplica(federation, { client: 1, seed: 1 }, disk.open())).registry
      expect(again.federation).to.deep.equal(federation.newest.fed)
      await settle(connect(new Participant(again, 1), peer))
      expect(await readingOf(again)).to.equal(healthy)
      expect((await scrubOf(again)).findings).to.deep.equal([{ what: 'roster', at: 'federation' }])
      expect((await scrubOf(again)).findings).to.deep.equal([])
    }
  })

  it('[SC8] takes an erased body for sound, destroyed or not, and never takes it back', async () => {
    const { disk, registry, federation, peer } = await openSite(3)
    const reading = 'x'.repeat(40)
    await registry.erasing.order({
      ...{ ns: 1, rec: 'resource/r1', path: 'description/en', order: 'order 7', actor: 'a' },
    })
    const holdsCommit = (key: string): boolean =>
      Buffer.from(disk.get(key) ?? new Uint8Array()).includes(reading)
    const before = keysOf(disk, 'commits').filter(holdsCommit)
    expect((await scrubOf(registry)).findings).to.deep.equal([])
    await registry.erasing.destroy()
    const after = keysOf(disk, 'commits').filter(holdsCommit)
    expect(after.length).to.be.lessThan(before.length)
    expect((await scrubOf(registry)).findings).to.deep.equal([])

    // The commit rots; the peer, which has not heard of the order, still has the body.
    const [key = ''] = before.filter((each) => !after.includes(each))
    disk.rot(key, 20, 1)
    const again = (await openReplica(federation, { client: 1, seed: 1 }, disk.open())).registry
    expect((await scrubOf(again)).findings).to.have.length(1)
    expect(await again.repair(await commitsOf(peer.registry))).to.equal(1)
    expect(keysOf(disk, 'commits').filter(holdsCommit)).to.deep.equal(after)
    expect((await scrubOf(again)).findings).to.deep.equal([])
    await settle(connect(new Participant(again, 1), peer))
    expect(await readingOf(again)).to.equal(await readingOf(peer.registry))
  })
})

async function commitsOf(registry: Registry): Promise<readonly Commit[]> {
  const commits: Commit[] = []
  for (const { log } of registry.heads()) {
    for (const bytes of (await registry.readLog(log, 1, 1e6)).commits)
      commits.push(decodeCommit(bytes))
  }
  return commits
}
