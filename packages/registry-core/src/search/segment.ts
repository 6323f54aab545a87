/** A stored part of the index; its columns are in memory, its terms are read when asked for. */
import { utf8, utf8ToText } from '../encoding/bytes.ts'
import type { Store } from '../store/store.ts'
import { ByteReader } from './byte-writer.ts'
import { Columns } from './columns.ts'
import type { DocSet } from './doc-set.ts'
import type { IndexKeys } from './index-keys.ts'
import type { StoredTerm } from './merged-term.ts'
import { Living, type Part } from './part.ts'
import { NO_POSTINGS, type Postings, readPostings } from './postings.ts'

const READ_AHEAD = 32

/** Where a term of a segment would stand: its block. */
export type TermPlace = { readonly segment: Segment; readonly term: string; readonly block: number }

/** A segment of the index. */
export class Segment implements Part {
  readonly id: number
  readonly columns: Columns
  readonly living: Living = new Living()
  readonly #keys: IndexKeys
  /** The first term of each block. */
  readonly #firstTerms: readonly string[]
  #titleOrder: Uint16Array | undefined

  private constructor(
    keys: IndexKeys,
    id: number,
    columns: Columns,
    firstTerms: readonly string[],
  ) {
    this.#keys = keys
    this.id = id
    this.columns = columns
    for (let doc = 0; doc < columns.size; doc++) this.living.add(doc)
    this.#firstTerms = firstTerms
  }

  /** Opens a segment; `columns` when they are in memory already. */
  static async open(
    store: Store,
    keys: IndexKeys,
    id: number,
    columns?: Columns,
  ): Promise<Segment> {
    const [storedColumns, storedTerms] = await store.search.getMany([
      keys.segment(id, 'c'),
      keys.segment(id, 'i'),
    ])
    if (storedColumns === undefined || storedTerms === undefined) {
      throw new Error(`Segment ${id} of the index is not complete`)
    }
    const firstTerms: string[] = []
    for (const reader = new ByteReader(storedTerms); !reader.isAtEnd; ) {
      firstTerms.push(utf8ToText(reader.take(reader.varint())))
    }
    return new Segment(keys, id, columns ?? Columns.decode(storedColumns), firstTerms)
  }

  async titleOrder(store: Store): Promise<Uint16Array> {
    if (this.#titleOrder !== undefined) return this.#titleOrder
    const stored = (await store.search.get(this.#keys.segment(this.id, 't'))) ?? new Uint8Array()
    const order = new Uint16Array(stored.length / 2)
    new Uint8Array(order.buffer).set(stored)
    this.#titleOrder = order
    return order
  }

  get counted(): DocSet {
    return this.living.set
  }

  get blocks(): number {
    return this.#firstTerms.length
  }

  /** The block that holds a term if the segment has it. */
  blockOf(term: string): number {
    let low = 0
    let high = this.#firstTerms.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#firstTerms[middle] as string) <= term) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  /** The blocks that can hold terms that begin with a prefix. */
  blocksOfPrefix(prefix: string): readonly number[] {
    const first = Math.max(0, this.blockOf(prefix))
    const blocks: number[] = []
    for (let block = first; block < this.#firstTerms.length; block++) {
      const begins = this.#firstTerms[block] as string
      if (begins > prefix && !begins.startsWith(prefix)) break
      blocks.push(block)
    }
    return blocks
  }

  postingsKey(block: number): string {
    return this.#keys.postings(this.id, block)
  }

  positionsKey(block: number): string {
    return this.#keys.positions(this.id, block)
  }

  /** Every term as it is stored, a block at a time. */
  async *terms(store: Store): AsyncGenerator<readonly StoredTerm[]> {
    for (let from = 0; from < this.blocks; from += READ_AHEAD) {
      const blocks = Array.from(
        { length: Math.min(READ_AHEAD, this.blocks - from) },
        (_, i) => from + i,
      )
      const postings = await store.search.getMany(blocks.map((block) => this.postingsKey(block)))
      const positions = await store.search.getMany(blocks.map((block) => this.positionsKey(block)))
      for (const [i, stored] of postings.entries()) {
        yield termsOf(stored as Uint8Array, positions[i] as Uint8Array)
      }
    }
  }
}

function termsOf(postings: Uint8Array, positions: Uint8Array): readonly StoredTerm[] {
  const found: StoredTerm[] = []
  const at = new ByteReader(positions)
  for (const { term, value } of entriesOf(postings)) {
    found.push({ term, postings: value, positions: at.take(at.varint()) })
  }
  return found
}

/** The terms of a block with their stored postings. */
export function* entriesOf(
  block: Uint8Array,
): Generator<{ readonly term: string; readonly value: Uint8Array }> {
  const reader = new ByteReader(block)
  while (!reader.isAtEnd) {
    const term = utf8ToText(reader.take(reader.varint()))
    yield { term, value: reader.take(reader.varint()) }
  }
}

/** The postings of a term in a block, and which of its terms it is; -1 when it is not there. */
export function findInBlock(
  block: Uint8Array,
  term: string,
): { readonly index: number; readonly postings: Postings } {
  const wanted = utf8(term)
  const reader = new ByteReader(block)
  for (let index = 0; !reader.isAtEnd; index++) {
    const length = reader.varint()
    const at = reader.at
    reader.at += length
    const size = reader.varint()
    if (length === wanted.length && isEqualAt(block, at, wanted)) {
      return { index, postings: readPostings(reader) }
    }
    reader.at += size
  }
  return { index: -1, postings: NO_POSTINGS }
}

function isEqualAt(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false
  return true
}

/** The positions of one of the terms of a block. */
export function positionsInBlock(block: Uint8Array, index: number): Uint8Array {
  const reader = new ByteReader(block)
  for (let i = 0; i < index; i++) reader.take(reader.varint())
  return reader.take(reader.varint())
}
