/**
 * What the index keeps of each document of a part beside its words: the values of every filter,
 * and the numbers that lists are sorted by. About 45 bytes a document, in memory while the part
 * is open. A filter's values are kept as the number of the combination they make, so that a
 * record with three formats takes as much room as one with one.
 */
import { type CborValue, decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import type { View } from '../record/view.ts'
import { PART_DOCS_MAX } from './doc-set.ts'
import { FILTERS, type Filter, type FilterName } from './filters.ts'
import { qualityOf } from './item.ts'

/** The values of one filter: which combination each document has, and what they are. */
export class Column {
  of: Uint16Array
  readonly combinations: string[][]
  /** The values of each combination as one text. */
  readonly keys: string[]
  /** How many living documents have each combination. */
  readonly living: number[]
  readonly #numbers = new Map<string, number>()
  /** The number that was asked for last. */
  #last = 0

  constructor(capacity: number, combinations: string[][] = []) {
    this.of = new Uint16Array(capacity)
    this.combinations = combinations
    this.keys = combinations.map((values) => values.join('\n'))
    this.living = combinations.map(() => 0)
    for (const [i, key] of this.keys.entries()) this.#numbers.set(key, i)
  }

  /** The number of a combination of values, a new one if it has none yet. */
  number(values: readonly string[]): number {
    const key = values.length > 1 ? values.join('\n') : (values[0] ?? '')
    // Records that come together mostly agree on a filter.
    if (this.keys[this.#last] === key) return this.#last
    const known = this.#numbers.get(key)
    this.#last = known ?? this.combinations.length
    if (known !== undefined) return known
    this.combinations.push([...values])
    this.keys.push(key)
    this.living.push(0)
    this.#numbers.set(key, this.#last)
    return this.#last
  }

  /** A living document has this combination. */
  add(doc: number, number: number): void {
    this.of[doc] = number
    this.living[number] = (this.living[number] as number) + 1
  }

  /** Documents of another part follow from `first` on. */
  copy(from: Column, docs: Uint16Array, first: number): void {
    const numbers: number[] = []
    for (let i = 0; i < docs.length; i++) {
      const theirs = from.of[docs[i] as number] as number
      numbers[theirs] ??= this.number(from.combinations[theirs] as string[])
      this.add(first + i, numbers[theirs])
    }
  }
}

/** The columns of one part. */
export class Columns {
  size = 0
  ordinals: Uint32Array
  updatedMs: Float64Array
  ties: Uint32Array
  quality: Uint8Array
  titleWords: Uint8Array
  problems: Uint16Array
  conflicts: Uint16Array
  /** Two halves of a mark of id and ETag: the index is complete when the sums agree. */
  markLow: Uint32Array
  markHigh: Uint32Array
  readonly filters: ReadonlyMap<FilterName, Column>
  /** In the order of FILTERS. */
  readonly #columns: readonly Column[]
  /** By combination of the filter on changes. */
  readonly #days: number[] = []

  constructor(capacity: number, combinations?: ReadonlyMap<FilterName, string[][]>) {
    this.ordinals = new Uint32Array(capacity)
    this.updatedMs = new Float64Array(capacity)
    this.ties = new Uint32Array(capacity)
    this.quality = new Uint8Array(capacity)
    this.titleWords = new Uint8Array(capacity)
    this.problems = new Uint16Array(capacity)
    this.conflicts = new Uint16Array(capacity)
    this.markLow = new Uint32Array(capacity)
    this.markHigh = new Uint32Array(capacity)
    this.filters = new Map(
      FILTERS.map(({ name }) => [name, new Column(capacity, combinations?.get(name))]),
    )
    this.#columns = [...this.filters.values()]
  }

  /** Adds a document of a view with fields of these paths; gives its number. */
  add(ordinal: number, view: View, paths: readonly string[], titleWords: number): number {
    const doc = this.#next(ordinal)
    this.updatedMs[doc] = view.updatedMs
    this.ties[doc] = tieOf(view.id)
    this.quality[doc] = qualityOf(view, paths)
    this.titleWords[doc] = Math.min(255, titleWords)
    this.problems[doc] = Math.min(65_535, view.problems.length)
    this.conflicts[doc] = Math.min(65_535, view.conflicts.length)
    const mark = markOf(view)
    this.markLow[doc] = mark[0]
    this.markHigh[doc] = mark[1]
    for (let i = 0; i < FILTERS.length; i++) {
      const column = this.#columns[i] as Column
      column.add(doc, column.number((FILTERS[i] as Filter).keep(view, paths)))
    }
    return doc
  }

  /** Adds documents of other columns. */
  copy(from: Columns, docs: Uint16Array): void {
    const first = this.size
    for (let i = 0; i < docs.length; i++) this.#copyNumbers(from, docs[i] as number)
    for (let i = 0; i < FILTERS.length; i++) {
      this.#columns[i]?.copy(from.#columns[i] as Column, docs, first)
    }
  }

  #copyNumbers(from: Columns, doc: number): void {
    const to = this.#next(from.ordinals[doc] as number)
    this.updatedMs[to] = from.updatedMs[doc] as number
    this.ties[to] = from.ties[doc] as number
    this.quality[to] = from.quality[doc] as number
    this.titleWords[to] = from.titleWords[doc] as number
    this.problems[to] = from.problems[doc] as number
    this.conflicts[to] = from.conflicts[doc] as number
    this.markLow[to] = from.markLow[doc] as number
    this.markHigh[to] = from.markHigh[doc] as number
  }

  /** A document is counted among the living no more. */
  bury(doc: number): void {
    for (const column of this.filters.values()) {
      const number = column.of[doc] as number
      column.living[number] = (column.living[number] as number) - 1
    }
  }

  column(name: FilterName): Column {
    return this.filters.get(name) as Column
  }

  /** The number of the document with an ordinal. */
  docOf(ordinal: number): number | undefined {
    let low = 0
    let high = this.size
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.ordinals[middle] as number) < ordinal) low = middle + 1
      else high = middle
    }
    return low < this.size && this.ordinals[low] === ordinal ? low : undefined
  }

  /** The stored form. */
  encode(): Uint8Array {
    const bytes = (column: Uint8Array | Uint16Array | Uint32Array | Float64Array): Uint8Array => {
      const used = column.subarray(0, this.size)
      return new Uint8Array(used.buffer, used.byteOffset, used.byteLength)
    }
    const filters = [...this.filters].map(
      ([name, { of, combinations }]): CborValue => [name, combinations, bytes(of)],
    )
    const numbers = [
      this.ordinals,
      this.updatedMs,
      this.ties,
      this.quality,
      this.titleWords,
      this.problems,
      this.conflicts,
      this.markLow,
      this.markHigh,
    ]
    return encodeCbor([this.size, numbers.map(bytes), filters])
  }

  /** Reads the stored form; every document counts as living. */
  static decode(stored: Uint8Array): Columns {
    const [size, numbers, filters] = decodeCbor(stored) as [
      number,
      Uint8Array[],
      [FilterName, string[][], Uint8Array][],
    ]
    const columns = new Columns(0, new Map(filters.map(([name, known]) => [name, known])))
    columns.size = size
    const at = (i: number): ArrayBuffer => aligned(numbers[i] as Uint8Array)
    columns.ordinals = new Uint32Array(at(0))
    columns.updatedMs = new Float64Array(at(1))
    columns.ties = new Uint32Array(at(2))
    columns.quality = new Uint8Array(at(3))
    columns.titleWords = new Uint8Array(at(4))
    columns.problems = new Uint16Array(at(5))
    columns.conflicts = new Uint16Array(at(6))
    columns.markLow = new Uint32Array(at(7))
    columns.markHigh = new Uint32Array(at(8))
    for (const [name, , of] of filters) {
      const column = columns.column(name)
      column.of = new Uint16Array(aligned(of))
      for (const number of column.of) column.living[number] = (column.living[number] as number) + 1
    }
    return columns
  }

  /** The day on which a document says it changed, as a number: 20240531; 0 where it says none. */
  statedDay(doc: number): number {
    const { of, combinations } = this.column('modified')
    const number = of[doc] as number
    const known = this.#days[number]
    if (known !== undefined) return known
    const day = Number((combinations[number]?.[0] ?? '0').replaceAll('-', ''))
    this.#days[number] = day
    return day
  }

  #next(ordinal: number): number {
    if (this.size === this.ordinals.length) this.#grow()
    const doc = this.size++
    this.ordinals[doc] = ordinal
    return doc
  }

  #grow(): void {
    const capacity = Math.min(PART_DOCS_MAX, Math.max(64, this.size * 2))
    this.ordinals = grown(this.ordinals, new Uint32Array(capacity))
    this.updatedMs = grown(this.updatedMs, new Float64Array(capacity))
    this.ties = grown(this.ties, new Uint32Array(capacity))
    this.quality = grown(this.quality, new Uint8Array(capacity))
    this.titleWords = grown(this.titleWords, new Uint8Array(capacity))
    this.problems = grown(this.problems, new Uint16Array(capacity))
    this.conflicts = grown(this.conflicts, new Uint16Array(capacity))
    this.markLow = grown(this.markLow, new Uint32Array(capacity))
    this.markHigh = grown(this.markHigh, new Uint32Array(capacity))
    for (const column of this.filters.values())
      column.of = grown(column.of, new Uint16Array(capacity))
  }
}

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from)
  return to
}

function aligned(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer as ArrayBuffer
}

/** What orders records that are otherwise equal, alike on every node. */
function tieOf(id: string): number {
  return fnv1a(0x811c_9dc5, id)
}

/** A mark of 64 bits of a record's id and the version that is indexed. */
export function markOf(view: Pick<View, 'id' | 'etag'>): readonly [low: number, high: number] {
  const low = fnv1a(fnv1a(0x811c_9dc5, view.id), view.etag)
  return [low, fnv1a(fnv1a(low ^ 0x9e37_79b9, view.etag), view.id)]
}

function fnv1a(start: number, text: string): number {
  let hash = start
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193)
  return hash >>> 0
}
