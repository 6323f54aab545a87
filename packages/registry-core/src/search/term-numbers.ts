/**
 * Numbers for terms, in the order they come. A hash table of two numbers a slot takes half the
 * time of a Map here, since most terms are new strings whose hash a Map has to find first.
 */
import { pairOf } from './text/terms.ts'

const HASH_START = 0x811c_9dc5

/** The terms of one part, by number. */
export class TermNumbers {
  readonly terms: string[] = []
  /** Pairs of hash and number + 1; 0 is an empty slot. */
  #slots = new Uint32Array(8_192)
  #mask = 4_095

  /** The number of a term, a new one if it has none. */
  add(term: string): number {
    const hash = hashOf(term)
    let slot = hash & this.#mask
    for (;;) {
      const number = this.#slots[slot * 2 + 1] as number
      if (number === 0) return this.#append(slot, hash, term)
      if (this.#slots[slot * 2] === hash && this.terms[number - 1] === term) return number - 1
      slot = (slot + 1) & this.#mask
    }
  }

  /** The number of the term of two characters (`pairOf`), which is made only when it is new. */
  addPair(first: number, second: number): number {
    if (first > 0xffff || second > 0xffff) return this.add(pairOf(first, second))
    const hash = mixed(hashWith(hashWith(HASH_START, first), second))
    let slot = hash & this.#mask
    for (;;) {
      const number = this.#slots[slot * 2 + 1] as number
      if (number === 0) return this.#append(slot, hash, pairOf(first, second))
      if (this.#slots[slot * 2] === hash && this.#isPair(number - 1, first, second)) {
        return number - 1
      }
      slot = (slot + 1) & this.#mask
    }
  }

  /** The number of a term, if it has one. */
  get(term: string): number | undefined {
    const hash = hashOf(term)
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const number = this.#slots[slot * 2 + 1] as number
      if (number === 0) return undefined
      if (this.#slots[slot * 2] === hash && this.terms[number - 1] === term) return number - 1
    }
  }

  #isPair(number: number, first: number, second: number): boolean {
    const term = this.terms[number] as string
    return term.length === 2 && term.charCodeAt(0) === first && term.charCodeAt(1) === second
  }

  #append(slot: number, hash: number, term: string): number {
    this.#slots[slot * 2] = hash
    this.#slots[slot * 2 + 1] = this.terms.push(term)
    if (this.terms.length * 2 > this.#mask) this.#grow()
    return this.terms.length - 1
  }

  #grow(): void {
    const old = this.#slots
    const mask = this.#mask * 2 + 1
    const slots = new Uint32Array((mask + 1) * 2)
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue
      let slot = (old[i] as number) & mask
      while (slots[slot * 2 + 1] !== 0) slot = (slot + 1) & mask
      slots[slot * 2] = old[i] as number
      slots[slot * 2 + 1] = old[i + 1] as number
    }
    this.#slots = slots
    this.#mask = mask
  }
}

function hashOf(term: string): number {
  let hash = HASH_START
  for (let i = 0; i < term.length; i++) hash = hashWith(hash, term.charCodeAt(i))
  return mixed(hash)
}

/** FNV-1a. */
function hashWith(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x0100_0193)
}

function mixed(hash: number): number {
  return (hash ^ (hash >>> 15)) >>> 0
}
