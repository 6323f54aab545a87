/**
 * Sets of document numbers below 65,536, the documents of one part of the index: a sorted list
 * while it is small, else a bitmap. Sets never change once made, so they may be shared.
 */

/** The documents one part can hold. */
export const PART_DOCS_MAX = 65_536

const WORDS = PART_DOCS_MAX / 32
/** From here on a bitmap takes less room than a list. */
const LIST_MAX = 4_096
/** Up to here it is faster to sort lists than to fill and read a bitmap. */
const SHORT_MAX = 512

/** A sorted list, or one bit for each document. */
export type DocSet =
  | { readonly size: number; readonly list: Uint16Array; readonly bits?: never }
  | { readonly size: number; readonly bits: Uint32Array; readonly list?: never }

/** The set of nothing. */
export const NO_DOCS: DocSet = { size: 0, list: new Uint16Array() }

/** The set of a sorted list without repetitions. */
export function setOfList(list: Uint16Array): DocSet {
  if (list.length <= LIST_MAX) return { size: list.length, list }
  return { size: list.length, bits: bitsOf({ size: list.length, list }) }
}

/** The set of a bitmap; the bitmap belongs to the set from then on. */
export function setOfBits(bits: Uint32Array): DocSet {
  let size = 0
  for (let i = 0; i < bits.length; i++) size += ones(bits[i] as number)
  if (size > LIST_MAX) return { size, bits }
  return { size, list: listOf({ size, bits }) }
}

/** An empty bitmap. */
export function emptyBits(): Uint32Array {
  return new Uint32Array(WORDS)
}

/** The documents from 0 up to, not including, `count`. */
export function firstDocs(count: number): DocSet {
  const bits = emptyBits()
  bits.fill(0xffff_ffff, 0, count >>> 5)
  if ((count & 31) !== 0) bits[count >>> 5] = 2 ** (count & 31) - 1
  return setOfBits(bits)
}

/** The documents in order. */
export function listOf(set: DocSet): Uint16Array {
  if (set.list !== undefined) return set.list
  const list = new Uint16Array(set.size)
  let at = 0
  for (let i = 0; i < WORDS; i++) {
    for (let word = set.bits[i] as number; word !== 0; word &= word - 1) {
      list[at++] = (i << 5) | (31 - Math.clz32(word & -word))
    }
  }
  return list
}

/** A bitmap of the set, which belongs to the caller. */
export function bitsOf(set: DocSet): Uint32Array {
  if (set.bits !== undefined) return set.bits.slice()
  const bits = emptyBits()
  addList(bits, set.list)
  return bits
}

/** Adds the documents of a set to a bitmap. */
export function addTo(bits: Uint32Array, set: DocSet): void {
  if (set.list !== undefined) addList(bits, set.list)
  else for (let i = 0; i < WORDS; i++) bits[i] = (bits[i] as number) | (set.bits[i] as number)
}

function addList(bits: Uint32Array, list: Uint16Array): void {
  for (let i = 0; i < list.length; i++) {
    const doc = list[i] as number
    bits[doc >>> 5] = (bits[doc >>> 5] as number) | (1 << (doc & 31))
  }
}

/** What is in both. */
export function and(a: DocSet, b: DocSet): DocSet {
  if (a.size === 0 || b.size === 0) return NO_DOCS
  if (a.list !== undefined && b.list !== undefined) return andLists(a.list, b.list)
  if (a.list !== undefined) return filterList(a.list, b.bits as Uint32Array, 1)
  if (b.list !== undefined) return filterList(b.list, a.bits, 1)
  const bits = new Uint32Array(WORDS)
  for (let i = 0; i < WORDS; i++) bits[i] = (a.bits[i] as number) & (b.bits[i] as number)
  return setOfBits(bits)
}

/** What is in `a` and not in `b`. */
export function andNot(a: DocSet, b: DocSet): DocSet {
  if (a.size === 0 || b.size === 0) return a
  if (a.list !== undefined) return filterList(a.list, b.bits ?? bitsOf(b), 0)
  const bits = a.bits.slice()
  if (b.list !== undefined) {
    for (const doc of b.list) bits[doc >>> 5] = (bits[doc >>> 5] as number) & ~(1 << (doc & 31))
  } else {
    for (let i = 0; i < WORDS; i++) bits[i] = (bits[i] as number) & ~(b.bits[i] as number)
  }
  return setOfBits(bits)
}

/** What is in any of them. */
export function or(sets: readonly DocSet[]): DocSet {
  const some = sets.filter((set) => set.size > 0)
  const [first, second] = some
  if (first === undefined) return NO_DOCS
  if (second === undefined) return first
  const most = some.reduce((n, set) => n + set.size, 0)
  if (most <= SHORT_MAX) return orShort(some, most)
  const bits = emptyBits()
  for (const set of some) addTo(bits, set)
  return setOfBits(bits)
}

function orShort(sets: readonly DocSet[], most: number): DocSet {
  const all = new Uint16Array(most)
  let size = 0
  for (const set of sets) {
    all.set(listOf(set), size)
    size += set.size
  }
  all.sort()
  let kept = 0
  for (let i = 0; i < size; i++) {
    if (i === 0 || all[i] !== all[i - 1]) all[kept++] = all[i] as number
  }
  return { size: kept, list: all.subarray(0, kept) }
}

/** Whether a document is in a bitmap. */
export function hasBit(bits: Uint32Array, doc: number): boolean {
  return ((bits[doc >>> 5] as number) & (1 << (doc & 31))) !== 0
}

function andLists(a: Uint16Array, b: Uint16Array): DocSet {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  const found = new Uint16Array(short.length)
  let size = 0
  let from = 0
  for (let i = 0; i < short.length; i++) {
    const doc = short[i] as number
    from = gallop(long, doc, from)
    if (from === long.length) break
    if (long[from] === doc) found[size++] = doc
  }
  return { size, list: found.subarray(0, size) }
}

/** The first place from `from` on whose document is not below `doc`. */
function gallop(list: Uint16Array, doc: number, from: number): number {
  let step = 1
  let low = from
  while (low + step < list.length && (list[low + step] as number) < doc) {
    low += step
    step *= 2
  }
  let high = Math.min(list.length, low + step + 1)
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((list[middle] as number) < doc) low = middle + 1
    else high = middle
  }
  return low
}

function filterList(list: Uint16Array, bits: Uint32Array, wanted: 0 | 1): DocSet {
  const found = new Uint16Array(list.length)
  let size = 0
  for (let i = 0; i < list.length; i++) {
    const doc = list[i] as number
    if ((((bits[doc >>> 5] as number) >>> (doc & 31)) & 1) === wanted) found[size++] = doc
  }
  return { size, list: found.subarray(0, size) }
}

function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x5555_5555)
  n = (n & 0x3333_3333) + ((n >>> 2) & 0x3333_3333)
  return Math.imul((n + (n >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}
