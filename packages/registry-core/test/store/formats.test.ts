import { expect } from 'chai'
import { MemoryLevel } from 'memory-level'
import { encodeCommit } from '../../src/commit/commit.ts'
import { isMuluError } from '../../src/errors.ts'
import { SALT_BYTES } from '../../src/limits.ts'
import { openRegistry } from '../../src/open-registry.ts'
import { CN_GOV_PROFILE } from '../../src/profile/cn-gov.ts'
import type { Database, Registry } from '../../src/registry.ts'
import type { Finding } from '../../src/scrub/finding.ts'
import { type MigrationStep, migrate } from '../../src/store/migrate.ts'
import { commitBatch, FORMAT, openStore, put, type Store } from '../../src/store/store.ts'
import { testCrypto, testSigner } from '../../testing/crypto.ts'
import { Participant } from '../../testing/exchange.ts'
import { openReplica } from '../../testing/federation.ts'
import { meet } from '../../testing/settled.ts'
import { commitOf } from '../../testing/signed-commit.ts'
import {
  fillFrom,
  fixtureFederation,
  type Readings,
  readFixture,
  readingsOf,
} from '../../testing/store-fixture.ts'

/** A store as older software, or this one, once left it. */
async function load(format: number): Promise<{ db: Database; readings: Readings }> {
  const fixture = await readFixture(format)
  const db = new MemoryLevel<string, string>() as unknown as Database
  await fillFrom(fixture, db)
  return { db, readings: fixture.readings }
}

async function open(db: Database): Promise<Registry> {
  const registry = await openRegistry({
    ...{ db, crypto: testCrypto, now: () => 1_700_000_500_000 },
    randomBytes: (length) => new Uint8Array(length),
    profiles: [CN_GOV_PROFILE],
    keepsAll: false,
  })
  registry.setAuthor({ client: 1, signer: testSigner(1) })
  return registry
}

/** All that a database holds. */
async function contentOf(db: Database): Promise<string> {
  const all = await db
    .iterator<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' })
    .all()
  return all.map((row) => row.map((part) => Buffer.from(part).toString('hex')).join()).join('\n')
}

/** The positions of commits that are marked since something of them was superseded. */
function marksIn(db: Database): Promise<readonly string[]> {
  return db.sublevel<string, string>('superseded', {}).keys().all()
}

async function refusalOf(work: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await work
    return {}
  } catch (error) {
    return isMuluError(error) ? { code: error.code, ...error.details } : { error }
  }
}

const FORMATS = [4, 5, 6]

describe('stores of every format', () => {
  it('[UP1] has a store of the format in force and of every one before it', () => {
    expect(FORMATS.at(-1)).to.equal(FORMAT)
  })

  for (const format of FORMATS) {
    it(`[UP1] opens one of format ${format} as it was left, finds nothing wrong in it, and goes on`, async () => {
      const { db, readings } = await load(format)
      const registry = await open(db)
      expect(await readingsOf(registry)).to.deep.equal(readings)
      const findings: Finding[] = []
      await registry.scrub({ onFinding: (finding) => findings.push(finding) })
      expect(findings).to.deep.equal([])
      expect(await readingsOf(registry)).to.deep.equal(readings)
      const stored = await db.sublevel<string, string>('meta', {}).get('format')
      expect(stored).to.equal(String(FORMAT))
      // What it holds is what its logs come to, and goes on to others and from them.
      const other = await openReplica(fixtureFederation(), { client: 2, seed: 2 })
      await meet([new Participant(registry, 1), new Participant(other.registry, 2)])
      const { waiting: _, ...reached } = await readingsOf(other.registry)
      const { waiting: _own, ...held } = readings
      expect(reached).to.deep.equal(held)
      const changes = [{ rec: 'resource/r2', set: { 'title/en': 'written since' } }]
      await registry.write({ ns: 1, aud: 1, actor: 'x', changes })
      await meet([new Participant(registry, 1), new Participant(other.registry, 2)])
      expect((await readingsOf(other.registry)).digest).to.equal(
        (await readingsOf(registry)).digest,
      )
    })
  }

  it('[UP1] keeps in mind what was pruned in one of format 5', async () => {
    const { db } = await load(5)
    const { catalogue } = await open(db)
    const notHeld = await catalogue.notHeld({ ns: 1, kind: 'resource', local: 'r1' })
    expect(notHeld).to.deep.equal({ earlier: 2, counting: [] })
  })

  it('[UP1] marks in one of format 5 what format 6 marks', async () => {
    const [older, newer] = await Promise.all([load(5), load(6)])
    const marks = await marksIn(newer.db)
    expect(marks).to.have.length.greaterThan(1)
    await open(older.db)
    expect(await marksIn(older.db)).to.deep.equal(marks)
  })

  it('[UP4] keeps kinds, fields and extensions that it does not know, and passes them on', async () => {
    const federation = fixtureFederation()
    const [one, two, three] = await Promise.all(
      [1, 2, 3].map((n) => openReplica(federation, { client: n, seed: n })),
    )
    if (one === undefined || two === undefined || three === undefined) return expect.fail()
    const ext = { 'later/sensors': Uint8Array.of(1, 2, 3) }
    const entries = [{ rec: 'orbit/o1', cls: 0 as const, len: 1, bytes: 0, over: [] }]
    const made = commitOf(federation, 2, { ns: 2, ext })
    const body = made.bodies[0] as Uint8Array
    const known = { ...entries[0], bytes: body.length - SALT_BYTES } as (typeof entries)[0]
    const commit = commitOf(federation, 2, { ns: 2, ext, entries: [known] })
    const later = commitOf(federation, 2, { ns: 2, seq: 2, parent: commit.id, v: 2, ext })
    expect((await one.registry.accept([commit, later])).map(({ outcome }) => outcome.kind)).to.eql([
      'in force',
      'waits',
    ])
    const participants = [one, two, three].map(
      ({ registry }, i) => new Participant(registry, i + 1),
    )
    await meet(participants.slice(0, 2))
    await meet(participants.slice(1))
    const { commits } = await three.registry.readLog({ ns: 2, aud: 1, writer: 2 }, 1, 1e6)
    expect(commits).to.deep.equal([encodeCommit(commit), encodeCommit(later)])
    const view = await three.registry.catalogue.record({ ns: 2, kind: 'orbit', local: 'o1' })
    expect(view?.fields).to.deep.equal({ 'title/en': 'x' })
  })

  it('[UP2] leaves a store of a later format as it is, and one too old, and says what to do', async () => {
    for (const [found, words] of [
      [FORMAT + 1, 'A newer Mulu wrote it'],
      [3, 'too old'],
    ] as const) {
      const { db } = await load(FORMAT)
      await db.sublevel<string, string>('meta', {}).put('format', String(found))
      const before = await contentOf(db)
      const refusal = await refusalOf(open(db))
      expect(refusal).to.include({ code: 'MULU_STORE_VERSION', found, expected: FORMAT })
      expect(refusal['reason']).to.include(words)
      expect(await contentOf(db)).to.equal(before)
    }
  })

  it('[UP3] goes on with a step that was broken off at any write, and comes to the same', async () => {
    const steps: readonly MigrationStep[] = [
      { from: 5, run: numberRosters },
      { from: 6, run: numberRosters },
    ]
    const whole = await load(5)
    await migrate(await openStore(whole.db), steps, 7)
    const wanted = await contentOf(whole.db)
    for (let failing = 1; failing <= 6; failing++) {
      const { db } = await load(5)
      const batch = db.batch.bind(db)
      let count = 0
      const broken = (...args: Parameters<typeof batch>): ReturnType<typeof batch> =>
        ++count === failing ? (Promise.reject(new Error('no power')) as never) : batch(...args)
      Object.defineProperty(db, 'batch', { value: broken, configurable: true })
      const refusal = await refusalOf(migrate(await openStore(db), steps, 7))
      expect(refusal['code']).to.equal('MULU_DISK')
      expect(await contentOf(db)).to.not.equal(wanted)
      Object.defineProperty(db, 'batch', { value: batch, configurable: true })
      await migrate(await openStore(db), steps, 7)
      expect(await contentOf(db), `broken off at write ${failing}`).to.equal(wanted)
    }
  })

  it('[UP3] has what an order of format 4 had erased judged anew once the order has fallen', async () => {
    const { db } = await load(4)
    const store = await openStore(db)
    expect(await store.missing.keys().all()).to.not.be.empty
    await migrate(store)
    const marks = await store.meta.keys({ gt: 'replay/', lt: 'replay0' }).all()
    expect(marks).to.deep.equal(['replay/00000001/1'])
  })
})

/** A step of several batches: each roster once more under another key. */
async function numberRosters(store: Store): Promise<ReturnType<typeof put>[]> {
  for await (const [key, bytes] of store.rosters.iterator()) {
    if (key.startsWith('again/')) continue
    await commitBatch(store, [put(store.rosters, `again/${key}`, bytes)])
  }
  return [put(store.meta, 'again', new Uint8Array())]
}
