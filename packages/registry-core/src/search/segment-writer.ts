/** Makes a segment of one or several parts, leaving out documents that are out of date. */
import { commitBatch, type Operation, put, type Store } from '../store/store.ts'
import { ByteWriter } from './byte-writer.ts'
import { Columns } from './columns.ts'
import { hasBit } from './doc-set.ts'
import type { IndexKeys } from './index-keys.ts'
import { writePositions, writePostings } from './postings.ts'

/** Where a segment's terms come from: a part with its terms in order. */
export type Source = {
  readonly columns: Columns
  /** The documents to take, as they were when the work began. */
  readonly alive: Uint32Array
  /** Sort titles by document. */
  readonly titles: () => Promise<readonly string[]>
  /** Every term with its occurrences, in code-unit order of terms, block by block. */
  readonly terms: () => AsyncIterable<readonly TermOccurrences[]>
}

/** A term of a source. */
export type TermOccurrences = { readonly term: string; readonly occurrences: Uint32Array }

const BLOCK_BYTES = 4_096
const BATCH_BYTES = 1_048_576
const GONE = 0xffff_ffff

/** Writes everything of a segment but its entry in the list; gives its columns. */
export async function writeSegment(
  store: Store,
  keys: IndexKeys,
  id: number,
  sources: readonly Source[],
): Promise<Columns> {
  const { columns, numbers, titles } = await gather(sources)
  const out = new BlockWriter(store, keys, id)
  for await (const { term, occurrences } of mergedTerms(sources, numbers)) {
    if (occurrences.length === 0) continue
    out.add(term, occurrences)
    if (out.isDue) await out.flush()
  }
  out.finish()
  out.put('c', columns.encode())
  out.put('t', bytesOf(orderOfTitles(titles)))
  await out.flush()
  return columns
}

/** The columns of the segment, and for each source what its documents are numbered there. */
async function gather(sources: readonly Source[]): Promise<{
  readonly columns: Columns
  readonly numbers: readonly Uint32Array[]
  readonly titles: readonly string[]
}> {
  const columns = new Columns(sources.reduce((n, source) => n + source.columns.size, 0))
  const titles: string[] = []
  const numbers: Uint32Array[] = []
  for (const source of sources) {
    const sourceTitles = await source.titles()
    const of = new Uint32Array(source.columns.size).fill(GONE)
    for (let doc = 0; doc < source.columns.size; doc++) {
      if (!hasBit(source.alive, doc)) continue
      of[doc] = columns.size
      columns.copy(source.columns, doc)
      titles.push(sourceTitles[doc] ?? '')
    }
    numbers.push(of)
  }
  return { columns, numbers, titles }
}

/** The documents with these sort titles in their order. */
export function orderOfTitles(titles: readonly string[]): Uint16Array {
  return Uint16Array.from(titles.keys()).sort((a, b) => {
    const [left, right] = [titles[a] as string, titles[b] as string]
    if (left === right) return a - b
    return left < right ? -1 : 1
  })
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

type Cursor = {
  readonly numbers: Uint32Array
  readonly blocks: AsyncIterator<readonly TermOccurrences[]>
  block: readonly TermOccurrences[]
  at: number
}

/** The terms of all sources in order, with the numbers of the new segment. */
async function* mergedTerms(
  sources: readonly Source[],
  numbers: readonly Uint32Array[],
): AsyncGenerator<TermOccurrences> {
  const cursors: Cursor[] = sources.map((source, i) => ({
    numbers: numbers[i] as Uint32Array,
    blocks: source.terms()[Symbol.asyncIterator](),
    block: [],
    at: 0,
  }))
  for (const cursor of cursors) await nextBlock(cursor)
  for (;;) {
    const term = leastTerm(cursors)
    if (term === undefined) return
    const found: Uint32Array[] = []
    for (const cursor of cursors) {
      const entry = cursor.block[cursor.at]
      if (entry?.term !== term) continue
      found.push(renumbered(entry.occurrences, cursor.numbers))
      cursor.at += 1
      if (cursor.at === cursor.block.length) await nextBlock(cursor)
    }
    yield { term, occurrences: joined(found) }
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

function renumbered(occurrences: Uint32Array, numbers: Uint32Array): Uint32Array {
  const found = new Uint32Array(occurrences.length)
  let size = 0
  for (let i = 0; i < occurrences.length; i++) {
    const occurrence = occurrences[i] as number
    const doc = numbers[occurrence >>> 16] as number
    if (doc !== GONE) found[size++] = ((doc << 16) | (occurrence & 0xffff)) >>> 0
  }
  return found.subarray(0, size)
}

function joined(parts: readonly Uint32Array[]): Uint32Array {
  const [first] = parts
  if (parts.length === 1 && first !== undefined) return first
  const whole = new Uint32Array(parts.reduce((n, part) => n + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
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

  add(term: string, occurrences: Uint32Array): void {
    writePostings(this.#value, occurrences)
    const isFull = this.#postings.length + this.#value.length > BLOCK_BYTES
    if (isFull && this.#postings.length > 0) this.#closeBlock()
    if (this.#postings.length === 0) this.#firstTerms.text(term)
    this.#postings.text(term)
    this.#postings.block(this.#value)
    this.#value.length = 0
    writePositions(this.#value, occurrences)
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
