/** A part of the index without some of its documents. */
import type { Store } from '../store/store.ts'
import type { Columns } from './columns.ts'
import { andNot, bitsOf, type DocSet, hasBit, setOfList } from './doc-set.ts'
import type { LivingDocs, Part } from './part.ts'

/** What is left of a part as it stands now. */
export class MaskedPart implements Part {
  readonly columns: Columns
  readonly counted: DocSet
  readonly living: LivingDocs
  readonly #of: Part
  readonly #hidden: Uint32Array

  /** Leaves out the documents of `hidden` ordinals, which are in order. */
  constructor(of: Part, hidden: Uint32Array) {
    this.#of = of
    this.#hidden = hidden
    this.columns = of.columns
    this.counted = of.counted
    const set = andNot(of.living.set, docsOf(of.columns, hidden))
    let bits: Uint32Array | undefined
    this.living = {
      set,
      size: set.size,
      has: (doc) => {
        bits ??= bitsOf(set)
        return hasBit(bits, doc)
      },
    }
  }

  /** Whether nothing has changed in the part since, and it leaves out the same. */
  isOf(hidden: Uint32Array): boolean {
    return this.#hidden === hidden && this.counted === this.#of.counted
  }

  titleOrder(store: Store): Promise<Uint16Array> {
    return this.#of.titleOrder(store)
  }
}

function docsOf(columns: Columns, ordinals: Uint32Array): DocSet {
  const docs: number[] = []
  const last = columns.ordinals[columns.size - 1] ?? 0
  for (let i = placeIn(ordinals, columns.ordinals[0] ?? 0); i < ordinals.length; i++) {
    const ordinal = ordinals[i] as number
    if (ordinal > last) break
    const doc = columns.docOf(ordinal)
    if (doc !== undefined) docs.push(doc)
  }
  return setOfList(Uint16Array.from(docs))
}

/** The first place with this number or a higher one. */
function placeIn(numbers: Uint32Array, wanted: number): number {
  let low = 0
  let high = numbers.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((numbers[middle] as number) < wanted) low = middle + 1
    else high = middle
  }
  return low
}
