/**
 * The signed header of a commit: a deterministic CBOR map of at most 64 KiB.
 *
 * key      value
 * v        1
 * fed      hash of the first roster
 * ns       namespace number
 * aud      audience: 0 | 1 | ascending list of namespaces
 * writer   client id that the roster gave the key
 * seq      from 1; parent: id of seq - 1, empty bytes for seq 1
 * parent   a log is (writer, ns, aud)
 * roster   [version, hash] that the author had; never falls along a log
 * after    [[writer, seq, id] …] heads of other logs of the same ns and aud that moved since the
 *          own parent, writers ascending
 * stamp    [ms, counter], later than the parent's unless `reset` is true
 * reset    true or absent
 * actor    opaque token of the person who acted; never a name
 * type     0 changes | 1 snapshot | 2 receipt
 * crit     names of extensions that must be understood, ascending
 * note     length in bytes of the note body, 0 for none
 * entries  [[rec, cls, len, bytes, over, of?] …] up to 512; cls 0 descriptive, 1 legal effect,
 *          2 erasable; len slots written, bytes of the body without salt; of [writer, seq, stamp]
 *          where the values were first written, when they are adopted from another log
 * erase    [[writer, seq, commit id, entry, order reference] …] up to 24, or absent: bodies of
 *          commits of the same ns and aud that a lawful order has erased, entry 512 for the note;
 *          there are no entries
 *          beside it, since this header goes with what is left of those commits
 * bodies   hash over the salted hashes of the note (if any) and all bodies
 * ext      map of name to bytes, or absent; unknown ones are kept and ignored unless in `crit`
 *
 * commit id = hash("mulu/commit/1" || header bytes); the signature is made over the same bytes
 * and is not part of the id. A new `v` is waited for, never guessed at.
 */

import { HASH_BYTES, type Hash } from '../crypto.ts'
import { type CborValue, decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import {
  readArray,
  readBytes,
  readInteger,
  readShape,
  readText,
  type Shape,
} from '../encoding/shape.ts'
import { BODY_BYTES_MAX, ENTRIES_MAX, HEADER_BYTES_MAX, ORDERS_MAX, SLOTS_MAX } from '../limits.ts'
import { isRec } from '../record/record-id.ts'
import { type Audience, isAudienceWithinLimits, readAudience } from './audience.ts'
import { type Over, readOver } from './over.ts'

/** 0 descriptive, 1 legal effect, 2 erasable. */
export type EntryClass = 0 | 1 | 2

/** Where adopted values were first written, and the stamp they rank by. */
export type Origin = readonly [writer: number, seq: number, stamp: Stamp]

/** What a commit does to one record; the slots themselves stand in the body. */
export type Entry = {
  readonly rec: string
  readonly cls: EntryClass
  readonly len: number
  readonly bytes: number
  readonly over: Over
  readonly of?: Origin
}

/** Hybrid logical stamp: milliseconds and a counter within one. It ranks and displays only. */
export type Stamp = readonly [ms: number, counter: number]

/** A position in a log with the commit that stands there. */
export type After = readonly [writer: number, seq: number, id: Hash]

/** What stands in an order for the note of a commit, beyond all its entries. */
export const NOTE_ENTRY: number = ENTRIES_MAX

/** One erased body: an entry of a commit or its note, and the reference of the lawful order. */
export type Erase = readonly [writer: number, seq: number, id: Hash, entry: number, order: string]

/** The signed part of a commit. */
export type Header = {
  readonly v: number
  readonly fed: Hash
  readonly ns: number
  readonly aud: Audience
  readonly writer: number
  readonly seq: number
  readonly parent: Hash
  readonly roster: readonly [version: number, hash: Hash]
  readonly after: readonly After[]
  readonly stamp: Stamp
  readonly reset: boolean
  readonly actor: string
  readonly type: 0 | 1 | 2
  readonly crit: readonly string[]
  readonly note: number
  readonly entries: readonly Entry[]
  readonly erase: readonly Erase[]
  readonly bodies: Hash
  readonly ext: Readonly<Record<string, Uint8Array>>
}

/** Extensions this version understands; a commit with another one in `crit` waits. */
export const KNOWN_EXTENSIONS: readonly string[] = []
const KEYS = [
  'v',
  'fed',
  'ns',
  'aud',
  'writer',
  'seq',
  'parent',
  'roster',
  'after',
  'stamp',
  'reset',
  'actor',
  'type',
  'crit',
  'note',
  'entries',
  'erase',
  'bodies',
  'ext',
]
const UINT32_MAX = 0xffffffff
const SEQ_MAX = 0xffffffffffff
const STAMP_MS_MAX = 0xffffffffffff
const COUNT_MAX = 0x7fffffff

/** The bytes that are signed. */
export function encodeHeader(header: Header): Uint8Array {
  const { aud, after, crit, entries, erase, ext, reset } = header
  return encodeCbor({
    ...header,
    aud: typeof aud === 'number' ? aud : [...aud],
    after: after.map((item) => [...item]),
    entries: entries.map(entryToCbor),
    reset: reset ? true : undefined,
    crit: crit.length > 0 ? crit : undefined,
    erase: erase.length > 0 ? erase.map((item) => [...item]) : undefined,
    ext: Object.keys(ext).length > 0 ? ext : undefined,
  })
}

function entryToCbor(entry: Entry): CborValue {
  const base = [entry.rec, entry.cls, entry.len, entry.bytes, entry.over as CborValue]
  if (entry.of === undefined) return base
  const [writer, seq, stamp] = entry.of
  return [...base, [writer, seq, [...stamp]]]
}

const headers = new WeakMap<Uint8Array, Header>()

/** `decodeHeader`, once for the same bytes in memory, which nobody may change any more. */
export function readHeader(bytes: Uint8Array): Header {
  const known = headers.get(bytes)
  if (known !== undefined) return known
  const header = decodeHeader(bytes)
  headers.set(bytes, header)
  return header
}

/** Reads header bytes; throws unless they are the one encoding of a header of version 1. */
export function decodeHeader(bytes: Uint8Array): Header {
  if (bytes.length > HEADER_BYTES_MAX) throw new Error('header is over 64 KiB')
  const decoded = decodeCbor(bytes) as Shape | null
  const v = readInteger(decoded?.['v'], 1, 0xffff, 'v')
  if (v > 1) return decodeLaterHeader(v, decoded as Shape)
  const shape = readShape(decoded, KEYS, 'header')
  return {
    v,
    ...readPosition(shape),
    ...readContent(shape),
    after: readAfters(shape['after']),
    roster: readRosterCitation(shape['roster']),
    stamp: readStamp(shape['stamp']),
    reset: readFlag(shape['reset']),
    actor: readText(shape['actor'], 64, 'actor'),
    crit: readNames(shape['crit']),
    ext: readExtensions(shape['ext']),
  }
}

function decodeLaterHeader(v: number, shape: Shape): Header {
  return {
    v,
    ...readPosition(shape),
    roster: readRosterCitation(shape['roster']),
    bodies: readBytes(shape['bodies'], HASH_BYTES, HASH_BYTES, 'bodies'),
    after: [],
    stamp: [0, 0],
    reset: false,
    actor: '',
    type: 0,
    crit: [],
    note: 0,
    entries: [],
    erase: [],
    ext: {},
  }
}

type Position = Pick<Header, 'fed' | 'ns' | 'aud' | 'writer' | 'seq' | 'parent'>

function readPosition(shape: Shape): Position {
  const seq = readInteger(shape['seq'], 1, SEQ_MAX, 'seq')
  const parentBytes = seq === 1 ? 0 : HASH_BYTES
  return {
    fed: readBytes(shape['fed'], HASH_BYTES, HASH_BYTES, 'fed'),
    ns: readInteger(shape['ns'], 1, UINT32_MAX, 'ns'),
    aud: readAudience(shape['aud']),
    writer: readInteger(shape['writer'], 1, UINT32_MAX, 'writer'),
    seq,
    parent: readBytes(shape['parent'], parentBytes, parentBytes, 'parent'),
  }
}

type Content = Pick<Header, 'type' | 'note' | 'entries' | 'erase' | 'bodies'>

function readContent(shape: Shape): Content {
  const type = readInteger(shape['type'], 0, 2, 'type') as 0 | 1 | 2
  return {
    type,
    note: readInteger(shape['note'], 0, COUNT_MAX, 'note'),
    entries: readArray(shape['entries'], readEntry, HEADER_BYTES_MAX, 'entries'),
    erase: shape['erase'] === undefined ? [] : readErase(shape['erase']),
    bodies: readBytes(shape['bodies'], HASH_BYTES, HASH_BYTES, 'bodies'),
  }
}

function readEntry(value: unknown): Entry {
  const parts = readArray(value, (part) => part, 6, 'entry')
  if (parts.length < 5) throw new Error('entry is too short')
  const [rec, cls, len, bytes, over, of] = parts
  const text = readText(rec, 129, 'rec')
  if (!isRec(text)) throw new Error('rec is not kind/local')
  const entry: Entry = {
    rec: text,
    cls: readInteger(cls, 0, 2, 'cls') as EntryClass,
    len: readInteger(len, 1, COUNT_MAX, 'len'),
    bytes: readInteger(bytes, 1, COUNT_MAX, 'bytes'),
    over: readOver(over),
  }
  return parts.length === 6 ? { ...entry, of: readOf(of) } : entry
}

function readOf(value: unknown): Origin {
  const [writer, seq, stamp] = readArray(value, (part) => part, 3, 'of')
  return [
    readInteger(writer, 1, UINT32_MAX, 'of'),
    readInteger(seq, 1, SEQ_MAX, 'of'),
    readStamp(stamp),
  ]
}

function readErase(value: unknown): Header['erase'] {
  const list = readArray(value, readOrder, ENTRIES_MAX, 'erase')
  if (list.length === 0) throw new Error('erase is empty')
  return list
}

function readOrder(value: unknown): Erase {
  const parts = readArray(value, (part) => part, 5, 'order')
  return [
    readInteger(parts[0], 1, UINT32_MAX, 'order writer'),
    readInteger(parts[1], 1, SEQ_MAX, 'order seq'),
    readBytes(parts[2], HASH_BYTES, HASH_BYTES, 'order commit'),
    readInteger(parts[3], 0, NOTE_ENTRY, 'order entry'),
    readText(parts[4], 64, 'order reference'),
  ]
}

function readAfters(value: unknown): readonly After[] {
  const list = readArray(value, readAfter, HEADER_BYTES_MAX, 'after')
  for (const [index, [writer]] of list.entries()) {
    if (index > 0 && writer <= (list[index - 1]?.[0] ?? 0)) throw new Error('after is not sorted')
  }
  return list
}

function readAfter(value: unknown): After {
  const parts = readArray(value, (part) => part, 3, 'after')
  return [
    readInteger(parts[0], 1, UINT32_MAX, 'after writer'),
    readInteger(parts[1], 1, SEQ_MAX, 'after seq'),
    readBytes(parts[2], HASH_BYTES, HASH_BYTES, 'after id'),
  ]
}

function readRosterCitation(value: unknown): readonly [number, Hash] {
  const parts = readArray(value, (part) => part, 2, 'roster')
  return [
    readInteger(parts[0], 1, UINT32_MAX, 'roster version'),
    readBytes(parts[1], HASH_BYTES, HASH_BYTES, 'roster hash'),
  ]
}

function readStamp(value: unknown): Stamp {
  const parts = readArray(value, (part) => part, 2, 'stamp')
  return [
    readInteger(parts[0], 0, STAMP_MS_MAX, 'stamp'),
    readInteger(parts[1], 0, UINT32_MAX, 'stamp counter'),
  ]
}

function readFlag(value: unknown): boolean {
  if (value !== undefined && value !== true) throw new Error('reset is neither true nor absent')
  return value === true
}

function readNames(value: unknown): readonly string[] {
  if (value === undefined) return []
  const names = readArray(value, (name) => readText(name, 64, 'crit'), 64, 'crit')
  const isSorted = names.every((name, i) => i === 0 || (names[i - 1] ?? '') < name)
  if (names.length === 0 || !isSorted) throw new Error('crit is empty or not sorted')
  return names
}

function readExtensions(value: unknown): Readonly<Record<string, Uint8Array>> {
  if (value === undefined) return {}
  const shape = value as Shape
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
    throw new Error('ext is empty or not a map')
  }
  for (const part of Object.values(shape)) readBytes(part, 0, HEADER_BYTES_MAX, 'ext')
  return shape as Readonly<Record<string, Uint8Array>>
}

/** What of a signed, decodable header is over a limit that ends its log; undefined when nothing. */
export function limitBroken(header: Header): string | undefined {
  if (!isAudienceWithinLimits(header.aud)) return 'aud'
  if (header.entries.length > ENTRIES_MAX) return 'entries'
  if (header.erase.length > (header.entries.length > 0 ? 0 : ORDERS_MAX)) return 'erase'
  if (header.note > BODY_BYTES_MAX) return 'note'
  if (header.entries.some((entry) => entry.len > SLOTS_MAX)) return 'len'
  if (header.entries.some((entry) => entry.bytes > BODY_BYTES_MAX)) return 'bytes'
  return undefined
}
