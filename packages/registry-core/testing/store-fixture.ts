/**
 * A small store with something of everything that is kept: several logs and rosters, a conflict,
 * legal effect, an internal log, an erased value, a closing, a settled snapshot, a fork, a commit
 * that waits, an unknown kind, pruned bodies. Dumped, one is kept for each format that was ever written, so that
 * later software opens it for ever:
 *
 *   node --conditions=source --import=tsx/esm packages/registry-core/testing/store-fixture.ts FILE
 *
 * The dump is JSON lines: first what the store comes to, then `[key, value]` in base64.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { hashToText } from '../src/crypto.ts'
import type { Database, Registry } from '../src/registry.ts'
import { openReplica, TestFederation, type TestReplica } from './federation.ts'
import { commitOf } from './signed-commit.ts'
import { pass, passAround } from './snapshots.ts'

/** What a store comes to, however it was brought to the present format. */
export type Readings = {
  readonly digest: string
  readonly accepted: string
  readonly known: string
  readonly roster: number
  readonly waiting: number
  readonly views: readonly unknown[]
}

/** Reads that of a replica. */
export async function readingsOf(registry: Registry): Promise<Readings> {
  const views: { readonly id: string }[] = []
  for await (const view of registry.catalogue.views()) views.push(view)
  return {
    digest: hashToText(await registry.catalogueDigest()),
    accepted: hashToText(registry.headsDigest('accepted', 1)),
    known: hashToText(registry.headsDigest('known', 1)),
    roster: registry.roster?.version ?? 0,
    waiting: registry.totals().waiting,
    views: views.sort((a, b) => (a.id < b.id ? -1 : 1)),
  }
}

/** A store as software of a format left it, and what it comes to. */
export type Fixture = {
  readonly rows: readonly (readonly [key: Uint8Array, value: Uint8Array])[]
  readonly readings: Readings
}

/** Reads the dump that is kept of a format. */
export async function readFixture(format: number): Promise<Fixture> {
  const file = new URL(`../test/store/fixtures/format-${format}.jsonl`, import.meta.url)
  const [first = '', ...lines] = (await readFile(file, 'utf8')).trim().split('\n')
  const rows = lines.map((line) => {
    const [key = '', value = ''] = JSON.parse(line) as string[]
    return [Buffer.from(key, 'base64'), Buffer.from(value, 'base64')] as const
  })
  return { rows, readings: JSON.parse(first) as Readings }
}

/** Puts a dump into an empty database. */
export async function fillFrom({ rows }: Fixture, db: Database): Promise<void> {
  const encoding = { keyEncoding: 'view', valueEncoding: 'view' } as const
  await db.batch<Uint8Array, Uint8Array>(
    rows.map(([key, value]) => ({ type: 'put' as const, key, value, ...encoding })),
    encoding,
  )
}

type Fields = Readonly<Record<string, string | number | null>>

/** The federation of the fixture; keys come from numbers, so that it is the same at any time. */
export function fixtureFederation(): TestFederation {
  const federation = TestFederation.found([1, 2, 3].map((seed) => ({ seed, agency: `A${seed}` })))
  federation.admit({ seed: 4, agency: 'A1', office: 'north', rights: ['describe', 'classify'] })
  federation.sign([{ type: 'witnesses', writers: [1, 2, 3], threshold: 2 }])
  return federation
}

/** Makes the store of the first writer. */
export async function makeFixture(): Promise<TestReplica> {
  const federation = fixtureFederation()
  const members = await Promise.all(
    [1, 2, 3, 4].map((n) =>
      openReplica(federation, { client: n, seed: n, keeps: n === 1 ? 'live' : 'all' }),
    ),
  )
  const [one, two, three, office] = members as [TestReplica, TestReplica, TestReplica, TestReplica]
  const write = async (
    { registry, clock }: TestReplica,
    rec: string,
    set: Fields,
    aud: 0 | 1 = 1,
  ) => {
    clock.ms += 1_000
    const ns = registry.author?.client === 4 ? 1 : (registry.author?.client ?? 0)
    const note = { reason: 'as ordered', name: 'Li' }
    await registry.write({ ns, aud, actor: 'x', note, changes: [{ rec, set }] })
  }
  for (const title of ['one', 'two']) await write(one, 'resource/r1', { 'title/en': title })
  await write(one, 'resource/r1', { 'title/zh-Hans': '一', openness: 'open', state: 'published' })
  await write(one, 'resource/r2', { 'title/en': 'erased', 'contact/phone': '+86 1' })
  await write(two, 'service/s1', { 'title/en': 'a service', 'x/unknown': 3, nothing: null })
  await write(three, 'orbit/o1', { 'name/en': 'of a kind that nobody knows' })
  await write(one, 'resource/draft', { 'title/en': 'internal' }, 0)
  await passAround(members)
  await write(office, 'resource/r1', { 'title/en': 'of the office', openness: 'closed' })
  await write(one, 'resource/r1', { 'title/en': 'of the head' })
  await passAround(members)
  const order = { ns: 1, rec: 'resource/r2', path: 'contact/phone', order: 'o 1', actor: 'x' }
  await one.registry.erasing.order(order)
  await one.registry.erasing.destroy()
  await one.registry.snapshot(1)
  await passAround(members)
  await two.registry.attest(2)
  await three.registry.attest(3)
  await passAround(members)
  await one.registry.pruning.noteArchived(one.registry.heads())
  await one.registry.pruning.prune()
  // A key that two installations have, and a commit whose forerunner never came.
  await write(three, 'resource/f', { 'title/en': 'forked' })
  await pass(three.registry, one.registry)
  const seq = one.registry.heads().find(({ log }) => log.writer === 3)?.known.seq ?? 1
  await one.registry.accept([
    commitOf(federation, 3, { ns: 3, seq, parent: UNHEARD }, 'otherwise'),
    commitOf(federation, 2, { ns: 2, seq: 40, parent: UNHEARD }, 'waits'),
  ])
  return one
}

/** The id of a commit that nobody has. */
const UNHEARD = new Uint8Array(33).fill(1)

/** The whole of a database as lines. */
export async function dump(db: Database): Promise<string> {
  const lines: string[] = []
  const all = db.iterator<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' })
  for await (const [key, value] of all) {
    lines.push(JSON.stringify([key, value].map((part) => Buffer.from(part).toString('base64'))))
  }
  return `${lines.join('\n')}\n`
}

const [, script = '', file] = process.argv
if (script.endsWith('store-fixture.ts') && file !== undefined) {
  const { registry, db } = await makeFixture()
  const readings = await readingsOf(registry)
  await writeFile(file, `${JSON.stringify(readings)}\n${await dump(db)}`)
}
