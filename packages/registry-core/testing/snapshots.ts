/** A federation of three agencies that witness each other, for tests of snapshots. */
import { decodeCommit } from '../src/commit/commit.ts'
import type { Registry } from '../src/registry.ts'
import { openReplica, TestFederation, type TestReplica } from './federation.ts'

/** Three agencies, each with a namespace of its number; two of three have to agree. */
export function witnessedFederation(): TestFederation {
  const federation = TestFederation.found([1, 2, 3].map((seed) => ({ seed, agency: `A${seed}` })))
  federation.sign([{ type: 'witnesses', writers: [1, 2, 3], threshold: 2 }])
  return federation
}

/** One replica for each agency. */
export function openMembers(federation: TestFederation): Promise<readonly TestReplica[]> {
  return Promise.all([1, 2, 3].map((n) => openReplica(federation, { client: n, seed: n })))
}

/** Sets the title of `r1` in the own namespace of a writer. */
export async function writeTitle(
  { registry, clock }: TestReplica,
  title: string,
  rec = 'resource/r1',
): Promise<void> {
  clock.ms += 1_000
  const ns = registry.author?.client ?? 0
  const changes = [{ rec, set: { 'title/en': title } }]
  await registry.write({ ns, aud: 1, actor: 'x', changes })
}

/** Gives `to` all commits of `from`, log by log. */
export async function pass(from: Registry, to: Registry): Promise<void> {
  for (const { log } of from.heads()) {
    const { commits } = await from.readLog(log, 1, 1e7)
    await to.accept(commits.map(decodeCommit))
  }
}

/** Passes commits around until everybody has had all of everybody's. */
export async function passAround(replicas: readonly TestReplica[]): Promise<void> {
  for (let round = 0; round < 2; round++) {
    for (const from of replicas) {
      for (const to of replicas) if (from !== to) await pass(from.registry, to.registry)
    }
  }
}
