/**
 * Taking snapshots and agreeing to those of others. A witness signs that every head a snapshot
 * states stands on the branch it follows itself; and that the root is right, where it still holds
 * exactly what the snapshot covers and can recompute it. Once it holds more, it says so by leaving
 * the root out; once it is level and comes to another root, it signs nothing.
 */
import { commitId, decodeCommit, readCommit } from '../commit/commit.ts'
import type { Crypto, Hash } from '../crypto.ts'
import { equalBytes, toHex } from '../encoding/bytes.ts'
import { MuluError } from '../errors.ts'
import { HEADER_BYTES_MAX } from '../limits.ts'
import type { LogKey } from '../log/log.ts'
import type { LogState } from '../log/log-state.ts'
import type { Logs } from '../log/logs.ts'
import { decodeOutcome } from '../log/stored-outcome.ts'
import { commitKey, logPrefix, positionPrefix, type Store, under } from '../store/store.ts'
import type { Snapshot } from './settlement.ts'
import type { StatedHead } from './statement.ts'

/** What a witness reads of its replica. */
export type WitnessContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly logs: Logs
  readonly root: () => Promise<Hash>
}

/** What a witness makes of a snapshot: a receipt, later perhaps, or never. */
export type Judgement =
  | { readonly kind: 'agrees'; readonly isRootChecked: boolean }
  | { readonly kind: 'waits' }
  | { readonly kind: 'differs'; readonly in: 'heads'; readonly log: LogKey }
  | { readonly kind: 'differs'; readonly in: 'root' }

/** Header bytes beside the heads: `after` at its usual size, and all other keys. */
const RESERVE_BYTES = 8_192
const HEAD_BYTES = 56
/** Commits beyond a snapshot that are looked through for whether they changed any record. */
const LOOKED_THROUGH_MAX = 256

/** The heads that a snapshot taken now would state; MULU_LIMIT when they fill no header. */
export function statedHeads(logs: Logs): readonly StatedHead[] {
  const heads = logs
    .all()
    .filter(({ log, accepted }) => log.aud === 1 && accepted.seq > 0)
    .map(({ log, accepted }): StatedHead => [log.ns, log.writer, accepted.seq, accepted.id])
    .sort(([a, b], [c, d]) => a - c || b - d)
  const limit = Math.floor((HEADER_BYTES_MAX - RESERVE_BYTES) / HEAD_BYTES)
  if (heads.length > limit) {
    throw new MuluError('MULU_LIMIT', { details: { logs: heads.length, limit } })
  }
  return heads
}

/** What this replica makes of a snapshot. */
export async function judgeSnapshot(
  context: WitnessContext,
  snapshot: Snapshot,
): Promise<Judgement> {
  // Where the snapshot itself does not stand, not everybody will come to hear of it.
  if (!(await countsAt(context, snapshot.log, snapshot.seq, snapshot.id))) return { kind: 'waits' }
  for (const [ns, writer, seq, id] of snapshot.heads) {
    const log = { ns, aud: 1 as const, writer }
    if (await countsAt(context, log, seq, id)) continue
    const state = context.logs.get(log)
    const isBehind = state.accepted.seq < seq && !state.ended
    return isBehind ? { kind: 'waits' } : { kind: 'differs', in: 'heads', log }
  }
  if (equalBytes(await context.root(), snapshot.root)) {
    return { kind: 'agrees', isRootChecked: true }
  }
  const isLevel = await hasOnlyStatementsBeyond(context, snapshot)
  return isLevel ? { kind: 'differs', in: 'root' } : { kind: 'agrees', isRootChecked: false }
}

/** Whether nothing that this replica holds beyond a snapshot touches a record. */
async function hasOnlyStatementsBeyond(
  context: WitnessContext,
  { heads }: Snapshot,
): Promise<boolean> {
  const { crypto, store, logs } = context
  const stated = new Map(heads.map(([ns, writer, seq]) => [logPrefix({ ns, aud: 1, writer }), seq]))
  let looked = 0
  for (const { log, accepted } of logs.all().filter((each: LogState) => each.log.aud === 1)) {
    const from = (stated.get(logPrefix(log)) ?? 0) + 1
    looked += Math.max(0, accepted.seq - from + 1)
    if (looked > LOOKED_THROUGH_MAX) return false
    const { lt } = under(positionPrefix(log, accepted.seq))
    const range = { gte: positionPrefix(log, from), lt }
    for await (const bytes of store.commits.values(range)) {
      const { id, read } = readCommit(crypto, decodeCommit(bytes))
      const isEmpty = read.entries.length === 0 && read.erase.length === 0
      // Commits of a branch that lost touch no record.
      if (!isEmpty && (await countsAt(context, log, read.seq, id))) return false
    }
  }
  return true
}

/** Whether a commit stands in a log; keys hold the start of an id only, so the whole is compared. */
async function countsAt(
  { crypto, store }: WitnessContext,
  log: LogKey,
  seq: number,
  id: Hash,
): Promise<boolean> {
  const key = commitKey(log, seq, id)
  const stored = await store.outcomes.get(key)
  const kind = stored === undefined ? undefined : decodeOutcome(stored).kind
  if (kind !== 'in force' && kind !== 'void') return false
  const bytes = await store.commits.get(key)
  return bytes !== undefined && equalBytes(commitId(crypto, decodeCommit(bytes).header), id)
}

/** The newest snapshot of each log. */
export function newestOfEach(snapshots: readonly Snapshot[]): readonly Snapshot[] {
  const newest = new Map<string, Snapshot>()
  for (const snapshot of snapshots) {
    const key = logPrefix(snapshot.log)
    if ((newest.get(key)?.seq ?? 0) < snapshot.seq) newest.set(key, snapshot)
  }
  return [...newest.values()]
}

/** The newest snapshot of each log that a writer may witness and has not agreed to yet. */
export function openFor(writer: number, snapshots: readonly Snapshot[]): readonly Snapshot[] {
  return newestOfEach(snapshots)
    .filter(({ witnesses, agreed }) => witnesses.includes(writer) && !agreed.includes(writer))
    .sort((a, b) => (toHex(a.id) < toHex(b.id) ? -1 : 1))
}
