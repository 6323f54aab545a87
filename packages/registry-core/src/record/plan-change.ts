/**
 * From what a person or an import wants to change to the slots and the `over` of an entry. A
 * change supersedes exactly what its base held of the paths it sets, so that a stale form can
 * never close over what it did not show (DESIGN-REVIEW M6).
 */
import { isSlotValue, type SlotValue } from '../commit/any-value.ts'
import type { Slot } from '../commit/body.ts'
import { type EncodedSlot, encodeSlots, isRemoval, slotValue } from '../commit/encoded-slot.ts'
import type { EntryClass, Origin } from '../commit/header.ts'
import { type Over, overOf, slotsOf } from '../commit/over.ts'
import type { Crypto } from '../crypto.ts'
import { jsonLength } from '../encoding/json.ts'
import { MuluError } from '../errors.ts'
import { RECORD_BYTES_MAX, SLOTS_MAX, VALUE_BYTES_MAX } from '../limits.ts'
import { classesOf, classOf, type Profile } from '../profile/profile.ts'
import type { Change, EncodedChange } from '../registry.ts'
import type { Right } from '../roster/change.ts'
import { type Base, findBase, presentBase } from './base.ts'
import type { DocumentSlot, RecordDocument } from './document.ts'
import { isPath, slotKey } from './path.ts'
import { isRec, kindOf } from './record-id.ts'

/** Slots of one class that one entry writes, and what they supersede. */
export type PlannedEntry = {
  readonly rec: string
  readonly cls: EntryClass
  readonly slots: readonly EncodedSlot[]
  readonly over: Over
  readonly of?: Origin
}

/** The writings of a change by ascending path; undefined for removing. */
function writingsOf({ set = {}, remove = [] }: Change): readonly Slot[] {
  const writings: Slot[] = []
  for (const path of Object.keys(set)) writings.push({ path, value: set[path] })
  for (const path of remove) writings.push({ path, value: undefined })
  return writings.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/**
 * Refuses what no state of the record could make right: ids, paths, values, sizes, rights. Of a
 * change that is encoded, only its id and the rights are left to be looked at.
 */
export function checkChange(
  profile: Profile,
  change: Change | EncodedChange,
  rights: readonly Right[],
): EncodedChange {
  if (!isRec(change.rec)) throw new MuluError('MULU_RECORD_ID', { details: { id: change.rec } })
  const checkRight = rightsCheck(profile, change.rec, rights)
  if ('slots' in change) {
    if (checkRight !== undefined) for (const { path } of change.slots()) checkRight(path)
    return change
  }
  const writings = writingsOf(change)
  let last = ''
  let recordBytes = 0
  for (const { path, value } of writings) {
    if (!isPath(path) || path === last) throw new MuluError('MULU_PATH', { details: { path } })
    last = path
    recordBytes += checkValue(change.rec, path, value)
    checkRight?.(path)
  }
  if (recordBytes > RECORD_BYTES_MAX) {
    const details = { rec: change.rec, bytes: recordBytes, limit: RECORD_BYTES_MAX }
    throw new MuluError('MULU_LIMIT', { details })
  }
  const { set: _set, remove: _remove, ...rest } = change
  const slots = encodeSlots(writings)
  return { ...rest, slots: () => slots }
}

/** Refuses paths that a writer with these rights may not write; undefined where there are none. */
function rightsCheck(
  profile: Profile,
  rec: string,
  rights: readonly Right[],
): ((path: string) => void) | undefined {
  if (rights.includes('describe') && rights.includes('classify')) return undefined
  const kind = kindOf(rec)
  return (path) => {
    const right: Right = classOf(profile, kind, path) === 1 ? 'classify' : 'describe'
    if (rights.includes(right)) return
    throw new MuluError('MULU_RIGHT_MISSING', { details: { rec, path, right } })
  }
}

/** The size of a value as JSON; MULU_LIMIT or MULU_JSON when it may not stand in a field. */
function checkValue(rec: string, path: string, value: SlotValue): number {
  if (value === undefined) return 0
  if (!isSlotValue(value)) throw new MuluError('MULU_JSON', { details: { rec, path } })
  const bytes = jsonLength(value)
  if (bytes > VALUE_BYTES_MAX) {
    throw new MuluError('MULU_LIMIT', { details: { rec, path, bytes, limit: VALUE_BYTES_MAX } })
  }
  return bytes
}

/**
 * The entries of a change on the record as it stands now. Throws MULU_BASE_UNKNOWN, or MULU_STALE
 * with both values of every path that was changed since the base.
 */
export function planChange(
  crypto: Crypto,
  profile: Profile,
  record: RecordDocument,
  change: EncodedChange,
): readonly PlannedEntry[] {
  // What counts and is not here would stand beside the new value, unseen.
  if (record.lacking().length > 0 && change.isErasing !== true)
    throw new MuluError('MULU_NOT_HELD', { details: { rec: change.rec } })
  const present = presentBase(record.slots())
  const base = baseFor(crypto, record, change, present)
  const slots = change.slots().filter((slot) => !isRemoval(slot) || holds(base, slot.path))
  const { adopts, beside, concurrent } = change
  const isForced = concurrent === true || beside === true || adopts !== undefined
  if (base !== present && !isForced) checkFresh(change, base, present, slots)
  return byClass(profile, kindOf(change.rec), slots).flatMap(([cls, members]) =>
    inPortions(members).map((portion) => ({
      rec: change.rec,
      cls,
      slots: portion,
      over: overOf(heldOf(base, portion)),
      ...(change.adopts === undefined ? {} : { of: change.adopts.of }),
    })),
  )
}

/** Every slot, live or dead, of the paths that are written. */
function heldOf(base: Base, slots: readonly EncodedSlot[]): readonly DocumentSlot[] {
  if (base.held.length === 0) return []
  const paths = new Set(slots.map((slot) => slot.path))
  return base.held.filter((held) => paths.has(held.path))
}

/** What a change supersedes: what its form showed, or what the adopted commit had superseded. */
function baseFor(
  crypto: Crypto,
  record: RecordDocument,
  change: EncodedChange,
  present: Base,
): Base {
  const { adopts } = change
  if (change.beside === true) return { held: [], live: present.live }
  if (adopts === undefined) {
    return change.base === undefined ? present : baseOf(crypto, record, change)
  }
  const seen = new Set([...slotsOf(adopts.over)].map(({ client, clock }) => `${client}.${clock}`))
  const held = present.held.filter(({ client, clock }) => seen.has(`${client}.${clock}`))
  return { held, live: present.live }
}

function baseOf(crypto: Crypto, record: RecordDocument, change: EncodedChange): Base {
  const base = findBase(crypto, record, change.base ?? '')
  if (base === undefined) {
    throw new MuluError('MULU_BASE_UNKNOWN', { details: { rec: change.rec, base: change.base } })
  }
  return base
}

function holds(base: Base, path: string): boolean {
  return liveOf(base, path).length > 0
}

function liveOf(base: Base, path: string): readonly DocumentSlot[] {
  return base.held.filter(
    (slot) => slot.path === path && base.live.has(slotKey(slot.path, slot.client, slot.seq)),
  )
}

function checkFresh(
  change: EncodedChange,
  base: Base,
  present: Base,
  slots: readonly EncodedSlot[],
): void {
  const stale = slots.filter(({ path }) => keysOf(base, path) !== keysOf(present, path))
  if (stale.length === 0) return
  const conflicts = stale.map((yours) => ({
    path: yours.path,
    base: liveOf(base, yours.path).map(positionOf),
    current: liveOf(present, yours.path).map((slot) => ({
      ...positionOf(slot),
      value: slot.value ?? null,
      removed: slot.value === undefined,
    })),
    yours: slotValue(yours) ?? null,
  }))
  throw new MuluError('MULU_STALE', { details: { rec: change.rec, conflicts } })
}

function keysOf(base: Base, path: string): string {
  return liveOf(base, path)
    .map((slot) => `${slot.client}.${slot.seq}`)
    .sort()
    .join(' ')
}

function positionOf(slot: DocumentSlot): { readonly client: number; readonly seq: number } {
  return { client: slot.client, seq: slot.seq }
}

function byClass(
  profile: Profile,
  kind: string,
  slots: readonly EncodedSlot[],
): readonly (readonly [EntryClass, readonly EncodedSlot[]])[] {
  const members: readonly [EncodedSlot[], EncodedSlot[], EncodedSlot[]] = [[], [], []]
  const classify = classesOf(profile, kind)
  for (const slot of slots) members[classify(slot.path)].push(slot)
  const classes: readonly EntryClass[] = [0, 1, 2]
  return classes.map((cls) => [cls, members[cls]] as const).filter(([, some]) => some.length > 0)
}

/** Entries hold a bounded number of slots; a record within its size limit fits the bytes anyway. */
function inPortions(slots: readonly EncodedSlot[]): readonly (readonly EncodedSlot[])[] {
  if (slots.length <= SLOTS_MAX / 4) return [slots]
  const portions: (readonly EncodedSlot[])[] = []
  for (let i = 0; i < slots.length; i += SLOTS_MAX / 4) {
    portions.push(slots.slice(i, i + SLOTS_MAX / 4))
  }
  return portions
}
