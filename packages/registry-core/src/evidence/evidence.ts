/**
 * Evidence: a file with which anybody can check, with nothing else at hand, what one record is and
 * how it came to be so. It carries no verdict and no view: whoever reads it comes to both from the
 * signatures.
 *
 * file     "mulu/evidence/1" | CBOR map | hash("mulu/evidence/1" || CBOR map), 33 bytes
 *
 * key      value
 * v        1
 * record   `namespace/kind/local`
 * rosters  every version in wire form, from the first one on
 * orders   of agencies, in wire form: those that admit or close a writer of these logs, and others
 *          of the same numbers; left out where there are none
 * profiles canonical JSON of the profiles that the rosters name
 * commits  in wire form, none before what it follows or names in `after`: of every log of the
 *          namespace that the record's commits rest on, all from the first one on. Bodies that say
 *          nothing of the record travel as hashes. Empty for a record that is not there.
 * proof    of a snapshot in which the record was or was not (snapshot/proof.ts); may be left out
 *
 * The hash at the end finds damage; it proves nothing, since whoever alters a file can make it anew.
 */
import { type Commit, decodeCommit, encodeCommit } from '../commit/commit.ts'
import { type Crypto, HASH_BYTES, hash } from '../crypto.ts'
import { concat, equalBytes, utf8 } from '../encoding/bytes.ts'
import { decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import { readArray, readBytes, readInteger, readShape, readText } from '../encoding/shape.ts'
import { isMuluError, MuluError } from '../errors.ts'
import {
  COMMIT_BYTES_MAX,
  EVIDENCE_BYTES_MAX,
  EVIDENCE_COMMITS_MAX,
  ORDER_BYTES_MAX,
  PROFILE_BYTES_MAX,
  ROSTER_BYTES_MAX,
} from '../limits.ts'
import { parseRecordId, type RecordId, recOf, recordIdText } from '../record/record-id.ts'
import { decodeProof, encodeProof, type SnapshotProof } from '../snapshot/proof.ts'

/** What a file of evidence holds; nothing of it is verified yet. */
export type Evidence = {
  readonly record: RecordId
  readonly rosters: readonly Uint8Array[]
  readonly orders?: readonly Uint8Array[]
  readonly profiles: readonly Uint8Array[]
  readonly commits: readonly Commit[]
  readonly proof?: SnapshotProof
}

const MAGIC = utf8('mulu/evidence/1')
const KEYS = ['v', 'record', 'rosters', 'orders', 'profiles', 'commits', 'proof']
const ROSTERS_MAX = 65_536
const ORDERS_MAX = 65_536

/** The bytes of a file. MULU_EVIDENCE_SIZE when they are more than anybody would read. */
export function encodeEvidence(crypto: Crypto, evidence: Evidence): Uint8Array {
  const { record, rosters, orders, profiles, commits, proof } = evidence
  const body = encodeCbor({
    v: 1,
    record: recordIdText(record.ns, recOf(record)),
    rosters,
    orders,
    profiles,
    commits: commits.map(encodeCommit),
    proof: proof && encodeProof(proof),
  })
  const bytes = concat(MAGIC, body, hash(crypto, MAGIC, body))
  checkSize(bytes)
  return bytes
}

function checkSize(bytes: Uint8Array): void {
  if (bytes.length <= EVIDENCE_BYTES_MAX) return
  const details = { bytes: bytes.length, limit: EVIDENCE_BYTES_MAX }
  throw new MuluError('MULU_EVIDENCE_SIZE', { details })
}

/** Reads a file; MULU_EVIDENCE_SHAPE when it is none or damaged, MULU_EVIDENCE_SIZE. */
export function decodeEvidence(crypto: Crypto, bytes: Uint8Array): Evidence {
  checkSize(bytes)
  try {
    return readBody(bodyOf(crypto, bytes))
  } catch (cause) {
    const reason = isMuluError(cause) ? cause.code : String(cause)
    throw new MuluError('MULU_EVIDENCE_SHAPE', { cause, details: { reason } })
  }
}

function bodyOf(crypto: Crypto, bytes: Uint8Array): Uint8Array {
  if (!equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) throw new Error('another kind of file')
  const body = bytes.subarray(MAGIC.length, -HASH_BYTES)
  if (!equalBytes(bytes.subarray(-HASH_BYTES), hash(crypto, MAGIC, body))) {
    throw new Error('the file is damaged or cut short')
  }
  return body
}

function readProof(value: unknown): SnapshotProof {
  return decodeProof(readBytes(value, 1, EVIDENCE_BYTES_MAX, 'proof'))
}

function readBody(body: Uint8Array): Evidence {
  const shape = readShape(decodeCbor(body), KEYS, 'evidence')
  readInteger(shape['v'], 1, 1, 'v')
  const listOf = (key: string, bytesMax: number, countMax: number): readonly Uint8Array[] =>
    readArray(shape[key], (item) => readBytes(item, 1, bytesMax, key), countMax, key)
  return {
    record: parseRecordId(readText(shape['record'], 140, 'record')),
    rosters: listOf('rosters', ROSTER_BYTES_MAX, ROSTERS_MAX),
    ...(shape['orders'] === undefined
      ? {}
      : { orders: listOf('orders', ORDER_BYTES_MAX, ORDERS_MAX) }),
    profiles: listOf('profiles', PROFILE_BYTES_MAX, ROSTERS_MAX),
    commits: listOf('commits', COMMIT_BYTES_MAX, EVIDENCE_COMMITS_MAX).map(decodeCommit),
    ...(shape['proof'] === undefined ? {} : { proof: readProof(shape['proof']) }),
  }
}
