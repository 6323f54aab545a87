/**
 * The newest documents of the index, in memory until they become a segment. Each occurrence of a
 * word is one number and a link to the one before it, so that adding a word costs a look-up and
 * two writes into arrays. What a tail holds can always be made again from the stored views.
 */
import type { View } from '../record/view.ts'
import { Columns } from './columns.ts'
import { emptyBits } from './doc-set.ts'
import { eachWord, tierOf } from './indexed-text.ts'
import type { Part } from './part.ts'
import { NO_POSTINGS, type Postings, postingsOfOccurrences } from './postings.ts'
import { sortTitleOf } from './item.ts'

/** Documents in a tail before it becomes a segment. */
export const TAIL_DOCS_MAX = 16_384
/** Occurrences of words in a tail before it becomes a segment: 8 bytes each. */
export const TAIL_OCCURRENCES_MAX = 8_388_608

const NONE = 0xffff_ffff

/** A part in memory that takes documents. */
export class Tail implements Part {
  readonly columns: Columns = new Columns(256)
  readonly alive: Uint32Array = emptyBits()
  readonly titles: string[] = []
  living = 0
  readonly #terms = new Map<string, number>()
  #last = new Uint32Array(1_024)
  #count = new Uint32Array(1_024)
  #occurrences = new Uint32Array(4_096)
  #before = new Uint32Array(4_096)
  #size = 0

  get isFull(): boolean {
    return this.columns.size >= TAIL_DOCS_MAX || this.#size >= TAIL_OCCURRENCES_MAX
  }

  /** Adds a document. */
  add(ordinal: number, view: View): void {
    const doc = this.columns.size
    let titleWords = 0
    eachWord(view, (term, position) => {
      if (tierOf(position) === 0) titleWords++
      this.#addOccurrence(term, ((doc << 16) | position) >>> 0)
    })
    this.columns.add(ordinal, view, titleWords)
    this.titles.push(sortTitleOf(view))
    this.alive[doc >>> 5] = (this.alive[doc >>> 5] as number) | (1 << (doc & 31))
    this.living++
  }

  /** The occurrences of a term in order. */
  occurrences(term: string): Uint32Array {
    const number = this.#terms.get(term)
    if (number === undefined) return new Uint32Array()
    const list = new Uint32Array(this.#count[number] as number)
    let at = this.#last[number] as number
    for (let i = list.length - 1; i >= 0; i--) {
      list[i] = this.#occurrences[at] as number
      at = this.#before[at] as number
    }
    return list
  }

  postings(term: string): Postings {
    const occurrences = this.occurrences(term)
    return occurrences.length === 0 ? NO_POSTINGS : postingsOfOccurrences(occurrences)
  }

  /** All terms, in no order. */
  terms(): Iterable<string> {
    return this.#terms.keys()
  }

  #addOccurrence(term: string, occurrence: number): void {
    const number = this.#terms.get(term) ?? this.#newTerm(term)
    const last = this.#last[number] as number
    // Words beyond the range of their tier stand at one position; one of them is enough.
    if (last !== NONE && this.#occurrences[last] === occurrence) return
    if (this.#size === this.#occurrences.length) this.#grow()
    this.#occurrences[this.#size] = occurrence
    this.#before[this.#size] = last
    this.#last[number] = this.#size++
    this.#count[number] = (this.#count[number] as number) + 1
  }

  #newTerm(term: string): number {
    const number = this.#terms.size
    this.#terms.set(term, number)
    if (number === this.#last.length) {
      this.#last = grown(this.#last)
      this.#count = grown(this.#count)
    }
    this.#last[number] = NONE
    return number
  }

  #grow(): void {
    this.#occurrences = grown(this.#occurrences)
    this.#before = grown(this.#before)
  }
}

function grown(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2)
  larger.set(array)
  return larger
}
