/** The live slots of a record in the one order in which digest and view take them. */
import type { DocumentSlot } from './document.ts'

/** Live slots by path in code-unit order, then writer, then position. */
export function liveSlots(slots: readonly DocumentSlot[]): readonly DocumentSlot[] {
  return slots.filter((slot) => slot.live).sort(compareSlots)
}

function compareSlots(a: DocumentSlot, b: DocumentSlot): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1
  return a.client - b.client || a.seq - b.seq
}
