/**
 * Where a page ended: the sort, the place of its last record in that order, and for relevance the
 * weights of the words, so that the order stays the same while records come and go. Opaque to
 * callers; a cursor names a place in the order, not an offset.
 */
import { fromBase64UrlEncoded, toBase64UrlEncoded } from 'lib0/buffer'
import { decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import { readArray, readChoice, readInteger, readText } from '../encoding/shape.ts'
import { MuluError } from '../errors.ts'

/** The orders a listing can have. */
export const SORTS: readonly Sort[] = ['relevance', 'modified', 'quality', 'title']
export type Sort = 'relevance' | 'modified' | 'quality' | 'title'

/** A place in an order: a text where titles are sorted, then numbers; lower ones come first. */
export type SortKey = { readonly text: string; readonly numbers: readonly number[] }

/** What a cursor says. */
export type Cursor = { readonly key: SortKey; readonly weights: readonly number[] }

const NUMBERS_MAX = 5
const WEIGHTS_MAX = 1_024
const SORT_TITLE_MAX = 600
/** Keys may be negative and have fractions of 1/64, which the encoding has not. */
const SCALE = 64

/** A cursor as text. */
export function encodeCursor(sort: Sort, { key, weights }: Cursor): string {
  const numbers = key.numbers.map(scaled)
  return toBase64UrlEncoded(encodeCbor([sort, key.text, numbers, weights.map(scaled)]))
}

/** Reads a cursor made for this sort; MULU_QUERY when it is none. */
export function decodeCursor(text: string, sort: Sort): Cursor {
  try {
    if (!/^[A-Za-z0-9_-]{1,16384}$/.test(text)) throw new Error('not a cursor')
    const parts = readArray(decodeCbor(fromBase64UrlEncoded(text)), (part) => part, 4, 'cursor')
    readChoice(parts[0], [sort], 'sort of the cursor')
    return {
      key: {
        text: readText(parts[1], SORT_TITLE_MAX, 'key'),
        numbers: readArray(parts[2], readScaled, NUMBERS_MAX, 'key'),
      },
      weights: readArray(parts[3], readScaled, WEIGHTS_MAX, 'weights'),
    }
  } catch (cause) {
    throw new MuluError('MULU_QUERY', { cause, details: { parameter: 'after' } })
  }
}

function scaled(value: number): number {
  return Math.round(value * SCALE)
}

function readScaled(value: unknown): number {
  return readInteger(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 'number') / SCALE
}
