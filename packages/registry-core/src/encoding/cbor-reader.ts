/**
 * Reads deterministic CBOR (RFC 8949 section 4.2) in one pass: whatever is not the one encoding of
 * a value is refused where it stands. Numbers are whole and exact, texts are valid UTF-8, keys of a
 * map are texts and ascend by their encoded bytes, nothing has a tag or an indefinite length.
 */
import {
  ARRAY,
  BYTES,
  FALSE,
  HeadReader,
  MAP,
  NEGATIVE,
  NULL,
  TAG,
  TEXT,
  TRUE,
  UNSIGNED,
} from './cbor-head.ts'
import { shortText, shortTexts } from './short-texts.ts'

const texts = shortTexts()

/** Reads one value after the other. */
export class CborReader extends HeadReader {
  /** The next value, in which arrays and maps nest at most `depth` deep; throws when it is none. */
  value(depth: number): unknown {
    const head = this.byte()
    const major = head >> 5
    if (major > TAG) return simple(head)
    const argument = this.argument(head)
    switch (major) {
      case UNSIGNED:
        return argument
      case NEGATIVE:
        return this.#negative(argument)
      case BYTES:
        return this.#take(argument)
      case TEXT:
        return this.#text(argument)
      case ARRAY:
        return this.#array(argument, depth)
      case MAP:
        return this.#map(argument, depth)
      default:
        throw new Error('A tag')
    }
  }

  #negative(argument: number): number {
    const value = -1 - argument
    if (!Number.isSafeInteger(value)) throw new Error('A number is too large')
    return value
  }

  /** A copy, since bytes are kept for longer than what they came in; never a Buffer. */
  #take(length: number): Uint8Array {
    const start = this.skip(length)
    return new Uint8Array(this.bytes.subarray(start, start + length))
  }

  #text(length: number): string {
    const start = this.skip(length)
    return shortText(texts, this.bytes, start, start + length)
  }

  #array(length: number, depth: number): unknown[] {
    const inner = below(depth, length)
    const list: unknown[] = []
    for (let i = 0; i < length; i++) list.push(this.value(inner))
    return list
  }

  #map(size: number, depth: number): Record<string, unknown> {
    const inner = below(depth, size)
    const map: Record<string, unknown> = {}
    let [lastStart, lastEnd] = [0, 0]
    for (let i = 0; i < size; i++) {
      const start = this.position
      const key = this.value(0)
      const end = this.position
      if (typeof key !== 'string' || key === '__proto__') throw new Error('A key that is none')
      if (i > 0 && !this.#isBefore(lastStart, lastEnd, start, end))
        throw new Error('Keys in disorder')
      map[key] = this.value(inner)
      ;[lastStart, lastEnd] = [start, end]
    }
    return map
  }

  /** Whether what is encoded in one range comes before what is in another. */
  #isBefore(startA: number, endA: number, startB: number, endB: number): boolean {
    const length = Math.min(endA - startA, endB - startB)
    for (let i = 0; i < length; i++) {
      const difference = (this.bytes[startA + i] ?? 0) - (this.bytes[startB + i] ?? 0)
      if (difference !== 0) return difference < 0
    }
    return endA - startA < endB - startB
  }
}

function simple(head: number): boolean | null {
  if (head === NULL) return null
  if (head !== TRUE && head !== FALSE) throw new Error('Neither a plain value nor a whole number')
  return head === TRUE
}

/** How deep the items of an array or a map may nest; an empty one takes no room. */
function below(depth: number, items: number): number {
  if (items > 0 && depth === 0) throw new Error('It nests too deep')
  return depth - 1
}
