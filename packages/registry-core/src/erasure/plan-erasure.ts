/**
 * From "this field of this record" to orders: every body in which a writing of the field stands,
 * present or past, in force or not. What else a body says goes with it, so values of neighbours
 * that still speak are written anew, ranked as when they were first written.
 */
import { readBody } from '../commit/body.ts'
import { decodeCommit, entrySection, type ReadCommit, readCommit } from '../commit/commit.ts'
import { type EntryClass, NOTE_ENTRY } from '../commit/header.ts'
import type { Crypto } from '../crypto.ts'
import { MuluError } from '../errors.ts'
import { clockOf } from '../log/orphans.ts'
import { decodeOutcome, type StoredOutcome } from '../log/stored-outcome.ts'
import { type DocumentSlot, RecordDocument, type Row } from '../record/document.ts'
import type { Change } from '../registry.ts'
import { recordKey, type Scope, type Store, scopePrefix, under } from '../store/store.ts'
import { type Erasures, placeOf, type Target } from './erasures.ts'

/** Which field of which record, and the class of it. */
export type Field = {
  readonly scope: Scope
  readonly rec: string
  readonly path: string
  readonly cls: EntryClass
  /** Whether what counts and is not here goes as well, whatever it says. */
  readonly lacked: boolean
}

/** What to write, and what to order then. */
export type ErasurePlan = {
  readonly rewritten: readonly Change[]
  readonly targets: readonly Omit<Target, 'order'>[]
}

type PlanContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly erasures: Pick<Erasures, 'erasedIn'>
  /** Whether the author may set what has legal effect. */
  readonly mayClassify: boolean
}

/** Names the notes of all commits that wrote a record; no field has such a path. */
export const NOTE_FIELD = '@note'

/**
 * Plans the erasure of a field in one scope, or of the notes about a record. MULU_RIGHT_MISSING
 * where it has legal effect and the author may not set such fields; MULU_ERASURE where a neighbour
 * has several values of which one would be lost; MULU_NOT_HELD where one might be that is not here.
 */
export async function planErasure(context: PlanContext, field: Field): Promise<ErasurePlan> {
  if (field.path === NOTE_FIELD) {
    return { rewritten: [], targets: await findNotes(context, field) }
  }
  const stored = await context.store.records.get(recordKey(field.scope, field.rec))
  const document = RecordDocument.open(stored)
  if (document.lacking().length > 0 && !field.lacked) {
    const { rec, path } = field
    throw new MuluError('MULU_NOT_HELD', { details: { rec, path } })
  }
  const slots = document.slots()
  const rows = new Set(slots.filter(({ path }) => path === field.path).map(({ row }) => row))
  // Nobody can say here what absent bodies hold, and others still have them.
  for (const row of document.rows) if (row.isAbsent && row.cls === field.cls) rows.add(row)
  const targets = await findTargets(context, field, rows)
  const named = new Set(targets.map(({ log, seq, entry }) => `${log.writer}.${seq}.${entry}`))
  const erased = [...rows].filter(({ client, seq, entry }) =>
    named.has(`${client}.${seq}.${entry}`),
  )
  return { rewritten: neighboursOf(field, slots, erased), targets }
}

/** Values in the same bodies that still speak, as changes that adopt them. */
function neighboursOf(
  { rec, path }: Field,
  slots: readonly DocumentSlot[],
  rows: readonly Row[],
): readonly Change[] {
  const live = slots.filter((slot) => slot.live && slot.path !== path)
  return rows.flatMap((row) => {
    const own = live.filter((slot) => slot.row === row)
    if (own.length === 0) return []
    for (const slot of own) {
      if (live.filter((other) => other.path === slot.path).length > 1) {
        const reason = 'This field stands beside it and has several values. Settle them first.'
        throw new MuluError('MULU_ERASURE', { details: { rec, path: slot.path, reason } })
      }
    }
    const over = own.map(({ client, clock }) => [client, [[clock, 1]]] as const)
    return {
      rec,
      set: Object.fromEntries(
        own.flatMap((s) => (s.value === undefined ? [] : [[s.path, s.value]])),
      ),
      remove: own.filter((slot) => slot.value === undefined).map((slot) => slot.path),
      adopts: { of: [row.client, row.seq, row.stamp], over },
    }
  })
}

/** The entries to erase: of every commit of the scope, whatever became of it. */
async function findTargets(
  { crypto, store, erasures, mayClassify }: PlanContext,
  { scope, rec, path, cls }: Field,
  rows: ReadonlySet<Row>,
): Promise<ErasurePlan['targets']> {
  const inRecord = new Set([...rows].map(({ client, seq }) => `${client}.${seq}`))
  const targets: Omit<Target, 'order'>[] = []
  for await (const [key, bytes] of store.outcomes.iterator(under(scopePrefix(scope)))) {
    const outcome = decodeOutcome(bytes)
    const { log, seq } = placeOf(key)
    if (isPlain(outcome) && !inRecord.has(`${log.writer}.${seq}`)) continue
    const stored = await store.commits.get(key)
    if (stored === undefined) continue
    const commit = readCommit(crypto, decodeCommit(stored))
    const erased = erasures.erasedIn(key, commit)
    for (const [entry, { rec: of }] of commit.read.entries.entries()) {
      if (of !== rec || erased.has(entry) || !mayHold(commit, entry, { path, cls })) continue
      if (commit.read.entries[entry]?.cls === 1 && !mayClassify) {
        const reason = 'The field has legal effect: who has it erased needs the right to set it.'
        const details = { namespace: scope.ns, right: 'classify', rec, path, reason }
        throw new MuluError('MULU_RIGHT_MISSING', { details })
      }
      targets.push({ log, seq, id: commit.id, entry })
    }
  }
  return targets
}

/** The notes of every commit of the scope that wrote the record, whatever became of it, here or not. */
async function findNotes(
  { crypto, store, erasures }: PlanContext,
  { scope, rec }: Field,
): Promise<ErasurePlan['targets']> {
  const targets: Omit<Target, 'order'>[] = []
  for await (const [key, bytes] of store.commits.iterator(under(scopePrefix(scope)))) {
    const commit = readCommit(crypto, decodeCommit(bytes))
    const isAbout = commit.read.entries.some((entry) => entry.rec === rec)
    if (!isAbout || commit.read.note === 0) continue
    if (erasures.erasedIn(key, commit).has(NOTE_ENTRY)) continue
    targets.push({ ...placeOf(key), id: commit.id, entry: NOTE_ENTRY })
  }
  return targets
}

/** Whether all that a commit says stands in its records. */
function isPlain(outcome: StoredOutcome): boolean {
  return outcome.kind === 'in force' && outcome.voidBodies.length === 0
}

/**
 * Whether a body gives a path a value. What cannot be read may hold anything of its class, be it
 * that it was dropped here or destroyed for an order that has fallen since: others may have it.
 */
function mayHold(
  commit: ReadCommit,
  entry: number,
  { path, cls }: Pick<Field, 'path' | 'cls'>,
): boolean {
  const section = entrySection(commit, entry)
  if (section === undefined) return commit.read.entries[entry]?.cls === cls
  const { writer: client, seq, entries } = commit.read
  const clock = clockOf(section) ?? 0
  const slots = readBody(section, { client, seq, clock }, entries[entry]?.len ?? 0, () => true)
  return slots === undefined || slots.some((s) => s.path === path && s.value !== undefined)
}
