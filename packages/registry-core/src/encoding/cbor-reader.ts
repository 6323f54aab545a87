/**
 * Reads deterministic CBOR (RFC 8949 section 4.2) in one pass: whatever is not the one encoding of
 * a value is refused where it stands. Numbers are whole and exact, texts are valid UTF-8, keys of a
 * map are texts and ascend by their encoded bytes, nothing has a tag or an indefinite length.
 */
import { utf8ToText } from './bytes.ts'
import { ARRAY, BYTES, FALSE, MAP, NEGATIVE, NULL, TAG, TEXT, TRUE, UNSIGNED } from './cbor-head.ts'
import { shortText, shortTexts } from './short-texts.ts'

/** By the low bits of a head from 24 on: bytes of the argument, and the least that needs so many. */
const ARGUMENT_BYTES: readonly number[] = [1, 2, 4, 8]
const ARGUMENT_MIN: readonly number[] = [24, 0x100, 0x10000, 0x100000000]
/** Up to this length reading unit by unit costs less than a call of the decoder. */
const SHORT_TEXT = 64
const texts = shortTexts()

/** Reads one value after the other. */
export class CborReader {
  readonly #bytes: Uint8Array
  #position = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Whether everything has been read. */
  get isAtEnd(): boolean {
    return this.#position === this.#bytes.length
  }

  /** The next value, in which arrays and maps nest at most `depth` deep; throws when it is none. */
  value(depth: number): unknown {
    const head = this.#byte()
    const major = head >> 5
    if (major > TAG) return simple(head)
    const argument = this.#argument(head & 31)
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
    const start = this.#skip(length)
    return new Uint8Array(this.#bytes.subarray(start, start + length))
  }

  #text(length: number): string {
    const start = this.#skip(length)
    const end = start + length
    return length <= SHORT_TEXT
      ? shortText(texts, this.#bytes, start, end)
      : utf8ToText(this.#bytes.subarray(start, end))
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
      const start = this.#position
      const key = this.value(0)
      const end = this.#position
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
      const difference = (this.#bytes[startA + i] ?? 0) - (this.#bytes[startB + i] ?? 0)
      if (difference !== 0) return difference < 0
    }
    return endA - startA < endB - startB
  }

  #argument(form: number): number {
    if (form < 24) return form
    const size = ARGUMENT_BYTES[form - 24]
    if (size === undefined) throw new Error('A length without end')
    let argument = 0
    for (let i = 0; i < size; i++) argument = argument * 256 + this.#byte()
    if (argument < (ARGUMENT_MIN[form - 24] ?? 0)) throw new Error('A number has spare bytes')
    if (argument > Number.MAX_SAFE_INTEGER) throw new Error('A number is too large')
    return argument
  }

  #byte(): number {
    const byte = this.#bytes[this.#position]
    if (byte === undefined) throw new Error('The bytes end early')
    this.#position += 1
    return byte
  }

  /** Passes over bytes and gives where they begin. */
  #skip(length: number): number {
    const start = this.#position
    if (start + length > this.#bytes.length) throw new Error('The bytes end early')
    this.#position = start + length
    return start
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
