/** The live slots of a record in the one order in which digest and view take them. */
import type { DocumentSlot, RecordDocument } from './document.ts'

/** Live slots by path in code-unit order, then writer, then position. */
export function liveSlots(slots: readonly DocumentSlot[]): readonly DocumentSlot[] {
  const live = slots.filter((slot) => slot.live)
  return isInOrder(live) ? live : live.sort(compareSlots)
}

/**
 * The live slots that a view is made of. While a value with legal effect that counts is not here,
 * none is shown: what is absent is the most restrictive, whatever the others say.
 */
export function shownSlots(document: RecordDocument): readonly DocumentSlot[] {
  return shownOf(document, liveSlots(document.slots()))
}

/** `shownSlots` of a document whose live slots are at hand. */
export function shownOf(
  document: RecordDocument,
  live: readonly DocumentSlot[],
): readonly DocumentSlot[] {
  const isHeld = !document.lacking().some(({ cls }) => cls === 1)
  return isHeld ? live : live.filter(({ row }) => row.cls !== 1)
}

/** Mostly they are: a record that one commit wrote has them so. */
function isInOrder(slots: readonly DocumentSlot[]): boolean {
  for (let i = 1; i < slots.length; i++) {
    if (compareSlots(slots[i - 1] as DocumentSlot, slots[i] as DocumentSlot) > 0) return false
  }
  return true
}

function compareSlots(a: DocumentSlot, b: DocumentSlot): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1
  return a.client - b.client || a.seq - b.seq
}
