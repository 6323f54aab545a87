/** Makes a segment of one or several parts, leaving out documents that are out of date. */
import { commitBatch, type Operation, put, type Store } from '../store/store.ts'
import { ByteWriter } from './byte-writer.ts'
import { Columns } from './columns.ts'
import { listOf, setOfBits } from './doc-set.ts'
import type { IndexKeys } from './index-keys.ts'
import { GONE, MergedTerm, type Numbers, type StoredTerm } from './merged-term.ts'
import { orderOfTerms } from './sort-terms.ts'

/** Where a segment's terms come from: a part with its terms in order. */
export type Source = {
  readonly columns: Columns
  /** The documents to take, as they were when the work began. */
  readonly alive: Uint32Array
  /** Sort titles by document. */
  readonly titles: () => Promise<readonly string[]>
  /** Every term with its occurrences, in code-unit order of terms, block by block. */
  readonly terms: () => AsyncIterable<readonly SourceTerm[]>
}

/** A term of a tail. */
export type TermOccurrences = { readonly term: string; readonly occurrences: Uint32Array }
type SourceTerm = TermOccurrences | StoredTerm

const BLOCK_BYTES = 4_096
const BATCH_BYTES = 1_048_576

/** Writes everything of a segment but its entry in the list; gives its columns. */
export async function writeSegment(
  store: Store,
  keys: IndexKeys,
  id: number,
  sources: readonly Source[],
): Promise<Columns> {
  const { columns, numbers, titles } = await gather(sources)
  const out = new BlockWriter(store, keys, id)
  await writeTerms(sources, numbers, out)
  out.finish()
  out.put('c', columns.encode())
  out.put('t', bytesOf(orderOfTitles(titles)))
  await out.flush()
  return columns
}

/** The columns of the segment, and for each source what its documents are numbered there. */
async function gather(sources: readonly Source[]): Promise<{
  readonly columns: Columns
  readonly numbers: readonly Numbers[]
  readonly titles: readonly string[]
}> {
  const columns = new Columns(sources.reduce((n, source) => n + source.columns.size, 0))
  const titles: string[] = []
  const numbers: Numbers[] = []
  for (const source of sources) {
    const sourceTitles = await source.titles()
    const first = columns.size
    const of = new Uint32Array(source.columns.size).fill(GONE)
    const docs = listOf(setOfBits(source.alive))
    columns.copy(source.columns, docs)
    for (const [i, doc] of docs.entries()) {
      of[doc] = first + i
      titles.push(sourceTitles[doc] ?? '')
    }
    const isWhole = docs.length === source.columns.size
    numbers.push({ of, first: isWhole ? first : undefined })
  }
  return { columns, numbers, titles }
}

/** The documents with these sort titles in their order. */
export function orderOfTitles(titles: readonly string[]): Uint16Array {
  return new Uint16Array(orderOfTerms(titles))
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

type Cursor = {
  readonly numbers: Numbers
  readonly blocks: AsyncIterator<readonly SourceTerm[]>
  block: readonly SourceTerm[]
  at: number
}

/** Hands the terms of all sources to `out` in order, with the numbers of the new segment. */
async function writeTerms(
  sources: readonly Source[],
  numbers: readonly Numbers[],
  out: BlockWriter,
): Promise<void> {
  const cursors: Cursor[] = sources.map((source, i) => ({
    numbers: numbers[i] as Numbers,
    blocks: source.terms()[Symbol.asyncIterator](),
    block: [],
    at: 0,
  }))
  for (const cursor of cursors) await nextBlock(cursor)
  const merged = new MergedTerm()
  for (let term = leastTerm(cursors); term !== undefined; term = leastTerm(cursors)) {
    let isAtEnd = false
    for (const cursor of cursors) {
      const entry = cursor.block[cursor.at]
      if (entry?.term !== term) continue
      if ('occurrences' in entry) merged.addOccurrences(entry.occurrences, cursor.numbers)
      else merged.addStored(entry, cursor.numbers)
      cursor.at += 1
      if (cursor.at === cursor.block.length) isAtEnd = true
    }
    if (!merged.isEmpty) out.add(term, merged)
    if (out.isDue) await out.flush()
    // Terms are many and blocks are few: nothing is waited for between them.
    if (isAtEnd) await nextBlocks(cursors)
  }
}

async function nextBlocks(cursors: readonly Cursor[]): Promise<void> {
  for (const cursor of cursors) {
    if (cursor.at === cursor.block.length && cursor.at > 0) await nextBlock(cursor)
  }
}

async function nextBlock(cursor: Cursor): Promise<void> {
  const next = await cursor.blocks.next()
  cursor.block = next.done === true ? [] : next.value
  cursor.at = 0
}

function leastTerm(cursors: readonly Cursor[]): string | undefined {
  let least: string | undefined
  for (const { block, at } of cursors) {
    const term = block[at]?.term
    if (term !== undefined && (least === undefined || term < least)) least = term
  }
  return least
}

/** Packs terms into blocks and blocks into batches. */
class BlockWriter {
  readonly #store: Store
  readonly #keys: IndexKeys
  readonly #id: number
  readonly #postings = new ByteWriter()
  readonly #positions = new ByteWriter()
  readonly #value = new ByteWriter()
  readonly #firstTerms = new ByteWriter()
  #operations: Operation[] = []
  #bytes = 0
  #blocks = 0

  constructor(store: Store, keys: IndexKeys, id: number) {
    this.#store = store
    this.#keys = keys
    this.#id = id
  }

  get isDue(): boolean {
    return this.#bytes >= BATCH_BYTES
  }

  add(term: string, merged: MergedTerm): void {
    merged.writePostings(this.#value)
    const isFull = this.#postings.length + this.#value.length > BLOCK_BYTES
    if (isFull && this.#postings.length > 0) this.#closeBlock()
    if (this.#postings.length === 0) this.#firstTerms.text(term)
    this.#postings.text(term)
    this.#postings.block(this.#value)
    this.#value.length = 0
    merged.takePositions(this.#value)
    this.#positions.block(this.#value)
    this.#value.length = 0
  }

  finish(): void {
    if (this.#postings.length > 0) this.#closeBlock()
    this.put('i', this.#firstTerms.take())
  }

  put(name: string, value: Uint8Array): void {
    this.#push(this.#keys.segment(this.#id, name), value)
  }

  async flush(): Promise<void> {
    const operations = this.#operations
    this.#operations = []
    this.#bytes = 0
    await commitBatch(this.#store, operations)
  }

  #closeBlock(): void {
    this.#push(this.#keys.postings(this.#id, this.#blocks), this.#postings.take())
    this.#push(this.#keys.positions(this.#id, this.#blocks), this.#positions.take())
    this.#blocks += 1
  }

  #push(key: string, value: Uint8Array): void {
    this.#operations.push(put(this.#store.search, key, value))
    this.#bytes += value.length
  }
}
