/**
 * The nodes of the digest tree and the path from its root to one record. A bucket covers its
 * records by name, so that a path shows that a record is there with its leaf, or that it is not.
 * Where a node stands in the tree follows from its depth, so that no node passes for one of
 * another kind.
 *
 * node     hash("mulu/tree/1" || bytes)
 * top      CBOR [[ns, scope hash] …] over the namespaces of an audience that hold records
 * scope    64 group hashes; group: 64 bucket hashes; 33 zero bytes where nothing is
 * bucket   `kind/local`, 0, leaf, for each of its records, in code-unit order
 * numbers  a bucket's is the first 12 bits of hash("mulu/tree/1" || `kind/local`), its group's the
 *          first 6 of them
 *
 * path     the bytes of top, scope, group and bucket, as far down as there is anything
 */
import { type Crypto, DOMAIN, HASH_BYTES, type Hash, hash, hashOfText } from '../crypto.ts'
import type { ByteWriter } from '../encoding/byte-writer.ts'
import { equalBytes, utf8ToText } from '../encoding/bytes.ts'
import { decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import { readArray, readBytes, readInteger } from '../encoding/shape.ts'
import { isRec } from '../record/record-id.ts'

/** What stands for a child that holds nothing. */
export const NOTHING: Hash = new Uint8Array(HASH_BYTES)
/** Children of a scope and of a group. */
export const CHILDREN = 64

/** A namespace and the hash of its scope. */
export type TopRow = readonly [ns: number, scope: Hash]
/** A record of a bucket, as `kind/local`, and its leaf. */
export type BucketRow = readonly [rec: string, leaf: Hash]
/** Bytes of nodes from the top down, one to four. */
export type TreePath = readonly Uint8Array[]

/** The hash of a node. */
export function nodeHash(crypto: Crypto, bytes: Uint8Array): Hash {
  return hash(crypto, DOMAIN.tree, bytes)
}

/** The number of the bucket that a record belongs to, 0 to 4,095. */
export function bucketOf(crypto: Crypto, rec: string): number {
  const digest = hashOfText(crypto, DOMAIN.tree, rec)
  return ((digest[1] ?? 0) << 4) | ((digest[2] ?? 0) >> 4)
}

/** The bytes of a top. */
export function encodeTop(rows: readonly TopRow[]): Uint8Array {
  return encodeCbor(rows.map((row) => [...row]))
}

/** Writes the bytes of a bucket; its rows are in order. */
export function writeBucket(writer: ByteWriter, rows: readonly BucketRow[]): void {
  for (const [rec, leaf] of rows) writer.text(rec).byte(0).raw(leaf)
}

/**
 * The leaf that a path shows for a record, or undefined when it shows that there is none; throws
 * when the path does not lead from the root to where the record would be.
 */
export function leafOnPath(
  crypto: Crypto,
  root: Hash,
  ns: number,
  rec: string,
  path: TreePath,
): Hash | undefined {
  const bucket = bucketOf(crypto, rec)
  const steps: readonly ((bytes: Uint8Array) => Hash | undefined)[] = [
    (bytes) => readTop(bytes).find(([each]) => each === ns)?.[1],
    (bytes) => childOf(bytes, bucket >> 6),
    (bytes) => childOf(bytes, bucket & (CHILDREN - 1)),
    (bytes) => readBucket(bytes).find(([each]) => each === rec)?.[1],
  ]
  let wanted: Hash | undefined = root
  for (const [depth, step] of steps.entries()) {
    const bytes = path[depth]
    if (wanted === undefined || bytes === undefined) break
    if (!equalBytes(nodeHash(crypto, bytes), wanted)) throw new Error('a node is another one')
    wanted = step(bytes)
    if (wanted === undefined && path.length > depth + 1) throw new Error('nodes follow the end')
  }
  if (wanted !== undefined && path.length !== steps.length) throw new Error('the path is cut short')
  return wanted
}

/** Reads a top; throws when the bytes are none. */
export function readTop(bytes: Uint8Array): readonly TopRow[] {
  const rows = readArray(decodeCbor(bytes), readTopRow, Number.MAX_SAFE_INTEGER, 'top')
  requireOrder(rows.map(([ns]) => ns))
  return rows
}

function readTopRow(value: unknown): TopRow {
  const row = readArray(value, (part) => part, 2, 'namespace')
  const scope = readBytes(row[1], HASH_BYTES, HASH_BYTES, 'scope')
  return [readInteger(row[0], 1, 0xffffffff, 'ns'), scope]
}

/** The children of a scope or group; throws when the bytes are neither. */
export function readChildren(bytes: Uint8Array): readonly Hash[] {
  readBytes(bytes, CHILDREN * HASH_BYTES, CHILDREN * HASH_BYTES, 'children')
  return Array.from({ length: CHILDREN }, (_, i) =>
    bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  )
}

function childOf(bytes: Uint8Array, index: number): Hash | undefined {
  const child = readChildren(bytes)[index]
  return child === undefined || equalBytes(child, NOTHING) ? undefined : child
}

function readBucket(bytes: Uint8Array): readonly BucketRow[] {
  const rows: BucketRow[] = []
  for (let at = 0; at < bytes.length; ) {
    const zero = bytes.indexOf(0, at)
    const end = zero + 1 + HASH_BYTES
    if (zero < 0 || end > bytes.length) throw new Error('a bucket is cut short')
    const rec = utf8ToText(bytes.subarray(at, zero))
    if (!isRec(rec)) throw new Error('a bucket names no record')
    rows.push([rec, bytes.subarray(zero + 1, end)])
    at = end
  }
  requireOrder(rows.map(([rec]) => rec))
  return rows
}

function requireOrder<T extends string | number>(keys: readonly T[]): void {
  for (let i = 1; i < keys.length; i++) {
    if ((keys[i - 1] as T) >= (keys[i] as T)) throw new Error('a node is out of order')
  }
}
