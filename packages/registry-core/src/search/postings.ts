/**
 * What one term has in one part: the documents by the best tier it stands in, and its positions.
 * While a part is being made, an occurrence is one number: document << 16 | position.
 *
 * postings   mask of the tiers that have documents; for each of them: count, then the documents
 *            as 16-bit numbers, or a bitmap of 8,192 bytes from 4,097 on
 * positions  for each document of all tiers, in order: count, first position, steps to the others
 */
import { ByteReader, type ByteWriter, putVarint } from './byte-writer.ts'
import { type DocSet, listOf, NO_DOCS, or, setOfList } from './doc-set.ts'
import { TIERS, tierOf } from './indexed-text.ts'

/** Documents up to which they are stored as a list. */
export const LIST_MAX = 4_096
/** The length of a stored bitmap. */
export const BITMAP_BYTES = 8_192

/** A position and, where it is the first of its document, their count: 16 bits each. */
const OCCURRENCE_BYTES_MAX = 6

/** The documents of a term, by tier and all of them. */
export type Postings = { readonly tiers: readonly DocSet[]; readonly all: DocSet }

/** A term that is nowhere. */
export const NO_POSTINGS: Postings = {
  tiers: Array.from({ length: TIERS }, () => NO_DOCS),
  all: NO_DOCS,
}

/** The postings of documents that are sorted into tiers. */
export function postingsOf(tiers: readonly DocSet[]): Postings {
  const used = tiers.filter((tier) => tier.size > 0)
  return { tiers, all: used.length === 1 ? (used[0] as DocSet) : or(used) }
}

/** The postings of occurrences in order. */
export function postingsOfOccurrences(occurrences: Uint32Array): Postings {
  return postingsOf(tiersOf(occurrences).map(setOfList))
}

const scratch = Array.from({ length: TIERS }, () => new Uint16Array(65_536))

function tiersOf(occurrences: Uint32Array): readonly Uint16Array[] {
  const sizes = [0, 0, 0, 0]
  let last = -1
  for (let i = 0; i < occurrences.length; i++) {
    const occurrence = occurrences[i] as number
    const doc = occurrence >>> 16
    if (doc === last) continue
    last = doc
    const tier = tierOf(occurrence & 0xffff)
    const list = scratch[tier] as Uint16Array
    list[sizes[tier] as number] = doc
    sizes[tier] = (sizes[tier] as number) + 1
  }
  return scratch.map((list, tier) => list.slice(0, sizes[tier] as number))
}

/** Reads postings. */
export function readPostings(from: ByteReader): Postings {
  const mask = from.varint()
  const tiers = NO_POSTINGS.tiers.map((none, tier): DocSet => {
    if ((mask & (1 << tier)) === 0) return none
    const size = from.varint()
    if (size > LIST_MAX) return { size, bits: new Uint32Array(copyOf(from.take(BITMAP_BYTES))) }
    return { size, list: new Uint16Array(copyOf(from.take(size * 2))) }
  })
  return postingsOf(tiers)
}

/**
 * Adds stored postings to bitmaps, one for each tier, without making sets of them: a short prefix
 * has thousands of terms.
 */
export function addStored(bits: readonly Uint32Array[], from: ByteReader): void {
  const mask = from.varint()
  for (let tier = 0; tier < TIERS; tier++) {
    if ((mask & (1 << tier)) === 0) continue
    const to = bits[tier] as Uint32Array
    const size = from.varint()
    if (size > LIST_MAX) addBitmap(to, from.take(BITMAP_BYTES))
    else addList(to, from.take(size * 2))
  }
}

function addBitmap(to: Uint32Array, bytes: Uint8Array): void {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let i = 0; i < to.length; i++) {
    to[i] = (to[i] as number) | words.getUint32(i * 4, true)
  }
}

function addList(to: Uint32Array, bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i += 2) {
    const doc = (bytes[i] as number) | ((bytes[i + 1] as number) << 8)
    to[doc >>> 5] = (to[doc >>> 5] as number) | (1 << (doc & 31))
  }
}

function copyOf(bytes: Uint8Array): ArrayBuffer {
  const copy = new Uint8Array(bytes.length)
  copy.set(bytes)
  return copy.buffer
}

/** Writes the positions of occurrences in order. */
export function writePositions(to: ByteWriter, occurrences: Uint32Array): void {
  const bytes = to.room(occurrences.length * OCCURRENCE_BYTES_MAX)
  let at = to.length
  for (let i = 0; i < occurrences.length; ) {
    const doc = (occurrences[i] as number) >>> 16
    let end = i + 1
    while (end < occurrences.length && (occurrences[end] as number) >>> 16 === doc) end++
    at = putVarint(bytes, at, end - i)
    let last = 0
    for (; i < end; i++) {
      const position = (occurrences[i] as number) & 0xffff
      at = putVarint(bytes, at, position - last)
      last = position
    }
  }
  to.length = at
}

/** The occurrences in those documents of `docs` that `wanted` names. */
export function readOccurrences(
  positions: Uint8Array,
  docs: Uint16Array,
  wanted: Uint32Array | undefined,
): Uint32Array {
  const found = new Uint32Array(positions.length)
  let size = 0
  let at = 0
  for (let i = 0; i < docs.length; i++) {
    const doc = docs[i] as number
    const isWanted =
      wanted === undefined || ((wanted[doc >>> 5] as number) & (1 << (doc & 31))) !== 0
    let left = 0
    for (let shift = 0; ; shift += 7) {
      const byte = positions[at++] as number
      left |= (byte & 127) << shift
      if (byte < 128) break
    }
    if (!isWanted) {
      while (left > 0) if ((positions[at++] as number) < 128) left--
      continue
    }
    let position = 0
    for (; left > 0; left--) {
      for (let shift = 0; ; shift += 7) {
        const byte = positions[at++] as number
        position += (byte & 127) << shift
        if (byte < 128) break
      }
      found[size++] = ((doc << 16) | position) >>> 0
    }
  }
  return found.subarray(0, size)
}

/** All occurrences of a term, from its stored postings and positions. */
export function occurrencesIn(postings: Uint8Array, positions: Uint8Array): Uint32Array {
  const { all } = readPostings(new ByteReader(postings))
  return readOccurrences(positions, listOf(all), undefined)
}

/** Where occurrences of `next` stand `steps` places after those of `first`. */
export function followedBy(first: Uint32Array, next: Uint32Array, steps: number): Uint32Array {
  const found = new Uint32Array(Math.min(first.length, next.length))
  let size = 0
  let at = 0
  for (let i = 0; i < first.length && at < next.length; i++) {
    const wanted = (first[i] as number) + steps
    while (at < next.length && (next[at] as number) < wanted) at++
    if (next[at] === wanted) found[size++] = first[i] as number
  }
  return found.subarray(0, size)
}
