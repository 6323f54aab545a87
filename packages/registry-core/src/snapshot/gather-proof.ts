/** Makes a proof for one record from what a replica holds of a snapshot. */
import { decodeCommit, type ReadCommit, readCommit } from '../commit/commit.ts'
import type { Crypto } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { MuluError } from '../errors.ts'
import { EVIDENCE_BYTES_MAX } from '../limits.ts'
import { type RecordId, recOf } from '../record/record-id.ts'
import type { LogEnd } from '../roster/change.ts'
import type { Roster } from '../roster/roster.ts'
import { commitKey, type Store } from '../store/store.ts'
import type { KeptTrees } from './kept-trees.ts'
import { type ShownReceipt, type SnapshotProof, standingIn } from './proof.ts'
import type { Settlement, Snapshot } from './settlement.ts'

/** What is read of a replica. */
export type ProofContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly rosters: readonly Roster[]
  readonly settlement: Settlement
  readonly kept: KeptTrees
}

/** Makes it; MULU_SNAPSHOT_UNSETTLED, MULU_SNAPSHOT_NOT_KEPT, MULU_EVIDENCE_SIZE. */
export async function gatherProof(
  context: ProofContext,
  stated: Snapshot,
  record: RecordId,
): Promise<SnapshotProof> {
  const { snapshot, receipts } = await context.settlement.signed(stated)
  const shown: ShownReceipt[] = []
  for (const receipt of receipts) {
    const links = await linksOf(context, receipt)
    if (links !== undefined) shown.push({ commit: receipt, links })
  }
  const { threshold, witnesses } = stated
  if (snapshot === undefined || witnesses.length === 0 || shown.length < threshold) {
    const details = { witnesses: witnesses.length, threshold, agreed: shown.length }
    throw new MuluError('MULU_SNAPSHOT_UNSETTLED', { details })
  }
  const path = await context.kept.path(stated.root, record.ns, recOf(record))
  if (path === undefined) throw new MuluError('MULU_SNAPSHOT_NOT_KEPT')
  return { snapshot, receipts: shown, path }
}

/** The headers between a receipt and what the roster says stands in its log; undefined for another branch. */
async function linksOf(
  { crypto, store, rosters }: ProofContext,
  receipt: ReadCommit,
): Promise<readonly Uint8Array[] | undefined> {
  const { ns, aud, writer, seq, roster } = receipt.read
  const log = { ns, aud, writer }
  const newest = rosters.at(-1)
  const cited = rosters[roster[0] - 1]
  const anchor = newest && cited && standingIn(newest, cited, log)
  if (anchor === undefined) return []
  const own: LogEnd = { ns, aud, seq, id: receipt.id }
  const [low, high] = anchor.seq >= seq ? [own, anchor] : [anchor, own]
  const links: Uint8Array[] = []
  let id = high.id
  for (let at = high.seq, bytes = 0; at > low.seq; at--) {
    const stored = await store.commits.get(commitKey(log, at, id))
    if (stored === undefined) return undefined
    const { header, read } = readCommit(crypto, decodeCommit(stored))
    bytes += header.length
    if (bytes > EVIDENCE_BYTES_MAX) {
      throw new MuluError('MULU_EVIDENCE_SIZE', { details: { bytes, limit: EVIDENCE_BYTES_MAX } })
    }
    if (at !== seq) links.push(header)
    id = read.parent
  }
  return equalBytes(id, low.id) ? links.reverse() : undefined
}
