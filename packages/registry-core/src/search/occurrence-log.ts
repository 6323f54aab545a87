/**
 * Occurrences of words in the order they came: a write costs two numbers at the end of an array.
 * Links from each occurrence to the one before it of the same term are made when a term is asked
 * for, and all terms are sorted apart when the log becomes a segment.
 */
const CHUNK = 262_144
const NONE = 0xffff_ffff

/** Term numbers and occurrences (document << 16 | position), with links made on demand. */
export class OccurrenceLog {
  readonly #terms: Uint32Array[] = []
  readonly #occurrences: Uint32Array[] = []
  size = 0
  /** The chunks that are written to. */
  #lastTerms = new Uint32Array(0)
  #lastOccurrences = new Uint32Array(0)
  readonly #before: Uint32Array[] = []
  #linked = 0
  /** For each term its last linked occurrence, and how many are linked. */
  #heads = new Uint32Array(0)

  push(term: number, occurrence: number): void {
    const at = this.size++ & (CHUNK - 1)
    if (at === 0) this.#beginChunk()
    this.#lastTerms[at] = term
    this.#lastOccurrences[at] = occurrence
  }

  #beginChunk(): void {
    this.#lastTerms = new Uint32Array(CHUNK)
    this.#lastOccurrences = new Uint32Array(CHUNK)
    this.#terms.push(this.#lastTerms)
    this.#occurrences.push(this.#lastOccurrences)
  }

  /** The occurrences of one of `terms` terms, in order. */
  of(term: number, terms: number): Uint32Array {
    this.#link(terms)
    const list = new Uint32Array(this.#heads[term * 2 + 1] as number)
    let at = this.#heads[term * 2] as number
    for (let i = list.length - 1; i >= 0; i--) {
      list[i] = (this.#occurrences[at >>> 18] as Uint32Array)[at & (CHUNK - 1)] as number
      at = (this.#before[at >>> 18] as Uint32Array)[at & (CHUNK - 1)] as number
    }
    return list
  }

  /** All occurrences, those of each term together, and where each of `terms` terms begins. */
  sorted(terms: number): { readonly occurrences: Uint32Array; readonly starts: Uint32Array } {
    const starts = new Uint32Array(terms + 1)
    for (let chunk = 0; chunk < this.#terms.length; chunk++) this.#countInto(starts, chunk)
    for (let term = 0; term < terms; term++) {
      starts[term + 1] = (starts[term + 1] as number) + (starts[term] as number)
    }
    const next = starts.slice()
    const occurrences = new Uint32Array(this.size)
    for (let chunk = 0; chunk < this.#terms.length; chunk++) this.#place(occurrences, next, chunk)
    return { occurrences, starts }
  }

  /** Counts the occurrences of each term in a chunk one place further, where the next begins. */
  #countInto(starts: Uint32Array, chunk: number): void {
    const terms = this.#terms[chunk] as Uint32Array
    const used = this.#usedOf(chunk)
    for (let at = 0; at < used; at++) {
      const after = (terms[at] as number) + 1
      starts[after] = (starts[after] as number) + 1
    }
  }

  /** Puts the occurrences in a chunk where the next of their terms stand. */
  #place(sorted: Uint32Array, next: Uint32Array, chunk: number): void {
    const terms = this.#terms[chunk] as Uint32Array
    const occurrences = this.#occurrences[chunk] as Uint32Array
    const used = this.#usedOf(chunk)
    for (let at = 0; at < used; at++) {
      const term = terms[at] as number
      const place = next[term] as number
      sorted[place] = occurrences[at] as number
      next[term] = place + 1
    }
  }

  #usedOf(chunk: number): number {
    return Math.min(CHUNK, this.size - chunk * CHUNK)
  }

  #link(terms: number): void {
    if (this.#heads.length < terms * 2) {
      const heads = new Uint32Array(Math.max(1_024, terms * 4)).fill(NONE)
      heads.set(this.#heads)
      for (let i = this.#heads.length + 1; i < heads.length; i += 2) heads[i] = 0
      this.#heads = heads
    }
    for (; this.#linked < this.size; this.#linked++) {
      const [chunk, at] = [this.#linked >>> 18, this.#linked & (CHUNK - 1)]
      if (at === 0) this.#before.push(new Uint32Array(CHUNK))
      const term = (this.#terms[chunk] as Uint32Array)[at] as number
      ;(this.#before[chunk] as Uint32Array)[at] = this.#heads[term * 2] as number
      this.#heads[term * 2] = this.#linked
      this.#heads[term * 2 + 1] = (this.#heads[term * 2 + 1] as number) + 1
    }
  }
}
