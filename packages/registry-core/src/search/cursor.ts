/**
 * Where a page ended: the sort and the sort key of its last record. Opaque to callers; a cursor
 * names a place in the order, not an offset, so pages stay stable while records change.
 */
import { fromBase64UrlEncoded, toBase64UrlEncoded } from 'lib0/buffer'
import { decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import { readArray, readChoice, readText } from '../encoding/shape.ts'
import { MuluError } from '../errors.ts'

/** The orders a listing can have. */
export const SORTS: readonly Sort[] = ['relevance', 'modified', 'title']
export type Sort = 'relevance' | 'modified' | 'title'

/** A sort key: a text in the order of the listing, and the id. */
export type SortKey = readonly [key: string, id: string]

/** A cursor as text. */
export function encodeCursor(sort: Sort, [key, id]: SortKey): string {
  return toBase64UrlEncoded(encodeCbor([sort, key, id]))
}

/** Reads a cursor made for this sort; MULU_QUERY when it is none. */
export function decodeCursor(text: string, sort: Sort): SortKey {
  try {
    if (!/^[A-Za-z0-9_-]{1,1024}$/.test(text)) throw new Error('not a cursor')
    const parts = readArray(decodeCbor(fromBase64UrlEncoded(text)), (part) => part, 3, 'cursor')
    readChoice(parts[0], [sort], 'sort of the cursor')
    return [readText(parts[1], 600, 'key'), readText(parts[2], 256, 'id')]
  } catch (cause) {
    throw new MuluError('MULU_QUERY', { cause, details: { parameter: 'after' } })
  }
}
