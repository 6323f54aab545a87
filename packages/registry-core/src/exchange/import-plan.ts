/**
 * Compares the candidates of a feed with what is here, three ways: a path is written when the
 * feed changed it since its last run (the baseline), or without a baseline when it differs from
 * the current value; a path that the feed dropped is removed; what people changed and the feed
 * did not stays. The same feed twice plans nothing. Fields with legal effect are written only
 * with the right `classify`, and never to a less restrictive value.
 *
 * The baseline is what the feed last had. A path that was held back keeps what stands there, so
 * that it is looked at again.
 */
import { type JsonValue, newTable } from '../encoding/json.ts'
import { classOf, type Profile, rankOf } from '../profile/profile.ts'
import type { Candidate, Fields } from './candidate.ts'
import { fieldOf, isSameJson } from './field-entry.ts'

/** The fields that the feed had at its last run. */
export type Baseline = Fields

/**
 * Stands in a baseline for a value that a lawful order has erased: what the feed says there is
 * neither kept nor imported again, whatever it says.
 */
export const ERASED: JsonValue = { 'mulu:erased': true }

/** What to compare, and how. */
export type ImportInput = {
  readonly profile: Profile
  readonly candidates: readonly Candidate[]
  /** The record as it is here; undefined when there is none. */
  readonly current: (local: string, kind: string) => { readonly fields: Fields } | undefined
  /** What the feed had at its last run; undefined at the first. */
  readonly baseline: (kind: string, local: string) => Baseline | undefined
  readonly rights: { readonly classify: boolean }
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
  readonly notes: readonly ImportNote[]
  /** To keep for each candidate: its own fields, unless some are held back or were erased. */
  readonly nextBaseline: ReadonlyMap<string, Baseline>
}

type Verdict = 'same' | 'write' | ImportNoteCode

/** Plans the import of some candidates of a feed; writes nothing. */
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
    notes: [...countByNote].sort().map(([code, count]) => ({ code, count })),
    nextBaseline,
  }
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
  const set = newTable()
  const held = new Map<string, ImportNoteCode>()
  const erased = erasedPaths(place.base)
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
  const next = kept.length === 0 ? fields : withKept(fields, kept, place)
  const isNew = current === undefined
  return { change: { rec: `${kind}/${local}`, set, remove, isNew }, next, held: [...held.values()] }
}

/** The paths of a baseline that stay as they are, whether the feed has them or not. */
function erasedPaths(base: Baseline | undefined): ReadonlySet<string> {
  const paths = base === undefined ? [] : Object.keys(base)
  return new Set(paths.filter((path) => isSameJson(base?.[path], ERASED)))
}

/**
 * What is held back keeps the baseline it has, so that the next run sees the difference again, and
 * what was erased keeps saying so.
 */
function withKept(fields: Fields, kept: readonly string[], { base }: Place): Baseline {
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
