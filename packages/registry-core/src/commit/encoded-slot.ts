/**
 * Slots whose values stand in their one byte form (any-encoding.ts). What a change writes is in
 * that form from the moment it was checked, so that planning, filling and signing commits costs no
 * walk through values; a feed is checked and encoded in another thread.
 */
import { ByteWriter } from '../encoding/byte-writer.ts'
import { REMOVED, StrictReader, writeValue } from './any-encoding.ts'
import type { SlotValue } from './any-value.ts'
import { type BodyPlace, keySuffix, LIVE_STRUCT, type Slot } from './body.ts'

/** One writing of one field: its value is what `bytes` say from `start` to before `end`. */
export type EncodedSlot = {
  readonly path: string
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

const scratch = new ByteWriter()

/** Encodes slots whose values `isSlotValue` takes, in their order. */
export function encodeSlots(slots: readonly Slot[]): readonly EncodedSlot[] {
  scratch.reset()
  const ends = slots.map(({ value }) => {
    writeValue(scratch, value)
    return scratch.length
  })
  const bytes = scratch.copy()
  return slots.map(({ path }, i) => ({ path, bytes, start: ends[i - 1] ?? 0, end: ends[i] ?? 0 }))
}

/** Whether a slot takes its field away. */
export function isRemoval({ bytes, start }: EncodedSlot): boolean {
  return bytes[start] === REMOVED
}

/** The value of a slot; undefined for *removed*. */
export function slotValue({ bytes, start }: EncodedSlot): SlotValue {
  return new StrictReader(bytes, start).value()
}

/** Writes a salt, and the section that `encodeBody` makes of the same slots. */
export function writeSaltedSlots(
  writer: ByteWriter,
  salt: Uint8Array,
  place: BodyPlace,
  slots: readonly EncodedSlot[],
): void {
  const suffix = keySuffix(place)
  writer.raw(salt).varUint(1).varUint(slots.length).varUint(place.client).varUint(place.clock)
  for (const { path, bytes, start, end } of slots) {
    writer
      .part(LIVE_STRUCT, 0, LIVE_STRUCT.length)
      .varUint(path.length + suffix.length)
      .text(path)
      .text(suffix)
      .varUint(1)
      .part(bytes, start, end)
  }
}
