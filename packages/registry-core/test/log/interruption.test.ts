import { expect } from 'chai'
import { bodiesRoot, type Commit, decodeCommit } from '../../src/commit/commit.ts'
import { hashToText } from '../../src/crypto.ts'
import { isMuluError } from '../../src/errors.ts'
import type { Registry } from '../../src/registry.ts'
import type { Roster } from '../../src/roster/roster.ts'
import { testCrypto } from '../../testing/crypto.ts'
import { openReplica, TEST_START_MS, TestFederation } from '../../testing/federation.ts'
import { commitOf } from '../../testing/signed-commit.ts'
import { SimulatedDisk } from '../../testing/simulated-disk.ts'
import { witnessedFederation } from '../../testing/snapshots.ts'

const DAY = 86_400_000

function newFederation(): TestFederation {
  return TestFederation.found([
    { seed: 1, agency: 'A' },
    { seed: 2, agency: 'A', office: 'n' },
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

describe('a power cut at every write in turn', () => {
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

  it('[SN25] leaves what counts beyond a fork as it would be', async () => {
    const { federation, commits } = await stated()
    const twin = commitOf(federation, 2, { ns: 2 }, 'stolen')
    await expectNoTrace(federation, commits, (registry) => registry.accept([twin]))
  })
})
