import { expect } from 'chai'
import { bodiesRoot, type Commit, decodeCommit } from '../../src/commit/commit.ts'
import { hashToText } from '../../src/crypto.ts'
import { isMuluError } from '../../src/errors.ts'
import type { Registry } from '../../src/registry.ts'
import type { Roster } from '../../src/roster/roster.ts'
import { testCrypto } from '../../testing/crypto.ts'
import {
  openReplica,
  TEST_START_MS,
  TestFederation,
  type TestReplica,
} from '../../testing/federation.ts'
import { cutBelow } from '../../testing/settled.ts'
import { commitOf } from '../../testing/signed-commit.ts'
import { SimulatedDisk } from '../../testing/simulated-disk.ts'
import {
  openMembers,
  passAround,
  witnessedFederation,
  writeTitle,
} from '../../testing/snapshots.ts'

const DAY = 86_400_000

function newFederation(): TestFederation {
  return TestFederation.found([
    { seed: 1, agency: 'A' },
    { seed: 2, agency: 'A', office: 'n' },
    { seed: 3, agency: 'A', office: 'm' },
  ])
}

type Deed = (registry: Registry) => Promise<unknown>

/** Everything that is read of a replica, as text. */
async function readingOf(registry: Registry): Promise<string> {
  const lines = [hashToText(await registry.catalogueDigest())]
  for (const which of ['known', 'accepted'] as const) {
    lines.push(hashToText(registry.headsDigest(which, 1)))
  }
  for await (const view of registry.catalogue.views()) lines.push(JSON.stringify(view))
  return lines.join('\n')
}

/** Cuts the power at every write of a deed in turn; says what the replica reads as after that. */
async function readingsAfterCuts(
  federation: TestFederation,
  before: readonly Commit[],
  deed: Deed,
): Promise<readonly string[]> {
  const readings: string[] = []
  for (let writes = 0; ; writes++) {
    const disk = new SimulatedDisk()
    const { registry } = await openReplica(federation, undefined, disk.open())
    await registry.accept(before)
    disk.plan('power', writes, 1)
    const isCut = await deed(registry).then(
      () => false,
      (error: unknown) => isMuluError(error) && error.code === 'MULU_DISK',
    )
    disk.repair()
    disk.powerOn()
    const again = await openReplica(federation, undefined, disk.open())
    await deed(again.registry)
    readings.push(await readingOf(again.registry))
    if (!isCut) return readings
  }
}

async function expectNoTrace(
  federation: TestFederation,
  before: readonly Commit[],
  deed: Deed,
): Promise<void> {
  const readings = await readingsAfterCuts(federation, before, deed)
  expect(readings.length).to.be.greaterThan(2)
  expect(new Set(readings).size).to.equal(1)
}

/** A log whose writer has taken a snapshot and agreed to it. */
async function stated(): Promise<{ federation: TestFederation; commits: readonly Commit[] }> {
  const federation = witnessedFederation()
  const { registry } = await openReplica(federation, { client: 2, seed: 2 })
  await registry.snapshot(2)
  await registry.attest(2)
  const { commits } = await registry.readLog({ ns: 2, aud: 1, writer: 2 }, 1, 1e6)
  return { federation, commits: commits.map(decodeCommit) }
}

/** All commits that a replica has. */
async function commitsOf(registry: Registry): Promise<readonly Commit[]> {
  const found: Commit[] = []
  for (const { log } of registry.heads()) {
    found.push(...(await registry.readLog(log, 1, 1e7)).commits.map(decodeCommit))
  }
  return found
}

describe('a power cut at every write in turn', function () {
  this.timeout(20_000)

  it('[LG10] leaves a forked log ended before the fork', async () => {
    const federation = newFederation()
    const first = commitOf(federation, 1, {}, 'common')
    const left = commitOf(federation, 1, { seq: 2, parent: first.id }, 'left')
    const right = commitOf(federation, 1, { seq: 2, parent: first.id }, 'right')
    await expectNoTrace(federation, [first, left], (registry) => registry.accept([right]))
  })

  it('[LG10] leaves a log ended where a new roster cuts it', async () => {
    const federation = newFederation()
    const first = commitOf(federation, 1, {}, 'kept')
    const second = commitOf(federation, 1, { seq: 2, parent: first.id }, 'beyond')
    const early = federation.copy()
    const ends = [{ ns: 1, aud: 1 as const, seq: 1, id: first.id }]
    const cut: Roster = federation.sign([
      { type: 'close', client: 1, ns: 1, from: 1, ends, final: true, why: 'lost' },
    ])
    await expectNoTrace(early, [first, second], (registry) => registry.addRoster(cut.bytes))
  })

  it('[LG10] leaves a wrong clock bounded by the commit that resets it', async () => {
    const federation = newFederation()
    const wrong = commitOf(federation, 1, { stamp: [TEST_START_MS + DAY, 0] }, 'wrong')
    const other = commitOf(federation, 2, { stamp: [TEST_START_MS + 9, 0] }, 'right')
    const reset = { seq: 2, parent: wrong.id, stamp: [TEST_START_MS + 5, 0], reset: true } as const
    const empty = { entries: [], bodies: bodiesRoot(testCrypto, []) }
    const resetting = { ...commitOf(federation, 1, { ...reset, ...empty }), bodies: [] }
    await expectNoTrace(federation, [wrong, other], (registry) => registry.accept([resetting]))
  })

  it('[LG24] leaves who named what comes to stand later as they would be', async () => {
    const federation = newFederation()
    const cited = [federation.newest.version, federation.newest.hash] as const
    const next = (parent: { id: Uint8Array }, seq: number, title: string, more = {}) =>
      commitOf(federation, 2, { seq, parent: parent.id, roster: cited, ...more }, title)
    const first = commitOf(federation, 2, {}, 'common')
    const [left, right] = [next(first, 2, 'left'), next(first, 2, 'right')]
    // Whoever judges log by log comes to the log that names before the one that is named here.
    const third = commitOf(federation, 3, { after: [[2, 2, right.id]] }, 'third')
    const right2 = next(right, 3, 'right 2', { after: [[3, 1, third.id]] })
    const named = { roster: cited, after: [[2, 3, right2.id] as const] }
    const other = commitOf(federation, 1, named, 'of the office', 1, [[2, [[0, 3]]]])
    const log = { ns: 1, aud: 1, seq: 2, id: right.id } as const
    federation.sign([{ type: 'pin', client: 2, log, forkedAt: 2 }])
    const before = [first, left, right, other, third]
    const readings = await readingsAfterCuts(federation, before, (r) => r.accept([right2]))
    expect(readings.length).to.be.greaterThan(2)
    expect(new Set(readings).size).to.equal(1)
    for (const value of ['third', 'of the office']) expect(readings[0]).to.include(value)
    expect(readings[0]).to.not.include('right 2')
  })

  it('[LG28] leaves waiting who named what a floor ruled out that has fallen', async () => {
    const federation = witnessedFederation()
    federation.admit({ seed: 4, agency: 'A3', office: 'north' })
    const members = await openMembers(federation)
    const [one, two, three] = members as [TestReplica, TestReplica, TestReplica]
    await writeTitle(three, 'covered')
    await passAround(members)
    await one.registry.snapshot(1)
    await passAround(members)
    for (const [i, { registry }] of [one, two].entries()) await registry.attest(i + 1)
    await passAround(members)
    const nothing = new Uint8Array(33).fill(7)
    const naming = commitOf(federation, 4, { ns: 3, after: [[3, 1, nothing]] }, 'of the office')
    const before = [...(await commitsOf(one.registry)), naming]
    const early = federation.copy()
    // The log of a witness ends before its receipt: one is left of two.
    const cut = await cutBelow(federation, one.registry, { ns: 2, aud: 1, writer: 2 }, 1)
    const readings = await readingsAfterCuts(early, before, (r) => r.addRoster(cut.bytes))
    expect(readings.length).to.be.greaterThan(2)
    const fresh = await openReplica(federation)
    await fresh.registry.accept(before)
    expect(new Set([...readings, await readingOf(fresh.registry)]).size).to.equal(1)
    expect(readings[0]).to.not.include('of the office')
  })

  it('[SN25] leaves what counts beyond a fork as it would be', async () => {
    const { federation, commits } = await stated()
    const twin = commitOf(federation, 2, { ns: 2 }, 'stolen')
    await expectNoTrace(federation, commits, (registry) => registry.accept([twin]))
  })
})
