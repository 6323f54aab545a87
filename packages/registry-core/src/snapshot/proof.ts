/**
 * Proof that a record was, or was not, in the catalogue that a snapshot states: the snapshot, the
 * receipts of witnesses that came to its root themselves, and the path from that root to where
 * the record would be. It is checked with the roster chain alone.
 *
 * proof     CBOR [snapshot, [[receipt, [header …]] …], [node …]], commits in wire form
 * header …  where the roster says which commit stands in the log of a receipt (its final end, or
 *           a pin), the headers between the two, by which it is on that branch; ascending
 */
import { leafOnPath, type TreePath } from '../catalogue/tree-nodes.ts'
import {
  type Commit,
  commitId,
  decodeCommit,
  encodeCommit,
  type ReadCommit,
} from '../commit/commit.ts'
import { type Header, KNOWN_EXTENSIONS, readHeader } from '../commit/header.ts'
import type { Crypto, Hash } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import { readArray, readBytes } from '../encoding/shape.ts'
import { type ErrorCode, MuluError } from '../errors.ts'
import {
  COMMIT_BYTES_MAX,
  EVIDENCE_BYTES_MAX,
  EVIDENCE_COMMITS_MAX,
  HEADER_BYTES_MAX,
} from '../limits.ts'
import { attribute } from '../log/attribute.ts'
import type { LogKey } from '../log/log.ts'
import { type RecordId, recOf } from '../record/record-id.ts'
import type { LogEnd } from '../roster/change.ts'
import { anchorOf, citedGrant, closedAt, finalEnd } from '../roster/grant.ts'
import type { Roster } from '../roster/roster.ts'
import { receiptOf, type SnapshotStatement, snapshotOf } from './statement.ts'

/** A receipt with the headers that show that its log still has it. */
export type ShownReceipt = { readonly commit: Commit; readonly links: readonly Uint8Array[] }

/** What a file says of one snapshot and one record; nothing of it is verified yet. */
export type SnapshotProof = {
  readonly snapshot: Commit
  readonly receipts: readonly ShownReceipt[]
  readonly path: TreePath
}

/** What a proof shows. */
export type Proven = SnapshotStatement & {
  readonly id: Hash
  readonly writer: number
  readonly atMs: number
  readonly rosterVersion: number
  /** The witnesses that came to this root themselves, ascending; enough of them. */
  readonly agreedRoot: readonly number[]
  readonly witnesses: readonly number[]
  readonly threshold: number
  /** The leaf of the record in that catalogue; undefined when it was not in it. */
  readonly leaf: Hash | undefined
}

/** The bytes of a proof. */
export function encodeProof({ snapshot, receipts, path }: SnapshotProof): Uint8Array {
  return encodeCbor([
    encodeCommit(snapshot),
    receipts.map(({ commit, links }) => [encodeCommit(commit), links]),
    path,
  ])
}

/** Reads a proof; throws when the bytes are none. */
export function decodeProof(bytes: Uint8Array): SnapshotProof {
  const [snapshot, receipts, path] = readArray(decodeCbor(bytes), (part) => part, 3, 'proof')
  return {
    snapshot: decodeCommit(readBytes(snapshot, 1, COMMIT_BYTES_MAX, 'snapshot')),
    receipts: readArray(receipts, readReceipt, EVIDENCE_COMMITS_MAX, 'receipts'),
    path: readArray(path, (node) => readBytes(node, 1, EVIDENCE_BYTES_MAX, 'node'), 4, 'path'),
  }
}

function readReceipt(value: unknown): ShownReceipt {
  const [commit, links] = readArray(value, (part) => part, 2, 'receipt')
  return {
    commit: decodeCommit(readBytes(commit, 1, COMMIT_BYTES_MAX, 'receipt')),
    links: readArray(
      links,
      (link) => readBytes(link, 1, HEADER_BYTES_MAX, 'link'),
      EVIDENCE_COMMITS_MAX,
      'links',
    ),
  }
}

/** Checks a proof with the roster chain; MULU_EVIDENCE says which part does not hold. */
export function checkProof(
  crypto: Crypto,
  rosters: readonly Roster[],
  record: RecordId,
  proof: SnapshotProof,
): Proven {
  const snapshot = attributed(crypto, rosters, proof.snapshot, 'snapshot')
  const statement = snapshotOf(snapshot.read)
  const cited = citedBy(snapshot.read, rosters)
  if (statement === undefined) throw refusal('snapshot', { reason: 'it states none' })
  if (cited === undefined) throw refusal('snapshot', { code: 'MULU_ROSTER_UNKNOWN' })
  const { writers: witnesses, threshold } = cited.state.witnesses
  const agreed = new Set<number>()
  for (const receipt of proof.receipts) {
    agreed.add(witnessOf(crypto, rosters, receipt, snapshot.id, witnesses))
  }
  if (witnesses.length === 0 || agreed.size < threshold) {
    throw refusal('receipts', { receipts: agreed.size, threshold })
  }
  return {
    ...statement,
    ...{ id: snapshot.id, writer: snapshot.read.writer, atMs: snapshot.read.stamp[0] },
    ...{ rosterVersion: cited.version, witnesses, threshold },
    agreedRoot: [...agreed].sort((a, b) => a - b),
    leaf: provenLeaf(crypto, statement.root, record, proof.path),
  }
}

function provenLeaf(
  crypto: Crypto,
  root: Hash,
  record: RecordId,
  path: TreePath,
): Hash | undefined {
  try {
    return leafOnPath(crypto, root, record.ns, recOf(record), path)
  } catch (cause) {
    throw refusal('path', { reason: cause instanceof Error ? cause.message : String(cause) }, cause)
  }
}

/** The witness that agreed to the root of a snapshot. */
function witnessOf(
  crypto: Crypto,
  rosters: readonly Roster[],
  { commit, links }: ShownReceipt,
  snapshot: Hash,
  witnesses: readonly number[],
): number {
  const read = attributed(crypto, rosters, commit, 'receipt')
  const { writer } = read.read
  const receipt = receiptOf(read.read)
  if (receipt === undefined || !equalBytes(receipt.snapshot, snapshot)) {
    throw refusal('receipt', { writer, reason: 'it is of another snapshot' })
  }
  if (!receipt.isRootChecked) throw refusal('receipt', { writer, reason: 'it is of heads alone' })
  if (!witnesses.includes(writer)) throw refusal('receipt', { writer, reason: 'no witness' })
  const code = endedBy(crypto, rosters, read, links)
  if (code !== undefined) throw refusal('receipt', { writer, code })
  return writer
}

function attributed(
  crypto: Crypto,
  rosters: readonly Roster[],
  commit: Commit,
  part: string,
): ReadCommit {
  const found = attribute(crypto, rosters, commit)
  if ('code' in found) throw refusal(part, { code: found.code })
  return found.commit
}

function citedBy({ roster }: Header, rosters: readonly Roster[]): Roster | undefined {
  const cited = rosters[roster[0] - 1]
  return cited !== undefined && equalBytes(cited.hash, roster[1]) ? cited : undefined
}

/** Why a receipt does not count by what the roster chain says, or undefined. */
function endedBy(
  crypto: Crypto,
  rosters: readonly Roster[],
  { id, read }: ReadCommit,
  links: readonly Uint8Array[],
): ErrorCode | undefined {
  const { ns, aud, writer, seq, v, crit } = read
  const log = { ns, aud, writer }
  const newest = rosters.at(-1)
  const cited = citedBy(read, rosters)
  if (newest === undefined || cited === undefined) return 'MULU_ROSTER_UNKNOWN'
  const isUnderstood = v === 1 && crit.every((name) => KNOWN_EXTENSIONS.includes(name))
  if (!isUnderstood) return 'MULU_COMMIT_SHAPE'
  const grant = citedGrant(cited.state, log)
  if (grant === undefined) return 'MULU_GRANT_MISSING'
  const closing = closedAt(newest.state, log, grant)
  const end = finalEnd(newest.state, log)
  if (seq > Math.min(closing?.seq ?? seq, end?.seq ?? seq)) return 'MULU_REVOKED'
  const anchor = standingIn(newest, cited, log)
  if (anchor === undefined) return undefined
  return isOnBranch(crypto, { id, read }, anchor, links) ? undefined : 'MULU_FORK'
}

/** The commit that the newest roster says stands in the log of a receipt, if it says so. */
export function standingIn(newest: Roster, cited: Roster, log: LogKey): LogEnd | undefined {
  const grant = citedGrant(cited.state, log)
  const closing = grant && closedAt(newest.state, log, grant)
  return anchorOf(newest.state, log) ?? closing?.end
}

/** Whether headers link a commit and the one that the roster says stands in its log. */
function isOnBranch(
  crypto: Crypto,
  commit: { readonly id: Hash; readonly read: Header },
  anchor: LogEnd,
  links: readonly Uint8Array[],
): boolean {
  const isBelow = commit.read.seq <= anchor.seq
  const chain = readChain(crypto, links)
  if (chain === undefined) return false
  const ascending = isBelow ? [commit, ...chain] : [...chain, commit]
  let before = isBelow ? undefined : anchor.id
  for (const { id, read } of ascending) {
    if (before !== undefined && !equalBytes(read.parent, before)) return false
    before = id
  }
  return !isBelow || (before !== undefined && equalBytes(before, anchor.id))
}

function readChain(
  crypto: Crypto,
  links: readonly Uint8Array[],
): readonly { readonly id: Hash; readonly read: Header }[] | undefined {
  try {
    return links.map((link) => ({ id: commitId(crypto, link), read: readHeader(link) }))
  } catch {
    return undefined
  }
}

function refusal(part: string, details: Record<string, unknown>, cause?: unknown): MuluError {
  return new MuluError('MULU_EVIDENCE', { cause, details: { part, ...details } })
}
