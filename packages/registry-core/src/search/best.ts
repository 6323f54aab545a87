/** The first documents of an order, chosen in one pass over what matches. */
import type { Part } from './part.ts'

/** A document of a part with its place in the order: lower numbers come first. */
export type Ranked = {
  readonly part: Part
  readonly doc: number
  readonly numbers: readonly [
    primary: number,
    minusStated: number,
    minusUpdatedMs: number,
    tie: number,
    ordinal: number,
  ]
}

/** Keeps the first `limit` documents that come after a place in the order. */
export class Best {
  readonly #limit: number
  readonly #after: readonly number[] | undefined
  readonly #afterPrimary: number
  #worst = Number.POSITIVE_INFINITY
  #found: Ranked[] = []

  constructor(limit: number, after?: readonly number[]) {
    this.#limit = limit
    this.#after = after
    this.#afterPrimary = after?.[0] ?? Number.NEGATIVE_INFINITY
  }

  get found(): readonly Ranked[] {
    return this.#found
  }

  /** The primary number that a document needs to get in still. */
  get worst(): number {
    return this.#worst
  }

  offer(part: Part, doc: number, primary: number): void {
    if (primary > this.#worst || primary < this.#afterPrimary) return
    const { columns } = part
    const ranked: Ranked = {
      part,
      doc,
      numbers: [
        primary,
        -columns.statedDay(doc),
        -(columns.updatedMs[doc] as number),
        columns.ties[doc] as number,
        columns.ordinals[doc] as number,
      ],
    }
    if (this.#after !== undefined && compareNumbers(ranked.numbers, this.#after) <= 0) return
    this.#insert(ranked)
  }

  #insert(ranked: Ranked): void {
    const found = this.#found
    let low = 0
    let high = found.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const isBefore = compareNumbers((found[middle] as Ranked).numbers, ranked.numbers) <= 0
      if (isBefore) low = middle + 1
      else high = middle
    }
    if (low === this.#limit) return
    found.splice(low, 0, ranked)
    if (found.length > this.#limit) found.pop()
    if (found.length === this.#limit) this.#worst = (found.at(-1) as Ranked).numbers[0]
  }
}

/** Orders lists of numbers of one length. */
export function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return 0
}
