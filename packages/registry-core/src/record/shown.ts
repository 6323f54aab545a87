/**
 * From live slots to what a record shows. One live slot of a path is its value; those of several
 * writers are a conflict unless they say the same. A descriptive field shows the newest by stamp,
 * ties by writer; a field with legal effect holds the strictest by the profile's rank, and equal
 * ranks with different values hold together, so that none of them is shown alone.
 */
import type { SlotValue } from '../commit/any-value.ts'
import type { Stamp } from '../commit/header.ts'
import { canonicalJson, type JsonValue } from '../encoding/json.ts'
import { classOf, type Profile, rankOf } from '../profile/profile.ts'
import type { Conflict } from './view.ts'

/** A live slot with the effective stamp of its commit. */
export type LiveSlot = {
  readonly path: string
  readonly client: number
  readonly seq: number
  readonly value: SlotValue
  readonly stamp: Stamp
}

/** What the live slots of a record come to. */
export type Shown = {
  readonly fields: Readonly<Record<string, JsonValue>>
  readonly conflicts: readonly Conflict[]
}

/** The fields and conflicts of a record. */
export function showFields(profile: Profile, kind: string, live: readonly LiveSlot[]): Shown {
  const fields: Record<string, JsonValue> = {}
  const conflicts: Conflict[] = []
  for (const [path, slots] of slotsByPath(live)) {
    const isLegal = classOf(profile, kind, path) === 1
    const ranked = isLegal ? strictestFirst(profile, kind, path, slots) : newestFirst(slots)
    const [first, second] = ranked
    const isTied = isLegal && isTie(profile, kind, path, first, second)
    if (!isTied && first?.value !== undefined) fields[path] = first.value
    if (ranked.length > 1) conflicts.push(toConflict(path, isLegal, ranked))
  }
  return { fields, conflicts }
}

/** By path in code-unit order; of one writer only its highest position speaks. */
function slotsByPath(live: readonly LiveSlot[]): readonly [string, readonly LiveSlot[]][] {
  const byPath = new Map<string, Map<number, LiveSlot>>()
  for (const slot of live) {
    const byWriter = byPath.get(slot.path) ?? new Map<number, LiveSlot>()
    byPath.set(slot.path, byWriter)
    const other = byWriter.get(slot.client)
    if (other === undefined || other.seq < slot.seq) byWriter.set(slot.client, slot)
  }
  return [...byPath]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, byWriter]) => [path, withoutEchoes([...byWriter.values()])] as const)
}

/** Writers that say the same thing do not disagree; the newest of them speaks for all. */
function withoutEchoes(slots: readonly LiveSlot[]): readonly LiveSlot[] {
  if (slots.length < 2) return slots
  const byValue = new Map<string, LiveSlot>()
  for (const slot of newestFirst(slots)) {
    const text = slot.value === undefined ? '' : canonicalJson(slot.value)
    if (!byValue.has(text)) byValue.set(text, slot)
  }
  return [...byValue.values()]
}

function newestFirst(slots: readonly LiveSlot[]): readonly LiveSlot[] {
  return [...slots].sort((a, b) => compareStamps(b.stamp, a.stamp) || b.client - a.client)
}

function strictestFirst(
  profile: Profile,
  kind: string,
  path: string,
  slots: readonly LiveSlot[],
): readonly LiveSlot[] {
  const rank = (slot: LiveSlot): number => rankOf(profile, kind, path, slot.value)
  return [...newestFirst(slots)].sort((a, b) => rank(b) - rank(a))
}

function isTie(
  profile: Profile,
  kind: string,
  path: string,
  a: LiveSlot | undefined,
  b: LiveSlot | undefined,
): boolean {
  if (a === undefined || b === undefined) return false
  return rankOf(profile, kind, path, a.value) === rankOf(profile, kind, path, b.value)
}

function toConflict(path: string, legal: boolean, slots: readonly LiveSlot[]): Conflict {
  const values = newestFirst(slots).map(({ client, seq, value }) => ({
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
