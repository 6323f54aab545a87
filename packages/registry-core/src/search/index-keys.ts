/**
 * Keys and values of the sublevel `search`. A generation is one whole index; there are two while
 * a new one is built beside the one that serves.
 *
 * `<gen>/list`                      JSON: the segments, and where the tail begins
 * `<gen>/p/<record key>`            ordinal of the record's present form, 4 bytes
 * `<gen>/o/<ordinal>`               record key, ETag and sort title of that form, by lines
 * `<gen>/d/<ordinal>`               nothing: a form in a segment that is out of date
 * `<gen>/s/<segment>/c`             columns of a segment (columns.ts)
 * `<gen>/s/<segment>/i`             first terms of its blocks
 * `<gen>/s/<segment>/t`             its documents in order of sort title, 16 bits each
 * `<gen>/s/<segment>/p/<block>`     postings of some terms in order: length, term, length, postings
 * `<gen>/s/<segment>/x/<block>`     positions of the same terms: length, positions
 *
 * Numbers are hexadecimal and of fixed width.
 */
import { fixedHex } from '../store/store.ts'

/** The keys of one generation. */
export class IndexKeys {
  readonly #prefix: string

  constructor(generation: number) {
    this.#prefix = fixedHex(generation, 4)
  }

  /** The range of all keys. */
  get all(): { readonly gte: string; readonly lt: string } {
    return { gte: `${this.#prefix}/`, lt: `${this.#prefix}0` }
  }

  get list(): string {
    return `${this.#prefix}/list`
  }

  place(recordKey: string): string {
    return `${this.#prefix}/p/${recordKey}`
  }

  form(ordinal: number): string {
    return `${this.#prefix}/o/${fixedHex(ordinal, 8)}`
  }

  dead(ordinal: number): string {
    return `${this.#prefix}/d/${fixedHex(ordinal, 8)}`
  }

  /** The ordinal in a key of `form` or `dead`. */
  ordinalOf(key: string): number {
    return Number.parseInt(key.slice(-8), 16)
  }

  /** The range of everything of segments from one number up to, not including, another. */
  segments(from: number, to: number): { readonly gte: string; readonly lt: string } {
    return { gte: this.segment(from, ''), lt: this.segment(to, '') }
  }

  segment(id: number, rest: string): string {
    return `${this.#prefix}/s/${fixedHex(id, 8)}/${rest}`
  }

  postings(id: number, block: number): string {
    return this.segment(id, `p/${fixedHex(block, 6)}`)
  }

  positions(id: number, block: number): string {
    return this.segment(id, `x/${fixedHex(block, 6)}`)
  }
}
