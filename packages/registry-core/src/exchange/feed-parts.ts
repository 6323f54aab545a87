/**
 * A feed in parts that pass from one thread to another: texts and arrays of bytes, since those
 * cross over for next to nothing, while an object is taken apart and put together again. The same
 * texts are the baseline that an import leaves behind; the slots are what it writes of records that
 * are new, which never become objects again.
 */
import { type JsonValue, newTable } from '../encoding/json.ts'
import type { Candidate, FeedError, Fields } from './candidate.ts'
import type { Feed } from './feed.ts'
import { type SlotTable, SlotTableWriter } from './slot-table.ts'

/** A good record of a feed; `text` is what `fieldsToText` makes of its fields. */
export type FeedRecord = Omit<Candidate, 'fields'> & { readonly text: string }

/** Records of a feed in a row, the good ones and the bad. */
export type FeedPart = {
  readonly records: readonly FeedRecord[]
  /** All fields of the records, in their order, as they can be written. */
  readonly slots: SlotTable
  readonly errors: readonly FeedError[]
}

/**
 * The records of a feed in parts of `size` good ones. The first has `first`, and each is twice as
 * long as the one before: whoever waits for the first can begin early.
 */
export function* partsOf(feed: Feed, size: number, first: number = size): Generator<FeedPart> {
  let wanted = first
  let records: FeedRecord[] = []
  let errors: FeedError[] = []
  const slots = new SlotTableWriter()
  for (const entry of feed.entries()) {
    if ('error' in entry) errors.push(entry.error)
    else {
      records.push(toRecord(entry.candidate))
      slots.add(entry.candidate.fields)
    }
    if (records.length < wanted) continue
    yield { records, slots: slots.take(), errors }
    wanted = Math.min(size, wanted * 2)
    records = []
    errors = []
  }
  if (records.length + errors.length > 0) yield { records, slots: slots.take(), errors }
}

function toRecord({ fields, ...rest }: Candidate): FeedRecord {
  return { ...rest, text: fieldsToText(fields) }
}

/** Fields as one text: JSON of path, value, path, value, in their order. */
export function fieldsToText(fields: Fields): string {
  const flat: JsonValue[] = []
  for (const path of Object.keys(fields)) flat.push(path, fields[path] ?? null)
  return JSON.stringify(flat)
}

/** The fields that a text of `fieldsToText` stands for. */
export function textToFields(text: string): Fields {
  const flat = JSON.parse(text) as readonly JsonValue[]
  const fields = newTable()
  for (let i = 0; i < flat.length; i += 2) fields[flat[i] as string] = flat[i + 1] ?? null
  return fields
}
