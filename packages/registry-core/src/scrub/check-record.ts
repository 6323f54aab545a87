/** One record document against the commits that wrote it, and against itself. */

import { entrySections, type ReadCommit } from '../commit/commit.ts'
import type { ClockRange, Over } from '../commit/over.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { type DocumentSlot, RecordDocument, type Row } from '../record/document.ts'
import { stampOf } from '../record/merge.ts'
import { compareStamps } from '../record/shown.ts'

/** The document, or undefined where the bytes are none. */
export function openOrNothing(stored: Uint8Array | undefined): RecordDocument | undefined {
  if (stored === undefined) return undefined
  try {
    return RecordDocument.open(stored)
  } catch {
    // Whatever fails while reading rotten bytes has one meaning: they are no document.
    return undefined
  }
}

/** What of an entry is in its record: its slots, or a filler, for a body that is wanted or not. */
export type Standing = 'held' | 'absent' | 'void'

/** Whether a document holds what entry `index` of a commit wrote, or a filler for it. */
export function agreesWithEntry(
  document: RecordDocument,
  commit: ReadCommit,
  index: number,
  stands: Standing,
): boolean {
  const { writer, seq, entries } = commit.read
  const entry = entries[index]
  const row = document.rows.find(
    (each) => each.client === writer && each.seq === seq && each.entry === index,
  )
  if (entry === undefined || row === undefined) return false
  const stamp = stampOf(entry, commit.read.stamp)
  const isSameRow =
    row.len === entry.len && row.cls === entry.cls && compareStamps(row.stamp, stamp) === 0
  return (
    isSameRow &&
    row.isAbsent === (stands === 'absent') &&
    isWithin(row.over, entry.over) &&
    holdsSlots(document, row, stands === 'held' ? commit : undefined, index)
  )
}

function holdsSlots(
  document: RecordDocument,
  row: Row,
  commit: ReadCommit | undefined,
  index: number,
): boolean {
  const own = document
    .slots()
    .filter(({ client, clock }) => client === row.client && isIn([row.clock, row.len], clock))
  if (commit === undefined) return own.length === 0
  const body = entrySections(commit)[index]
  const slots = body?.read?.slots
  if (body === undefined || slots?.length !== own.length) return false
  return slots.every(({ path, start, end }, i) => {
    const held = own[i]
    if (held?.path !== path || held.seq !== row.seq) return false
    return !held.live || equalBytes(bytesOf(held), body.section.subarray(start, end))
  })
}

function bytesOf({ bytes, start, end }: DocumentSlot): Uint8Array {
  return bytes.subarray(start, end)
}

/** Whether every superseded slot is one that the entry names; the mask only takes some away. */
function isWithin(counted: Over, named: Over): boolean {
  return counted.every(([client, ranges]) => {
    const all = named.find(([other]) => other === client)?.[1] ?? []
    return ranges.every(([clock, n]) =>
      all.some(([from, length]) => clock >= from && clock + n <= from + length),
    )
  })
}

/** Whether a document is what its own rows make of its slots, byte for byte. */
export function isConsistent(document: RecordDocument, stored: Uint8Array): boolean {
  const superseded = new Map<number, ClockRange[]>()
  const ends = new Map<number, number>()
  for (const row of document.rows) {
    if (row.clock !== (ends.get(row.client) ?? 0)) return false
    ends.set(row.client, row.clock + row.len)
    for (const [client, ranges] of row.over) {
      superseded.set(client, [...(superseded.get(client) ?? []), ...ranges])
    }
  }
  const isLive = ({ client, clock }: DocumentSlot): boolean =>
    !(superseded.get(client) ?? []).some((range) => isIn(range, clock))
  return (
    document.slots().every((slot) => slot.live === isLive(slot)) &&
    equalBytes(document.encode(), stored)
  )
}

function isIn([from, length]: ClockRange, clock: number): boolean {
  return clock >= from && clock < from + length
}
