/**
 * One term of several parts that become one. Documents of a part follow those of the part before,
 * so lists are joined and positions copied as they are stored; only where documents are left out
 * are their occurrences gone through.
 */
import { ByteReader, ByteWriter } from './byte-writer.ts'
import { setOfList } from './doc-set.ts'
import { TIERS, tierOf } from './indexed-text.ts'
import { BITMAP_BYTES, LIST_MAX, occurrencesIn, writePositions } from './postings.ts'

/** Marks a document that is left out, in the numbers of a part. */
export const GONE = 0xffff_ffff

/** A term as a segment stores it (postings.ts). */
export type StoredTerm = {
  readonly term: string
  readonly postings: Uint8Array
  readonly positions: Uint8Array
}

/** The numbers that the documents of a part get; `first` where they follow each other from there. */
export type Numbers = { readonly of: Uint32Array; readonly first: number | undefined }

/** Collects what the parts have of a term, in their order. */
export class MergedTerm {
  readonly #tiers = Array.from({ length: TIERS }, () => new Uint16Array(65_536))
  readonly #sizes = [0, 0, 0, 0]
  readonly #positions = new ByteWriter()

  get isEmpty(): boolean {
    return this.#positions.length === 0
  }

  /** Adds a term of a segment. */
  addStored({ postings, positions }: StoredTerm, numbers: Numbers): void {
    if (numbers.first === undefined) {
      this.addOccurrences(occurrencesIn(postings, positions), numbers)
      return
    }
    const from = new ByteReader(postings)
    const mask = from.varint()
    for (let tier = 0; tier < TIERS; tier++) {
      if ((mask & (1 << tier)) === 0) continue
      const size = from.varint()
      if (size > LIST_MAX) this.#addBitmap(tier, from.take(BITMAP_BYTES), numbers.first)
      else this.#addList(tier, from.take(size * 2), numbers.first)
    }
    this.#positions.bytes(positions)
  }

  /** Adds occurrences in order, without those in documents that are left out. */
  addOccurrences(occurrences: Uint32Array, { of, first }: Numbers): void {
    const kept = first === undefined ? withoutGone(occurrences, of) : occurrences
    this.#addDocuments(kept, of)
    writePositions(this.#positions, kept)
  }

  /** Writes the postings of all of it. */
  writePostings(to: ByteWriter): void {
    to.varint(this.#sizes.reduce((mask, size, tier) => mask | (size > 0 ? 1 << tier : 0), 0))
    for (let tier = 0; tier < TIERS; tier++) {
      const size = this.#sizes[tier] as number
      if (size === 0) continue
      to.varint(size)
      const list = (this.#tiers[tier] as Uint16Array).subarray(0, size)
      const kept = setOfList(list).bits ?? list
      to.bytes(new Uint8Array(kept.buffer, kept.byteOffset, kept.byteLength))
    }
  }

  /** Writes the positions of all of it and forgets it. */
  takePositions(to: ByteWriter): void {
    to.bytes(this.#positions.view())
    this.#positions.length = 0
    this.#sizes.fill(0)
  }

  #addDocuments(occurrences: Uint32Array, of: Uint32Array): void {
    const tiers = this.#tiers
    const sizes = this.#sizes
    let last = -1
    for (let i = 0; i < occurrences.length; i++) {
      const occurrence = occurrences[i] as number
      const doc = occurrence >>> 16
      if (doc === last) continue
      last = doc
      const tier = tierOf(occurrence & 0xffff)
      const size = sizes[tier] as number
      ;(tiers[tier] as Uint16Array)[size] = of[doc] as number
      sizes[tier] = size + 1
    }
  }

  #addList(tier: number, bytes: Uint8Array, first: number): void {
    const list = this.#tiers[tier] as Uint16Array
    let size = this.#sizes[tier] as number
    for (let i = 0; i < bytes.length; i += 2) {
      list[size++] = first + ((bytes[i] as number) | ((bytes[i + 1] as number) << 8))
    }
    this.#sizes[tier] = size
  }

  #addBitmap(tier: number, bytes: Uint8Array, first: number): void {
    for (let i = 0; i < bytes.length; i++) {
      for (let byte = bytes[i] as number; byte !== 0; byte &= byte - 1) {
        this.#add(tier, first + i * 8 + (31 - Math.clz32(byte & -byte)))
      }
    }
  }

  #add(tier: number, doc: number): void {
    const size = this.#sizes[tier] as number
    ;(this.#tiers[tier] as Uint16Array)[size] = doc
    this.#sizes[tier] = size + 1
  }
}

function withoutGone(occurrences: Uint32Array, of: Uint32Array): Uint32Array {
  const kept = new Uint32Array(occurrences.length)
  let size = 0
  for (let i = 0; i < occurrences.length; i++) {
    const occurrence = occurrences[i] as number
    if (of[occurrence >>> 16] !== GONE) kept[size++] = occurrence
  }
  return kept.subarray(0, size)
}
