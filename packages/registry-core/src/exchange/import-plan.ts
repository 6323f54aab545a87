/**
 * Compares the candidates of a feed with what is here, three ways: a path is written when the
 * feed changed it since its last run (the baseline), or without a baseline when it differs from
 * the current value; a path that the feed dropped is removed; what people changed and the feed
 * did not stays. The same feed twice plans nothing. Fields with legal effect are written only
 * with the right `classify`, and never to a less restrictive value.
 *
 * The baseline is the hash of each value as the feed last had it. A path that was held back stays
 * out of the next baseline, so that it is looked at again.
 */
import type { JsonValue } from '../encoding/json.ts'
import { classOf, type Profile, rankOf } from '../profile/profile.ts'
import type { Candidate, Fields } from './candidate.ts'
import { fieldOf } from './field-entry.ts'

/** Path to hash of the value that the feed had at its last run. */
export type Baseline = Readonly<Record<string, string>>

/** What to compare, and how. */
export type ImportInput = {
  readonly profile: Profile
  readonly candidates: readonly Candidate[]
  /** The record as it is here; undefined when there is none. */
  readonly current: (local: string, kind: string) => { readonly fields: Fields } | undefined
  /** What the feed had at its last run; undefined at the first. */
  readonly baseline: (kind: string, local: string) => Baseline | undefined
  readonly rights: { readonly classify: boolean }
  readonly hashValue: (value: JsonValue) => string
  /** `kind/local` of all records of the last run, to tell which are gone. */
  readonly previous?: Iterable<string>
  /** `kind/local` of records that the feed has but that were refused by name. */
  readonly refused?: Iterable<string>
}

/** What to write to one record: `kind/local`, values by path, paths to remove. */
export type RecordChange = {
  readonly rec: string
  readonly set: Fields
  readonly remove: readonly string[]
  readonly isNew: boolean
}

/** Something held back, and how many fields it concerns. */
export type ImportNote = { readonly code: ImportNoteCode; readonly count: number }

/** Notes of a plan; they are no errors. */
export type ImportNoteCode = 'MULU_IMPORT_NEEDS_CLASSIFY' | 'MULU_IMPORT_WOULD_LOOSEN'

/** What an import would do. */
export type ImportPlan = {
  readonly changes: readonly RecordChange[]
  readonly unchanged: number
  /** `kind/local` of records that left the feed; nothing is done to them. */
  readonly wouldWithdraw: readonly string[]
  readonly notes: readonly ImportNote[]
  /** To keep for each candidate; records that are not in it keep the baseline they have. */
  readonly nextBaseline: ReadonlyMap<string, Baseline>
}

type Verdict = 'same' | 'write' | ImportNoteCode

/** Plans an import; writes nothing. */
export function planImport(input: ImportInput): ImportPlan {
  const changes: RecordChange[] = []
  const countByNote = new Map<ImportNoteCode, number>()
  const nextBaseline = new Map<string, Baseline>()
  let unchanged = 0
  for (const candidate of input.candidates) {
    const { change, next, held } = planRecord(input, candidate)
    nextBaseline.set(change.rec, next)
    for (const code of held) countByNote.set(code, (countByNote.get(code) ?? 0) + 1)
    const isSame = !change.isNew && Object.keys(change.set).length + change.remove.length === 0
    if (isSame) unchanged += 1
    else changes.push(change)
  }
  return {
    changes,
    unchanged,
    wouldWithdraw: recordsGone(input, nextBaseline),
    notes: [...countByNote].sort().map(([code, count]) => ({ code, count })),
    nextBaseline,
  }
}

function recordsGone(
  input: ImportInput,
  present: ReadonlyMap<string, Baseline>,
): readonly string[] {
  const refused = new Set(input.refused ?? [])
  const previous = [...new Set(input.previous ?? [])]
  return previous.filter((rec) => !present.has(rec) && !refused.has(rec)).sort()
}

type RecordPlan = {
  readonly change: RecordChange
  readonly next: Baseline
  readonly held: readonly ImportNoteCode[]
}

/** A record under comparison. */
type Place = {
  readonly kind: string
  readonly current: Fields | undefined
  readonly base: Baseline | undefined
}

function planRecord(input: ImportInput, { kind, local, fields }: Candidate): RecordPlan {
  const current = input.current(local, kind)?.fields
  const place: Place = { kind, current, base: input.baseline(kind, local) }
  const set: [string, JsonValue][] = []
  const next = new Map<string, string>()
  const held: ImportNoteCode[] = []
  for (const [path, value] of sortedEntries(fields)) {
    const hash = input.hashValue(value)
    const verdict = judgeValue(input, place, path, value, hash)
    if (verdict === 'write') set.push([path, value])
    if (verdict === 'write' || verdict === 'same') next.set(path, hash)
    else holdBack(verdict, path, place, held, next)
  }
  const remove: string[] = []
  for (const path of pathsDropped(place, fields)) {
    if (classOf(input.profile, kind, path) !== 1 || input.rights.classify) remove.push(path)
    else holdBack('MULU_IMPORT_NEEDS_CLASSIFY', path, place, held, next)
  }
  const isNew = current === undefined
  const change = { rec: `${kind}/${local}`, set: Object.fromEntries(set), remove, isNew }
  return { change, next: Object.fromEntries(next), held }
}

/** What is held back keeps the baseline it has, so that the next run sees the difference again. */
function holdBack(
  code: ImportNoteCode,
  path: string,
  { base }: Place,
  held: ImportNoteCode[],
  next: Map<string, string>,
): void {
  held.push(code)
  const before = base === undefined ? undefined : own(base, path)
  if (before !== undefined) next.set(path, before)
}

function judgeValue(
  input: ImportInput,
  { kind, current, base }: Place,
  path: string,
  value: JsonValue,
  hash: string,
): Verdict {
  const before = base === undefined ? undefined : own(base, path)
  if (current !== undefined && before === hash) return 'same'
  const now = current === undefined ? undefined : fieldOf(current, path)
  if (now !== undefined && input.hashValue(now) === hash) return 'same'
  if (classOf(input.profile, kind, path) !== 1) return 'write'
  if (!input.rights.classify) return 'MULU_IMPORT_NEEDS_CLASSIFY'
  if (current === undefined) return 'write'
  const rank = rankOf(input.profile, kind, path, value)
  const isLooser = rank < rankOf(input.profile, kind, path, now)
  return isLooser ? 'MULU_IMPORT_WOULD_LOOSEN' : 'write'
}

function pathsDropped({ base, current }: Place, fields: Fields): readonly string[] {
  if (base === undefined || current === undefined) return []
  const dropped = Object.keys(base).filter((path) => !Object.hasOwn(fields, path))
  return dropped.filter((path) => Object.hasOwn(current, path)).sort()
}

function sortedEntries(fields: Fields): readonly (readonly [string, JsonValue])[] {
  return Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))
}

function own(record: Baseline, path: string): string | undefined {
  return Object.hasOwn(record, path) ? record[path] : undefined
}
