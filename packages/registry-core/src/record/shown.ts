/**
 * From live slots to what a record shows. One live slot of a path is its value; those of several
 * writers are a conflict unless they say the same. A descriptive field shows the newest by stamp,
 * ties by writer; a field with legal effect holds the strictest by the profile's rank, and equal
 * ranks with different values hold together, so that none of them is shown alone.
 */
import type { Stamp } from '../commit/header.ts'
import { canonicalJson, type JsonValue, newTable } from '../encoding/json.ts'
import { classOf, type Profile, rankOf } from '../profile/profile.ts'
import type { DocumentSlot } from './document.ts'
import type { Conflict } from './view.ts'

/** What the live slots of a record come to. */
export type Shown = {
  readonly fields: Readonly<Record<string, JsonValue>>
  /** The paths of the fields. */
  readonly paths: readonly string[]
  readonly conflicts: readonly Conflict[]
}

/** The effective stamp of a slot's commit. */
export type StampOf = (slot: DocumentSlot) => Stamp

/** The fields and conflicts that live slots, in their order, come to. */
export function showFields(
  profile: Profile,
  kind: string,
  live: readonly DocumentSlot[],
  stampOf: StampOf,
): Shown {
  const fields = newTable()
  const paths: string[] = []
  const conflicts: Conflict[] = []
  for (let start = 0, end = 0; start < live.length; start = end) {
    const first = live[start]
    const path = first?.path ?? ''
    for (end = start + 1; live[end]?.path === path; ) end += 1
    const several = end - start > 1 ? live.slice(start, end) : undefined
    const { shown, conflict } = several
      ? showOneOf(profile, kind, path, several, stampOf)
      : { shown: first, conflict: undefined }
    if (shown?.value !== undefined) {
      fields[path] = shown.value
      paths.push(path)
    }
    if (conflict !== undefined) conflicts.push(conflict)
  }
  return { fields, paths, conflicts }
}

type ShownField = {
  readonly shown: DocumentSlot | undefined
  readonly conflict: Conflict | undefined
}

/** A field with several live slots; none is shown where equally strict values hold together. */
function showOneOf(
  profile: Profile,
  kind: string,
  path: string,
  live: readonly DocumentSlot[],
  stampOf: StampOf,
): ShownField {
  const slots = withoutEchoes(newestFirst(newestOfWriters(live), stampOf))
  const isLegal = classOf(profile, kind, path) === 1
  const ranked = isLegal ? strictestFirst(profile, kind, path, slots) : slots
  const [first, second] = ranked
  const isTied = isLegal && isTie(profile, kind, path, first, second)
  const conflict = slots.length > 1 ? toConflict(path, isLegal, slots) : undefined
  return { shown: isTied ? undefined : first, conflict }
}

/** Of one writer only its highest position speaks, which is its last one here. */
function newestOfWriters(slots: readonly DocumentSlot[]): readonly DocumentSlot[] {
  return [...new Map(slots.map((slot) => [slot.client, slot] as const)).values()]
}

/** Writers that say the same thing do not disagree; the newest of them speaks for all. */
function withoutEchoes(newestFirst: readonly DocumentSlot[]): readonly DocumentSlot[] {
  const byValue = new Map<string, DocumentSlot>()
  for (const slot of newestFirst) {
    const text = slot.value === undefined ? '' : canonicalJson(slot.value)
    if (!byValue.has(text)) byValue.set(text, slot)
  }
  return [...byValue.values()]
}

function newestFirst(slots: readonly DocumentSlot[], stampOf: StampOf): readonly DocumentSlot[] {
  return [...slots].sort((a, b) => compareStamps(stampOf(b), stampOf(a)) || b.client - a.client)
}

function strictestFirst(
  profile: Profile,
  kind: string,
  path: string,
  slots: readonly DocumentSlot[],
): readonly DocumentSlot[] {
  const rank = (slot: DocumentSlot): number => rankOf(profile, kind, path, slot.value)
  return [...slots].sort((a, b) => rank(b) - rank(a))
}

function isTie(
  profile: Profile,
  kind: string,
  path: string,
  a: DocumentSlot | undefined,
  b: DocumentSlot | undefined,
): boolean {
  if (a === undefined || b === undefined) return false
  return rankOf(profile, kind, path, a.value) === rankOf(profile, kind, path, b.value)
}

function toConflict(path: string, legal: boolean, slots: readonly DocumentSlot[]): Conflict {
  const values = slots.map(({ client, seq, value }) => ({
    client,
    seq,
    value: value ?? null,
    removed: value === undefined,
  }))
  return { path, legal, values }
}

/** Order of stamps, earlier first. */
export function compareStamps(a: Stamp, b: Stamp): number {
  return a[0] - b[0] || a[1] - b[1]
}
