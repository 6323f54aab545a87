/**
 * Numbers for the terms of texts. Nearly every word of a text was met before, so a word is looked
 * up as it stands there, by the code units of its lower case: to know it again takes no string and
 * no stemming. Only a new word is made a term and numbered as such, together with all words that
 * have the same term.
 */
import { TermNumbers } from './term-numbers.ts'
import { lowerUnit, termOfWord } from './text/terms.ts'

/** A slot: hash, where the word stands in `#units` or 0 for an empty slot, number of its term. */
const SLOT = 3

/** The terms of one part, by number. */
export class WordNumbers {
  readonly #terms = new TermNumbers()
  /** The words in lower case, each behind its length. Begins with a byte that is none of them. */
  #units = new Uint8Array(65_536)
  #unitsEnd = 1
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

  /** The number of the term of an ASCII word with the hash of its lower case (`TermTaker`). */
  ofWord(text: string, start: number, end: number, hash: number): number {
    const slots = this.#slots
    const mixed = (hash ^ (hash >>> 15)) >>> 0
    let slot = mixed & this.#mask
    for (;;) {
      const at = slots[slot * SLOT + 1] as number
      if (at === 0) break
      if (slots[slot * SLOT] === mixed && this.#isAt(at, text, start, end)) {
        return slots[slot * SLOT + 2] as number
      }
      slot = (slot + 1) & this.#mask
    }
    const number = this.#terms.add(termOfWord(text, start, end))
    slots[slot * SLOT] = mixed
    slots[slot * SLOT + 1] = this.#keep(text, start, end)
    slots[slot * SLOT + 2] = number
    this.#size += 1
    if (this.#size * 2 > this.#mask) this.#grow()
    return number
  }

  #isAt(at: number, text: string, start: number, end: number): boolean {
    const units = this.#units
    if (units[at] !== end - start) return false
    for (let i = start; i < end; i++) {
      if (units[at + 1 + i - start] !== lowerUnit(text.charCodeAt(i))) return false
    }
    return true
  }

  #keep(text: string, start: number, end: number): number {
    const at = this.#unitsEnd
    this.#unitsEnd += 1 + end - start
    if (this.#unitsEnd > this.#units.length) {
      const units = new Uint8Array(this.#units.length * 2)
      units.set(this.#units)
      this.#units = units
    }
    this.#units[at] = end - start
    for (let i = start; i < end; i++)
      this.#units[at + 1 + i - start] = lowerUnit(text.charCodeAt(i))
    return at
  }

  #grow(): void {
    const old = this.#slots
    const mask = this.#mask * 2 + 1
    const slots = new Uint32Array((mask + 1) * SLOT)
    for (let i = 0; i < old.length; i += SLOT) {
      if (old[i + 1] === 0) continue
      let slot = (old[i] as number) & mask
      while (slots[slot * SLOT + 1] !== 0) slot = (slot + 1) & mask
      slots.set(old.subarray(i, i + SLOT), slot * SLOT)
    }
    this.#slots = slots
    this.#mask = mask
  }
}
