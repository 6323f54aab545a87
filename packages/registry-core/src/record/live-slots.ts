/** The live slots of a record in the one order in which digest and view take them. */
import type { DocumentSlot, RecordDocument } from './document.ts'

/** Live slots by path in code-unit order, then writer, then position. */
export function liveSlots(slots: readonly DocumentSlot[]): readonly DocumentSlot[] {
  return inOrder(slots.filter((slot) => slot.live))
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

/** Up to so many runs are merged; more are sorted. */
const RUNS_MAX = 8

/** Every entry has its slots in order: mostly two or three runs are to be merged. */
function inOrder(slots: DocumentSlot[]): readonly DocumentSlot[] {
  const starts = [0]
  for (let i = 1; i < slots.length; i++) {
    if (compareSlots(slots[i - 1] as DocumentSlot, slots[i] as DocumentSlot) > 0) starts.push(i)
  }
  if (starts.length > RUNS_MAX) return slots.sort(compareSlots)
  let merged: readonly DocumentSlot[] = slots
  for (let run = 1; run < starts.length; run++) {
    const first = run === 1 ? slots.slice(0, starts[1]) : merged
    merged = mergeRun(first, slots, starts[run] ?? 0, starts[run + 1] ?? slots.length)
  }
  return merged
}

/** What is in order, with the run of `slots` from `start` to before `end`. */
function mergeRun(
  first: readonly DocumentSlot[],
  slots: readonly DocumentSlot[],
  start: number,
  end: number,
): readonly DocumentSlot[] {
  const merged: DocumentSlot[] = []
  let at = start
  for (const slot of first) {
    while (at < end && compareSlots(slots[at] as DocumentSlot, slot) < 0) {
      merged.push(slots[at++] as DocumentSlot)
    }
    merged.push(slot)
  }
  while (at < end) merged.push(slots[at++] as DocumentSlot)
  return merged
}

function compareSlots(a: DocumentSlot, b: DocumentSlot): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1
  return a.client - b.client || a.seq - b.seq
}
