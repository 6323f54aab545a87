/**
 * A node's signed word that it has destroyed what orders named: a commit of type 2 without
 * entries, in the own log of the order's audience.
 *
 * ext.erased  CBOR [id of the commit with the orders …]
 */
import type { Header } from '../commit/header.ts'
import { HASH_BYTES, type Hash } from '../crypto.ts'
import { decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import { readArray, readBytes } from '../encoding/shape.ts'

/** Orders that one commit confirms. */
export const CONFIRMED_MAX = 256

/** The extension that carries a confirmation. */
export function encodeConfirmation(orders: readonly Hash[]): Record<string, Uint8Array> {
  return { erased: encodeCbor([...orders]) }
}

/** The commits whose orders a header confirms; none when it confirms nothing in this form. */
export function confirmedBy(header: Header): readonly Hash[] {
  const bytes = header.ext['erased']
  if (header.type !== 2 || bytes === undefined) return []
  try {
    const read = (value: unknown): Hash => readBytes(value, HASH_BYTES, HASH_BYTES, 'erased')
    return readArray(decodeCbor(bytes), read, CONFIRMED_MAX, 'erased')
  } catch {
    // Signed, but no statement: it has no effect, like any other extension nobody understands.
    return []
  }
}
