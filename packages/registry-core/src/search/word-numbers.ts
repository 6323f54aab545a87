/**
 * Numbers for the terms of texts. Nearly every word of a text was met before, so a word is looked
 * up as it is spelled there: to know it again takes no string and no stemming. Only a new word is
 * made a term, and gets the number of that.
 */
import { TermNumbers } from './term-numbers.ts'
import { termOfWord } from './text/terms.ts'

/** A slot: the three numbers that spell a word, and the number of its term + 1; 0 is empty. */
const SLOT = 4

/** The terms of one part, by number. */
export class WordNumbers {
  readonly #terms = new TermNumbers()
  #slots = new Uint32Array(4_096 * SLOT)
  #mask = 4_095
  #size = 0

  /** By number. */
  get terms(): readonly string[] {
    return this.#terms.terms
  }

  /** The number of a term, if it has one. */
  get(term: string): number | undefined {
    return this.#terms.get(term)
  }

  /** The number of a term, a new one if it has none. */
  ofTerm(term: string): number {
    return this.#terms.add(term)
  }

  /** The number of the term of two characters (`pairOf` in text/terms.ts). */
  ofPair(first: number, second: number): number {
    return this.#terms.addPair(first, second)
  }

  /** The number of the term of a short ASCII word (`TermTaker.word`). */
  ofWord(
    text: string,
    start: number,
    end: number,
    low: number,
    middle: number,
    high: number,
  ): number {
    const slots = this.#slots
    for (let slot = hashOf(low, middle, high) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot * SLOT
      const number = slots[at + 3] as number
      if (number === 0) {
        const added = this.#terms.add(termOfWord(text, start, end))
        slots[at] = low
        slots[at + 1] = middle
        slots[at + 2] = high
        slots[at + 3] = added + 1
        this.#size += 1
        if (this.#size * 2 > this.#mask) this.#grow()
        return added
      }
      if (slots[at] === low && slots[at + 1] === middle && slots[at + 2] === high) {
        return number - 1
      }
    }
  }

  #grow(): void {
    const old = this.#slots
    const mask = this.#mask * 2 + 1
    const slots = new Uint32Array((mask + 1) * SLOT)
    for (let from = 0; from < old.length; from += SLOT) {
      if (old[from + 3] === 0) continue
      const low = old[from] as number
      let slot = hashOf(low, old[from + 1] as number, old[from + 2] as number) & mask
      while (slots[slot * SLOT + 3] !== 0) slot = (slot + 1) & mask
      slots.set(old.subarray(from, from + SLOT), slot * SLOT)
    }
    this.#slots = slots
    this.#mask = mask
  }
}

function hashOf(low: number, middle: number, high: number): number {
  const some = Math.imul(low ^ (middle << 7) ^ (middle >>> 11) ^ (high << 13), 0x9e37_79b1)
  const all = Math.imul(some ^ (some >>> 15) ^ middle, 0x85eb_ca6b)
  return all ^ (all >>> 13)
}
