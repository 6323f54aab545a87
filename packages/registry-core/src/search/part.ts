import type { Store } from '../store/store.ts'
import type { Columns } from './columns.ts'
import { type DocSet, emptyBits, hasBit, setOfBits } from './doc-set.ts'

/**
 * Some documents of the index: a segment, which is stored, or a tail, which is not yet; or what an
 * overlay leaves of one of them.
 */
export interface Part {
  readonly columns: Columns
  readonly living: LivingDocs
  /** The documents that the columns count among the living (`Column.living`). */
  readonly counted: DocSet
  /** Its documents in order of their sort titles. */
  titleOrder(store: Store): Promise<Uint16Array>
}

/** The documents of a part that a query may find. */
export type LivingDocs = {
  readonly size: number
  readonly set: DocSet
  has(doc: number): boolean
}

/** The documents of a part that are still the present form of their record. */
export class Living {
  /** One bit for each of them. */
  readonly bits: Uint32Array = emptyBits()
  size = 0
  #set: DocSet | undefined

  has(doc: number): boolean {
    return hasBit(this.bits, doc)
  }

  add(doc: number): void {
    this.bits[doc >>> 5] = (this.bits[doc >>> 5] as number) | (1 << (doc & 31))
    this.size += 1
    this.#set = undefined
  }

  delete(doc: number): void {
    this.bits[doc >>> 5] = (this.bits[doc >>> 5] as number) & ~(1 << (doc & 31))
    this.size -= 1
    this.#set = undefined
  }

  /** As a set, which later changes do not touch. */
  get set(): DocSet {
    this.#set ??= setOfBits(this.bits.slice())
    return this.#set
  }
}
