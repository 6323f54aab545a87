/**
 * Erasing, from the order to the signed word that the bytes are gone: orders are written, what
 * they name is destroyed where it may be, and each node confirms for itself.
 */
import type { SlotValue } from '../commit/any-value.ts'
import { readBody } from '../commit/body.ts'
import { decodeCommit, entrySection, type ReadCommit, readCommit } from '../commit/commit.ts'
import { type Erase, NOTE_ENTRY } from '../commit/header.ts'
import type { Hash } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import type { JsonValue } from '../encoding/json.ts'
import { MuluError } from '../errors.ts'
import { type AuthorContext, writeChanges, writeOrders, writeStatement } from '../log/author.ts'
import type { LogKey } from '../log/log.ts'
import { clockOf } from '../log/orphans.ts'
import { decodeOutcome } from '../log/stored-outcome.ts'
import { classOf } from '../profile/profile.ts'
import { kindOf, parseRecordId, type RecordId } from '../record/record-id.ts'
import type { Change, Write } from '../registry.ts'
import type { Right } from '../roster/change.ts'
import { hasRight } from '../roster/grant.ts'
import { commitBatch, commitKey, del, put, type Scope } from '../store/store.ts'
import { CONFIRMED_MAX, encodeConfirmation } from './confirmation.ts'
import { counts, type Erasures, isFederal, keyOf, type Ordered, type Target } from './erasures.ts'
import { NOTE_FIELD, planErasure } from './plan-erasure.ts'

/** A field that a lawful order has erased. */
export type EraseOrder = {
  readonly ns: number
  /** `kind/local`. */
  readonly rec: string
  readonly path: string
  /** The reference of the order, up to 64 characters; nothing personal, since it stays. */
  readonly order: string
  /** What the field says from now on; it is removed where this is left out. */
  readonly value?: JsonValue
  /**
   * Whether what counts and is not here is erased as well, as far as it is of the class of the
   * field: it may say something of others. For what nobody has any more.
   */
  readonly lacked?: boolean
  readonly actor: string
}

/** What an order came to. */
export type Ordering = {
  /** Commits that set the field and its neighbours anew, and those with the orders. */
  readonly commits: readonly Hash[]
  readonly orders: readonly Hash[]
  /** How many bodies are erased, and how many neighbouring values were written anew. */
  readonly bodies: number
  readonly rewritten: number
}

/** One commit with orders, and how far it has been carried out. */
export type Erasure = {
  readonly id: Hash
  readonly log: LogKey
  readonly seq: number
  readonly atMs: number
  readonly order: string
  /** `kind/local` of the records that are known here, each once. */
  readonly recs: readonly string[]
  readonly bodies: number
  readonly isInForce: boolean
  readonly isSettled: boolean
  /** Whether this node has destroyed the bytes in its commits. */
  readonly isDestroyed: boolean
  /** Writers that have confirmed. */
  readonly confirmed: readonly number[]
}

/** Fields that are about to be destroyed here. */
export type DueField = {
  readonly ns: number
  readonly rec: string
  readonly path: string
  readonly value: SlotValue
}

/** What erasing needs of a replica. */
export type ErasingContext = AuthorContext & { readonly erasures: Erasures }

const SCOPES = [1, 0] as const
const PURGE = 'purge'

/** Erases a field of a record, for the federation and within the own namespace. */
export async function orderErasure(context: ErasingContext, wanted: EraseOrder): Promise<Ordering> {
  const done: Ordering[] = []
  checkRight(context, wanted.ns)
  checkReplacement(wanted)
  const plans = await Promise.all(
    SCOPES.map(async (aud) => {
      const { ns, rec, path } = wanted
      const planning = { ...context, mayClassify: hasOwnRight(context, ns, 'classify') }
      const cls = context.profile === undefined ? 0 : classOf(context.profile, kindOf(rec), path)
      const field = { scope: { ns, aud }, rec, path, cls, lacked: wanted.lacked === true }
      return { aud, plan: await planErasure(planning, field) }
    }),
  )
  for (const { aud, plan } of plans) {
    if (plan.targets.length > 0) done.push(await carryOut(context, wanted, aud, plan))
  }
  if (done.length === 0) {
    const { rec, path } = wanted
    const reason = 'No commit here holds a writing of this field that is not erased already.'
    throw new MuluError('MULU_ERASURE', { details: { rec, path, reason } })
  }
  return {
    commits: done.flatMap(({ commits }) => commits),
    orders: done.flatMap(({ orders }) => orders),
    bodies: done.reduce((n, { bodies }) => n + bodies, 0),
    rewritten: done.reduce((n, { rewritten }) => n + rewritten, 0),
  }
}

/** Before anything is written: half an erasure would only have removed the field. */
function checkRight({ roster, author }: ErasingContext, ns: number): void {
  if (roster === undefined || author === undefined) throw new MuluError('MULU_NOT_ADMITTED')
  if (hasOwnRight({ roster, author }, ns, 'erase')) return
  throw new MuluError('MULU_RIGHT_MISSING', { details: { namespace: ns, right: 'erase' } })
}

function hasOwnRight(
  { roster, author }: Pick<ErasingContext, 'roster' | 'author'>,
  ns: number,
  right: Right,
): boolean {
  if (roster === undefined || author === undefined) return false
  return hasRight(roster.state, { ns, aud: 1, writer: author.client }, right)
}

/** A note says what its author meant at the time: nothing takes its place. */
function checkReplacement({ rec, path, value }: EraseOrder): void {
  if (path !== NOTE_FIELD || value === undefined) return
  const reason = 'Notes are erased without a value in their place. Leave the value out.'
  throw new MuluError('MULU_ERASURE', { details: { rec, path, reason } })
}

async function carryOut(
  context: ErasingContext,
  { ns, rec, path, order, value, lacked, actor }: EraseOrder,
  aud: 0 | 1,
  { rewritten, targets }: Awaited<ReturnType<typeof planErasure>>,
): Promise<Ordering> {
  const field: Change =
    value === undefined ? { rec, remove: [path] } : { rec, set: { [path]: value } }
  const written = path === NOTE_FIELD ? [] : [field, ...rewritten]
  const changes = written.map((change): Change => ({ ...change, isErasing: lacked === true }))
  const write: Write = { ns, aud, actor, changes }
  const { commits } = changes.length === 0 ? { commits: [] } : await writeChanges(context, write)
  const erase = targets.map(({ log, seq, id, entry }): Erase => [log.writer, seq, id, entry, order])
  const orders = await writeOrders(context, write, erase)
  const values = rewritten.map(
    ({ set = {}, remove = [] }) => Object.keys(set).length + remove.length,
  )
  return { commits, orders, bodies: targets.length, rewritten: values.reduce((n, v) => n + v, 0) }
}

/** Every order that is known here, the newest first. */
export async function listErasures(context: ErasingContext): Promise<readonly Erasure[]> {
  const listed: Erasure[] = []
  for (const ordered of context.erasures.all) {
    const named = await namedCommits(context, ordered)
    const recs = ordered.targets.flatMap((target) => {
      const entries = named.get(keyOf(target))?.read.entries ?? []
      if (target.entry === NOTE_ENTRY) return entries.map(({ rec }) => rec)
      return entries.slice(target.entry, target.entry + 1).map(({ rec }) => rec)
    })
    const { commit, log, targets, isInForce, isSettled } = ordered
    listed.push({
      ...{ id: commit.id, log, seq: commit.read.seq, atMs: commit.read.stamp[0] },
      order: targets[0]?.order ?? '',
      recs: [...new Set(recs)].sort(),
      bodies: targets.length,
      ...{ isInForce, isSettled },
      isDestroyed: targets.every((target) => !isHere(named.get(keyOf(target)), target)),
      confirmed: await confirmedWriters(context, ordered),
    })
  }
  return listed.sort((a, b) => b.atMs - a.atMs || b.seq - a.seq)
}

async function confirmedWriters(
  { erasures, store }: ErasingContext,
  { commit }: Ordered,
): Promise<readonly number[]> {
  const writers = new Set<number>()
  for (const { id, read } of erasures.confirmationsOf(commit.id)) {
    const { ns, aud, writer, seq } = read
    const stored = await store.outcomes.get(commitKey({ ns, aud, writer }, seq, id))
    if (stored !== undefined && decodeOutcome(stored).kind === 'in force') writers.add(writer)
  }
  return [...writers].sort((a, b) => a - b)
}

/** What of the orders that may be carried out here is not: fields, as far as they can be read. */
export async function dueFields(context: ErasingContext): Promise<readonly DueField[]> {
  const due: DueField[] = []
  for (const ordered of context.erasures.all) {
    if (!isDue(context, ordered)) continue
    const named = await namedCommits(context, ordered)
    for (const target of ordered.targets) due.push(...fieldsOf(named.get(keyOf(target)), target))
  }
  return due
}

/** Records with fields among those, each once. */
export async function dueRecords(context: ErasingContext): Promise<readonly RecordId[]> {
  const due = await dueFields(context)
  return [...new Set(due.map(({ ns, rec }) => `${ns}/${rec}`))].map(parseRecordId)
}

function fieldsOf(commit: ReadCommit | undefined, { entry }: Target): readonly DueField[] {
  const section = commit && entrySection(commit, entry)
  const written = commit?.read.entries[entry]
  if (commit === undefined || section === undefined || written === undefined) return []
  const { ns, writer: client, seq } = commit.read
  const place = { client, seq, clock: clockOf(section) ?? 0 }
  const slots = readBody(section, place, written.len, () => true) ?? []
  return slots.map(({ path, value }) => ({ ns, rec: written.rec, path, value }))
}

/**
 * Takes the bytes out of the stored commits: at once on the nodes of the agency that ordered it,
 * elsewhere once the order is settled. Until the purge that this asks for, old copies of them
 * stand in the files of the store.
 */
export async function destroyErased(context: ErasingContext): Promise<void> {
  const { erasures, store } = context
  for (const ordered of erasures.all) {
    if (!isDue(context, ordered)) continue
    const named = await namedCommits(context, ordered)
    for (const target of ordered.targets) {
      const key = keyOf(target)
      const commit = named.get(key)
      const stripped = commit && erasures.withoutErased(key, commit)
      if (stripped === undefined || stripped === commit || !isHere(commit, target)) continue
      const mark = put(store.meta, PURGE, new Uint8Array())
      await commitBatch(store, [...erasures.replacing(key, stripped), mark])
      erasures.replaced(key, stripped)
      named.set(key, stripped)
    }
  }
}

/** Whether old copies of destroyed bytes may still stand in files, and that they no longer do. */
export async function isPurgeDue({ store }: ErasingContext): Promise<boolean> {
  return (await store.meta.get(PURGE)) !== undefined
}

/** Forgets that a purge was due. */
export function purged({ store }: ErasingContext): Promise<void> {
  return commitBatch(store, [del(store.meta, PURGE)])
}

/** Signs that this node has destroyed what orders name; `ns` is where it may speak to all. */
export async function confirmErasures(context: ErasingContext, ns: number): Promise<number> {
  if (await isPurgeDue(context)) return 0
  const open: Ordered[] = []
  for (const ordered of context.erasures.all) {
    if (!isDue(context, ordered)) continue
    const isConfirmed = await hasConfirmed(context, ordered)
    const named = await namedCommits(context, ordered)
    const isGone = ordered.targets.every((target) => !isHere(named.get(keyOf(target)), target))
    if (!isConfirmed && isGone) open.push(ordered)
  }
  const inside = open.filter((ordered) => !isFederal(ordered))
  await confirmIn(context, { ns, aud: 1 }, open.filter(isFederal))
  for (const of of new Set(inside.map(({ log }) => log.ns))) {
    const own = inside.filter(({ log }) => log.ns === of)
    await confirmIn(context, { ns: of, aud: 0 }, own)
  }
  context.erasures.rest()
  return open.length
}

async function hasConfirmed(context: ErasingContext, ordered: Ordered): Promise<boolean> {
  const self = context.author?.client ?? 0
  return (await confirmedWriters(context, ordered)).includes(self)
}

async function confirmIn(
  context: ErasingContext,
  { ns, aud }: Scope,
  orders: readonly Ordered[],
): Promise<void> {
  if (aud !== 0 && aud !== 1) return
  for (let from = 0; from < orders.length; from += CONFIRMED_MAX) {
    const ids = orders.slice(from, from + CONFIRMED_MAX).map(({ commit }) => commit.id)
    const write: Write = { ns, aud, actor: '', changes: [] }
    await writeStatement(context, write, 2, encodeConfirmation(ids))
  }
}

/** Whether this node may destroy what an order names. */
function isDue({ roster, author }: ErasingContext, ordered: Ordered): boolean {
  if (!counts(ordered)) return false
  if (ordered.isSettled) return true
  const self = roster?.state.writers.get(author?.client ?? 0)
  const owner = roster?.state.namespaces.get(ordered.log.ns)?.owners.at(-1)?.agency
  return self !== undefined && self.agency === owner
}

function isHere(commit: ReadCommit | undefined, { entry }: Target): boolean {
  return commit !== undefined && entrySection(commit, entry) !== undefined
}

/** The commits that an order names, as far as they are here, by key. */
async function namedCommits(
  { crypto, store }: ErasingContext,
  { targets }: Ordered,
): Promise<Map<string, ReadCommit>> {
  const named = new Map<string, ReadCommit>()
  for (const target of targets) {
    const key = keyOf(target)
    const bytes = named.has(key) ? undefined : await store.commits.get(key)
    const commit = bytes && readCommit(crypto, decodeCommit(bytes))
    if (commit !== undefined && equalBytes(commit.id, target.id)) named.set(key, commit)
  }
  return named
}
