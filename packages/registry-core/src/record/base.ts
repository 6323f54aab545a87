/**
 * The base of a change: the live slots of the view that its author looked at. The ETag of a view
 * is the hash of the keys of its live slots, so a base can be found again in the record's rows.
 */
import { LIVE_STRUCT } from '../commit/body.ts'
import { type Crypto, DOMAIN, hashOfText, hashWritten } from '../crypto.ts'
import { toHex } from '../encoding/bytes.ts'
import type { DocumentSlot, RecordDocument, Row } from './document.ts'
import { slotKey } from './path.ts'

/** What a record held at some point, as far as this node applied it. */
export type Base = {
  /** Every slot that was there, live or dead: what a change made on this base supersedes. */
  readonly held: readonly DocumentSlot[]
  /** Keys of the slots that were live. */
  readonly live: ReadonlySet<string>
}

/** The ETag of live slots, whose keys are given. */
export function etagOf(crypto: Crypto, keys: readonly string[]): string {
  const isSorted = keys.every((key, i) => i === 0 || (keys[i - 1] ?? '') <= key)
  const text = (isSorted ? keys : [...keys].sort()).join('\n')
  return toHex(hashOfText(crypto, DOMAIN.base, text).subarray(1, 17))
}

/** The ETag of slots that are live, in their order; their keys are copied from their bytes. */
export function etagOfLive(crypto: Crypto, live: readonly DocumentSlot[]): string {
  if (!areKeysSorted(live)) {
    const keys = live.map((slot) => slotKey(slot.path, slot.client, slot.seq))
    return etagOf(crypto, keys)
  }
  const digest = hashWritten(crypto, DOMAIN.base, (writer) => {
    let isFirst = true
    for (const slot of live) {
      if (!isFirst) writer.byte(LINE_FEED)
      isFirst = false
      const start = keyStart(slot)
      writer.part(slot.bytes, start, start + keyLength(slot))
    }
  })
  return toHex(digest.subarray(1, 17))
}

const LINE_FEED = 0x0a

/** The length of a slot's key, which takes one byte or two in its struct (commit/body.ts). */
function keyLength({ bytes, start }: DocumentSlot): number {
  const at = start + LIVE_STRUCT.length
  const first = bytes[at] ?? 0
  return first < 0x80 ? first : (first & 0x7f) + (bytes[at + 1] ?? 0) * 0x80
}

function keyStart(slot: DocumentSlot): number {
  return slot.start + LIVE_STRUCT.length + (keyLength(slot) < 0x80 ? 1 : 2)
}

/** Mostly they are; where one path is the start of another, the sign after it decides. */
function areKeysSorted(slots: readonly DocumentSlot[]): boolean {
  for (let i = 1; i < slots.length; i++) {
    if (!isKeyBefore(slots[i - 1] as DocumentSlot, slots[i] as DocumentSlot)) return false
  }
  return true
}

/** By the bytes of the keys, which are ASCII. */
function isKeyBefore(a: DocumentSlot, b: DocumentSlot): boolean {
  const length = Math.min(keyLength(a), keyLength(b))
  const [fromA, fromB] = [keyStart(a), keyStart(b)]
  for (let i = 0; i < length; i++) {
    const difference = (a.bytes[fromA + i] ?? 0) - (b.bytes[fromB + i] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return keyLength(a) < keyLength(b)
}

/** The present state of a record as a base. */
export function presentBase(slots: readonly DocumentSlot[]): Base {
  const live = slots.filter((slot) => slot.live)
  return { held: slots, live: new Set(live.map((s) => slotKey(s.path, s.client, s.seq))) }
}

/** The state whose ETag is `etag`, newest first; undefined when this node never showed it. */
export function findBase(crypto: Crypto, record: RecordDocument, etag: string): Base | undefined {
  const lives = lifetimes(record)
  for (let count = record.rows.length; count >= 0; count--) {
    const held = lives.filter((life) => life.born < count)
    const live = held
      .filter((life) => life.died >= count)
      .map(({ slot }) => slotKey(slot.path, slot.client, slot.seq))
    if (etagOf(crypto, live) === etag) {
      return { held: held.map((life) => life.slot), live: new Set(live) }
    }
  }
  return undefined
}

type Lifetime = {
  readonly slot: DocumentSlot
  /** Index of the row that wrote the slot. */
  readonly born: number
  /** Index of the first row that superseded it, or Infinity. */
  readonly died: number
}

function lifetimes(record: RecordDocument): readonly Lifetime[] {
  const { rows } = record
  return record.slots().map((slot) => ({
    slot,
    born: rows.indexOf(slot.row),
    died: indexOr(
      rows.findIndex((row) => supersedes(row, slot)),
      Number.POSITIVE_INFINITY,
    ),
  }))
}

function indexOr(index: number, otherwise: number): number {
  return index < 0 ? otherwise : index
}

function supersedes(row: Row, slot: DocumentSlot): boolean {
  const ranges = row.over.find(([client]) => client === slot.client)?.[1] ?? []
  return ranges.some(([clock, n]) => covers(clock, n, slot.clock))
}

function covers(clock: number, n: number, at: number): boolean {
  return at >= clock && at < clock + n
}
