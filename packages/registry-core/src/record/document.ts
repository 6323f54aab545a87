/**
 * A record as it is stored: write-once slots and the rows that say which commit entry wrote which
 * run of clocks. It lives in memory only while it merges.
 *
 * stored form: varuint number of rows · row … · Yjs v1 update of the document
 * row = varuints client, seq, entry, clock, len, cls (and 4 where the body is absent), ms, counter,
 * number of clients in `over`, and for each client, number of ranges, (clock, n) …
 *
 * Rows stand in the order in which this node applied them; `over` holds only what counts after
 * the mask. Nothing of the order is in any view or digest. The update is byte for byte what Yjs
 * writes for the same document, held to it by a test: a live slot is an item of ContentAny, a dead
 * one an item of ContentDeleted that keeps its key, and the slots of a body that is void, erased or
 * absent are a GC struct. A body is absent when it was pruned or left out: nothing says that it
 * may not be here, and where one of its slots is live again it has to be fetched.
 */
import { assert } from '../assert.ts'
import { StrictReader } from '../commit/any-encoding.ts'
import type { SlotValue } from '../commit/any-value.ts'
import { LIVE_STRUCT, type ReadSlot } from '../commit/body.ts'
import type { EntryClass, Stamp } from '../commit/header.ts'
import { type ClockRange, coversAll, type Over } from '../commit/over.ts'
import { ByteWriter } from '../encoding/byte-writer.ts'
import { parseSlotKey, slotKey } from './path.ts'

/** One entry of one commit, as the record remembers it. */
export type Row = {
  readonly client: number
  readonly seq: number
  readonly entry: number
  readonly clock: number
  readonly len: number
  readonly cls: EntryClass
  readonly stamp: Stamp
  readonly over: Over
  /** Whether its body is not here though no order has erased it: pruned here, or left out by a peer. */
  readonly isAbsent: boolean
}

/** A slot of the document, live or dead. A dead slot has lost its value. */
export type DocumentSlot = {
  readonly path: string
  readonly client: number
  readonly seq: number
  readonly clock: number
  /** The entry that wrote it. */
  readonly row: Row
  readonly live: boolean
  readonly value: SlotValue
  /** The bytes of a live slot: key and value in their one form, as its author signed them. */
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

/** The slots of a body that passed the gate, with the bytes they were read from. */
export type ReadBody = { readonly section: Uint8Array; readonly slots: readonly ReadSlot[] }

type HeldSlot = DocumentSlot & { live: boolean; value: SlotValue; bytes: Uint8Array }

/** A run of clocks without slots. */
type Gap = { readonly clock: number; len: number }
type Struct = HeldSlot | Gap

const DEAD_STRUCT = Uint8Array.of(0x21, 1, 1, 0x66)
const GC = 0
const ABSENT = 4
const NO_BYTES = new Uint8Array()
const scratch = new ByteWriter()

/** A record document that is open for merging. */
export class RecordDocument {
  readonly rows: Row[]
  readonly #structs: Map<number, Struct[]>

  private constructor(rows: Row[], structs: Map<number, Struct[]>) {
    this.rows = rows
    this.#structs = structs
  }

  /** Opens the stored form, or an empty document. */
  static open(stored: Uint8Array | undefined): RecordDocument {
    if (stored === undefined) return new RecordDocument([], new Map())
    const reader = new StrictReader(stored)
    const rows = readRows(reader)
    return new RecordDocument(rows, readStructs(reader, rows))
  }

  /** The first clock that the next entry of a writer gets in this record. */
  nextClock(client: number): number {
    return this.rows.reduce((sum, row) => (row.client === client ? sum + row.len : sum), 0)
  }

  /**
   * Adds an entry: its slots, or undefined where a filler stands in for its body, and what it
   * supersedes. What is passed here went through the gate and the mask.
   */
  apply(row: Row, body: ReadBody | undefined): void {
    assert(row.clock === this.nextClock(row.client), 'entries of a writer follow each other')
    const structs = this.#structs.get(row.client) ?? []
    this.#structs.set(row.client, structs)
    if (body === undefined) addGap(structs, row.clock, row.len)
    else addSlots(structs, row, body)
    for (const [client, ranges] of row.over) this.#supersede(client, ranges)
    this.rows.push(row)
  }

  /** Puts a filler in the place of the body of an entry; false when there was nothing to take out. */
  erase(client: number, seq: number, entry: number): boolean {
    const row = this.rows.find((r) => r.client === client && r.seq === seq && r.entry === entry)
    return row !== undefined && this.#clear(row, false)
  }

  /** Drops the body of an entry: a filler stands for its slots until it is put back. */
  drop(row: Row): void {
    this.#clear(row, true)
  }

  #clear(row: Row, isAbsent: boolean): boolean {
    const structs = this.#structs.get(row.client) ?? []
    const isOfRow = (struct: Struct): boolean => 'path' in struct && struct.row === row
    const isHeld = structs.some(isOfRow)
    this.#replaceRow(row, { ...row, isAbsent })
    if (!isHeld) return false
    const left: Struct[] = []
    for (const struct of structs) {
      if (isOfRow(struct)) addGap(left, struct.clock, 1)
      else if ('path' in struct) left.push(struct)
      else addGap(left, struct.clock, struct.len)
    }
    this.#structs.set(row.client, left)
    return true
  }

  /** Puts an absent body back; undefined for one that fails the gate, which a filler stands for. */
  putBack(row: Row, body: ReadBody | undefined): void {
    const back: Row = { ...row, isAbsent: false }
    this.#replaceRow(row, back)
    if (body === undefined) return
    const own: Struct[] = []
    addSlots(own, back, body)
    const [before, after]: [Struct[], Struct[]] = [[], []]
    for (const struct of this.#structs.get(row.client) ?? []) {
      const end = struct.clock + ('path' in struct ? 1 : struct.len)
      if (end <= row.clock) before.push(struct)
      else if (struct.clock >= row.clock + row.len) after.push(struct)
      else if (!('path' in struct)) {
        if (struct.clock < row.clock) addGap(before, struct.clock, row.clock - struct.clock)
        const from = row.clock + row.len
        if (end > from) addGap(after, from, end - from)
      }
    }
    this.#structs.set(row.client, [...before, ...own, ...after])
    for (const { over } of this.rows) {
      for (const [client, ranges] of over) {
        if (client === row.client) this.#supersede(client, ranges)
      }
    }
  }

  #replaceRow(row: Row, by: Row): void {
    this.rows[this.rows.indexOf(row)] = by
  }

  /** Entries whose bodies are absent though one of their slots is live. */
  lacking(): readonly Row[] {
    return this.rows.filter((row) => row.isAbsent && !this.#isSuperseded(row, () => true))
  }

  /**
   * Entries whose slots are here and are all superseded, by commits that count as `isSettled`
   * says, as they do themselves.
   */
  superseded(isSettled: (row: Row) => boolean): readonly Row[] {
    const held = new Set(this.slots().map(({ row }) => row))
    return this.rows.filter(
      (row) => held.has(row) && isSettled(row) && this.#isSuperseded(row, isSettled),
    )
  }

  #isSuperseded({ client, clock, len }: Row, isCounted: (row: Row) => boolean): boolean {
    const ranges = this.rows.flatMap((row) => {
      const own = row.over.find(([of]) => of === client)
      return own === undefined || !isCounted(row) ? [] : own[1]
    })
    return coversAll(ranges, [clock, len])
  }

  #supersede(client: number, ranges: readonly ClockRange[]): void {
    for (const struct of this.#structs.get(client) ?? []) {
      if (!('path' in struct) || !struct.live) continue
      if (!ranges.some(([clock, n]) => struct.clock >= clock && struct.clock < clock + n)) continue
      struct.live = false
      struct.value = undefined
      struct.bytes = NO_BYTES
    }
  }

  /** All slots, live and dead, by writer and clock. */
  slots(): readonly DocumentSlot[] {
    const slots: HeldSlot[] = []
    for (const structs of this.#structs.values()) {
      for (const struct of structs) if ('path' in struct) slots.push(struct)
    }
    return slots
  }

  /** The form that is stored. */
  encode(): Uint8Array {
    this.write(scratch.reset())
    return scratch.copy()
  }

  /** Writes the form that is stored. */
  write(writer: ByteWriter): void {
    writeRows(writer, this.rows)
    // Yjs writes its clients from the highest down.
    const clients = [...this.#structs].sort(([a], [b]) => b - a)
    writer.varUint(clients.length)
    for (const [client, structs] of clients) writeStructs(writer, client, structs)
    writeDeleteSet(writer, clients)
  }
}

/** The rows of a stored form; its values are not read. */
export function rowsOfStored(stored: Uint8Array): readonly Row[] {
  return readRows(new StrictReader(stored))
}

function addSlots(structs: Struct[], row: Row, { section, slots }: ReadBody): void {
  const { client, seq } = row
  let clock = row.clock
  for (const { path, value, start, end } of slots) {
    structs.push({ path, client, seq, clock, row, live: true, value, bytes: section, start, end })
    clock += 1
  }
}

/** Gaps that touch are one, as in Yjs. */
function addGap(structs: Struct[], clock: number, len: number): void {
  const last = structs.at(-1)
  if (last !== undefined && !('path' in last)) last.len += len
  else structs.push({ clock, len })
}

function writeRows(writer: ByteWriter, rows: readonly Row[]): void {
  writer.varUint(rows.length)
  for (const { client, seq, entry, clock, len, cls, stamp, over, isAbsent } of rows) {
    writer.varUint(client).varUint(seq).varUint(entry).varUint(clock).varUint(len)
    writer.varUint(isAbsent ? cls + ABSENT : cls)
    writer.varUint(stamp[0]).varUint(stamp[1]).varUint(over.length)
    for (const [superseded, ranges] of over) writeRanges(writer, superseded, ranges)
  }
}

function writeRanges(writer: ByteWriter, client: number, ranges: readonly ClockRange[]): void {
  writer.varUint(client).varUint(ranges.length)
  for (const [clock, n] of ranges) writer.varUint(clock).varUint(n)
}

function readRows(reader: StrictReader): Row[] {
  return repeat(reader.varUint(), () => {
    const [client, seq, entry, clock, len, form = 0, ms, counter] = repeat(8, () =>
      reader.varUint(),
    )
    const over = repeat(reader.varUint(), () => readRanges(reader))
    const isAbsent = form >= ABSENT
    const cls = isAbsent ? form - ABSENT : form
    return { client, seq, entry, clock, len, cls, stamp: [ms, counter], over, isAbsent } as Row
  })
}

function readRanges(reader: StrictReader): readonly [number, readonly ClockRange[]] {
  const client = reader.varUint()
  return [client, repeat(reader.varUint(), (): ClockRange => [reader.varUint(), reader.varUint()])]
}

function repeat<T>(times: number, make: () => T): T[] {
  return Array.from({ length: times }, make)
}

function writeStructs(writer: ByteWriter, client: number, structs: readonly Struct[]): void {
  writer.varUint(structs.length).varUint(client).varUint(0)
  for (let i = 0; i < structs.length; i++) {
    const struct = structs[i] as Struct
    if (!('path' in struct)) writer.byte(GC).varUint(struct.len)
    else if (struct.live) i = writeRun(writer, structs, i)
    else
      writer
        .raw(DEAD_STRUCT)
        .varText(slotKey(struct.path, client, struct.seq))
        .varUint(1)
  }
}

/** Writes a live slot, with those that follow it in the same bytes; gives the index of the last. */
export function writeRun(
  writer: ByteWriter,
  slots: readonly (DocumentSlot | object)[],
  first: number,
): number {
  const { bytes, start, end } = slots[first] as DocumentSlot
  let last = first
  let to = end
  for (; last + 1 < slots.length; last++) {
    const next = slots[last + 1] as Partial<DocumentSlot>
    if (next.live !== true || next.bytes !== bytes || next.start !== to) break
    to = next.end ?? to
  }
  writer.part(bytes, start, to)
  return last
}

function writeDeleteSet(
  writer: ByteWriter,
  clients: readonly (readonly [number, readonly Struct[]])[],
): void {
  const deleted = clients
    .map(([client, structs]) => [client, deletedRanges(structs)] as const)
    .filter(([, ranges]) => ranges.length > 0)
  writer.varUint(deleted.length)
  for (const [client, ranges] of deleted) writeRanges(writer, client, ranges)
}

function deletedRanges(structs: readonly Struct[]): readonly ClockRange[] {
  const ranges: [number, number][] = []
  for (const struct of structs) {
    const isSlot = 'path' in struct
    if (isSlot && struct.live) continue
    const len = isSlot ? 1 : struct.len
    const last = ranges.at(-1)
    if (last !== undefined && last[0] + last[1] === struct.clock) last[1] += len
    else ranges.push([struct.clock, len])
  }
  return ranges
}

function readStructs(reader: StrictReader, rows: readonly Row[]): Map<number, Struct[]> {
  const structs = new Map<number, Struct[]>()
  for (let clients = reader.varUint(); clients > 0; clients--) {
    const count = reader.varUint()
    const client = reader.varUint()
    const ofClient = rows.filter((row) => row.client === client)
    let clock = reader.varUint()
    const read = repeat(count, () => {
      while (ofClient[1] !== undefined && ofClient[1].clock <= clock) ofClient.shift()
      const struct = readStruct(reader, clock, ofClient[0])
      clock += 'path' in struct ? 1 : struct.len
      return struct
    })
    structs.set(client, read)
  }
  // The delete set that follows says again which structs are not live.
  return structs
}

function readStruct(reader: StrictReader, clock: number, row: Row | undefined): Struct {
  const start = reader.position
  const info = reader.byte()
  if (info === GC) return { clock, len: reader.varUint() }
  reader.position = start + LIVE_STRUCT.length
  const key = parseSlotKey(reader.varText())
  const isSlot = key !== undefined && row !== undefined && reader.varUint() === 1
  assert(isSlot, 'only slots stand in a record document')
  const live = info === LIVE_STRUCT[0]
  const value = live ? reader.value() : undefined
  const bytes = live ? reader.bytes : NO_BYTES
  return { ...key, clock, row, live, value, bytes, start, end: reader.position }
}
