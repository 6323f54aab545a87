/** Federations whose snapshots are settled, for tests of what may be left out then. */
import { commitId, decodeCommit, type StoredBody } from '../src/commit/commit.ts'
import type { LogKey } from '../src/log/log.ts'
import type { Registry } from '../src/registry.ts'
import type { Roster } from '../src/roster/roster.ts'
import { testCrypto } from './crypto.ts'
import { connect, type Participant, settle } from './exchange.ts'
import type { TestFederation, TestReplica } from './federation.ts'
import { passAround } from './snapshots.ts'

/** Settles a snapshot of what the first of three witnesses holds. */
export async function settleSnapshot(members: readonly TestReplica[]): Promise<void> {
  await passAround(members)
  const [one, two] = members
  await one?.registry.snapshot(1)
  await passAround(members)
  await two?.registry.attest(2)
  await one?.registry.attest(1)
  await passAround(members)
}

/** Lets participants exchange until nothing moves, each with each. */
export async function meet(participants: readonly Participant[]): Promise<void> {
  const links = participants.flatMap((a, i) =>
    participants.slice(i + 1).flatMap((b) => connect(a, b)),
  )
  await settle(links)
  for (const link of links) link.cut()
}

/** The bodies of a commit that stands at a position. */
export async function bodiesAt(
  registry: Registry,
  log: LogKey,
  seq: number,
): Promise<readonly StoredBody[]> {
  const { commits } = await registry.readLog(log, seq, 1)
  return decodeCommit(commits[0] ?? new Uint8Array()).bodies
}

/** Ends the log of a writer below a position for good. */
export async function cutBelow(
  federation: TestFederation,
  registry: Registry,
  log: LogKey,
  below: number,
): Promise<Roster> {
  const { commits } = await registry.readLog(log, Math.max(1, below - 1), 1)
  const { header } = decodeCommit(commits[0] ?? new Uint8Array())
  const [grant] = federation.newest.state.writers.get(log.writer)?.grants ?? []
  const { ns, aud, writer: client } = log
  const last = { ns, aud, seq: below - 1, id: commitId(testCrypto, header) }
  const ends = below > 1 ? [last] : []
  const from = grant?.from ?? 1
  return federation.sign([{ type: 'close', client, ns, from, ends, final: true, why: 'test' }])
}
