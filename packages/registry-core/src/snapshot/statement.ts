/**
 * What snapshots and receipts say. Both are commits without entries, of type 1 and 2; what they
 * say stands in the header, which is never erased.
 *
 * ext.snapshot  CBOR [catalogue root, [[ns, writer, seq, commit id] …]]: of every federation log
 *               that its author had accepted anything of, ascending; the root is that of
 *               catalogue/digest-tree.ts for audience 1
 * ext.receipt   CBOR [commit id of the snapshot, whether the root was recomputed]
 */

import type { Header } from '../commit/header.ts'
import { HASH_BYTES, type Hash } from '../crypto.ts'
import { decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import { readArray, readBoolean, readBytes, readInteger } from '../encoding/shape.ts'
import { HEADER_BYTES_MAX } from '../limits.ts'

/** A federation log up to a commit. */
export type StatedHead = readonly [ns: number, writer: number, seq: number, id: Hash]

/** What a snapshot states. */
export type SnapshotStatement = { readonly root: Hash; readonly heads: readonly StatedHead[] }

/** What a witness says of a snapshot. */
export type ReceiptStatement = { readonly snapshot: Hash; readonly isRootChecked: boolean }

/** The extension that carries a snapshot. */
export function encodeSnapshot({ root, heads }: SnapshotStatement): Record<string, Uint8Array> {
  return { snapshot: encodeCbor([root, heads.map((head) => [...head])]) }
}

/** The extension that carries a receipt. */
export function encodeReceipt(receipt: ReceiptStatement): Record<string, Uint8Array> {
  return { receipt: encodeCbor([receipt.snapshot, receipt.isRootChecked]) }
}

/** The snapshot that a header states; undefined when it states none in this form. */
export function snapshotOf(header: Header): SnapshotStatement | undefined {
  if (header.type !== 1 || header.aud !== 1) return undefined
  return readOr(header.ext['snapshot'], (value) => {
    const [root, heads] = readArray(value, (part) => part, 2, 'snapshot')
    return { root: readHash(root), heads: readArray(heads, readHead, HEADER_BYTES_MAX, 'heads') }
  })
}

/** The receipt that a header states; undefined when it states none in this form. */
export function receiptOf(header: Header): ReceiptStatement | undefined {
  if (header.type !== 2 || header.aud !== 1) return undefined
  return readOr(header.ext['receipt'], (value) => {
    const [snapshot, isRootChecked] = readArray(value, (part) => part, 2, 'receipt')
    return {
      snapshot: readHash(snapshot),
      isRootChecked: readBoolean(isRootChecked, 'receipt'),
    }
  })
}

function readOr<T>(bytes: Uint8Array | undefined, read: (value: unknown) => T): T | undefined {
  if (bytes === undefined) return undefined
  try {
    return read(decodeCbor(bytes))
  } catch {
    // Signed, but no statement: it has no effect, like any other extension nobody understands.
    return undefined
  }
}

function readHash(value: unknown): Hash {
  return readBytes(value, HASH_BYTES, HASH_BYTES, 'hash')
}

function readHead(value: unknown): StatedHead {
  const parts = readArray(value, (part) => part, 4, 'head')
  return [
    readInteger(parts[0], 1, 0xffffffff, 'ns'),
    readInteger(parts[1], 1, 0xffffffff, 'writer'),
    readInteger(parts[2], 1, 0xffffffffffff, 'seq'),
    readHash(parts[3]),
  ]
}
