/**
 * The newest documents of the index, in memory until they become a segment. What a tail holds can
 * always be made again from the stored views.
 */
import type { View } from '../record/view.ts'
import { Columns } from './columns.ts'
import type { DocSet } from './doc-set.ts'
import { readWords, tierOf, type WordTaker } from './indexed-text.ts'
import { OccurrenceLog } from './occurrence-log.ts'
import { Living, type Part } from './part.ts'
import { NO_POSTINGS, type Postings, postingsOfOccurrences } from './postings.ts'
import { orderOfTitles, type TermOccurrences } from './segment-writer.ts'
import { orderOfTerms } from './sort-terms.ts'
import { WordNumbers } from './word-numbers.ts'

/** Documents in a tail before it becomes a segment: with one batch more two of them are one part. */
export const TAIL_DOCS_MAX = 32_256
/** Occurrences of words in a tail before it becomes a segment: 8 bytes each. */
export const TAIL_OCCURRENCES_MAX = 8_388_608

const NO_OCCURRENCES = new Uint32Array()

/** A part in memory that takes documents. */
export class Tail implements Part {
  readonly columns: Columns = new Columns(256)
  readonly living: Living = new Living()
  readonly titles: string[] = []
  readonly #docsMax: number
  readonly #numbers = new WordNumbers()
  readonly #log = new OccurrenceLog()
  readonly #words = new LoggedWords(this.#numbers, this.#log)

  /** A tail that is full at so many documents. */
  constructor(docsMax: number) {
    this.#docsMax = docsMax
  }

  get isFull(): boolean {
    return this.columns.size >= this.#docsMax || this.#log.size >= TAIL_OCCURRENCES_MAX
  }

  get counted(): DocSet {
    return this.living.set
  }

  /** Occurrences of words in it. */
  get occurrenceCount(): number {
    return this.#log.size
  }

  titleOrder(): Promise<Uint16Array> {
    return Promise.resolve(orderOfTitles(this.titles))
  }

  /** Adds a document of a view with fields of these paths, and its sort title. */
  add(ordinal: number, view: View, paths: readonly string[], title: string): void {
    const doc = this.columns.size
    this.#words.beginDocument(doc)
    readWords(view, paths, this.#words)
    this.columns.add(ordinal, view, paths, this.#words.titleWords)
    this.titles.push(title)
    this.living.add(doc)
  }

  /** The occurrences of a term in order. */
  occurrences(term: string): Uint32Array {
    const number = this.#numbers.get(term)
    return number === undefined ? NO_OCCURRENCES : this.#log.of(number, this.#numbers.terms.length)
  }

  postings(term: string): Postings {
    const occurrences = this.occurrences(term)
    return occurrences.length === 0 ? NO_POSTINGS : postingsOfOccurrences(occurrences)
  }

  /** All terms, in no order. */
  terms(): Iterable<string> {
    return this.#numbers.terms
  }

  /** All terms with their occurrences, in order of terms. */
  *sortedTerms(): Generator<TermOccurrences> {
    const { occurrences, starts } = this.#log.sorted(this.#numbers.terms.length)
    const { terms } = this.#numbers
    for (const number of orderOfTerms(terms)) {
      const term = terms[number] as string
      yield { term, occurrences: occurrences.subarray(starts[number], starts[number + 1]) }
    }
  }
}

/** Writes the words of documents into the log of a tail. */
class LoggedWords implements WordTaker {
  titleWords = 0
  taken = 0
  readonly #numbers: WordNumbers
  readonly #log: OccurrenceLog
  /** The document as the upper half of an occurrence. */
  #document = 0
  #from = 0
  #last = 0

  constructor(numbers: WordNumbers, log: OccurrenceLog) {
    this.#numbers = numbers
    this.#log = log
  }

  beginDocument(doc: number): void {
    this.#document = doc << 16
    this.titleWords = 0
  }

  beginText(from: number, last: number): void {
    this.#from = from
    this.#last = last
    this.taken = 0
  }

  word(text: string, start: number, end: number, low: number, middle: number, high: number): void {
    this.#takeNext(this.#numbers.ofWord(text, start, end, low, middle, high))
  }

  pair(first: number, second: number): void {
    this.#takeNext(this.#numbers.ofPair(first, second))
  }

  term(term: string): void {
    this.#takeNext(this.#numbers.ofTerm(term))
  }

  termAt(term: string, position: number): void {
    this.#take(this.#numbers.ofTerm(term), position)
  }

  #takeNext(number: number): void {
    const position = this.#from + this.taken++
    this.#take(number, position < this.#last - 1 ? position : this.#last)
  }

  #take(number: number, position: number): void {
    if (tierOf(position) === 0) this.titleWords++
    this.#log.push(number, (this.#document | position) >>> 0)
  }
}
