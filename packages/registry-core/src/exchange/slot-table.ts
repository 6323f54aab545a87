/**
 * The slots of many records in a few arrays, which pass from one thread to another without being
 * copied. Nearly all records of a feed have the same paths: each stands here once.
 */
import { assert } from '../assert.ts'
import { writeValue } from '../commit/any-encoding.ts'
import type { EncodedSlot } from '../commit/encoded-slot.ts'
import { ByteWriter } from '../encoding/byte-writer.ts'
import { isPath } from '../record/path.ts'
import type { Fields } from './candidate.ts'

/** Slots one after another, those of a record by ascending path. */
export type SlotTable = {
  /** Each path once. */
  readonly paths: readonly string[]
  /** For each slot the index of its path. */
  readonly pathOf: Uint32Array
  /** The values of all slots, and for each the position behind its own. */
  readonly values: Uint8Array
  readonly ends: Uint32Array
  /** For each record the index behind its last slot. */
  readonly lasts: Uint32Array
}

/** Gathers records until their table is taken. */
export class SlotTableWriter {
  readonly #values = new ByteWriter(1_048_576)
  #indexByPath = new Map<string, number>()
  #pathOf: number[] = []
  #ends: number[] = []
  #lasts: number[] = []

  /** Adds a record, whose fields `checkFields` has passed. */
  add(fields: Fields): void {
    for (const path of Object.keys(fields).sort()) {
      writeValue(this.#values, fields[path] ?? null)
      this.#pathOf.push(this.#indexOf(path))
      this.#ends.push(this.#values.length)
    }
    this.#lasts.push(this.#ends.length)
  }

  #indexOf(path: string): number {
    const known = this.#indexByPath.get(path)
    if (known !== undefined) return known
    assert(isPath(path), 'a reader makes fields with paths')
    const index = this.#indexByPath.size
    this.#indexByPath.set(path, index)
    return index
  }

  /** The table of what was added since the last one. */
  take(): SlotTable {
    const table = {
      paths: [...this.#indexByPath.keys()],
      pathOf: new Uint32Array(this.#pathOf),
      values: this.#values.copy(),
      ends: new Uint32Array(this.#ends),
      lasts: new Uint32Array(this.#lasts),
    }
    this.#values.reset()
    this.#indexByPath = new Map()
    this.#pathOf = []
    this.#ends = []
    this.#lasts = []
    return table
  }
}

/** The memory of a table that can be handed over to another thread. */
export function memoryOf({ pathOf, values, ends, lasts }: SlotTable): readonly ArrayBuffer[] {
  return [pathOf, values, ends, lasts].map((array) => array.buffer as ArrayBuffer)
}

/** The slots of one record. */
export function recordSlots(table: SlotTable, record: number): readonly EncodedSlot[] {
  const { paths, pathOf, values: bytes, ends, lasts } = table
  const slots: EncodedSlot[] = []
  const last = lasts[record] ?? 0
  for (let i = lasts[record - 1] ?? 0; i < last; i++) {
    const path = paths[pathOf[i] ?? 0] ?? ''
    slots.push({ path, bytes, start: ends[i - 1] ?? 0, end: ends[i] ?? 0 })
  }
  return slots
}
