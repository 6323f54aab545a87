/**
 * The body of one entry: the structs section of a Yjs v1 update with exactly one client section,
 * and the gate that decides from its bytes whether it is a plain writing of fields.
 *
 * section  varuint 1 (clients) · varuint len (structs) · varuint client · varuint first clock
 * struct   0x28 (ContentAny, own key, no origins) · varuint 1 (root by name) · "f" ·
 *          key `path@client.seq` · varuint 1 (one value) · value (lib0 any)
 * filler   varuint 1 · varuint 1 · varuint client · varuint first clock · 0x00 (GC) · varuint len
 * on disk and on the wire a body is 16 bytes of salt and the section.
 *
 * The gate reads the section, checks keys and values, writes it again with our own encoder and
 * wants the same bytes: whatever Yjs could express besides is thereby refused (DESIGN-REVIEW M2).
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { equalBytes } from '../encoding/bytes.ts'
import { parseSlotKey, slotKey } from '../record/path.ts'
import { isSlotValue, type SlotValue } from './any-value.ts'

/** One writing of one field. */
export type Slot = {
  readonly path: string
  readonly value: SlotValue
}

/** Where the slots of a body stand: writer, commit position, first clock in the record. */
export type BodyPlace = {
  readonly client: number
  readonly seq: number
  readonly clock: number
}

/** The name of the one root map of a record document. */
export const ROOT = 'f'
const CONTENT_ANY_WITH_KEY = 0x28

/** Writes the structs section of some slots. */
export function encodeBody(place: BodyPlace, slots: readonly Slot[]): Uint8Array {
  const encoder = encoding.createEncoder()
  writeSectionHead(encoder, slots.length, place.client, place.clock)
  for (const { path, value } of slots) {
    encoding.writeUint8(encoder, CONTENT_ANY_WITH_KEY)
    encoding.writeVarUint(encoder, 1)
    encoding.writeVarString(encoder, ROOT)
    encoding.writeVarString(encoder, slotKey(path, place.client, place.seq))
    encoding.writeVarUint(encoder, 1)
    encoding.writeAny(encoder, value as Parameters<typeof encoding.writeAny>[1])
  }
  return encoding.toUint8Array(encoder)
}

/** The section that stands in for a body that is void, erased or pruned. */
export function encodeFiller(client: number, clock: number, len: number): Uint8Array {
  const encoder = encoding.createEncoder()
  writeSectionHead(encoder, 1, client, clock)
  encoding.writeUint8(encoder, 0)
  encoding.writeVarUint(encoder, len)
  return encoding.toUint8Array(encoder)
}

function writeSectionHead(
  encoder: encoding.Encoder,
  structs: number,
  client: number,
  clock: number,
): void {
  encoding.writeVarUint(encoder, 1)
  encoding.writeVarUint(encoder, structs)
  encoding.writeVarUint(encoder, client)
  encoding.writeVarUint(encoder, clock)
}

/**
 * The slots of a body, or undefined when it fails the gate. `isOfClass` tells whether a path
 * belongs to the class of the entry.
 */
export function readBody(
  section: Uint8Array,
  place: BodyPlace,
  len: number,
  isOfClass: (path: string) => boolean,
): readonly Slot[] | undefined {
  try {
    const slots = decodeSection(section, place, len)
    const paths = new Set(slots.map((slot) => slot.path))
    const isPlain =
      paths.size === slots.length && slots.every((s) => isOfClass(s.path) && isSlotValue(s.value))
    return isPlain && equalBytes(encodeBody(place, slots), section) ? slots : undefined
  } catch {
    // Any exception while reading bytes of another node is the verdict "void", nothing else.
    return undefined
  }
}

function decodeSection(section: Uint8Array, place: BodyPlace, len: number): Slot[] {
  const decoder = decoding.createDecoder(section)
  expect(decoding.readVarUint(decoder), 1)
  expect(decoding.readVarUint(decoder), len)
  expect(decoding.readVarUint(decoder), place.client)
  expect(decoding.readVarUint(decoder), place.clock)
  const slots: Slot[] = []
  for (let i = 0; i < len; i++) slots.push(decodeSlot(decoder, place))
  return slots
}

function decodeSlot(decoder: decoding.Decoder, place: BodyPlace): Slot {
  expect(decoding.readUint8(decoder), CONTENT_ANY_WITH_KEY)
  expect(decoding.readVarUint(decoder), 1)
  if (decoding.readVarString(decoder) !== ROOT) throw new Error('another root')
  const key = parseSlotKey(decoding.readVarString(decoder))
  if (key === undefined || key.client !== place.client || key.seq !== place.seq) {
    throw new Error('not a slot of this commit')
  }
  expect(decoding.readVarUint(decoder), 1)
  return { path: key.path, value: decoding.readAny(decoder) as SlotValue }
}

function expect(value: number, wanted: number): void {
  if (value !== wanted) throw new Error('another structure')
}
