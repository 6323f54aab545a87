/**
 * A record as it is stored: one Yjs document of write-once slots and the rows that say which
 * commit entry wrote which run of clocks. It lives in memory only while it merges.
 *
 * stored form: CBOR [[row …], Yjs v1 update]; row = [client, seq, entry, clock, len, cls,
 * [ms, counter], over]. Rows stand in the order in which this node applied them; `over` holds
 * only what counts after the mask. Nothing of the order is in any view or digest.
 */
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { assert } from '../assert.ts'
import type { SlotValue } from '../commit/any-value.ts'
import { ROOT } from '../commit/body.ts'
import type { EntryClass, Stamp } from '../commit/header.ts'
import type { Over } from '../commit/over.ts'
import { concat } from '../encoding/bytes.ts'
import { type CborValue, decodeOwnCbor, encodeCbor } from '../encoding/cbor.ts'
import { parseSlotKey } from './path.ts'

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
}

/** A slot of the document, live or dead. A dead slot has lost its value. */
export type DocumentSlot = {
  readonly path: string
  readonly client: number
  readonly seq: number
  readonly clock: number
  readonly live: boolean
  readonly value: SlotValue
}

/** A record document that is open for merging. */
export class RecordDocument {
  readonly rows: Row[]
  readonly #doc: Y.Doc

  private constructor(rows: Row[], doc: Y.Doc) {
    this.rows = rows
    this.#doc = doc
  }

  /** Opens the stored form, or an empty document. */
  static open(stored: Uint8Array | undefined): RecordDocument {
    const doc = new Y.Doc({ guid: '' })
    doc.getMap(ROOT)
    if (stored === undefined) return new RecordDocument([], doc)
    const [rows, update] = decodeOwnCbor(stored) as [readonly StoredRow[], Uint8Array]
    Y.applyUpdate(doc, update)
    return new RecordDocument(rows.map(readRow), doc)
  }

  /** The first clock that the next entry of a writer gets in this record. */
  nextClock(client: number): number {
    return this.rows.reduce((sum, row) => (row.client === client ? sum + row.len : sum), 0)
  }

  /**
   * Adds an entry: its structs section (or filler) and the delete set made from `row.over`.
   * What is passed here went through the gate and the mask, so nothing may be left pending.
   */
  apply(row: Row, section: Uint8Array): void {
    assert(row.clock === this.nextClock(row.client), 'entries of a writer follow each other')
    Y.applyUpdate(this.#doc, concat(section, encodeDeleteSet(row.over)))
    const { pendingStructs, pendingDs } = this.#doc.store
    assert(pendingStructs === null && pendingDs === null, 'a gated body leaves nothing pending')
    this.rows.push(row)
  }

  /** All slots, live and dead, in no particular order. */
  slots(): readonly DocumentSlot[] {
    const slots: DocumentSlot[] = []
    // Yjs keeps deleted map items with their key; its public iterator would leave them out.
    for (const [key, item] of this.#doc.getMap(ROOT)._map) {
      const slot = parseSlotKey(key)
      assert(slot !== undefined, 'only slots stand in a record document')
      const live = !item.deleted
      const value = live ? (item.content.getContent()[0] as SlotValue) : undefined
      slots.push({ ...slot, clock: item.id.clock, live, value })
    }
    return slots
  }

  /** The form that is stored. */
  encode(): Uint8Array {
    return encodeCbor([this.rows.map(storedRow), Y.encodeStateAsUpdate(this.#doc)])
  }
}

type StoredRow = readonly [number, number, number, number, number, EntryClass, Stamp, Over]

function storedRow(row: Row): CborValue {
  const { client, seq, entry, clock, len, cls, stamp, over } = row
  return [client, seq, entry, clock, len, cls, [...stamp], over as CborValue]
}

function readRow(stored: StoredRow): Row {
  const [client, seq, entry, clock, len, cls, stamp, over] = stored
  return { client, seq, entry, clock, len, cls, stamp, over }
}

/** The delete set section of a Yjs v1 update; `over` is already in its canonical order. */
function encodeDeleteSet(over: Over): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, over.length)
  for (const [client, ranges] of over) {
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, ranges.length)
    for (const [clock, n] of ranges) {
      encoding.writeVarUint(encoder, clock)
      encoding.writeVarUint(encoder, n)
    }
  }
  return encoding.toUint8Array(encoder)
}
