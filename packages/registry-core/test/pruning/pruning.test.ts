import { expect } from 'chai'
import { MemoryLevel } from 'memory-level'
import { bodyHash, type Commit, decodeCommit } from '../../src/commit/commit.ts'
import { hashToText } from '../../src/crypto.ts'
import { isMuluError } from '../../src/errors.ts'
import { type Checked, checkEvidence } from '../../src/evidence/check.ts'
import { decodeEvidence, type Evidence, encodeEvidence } from '../../src/evidence/evidence.ts'
import { gatherEvidence } from '../../src/evidence/gather.ts'
import { openRegistry } from '../../src/open-registry.ts'
import { CN_GOV_PROFILE } from '../../src/profile/cn-gov.ts'
import type { Database, Registry } from '../../src/registry.ts'
import type { Finding } from '../../src/scrub/finding.ts'
import { testCrypto } from '../../testing/crypto.ts'
import { Participant } from '../../testing/exchange.ts'
import { openReplica, type TestFederation, type TestReplica } from '../../testing/federation.ts'
import { bodiesAt, cutBelow, meet, settleSnapshot } from '../../testing/settled.ts'
import { openMembers, pass, witnessedFederation, writeTitle } from '../../testing/snapshots.ts'

const R1 = { ns: 3, kind: 'resource', local: 'r1' }
const LOG = { ns: 3, aud: 1, writer: 3 } as const

async function write({ registry, clock }: TestReplica, set: Record<string, string>): Promise<void> {
  clock.ms += 1_000
  await registry.write({ ns: 3, aud: 1, actor: 'x', changes: [{ rec: 'resource/r1', set }] })
}

/** What a node shows and says of its catalogue. */
async function readingsOf(registry: Registry): Promise<string> {
  const views: string[] = []
  for await (const view of registry.catalogue.views()) views.push(JSON.stringify(view))
  return [
    hashToText(await registry.catalogueDigest()),
    hashToText(registry.headsDigest('accepted', 1)),
    ...views.sort(),
  ].join('\n')
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    return isMuluError(error) ? error.code : String(error)
  }
}

/** Checks evidence with nothing else at hand. */
async function check(evidence: Evidence): Promise<Checked> {
  const scratch = await openRegistry({
    db: new MemoryLevel<string, string>() as unknown as Database,
    crypto: testCrypto,
    now: () => 0,
    randomBytes: (length) => new Uint8Array(length),
    profiles: [CN_GOV_PROFILE],
  })
  return checkEvidence(testCrypto, scratch, evidence)
}

async function absentAt(registry: Registry, seq: number): Promise<readonly boolean[]> {
  return (await bodiesAt(registry, LOG, seq)).map((body) => !(body instanceof Uint8Array))
}

describe('pruning', () => {
  let federation: TestFederation
  let members: readonly TestReplica[]
  let one: TestReplica
  let three: TestReplica
  let office: TestReplica
  let lean: TestReplica

  /** Writer 3 and its office 4 write one record; office 5 drops what is superseded. */
  beforeEach(async () => {
    federation = witnessedFederation()
    const rights = ['describe', 'classify'] as const
    federation.admit({ seed: 4, agency: 'A3', office: 'north', rights })
    federation.admit({ seed: 5, agency: 'A3', office: 'south' })
    office = await openReplica(federation, { client: 4, seed: 4 })
    lean = await openReplica(federation, { client: 5, seed: 5, keeps: 'live' })
    members = await openMembers(federation)
    ;[one, , three] = members as [TestReplica, TestReplica, TestReplica]
  })

  /** Hears from a node that keeps everything that it has the same. */
  async function meetArchive({ registry }: TestReplica): Promise<void> {
    await meet([
      new Participant(registry, registry.author?.client ?? 0),
      new Participant(one.registry, 1),
    ])
  }

  async function settleAll(): Promise<void> {
    await settleSnapshot([...members, office, lean])
    await meetArchive(lean)
  }

  it('[PB1] drops the bodies that a settled snapshot has superseded, no other, and nothing shown changes', async () => {
    await write(three, { 'title/en': 'one', 'description/en': 'stays' })
    for (const title of ['two', 'three']) await write(three, { 'title/en': title })
    await writeTitle(three, 'alone', 'resource/r2')
    await settleAll()
    await write(three, { 'title/en': 'four' })
    await pass(three.registry, lean.registry)
    const before = await readingsOf(lean.registry)
    const pruned = await lean.registry.pruning.prune()
    // The first body also holds the description, and the third is superseded, but not settled.
    expect(pruned).to.deep.include({ bodies: 1, commits: 1 })
    expect(pruned.bytes).to.be.greaterThan(20)
    const absent = await Promise.all([1, 2, 3, 4, 5].map((n) => absentAt(lean.registry, n)))
    expect(absent).to.deep.equal([[false], [true], [false], [false], [false]])
    expect(await readingsOf(lean.registry)).to.equal(before)
    expect(await readingsOf(lean.registry)).to.equal(await readingsOf(three.registry))
    await write(lean, { 'title/en': 'five' })
    await settleAll()
    expect(await lean.registry.pruning.prune()).to.deep.include({ bodies: 2 })
    expect(await readingsOf(lean.registry)).to.equal(await readingsOf(one.registry))
    // Another node that takes what is left, each signature and hash verified, comes to the same.
    const copy = await openReplica(federation)
    for (const { log } of lean.registry.heads()) {
      const { commits } = await lean.registry.readLog(log, 1, 1e7)
      await copy.registry.accept(commits.map(decodeCommit), { leftOut: true })
    }
    expect(await readingsOf(copy.registry)).to.equal(await readingsOf(one.registry))
  })

  it('[PB2] looks only at what was settled since the last run, and starts over where all is judged anew', async () => {
    for (const title of ['one', 'two', 'three']) await write(three, { 'title/en': title })
    await settleAll()
    const looked: number[] = []
    const onProgress = (_done: number, total: number): void => void looked.push(total)
    await lean.registry.pruning.prune({ onProgress })
    const first = Math.max(...looked)
    looked.length = 0
    expect(await lean.registry.pruning.prune({ onProgress })).to.deep.include({ bodies: 0 })
    expect(looked).to.deep.equal([])
    await write(three, { 'title/en': 'four' })
    await settleAll()
    expect(await lean.registry.pruning.prune({ onProgress })).to.deep.include({ bodies: 1 })
    expect(Math.max(...looked)).to.be.lessThan(first + 3)
    looked.length = 0
    await cutBelow(federation, three.registry, LOG, 3)
    for (const { registry } of [one, lean]) await registry.addRoster(federation.newest.bytes)
    await lean.registry.pruning.prune({ onProgress })
    expect(looked).to.deep.equal([])
    await meetArchive(lean)
    await lean.registry.pruning.prune({ onProgress })
    expect(Math.max(...looked)).to.be.greaterThan(0)
  })

  it('[PB2] goes on after a power cut at any write, and holds then what it held before or less', async () => {
    for (const title of ['one', 'two', 'three']) await write(three, { 'title/en': title })
    await settleAll()
    const before = await readingsOf(lean.registry)
    const put = lean.db.batch.bind(lean.db)
    for (const failing of [1, 2, 3]) {
      let count = 0
      const batch = (...args: Parameters<typeof put>): ReturnType<typeof put> => {
        count += 1
        return count === failing ? (Promise.reject(new Error('no power')) as never) : put(...args)
      }
      Object.defineProperty(lean.db, 'batch', { value: batch, configurable: true })
      await codeOf(lean.registry.pruning.prune())
      Object.defineProperty(lean.db, 'batch', { value: put, configurable: true })
      const again = await openReplica(federation, { client: 5, seed: 5, keeps: 'live' }, lean.db)
      expect(await readingsOf(again.registry)).to.equal(before)
      lean = again
    }
    await lean.registry.pruning.prune()
    expect(await absentAt(lean.registry, 1)).to.deep.equal([true])
    expect(await absentAt(lean.registry, 2)).to.deep.equal([true])
    expect(await readingsOf(lean.registry)).to.equal(before)
  })

  it('[PB3] fetches a value that counts again after a cut, and says until then that it lacks it', async () => {
    await write(three, { 'title/en': 'one', sharing: 'closed' })
    await pass(three.registry, office.registry)
    await write(office, { 'title/en': 'of the office', sharing: 'open' })
    await settleAll()
    expect(await lean.registry.pruning.prune()).to.deep.include({ bodies: 2 })
    await cutBelow(federation, office.registry, { ...LOG, writer: 4 }, 1)
    for (const { registry } of [...members, lean]) await registry.addRoster(federation.newest.bytes)
    const { pruning, catalogue } = lean.registry
    expect(pruning.lackingRecords()).to.equal(1)
    expect(pruning.lacked()).to.deep.equal([{ log: LOG, seq: 1 }])
    expect((await catalogue.notHeld(R1)).counting).to.deep.include({ client: 3, seq: 1 })
    expect(await codeOf(lean.registry.snapshot(3))).to.equal('MULU_NOT_HELD')
    expect(await codeOf(write(lean, { 'title/en': 'over it' }))).to.equal('MULU_NOT_HELD')
    // After a restart it lacks the same, and one peer that lacks it too does not help.
    lean = await openReplica(federation, { client: 5, seed: 5, keeps: 'live' }, lean.db)
    expect(lean.registry.pruning.lackingRecords()).to.equal(1)
    const other = await openReplica(federation, { client: 4, seed: 4, keeps: 'live' })
    for (const { log } of lean.registry.heads()) {
      const { commits } = await lean.registry.readLog(log, 1, 1e7)
      await other.registry.accept(commits.map(decodeCommit), { leftOut: true })
    }
    await meet([new Participant(lean.registry, 5), new Participant(other.registry, 2)])
    expect(lean.registry.pruning.lackingRecords()).to.equal(1)
    await meet([new Participant(lean.registry, 5), new Participant(one.registry, 1)])
    expect(lean.registry.pruning.lackingRecords()).to.equal(0)
    expect(await readingsOf(lean.registry)).to.equal(await readingsOf(one.registry))
    expect((await lean.registry.catalogue.record(R1))?.fields['title/en']).to.equal('one')
    expect(await lean.registry.catalogue.notHeld(R1)).to.deep.equal({ earlier: 0, counting: [] })
  })

  it('[BK69] counts the times that bodies were put back, and states no digest until then', async () => {
    await write(three, { 'title/en': 'one', sharing: 'closed' })
    await pass(three.registry, office.registry)
    await write(office, { 'title/en': 'of the office', sharing: 'open' })
    await settleAll()
    await lean.registry.pruning.prune()
    expect(await lean.registry.standing()).to.include({ putBack: 0 })
    await cutBelow(federation, office.registry, { ...LOG, writer: 4 }, 1)
    for (const { registry } of [...members, lean]) await registry.addRoster(federation.newest.bytes)
    expect(await lean.registry.standing()).to.include({ putBack: 0, digest: undefined })
    await meet([new Participant(lean.registry, 5), new Participant(one.registry, 1)])
    const standing = await lean.registry.standing()
    expect(standing).to.include({ putBack: 1 })
    expect(standing.digest).to.deep.equal(await one.registry.catalogueDigest())
    expect(standing.heads).to.deep.equal(lean.registry.heads())
  })

  it('[PB3] shows nothing with legal effect while a closing that counts is not here', async () => {
    await write(three, { 'title/en': 'one', openness: 'closed' })
    await write(office, { 'description/en': 'beside', state: 'published' })
    await pass(three.registry, office.registry)
    await write(office, { openness: 'open' })
    await settleAll()
    await lean.registry.pruning.prune()
    await cutBelow(federation, office.registry, { ...LOG, writer: 4 }, 2)
    for (const { registry } of [...members, lean]) await registry.addRoster(federation.newest.bytes)
    expect((await one.registry.catalogue.record(R1))?.fields).to.include({
      openness: 'closed',
      state: 'published',
    })
    const lacking = await lean.registry.catalogue.record(R1)
    expect(lacking?.fields).to.have.property('description/en', 'beside')
    expect(lacking?.fields).to.not.have.any.keys('openness', 'state')
    await meet([new Participant(lean.registry, 5), new Participant(one.registry, 1)])
    expect(await readingsOf(lean.registry)).to.equal(await readingsOf(one.registry))
  })

  it('[PB4] drops nothing on a node that keeps everything, nor when it only counts', async () => {
    for (const title of ['one', 'two']) await write(three, { 'title/en': title })
    await settleAll()
    expect(await codeOf(one.registry.pruning.prune())).to.equal('MULU_KEEPS_ALL')
    for (const { registry } of [one, lean]) {
      expect(await registry.pruning.prune({ dryRun: true })).to.deep.include({ bodies: 1 })
      expect(await absentAt(registry, 1)).to.deep.equal([false])
    }
  })

  it('[PB4] drops nothing before a node that keeps everything was heard to hold it', async () => {
    for (const title of ['one', 'two']) await write(three, { 'title/en': title })
    await settleSnapshot([...members, office, lean])
    expect(await lean.registry.pruning.prune()).to.deep.include({ bodies: 0 })
    const other = await openReplica(federation, { client: 4, seed: 4, keeps: 'live' })
    await pass(one.registry, other.registry)
    await meet([new Participant(lean.registry, 5), new Participant(other.registry, 4)])
    expect(await lean.registry.pruning.prune()).to.deep.include({ bodies: 0 })
    await meetArchive(lean)
    expect(await lean.registry.pruning.prune()).to.deep.include({ bodies: 1 })
  })

  it('[PB5] lets a node that keeps everything take what a pruned one has, and the rest from another', async () => {
    for (const title of ['one', 'two', 'three']) await write(three, { 'title/en': title })
    await settleAll()
    await lean.registry.pruning.prune()
    const late = await openReplica(federation, { client: 4, seed: 4 })
    await meet([new Participant(late.registry, 4), new Participant(lean.registry, 5)])
    expect(await readingsOf(late.registry)).to.equal(await readingsOf(one.registry))
    expect(late.registry.pruning.lacked()).to.have.length(2)
    expect(late.registry.pruning.lackingRecords()).to.equal(0)
    await meet([new Participant(late.registry, 4), new Participant(one.registry, 1)])
    expect(late.registry.pruning.lacked()).to.deep.equal([])
    expect(await absentAt(late.registry, 1)).to.deep.equal([false])
    const history = await late.registry.catalogue.history(R1)
    expect(history.map(({ notHeld }) => notHeld)).to.deep.equal([0, 0, 0])
    // Once it decides to drop what is superseded, it wants that no more, and the other way round.
    const again = await openReplica(federation, { client: 5, seed: 5 }, lean.db)
    expect(again.registry.pruning.lacked()).to.have.length(2)
    const back = await openReplica(federation, { client: 5, seed: 5, keeps: 'live' }, lean.db)
    expect(back.registry.pruning.lacked()).to.deep.equal([])
  })

  it('[PB7] says of history and of the past what is not held here, and shows the rest', async () => {
    for (const title of ['one', 'two', 'three']) await write(three, { 'title/en': title })
    await settleAll()
    await lean.registry.pruning.prune()
    const { catalogue } = lean.registry
    const history = await catalogue.history(R1)
    expect(history.map(({ source, paths, notHeld }) => [source.seq, paths, notHeld])).to.deep.equal(
      [
        [3, ['title/en'], 0],
        [2, [], 1],
        [1, [], 1],
      ],
    )
    const then = await catalogue.moment('heads:3.3.2')
    expect(await catalogue.record(R1, then)).to.equal(undefined)
    expect(await catalogue.notHeld(R1, then)).to.deep.equal({
      earlier: 1,
      counting: [{ client: 3, seq: 2 }],
    })
    expect(await catalogue.notHeld(R1)).to.deep.equal({ earlier: 2, counting: [] })
    expect(await codeOf(catalogue.query({}, then))).to.equal('MULU_NOT_HELD')
    const now = await catalogue.moment('heads:3.3.3')
    expect(await codeOf(catalogue.differences(then, now))).to.equal('MULU_NOT_HELD')
  })

  it('[PB7] makes evidence that holds without what is superseded, and counts it', async () => {
    await write(three, { 'title/en': 'one', 'description/en': 'stays' })
    for (const title of ['two', 'three']) await write(three, { 'title/en': title })
    await settleAll()
    await lean.registry.pruning.prune()
    const evidence = await gatherEvidence(testCrypto, lean.registry, R1)
    const checked = await check(decodeEvidence(testCrypto, encodeEvidence(testCrypto, evidence)))
    expect(checked.view).to.deep.equal(await one.registry.catalogue.record(R1))
    expect(checked.history.map(({ notHeld }) => notHeld)).to.deep.equal([0, 1, 0])
    expect(checked.notHeld).to.equal(1)
    expect((await check(await gatherEvidence(testCrypto, one.registry, R1))).notHeld).to.equal(0)
    const [first, ...others] = evidence.commits as [Commit, ...Commit[]]
    const bodies = first.bodies.map((body) => ({ missing: bodyHash(testCrypto, body) }))
    const bare = { ...evidence, commits: [{ ...first, bodies }, ...others] }
    expect(await codeOf(check(bare))).to.equal('MULU_EVIDENCE')
  })

  it('[PB8] orders the erasure of whatever a dropped body may have held', async () => {
    await write(three, { 'title/en': 'a', 'contact/phone': '+86 1' })
    await write(three, { 'contact/phone': '+86 2' })
    await settleAll()
    await lean.registry.pruning.prune()
    expect(await lean.registry.catalogue.notHeld(R1)).to.deep.include({ earlier: 1 })
    federation.sign([
      { type: 'grant', client: 5, ns: 3, auds: [1, 0], rights: ['describe', 'erase'] },
    ])
    for (const { registry } of [...members, lean]) await registry.addRoster(federation.newest.bytes)
    const order = { ns: 3, rec: 'resource/r1', path: 'contact/phone', order: 'o 1', actor: 'x' }
    const done = await lean.registry.erasing.order(order)
    expect(done).to.deep.include({ bodies: 2 })
    await pass(lean.registry, three.registry)
    await three.registry.erasing.destroy()
    for (const seq of [1, 2]) expect((await absentAt(three.registry, seq)).at(-1)).to.equal(true)
    expect((await three.registry.catalogue.record(R1))?.fields).to.deep.equal({ 'title/en': 'a' })
    expect(await readingsOf(lean.registry)).to.equal(await readingsOf(three.registry))
  })

  it('[PB9] takes a dropped body for sound, and a rotten commit from a peer that has dropped the same', async () => {
    for (const title of ['one', 'two', 'three']) await write(three, { 'title/en': title })
    await settleAll()
    await lean.registry.pruning.prune()
    const findings: Finding[] = []
    const onFinding = (finding: Finding): void => void findings.push(finding)
    await lean.registry.scrub({ onFinding })
    expect(findings).to.deep.equal([])
    const other = await openReplica(federation, { client: 4, seed: 4, keeps: 'live' })
    await pass(one.registry, other.registry)
    await meetArchive(other)
    await other.registry.pruning.prune()
    const commits = lean.db.sublevel<string, Uint8Array>('commits', { valueEncoding: 'view' })
    for await (const [key, bytes] of commits.iterator()) {
      if (!key.startsWith('00000003/1/00000003/000000000002/')) continue
      await commits.put(
        key,
        bytes.map((byte, i) => (i === 60 ? byte ^ 1 : byte)),
      )
    }
    await lean.registry.scrub({ onFinding })
    expect(findings.map(({ what }) => what)).to.include('commit')
    await meet([new Participant(lean.registry, 5), new Participant(other.registry, 4)])
    expect(lean.registry.damage()).to.deep.equal({ commits: [], scopes: [] })
    expect(await readingsOf(lean.registry)).to.equal(await readingsOf(one.registry))
  })
})
