/**
 * The body of one entry: the structs section of a Yjs v1 update with exactly one client section,
 * and the gate that decides from its bytes whether it is a plain writing of fields.
 *
 * section  varuint 1 (clients) · varuint len (structs) · varuint client · varuint first clock
 * struct   0x28 (ContentAny, own key, no origins) · varuint 1 (root by name) · "f" ·
 *          key `path@client.seq` · varuint 1 (one value) · value (commit/any-encoding.ts)
 *          paths ascend by code unit
 * on disk and on the wire a body is 16 bytes of salt and the section.
 *
 * There is one body for a set of writings. The gate takes bytes only in that form, so whatever
 * Yjs could express besides is refused (DESIGN-REVIEW M2).
 */
import { ByteWriter } from '../encoding/byte-writer.ts'
import { shortText, shortTexts } from '../encoding/short-texts.ts'
import { isPath } from '../record/path.ts'
import { StrictReader, writeValue } from './any-encoding.ts'
import type { SlotValue } from './any-value.ts'

/** One writing of one field. */
export type Slot = {
  readonly path: string
  readonly value: SlotValue
}

/** A slot that was read, and where its struct stands in the bytes it was read from. */
export type ReadSlot = Slot & { readonly start: number; readonly end: number }

/** Where the slots of a body stand: writer, commit position, first clock in the record. */
export type BodyPlace = {
  readonly client: number
  readonly seq: number
  readonly clock: number
}

/** ContentAny with a key and no origins, in the root map named `f`. */
export const LIVE_STRUCT: Uint8Array = Uint8Array.of(0x28, 1, 1, 0x66)

const AT = 0x40
const scratch = new ByteWriter()
const paths = shortTexts()

/** Writes the structs section of some slots, whose paths must ascend. */
export function encodeBody(place: BodyPlace, slots: readonly Slot[]): Uint8Array {
  const suffix = keySuffix(place)
  scratch.reset().varUint(1).varUint(slots.length).varUint(place.client).varUint(place.clock)
  for (const { path, value } of slots) {
    scratch
      .raw(LIVE_STRUCT)
      .varText(path + suffix)
      .varUint(1)
    writeValue(scratch, value)
  }
  return scratch.copy()
}

/** The first half of the gate: what a body says by itself, or undefined when it is no writing. */
export type ReadSection = { readonly clock: number; readonly slots: readonly ReadSlot[] }

/**
 * The slots of a body, or undefined when it fails the gate. `isOfClass` tells whether a path
 * belongs to the class of the entry.
 */
export function readBody(
  section: Uint8Array,
  place: BodyPlace,
  len: number,
  isOfClass: (path: string) => boolean,
): readonly ReadSlot[] | undefined {
  return slotsAt(readSection(section, place, len), place.clock, isOfClass)
}

/** The second half of the gate: what depends on the record and the profile. */
export function slotsAt(
  read: ReadSection | undefined,
  clock: number,
  isOfClass: (path: string) => boolean,
): readonly ReadSlot[] | undefined {
  if (read?.clock !== clock) return undefined
  return read.slots.every((slot) => isOfClass(slot.path)) ? read.slots : undefined
}

/** Reads a body of `len` slots by one writer at one position of its log. */
export function readSection(
  section: Uint8Array,
  place: Pick<BodyPlace, 'client' | 'seq'>,
  len: number,
): ReadSection | undefined {
  try {
    const reader = new StrictReader(section)
    const suffix = keySuffix(place)
    const slots: ReadSlot[] = []
    const isOneClient = reader.varUint() === 1 && reader.varUint() === len
    if (!isOneClient || reader.varUint() !== place.client) return undefined
    const clock = reader.varUint()
    let last = ''
    while (slots.length < len) {
      const slot = readSlot(reader, suffix)
      if (slot === undefined || slot.path <= last) return undefined
      slots.push(slot)
      last = slot.path
    }
    return reader.isAtEnd ? { clock, slots } : undefined
  } catch {
    // Any exception while reading bytes of another node is the verdict "void", nothing else.
    return undefined
  }
}

function readSlot(reader: StrictReader, suffix: string): ReadSlot | undefined {
  const start = reader.position
  if (!reader.skip(LIVE_STRUCT)) return undefined
  const path = readPath(reader, suffix)
  if (path === undefined || reader.varUint() !== 1) return undefined
  const value = reader.value()
  return { path, value, start, end: reader.position }
}

/** The path in a slot's key, which has to end in the suffix of its commit. */
function readPath(reader: StrictReader, suffix: string): string | undefined {
  const length = reader.varUint() - suffix.length
  const start = reader.position
  const at = start + length
  if (length < 1 || reader.bytes[at] !== AT) return undefined
  for (let i = 0; i < suffix.length; i++) {
    if (reader.bytes[at + i] !== suffix.charCodeAt(i)) return undefined
  }
  reader.position = at + suffix.length
  return shortText(paths, reader.bytes, start, at, isPath)
}

/** What follows the path in the keys of a commit's slots. */
export function keySuffix({ client, seq }: Pick<BodyPlace, 'client' | 'seq'>): string {
  return `@${client}.${seq}`
}
