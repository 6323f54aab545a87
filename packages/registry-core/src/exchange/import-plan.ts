/**
 * Compares the records of a feed with what is here, three ways: a path is written when the
 * feed changed it since its last run (the baseline), or without a baseline when it differs from
 * the current value; a path that the feed dropped is removed; what people changed and the feed
 * did not stays. The same feed twice plans nothing. Fields with legal effect are written only
 * with the right `classify`, and never to a less restrictive value.
 *
 * The baseline is what the feed last had. A path that was held back keeps what stands there, so
 * that it is looked at again.
 *
 * Two records need no comparison, and their fields are not read: one whose text is that of the
 * last run, and one that is neither here nor in a baseline, of which everything is written.
 */
import { type JsonValue, newTable } from '../encoding/json.ts'
import { classOf, type Profile, rankOf } from '../profile/profile.ts'
import type { Change, EncodedChange } from '../registry.ts'
import type { Fields } from './candidate.ts'
import { type FeedPart, type FeedRecord, fieldsToText, textToFields } from './feed-parts.ts'
import { fieldOf, isSameJson } from './field-entry.ts'
import { recordSlots } from './slot-table.ts'

/**
 * Stands in a baseline for a value that a lawful order has erased: what the feed says there is
 * neither kept nor imported again, whatever it says.
 */
export const ERASED: JsonValue = { 'mulu:erased': true }

/** What to compare, and how. */
export type ImportInput = {
  readonly profile: Profile
  readonly part: Pick<FeedPart, 'records' | 'slots'>
  /** For each record what is here; undefined when there is nothing. */
  readonly current: readonly ({ readonly fields: Fields } | undefined)[]
  /** For each record the text that the feed had at its last run; undefined at the first. */
  readonly baselines: readonly (string | undefined)[]
  readonly rights: { readonly classify: boolean }
}

/** Something held back, and how many fields it concerns. */
export type ImportNote = { readonly code: ImportNoteCode; readonly count: number }

/** Notes of a plan; they are no errors. */
export type ImportNoteCode = 'MULU_IMPORT_NEEDS_CLASSIFY' | 'MULU_IMPORT_WOULD_LOOSEN'

/** What an import would do. */
export type ImportPlan = {
  /** In the order of the feed. */
  readonly changes: readonly (Change | EncodedChange)[]
  /** How many of the changes make a record. */
  readonly added: number
  readonly unchanged: number
  readonly notes: readonly ImportNote[]
  /**
   * Baselines that are new, by `kind/local`: the text of the record, unless some fields are held
   * back or were erased.
   */
  readonly nextBaselines: readonly (readonly [rec: string, text: string])[]
}

type Verdict = 'same' | 'write' | ImportNoteCode

/** Plans the import of a part of a feed; writes nothing. */
export function planImport(input: ImportInput): ImportPlan {
  const changes: (Change | EncodedChange)[] = []
  const countByNote = new Map<ImportNoteCode, number>()
  const nextBaselines: (readonly [string, string])[] = []
  let added = 0
  let unchanged = 0
  for (const [index, record] of input.part.records.entries()) {
    const { change, next, held } = planRecord(input, index, record)
    if (next !== undefined) nextBaselines.push([recOf(record), next])
    for (const code of held) countByNote.set(code, (countByNote.get(code) ?? 0) + 1)
    if (change === undefined) unchanged += 1
    else changes.push(change)
    if (input.current[index] === undefined) added += 1
  }
  return {
    changes,
    added,
    unchanged,
    notes: [...countByNote].sort().map(([code, count]) => ({ code, count })),
    nextBaselines,
  }
}

type RecordPlan = {
  readonly change?: Change | EncodedChange
  readonly next?: string
  readonly held: readonly ImportNoteCode[]
}

/** A record under comparison. */
type Place = {
  readonly kind: string
  readonly current: Fields | undefined
  readonly base: Fields | undefined
}

function planRecord(input: ImportInput, index: number, record: FeedRecord): RecordPlan {
  const { kind, text } = record
  const current = input.current[index]?.fields
  const baseline = input.baselines[index]
  if (current !== undefined && baseline === text) return { held: [] }
  if (current === undefined && baseline === undefined) {
    const slots = () => recordSlots(input.part.slots, index)
    const change = { rec: recOf(record), slots }
    if (mayWriteAll(input, kind, change)) return { change, next: text, held: [] }
  }
  const base = baseline === undefined ? undefined : textToFields(baseline)
  return compareRecord(input, record, { kind, current, base })
}

function mayWriteAll(
  { profile, rights }: ImportInput,
  kind: string,
  { slots }: EncodedChange,
): boolean {
  return rights.classify || slots().every(({ path }) => classOf(profile, kind, path) !== 1)
}

function compareRecord(input: ImportInput, record: FeedRecord, place: Place): RecordPlan {
  const { kind, current, base } = place
  const fields = textToFields(record.text)
  const set = newTable()
  const held = new Map<string, ImportNoteCode>()
  const erased = erasedPaths(base)
  for (const path of Object.keys(fields)) {
    if (erased.has(path)) continue
    const value = fields[path] ?? null
    const verdict = judgeValue(input, place, path, value)
    if (verdict === 'write') set[path] = value
    else if (verdict !== 'same') held.set(path, verdict)
  }
  const remove: string[] = []
  for (const path of pathsDropped(place, fields)) {
    if (classOf(input.profile, kind, path) !== 1 || input.rights.classify) remove.push(path)
    else held.set(path, 'MULU_IMPORT_NEEDS_CLASSIFY')
  }
  const kept = [...held.keys(), ...erased]
  const next = kept.length === 0 ? record.text : fieldsToText(withKept(fields, kept, place))
  const plan = { next, held: [...held.values()] }
  const isSame = current !== undefined && Object.keys(set).length + remove.length === 0
  return isSame ? plan : { ...plan, change: { rec: recOf(record), set, remove } }
}

function recOf({ kind, local }: FeedRecord): string {
  return `${kind}/${local}`
}

/** The paths of a baseline that stay as they are, whether the feed has them or not. */
function erasedPaths(base: Fields | undefined): ReadonlySet<string> {
  const paths = base === undefined ? [] : Object.keys(base)
  return new Set(paths.filter((path) => isSameJson(base?.[path], ERASED)))
}

/**
 * What is held back keeps the baseline it has, so that the next run sees the difference again, and
 * what was erased keeps saying so.
 */
function withKept(fields: Fields, kept: readonly string[], { base }: Place): Fields {
  const next = newTable()
  for (const path of Object.keys(fields)) next[path] = fields[path] ?? null
  for (const path of kept) {
    const before = valueAt(base, path)
    if (before === undefined) delete next[path]
    else next[path] = before
  }
  return next
}

function judgeValue(
  input: ImportInput,
  { kind, current, base }: Place,
  path: string,
  value: JsonValue,
): Verdict {
  if (current !== undefined && isSameJson(valueAt(base, path), value)) return 'same'
  const now = valueAt(current, path)
  if (now !== undefined && isSameJson(now, value)) return 'same'
  if (classOf(input.profile, kind, path) !== 1) return 'write'
  if (!input.rights.classify) return 'MULU_IMPORT_NEEDS_CLASSIFY'
  if (current === undefined) return 'write'
  const rank = rankOf(input.profile, kind, path, value)
  const isLooser = rank < rankOf(input.profile, kind, path, now)
  return isLooser ? 'MULU_IMPORT_WOULD_LOOSEN' : 'write'
}

function valueAt(fields: Fields | undefined, path: string): JsonValue | undefined {
  return fields === undefined ? undefined : fieldOf(fields, path)
}

function pathsDropped({ base, current }: Place, fields: Fields): readonly string[] {
  if (base === undefined || current === undefined) return []
  const dropped = Object.keys(base).filter((path) => !Object.hasOwn(fields, path))
  return dropped
    .filter((path) => Object.hasOwn(current, path) && !isSameJson(base[path], ERASED))
    .sort()
}
