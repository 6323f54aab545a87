/**
 * What one judged commit does to the records of its scope, as operations for one batch.
 */

import type { LeafStage } from '../catalogue/digest-tree.ts'
import { leafOf } from '../catalogue/leaf.ts'
import { slotsAt } from '../commit/body.ts'
import type { ReadCommit } from '../commit/commit.ts'
import { readEntry } from '../commit/commit.ts'
import type { Entry, Stamp } from '../commit/header.ts'
import type { Crypto } from '../crypto.ts'
import { ByteWriter } from '../encoding/byte-writer.ts'
import { PartsWriter } from '../encoding/parts-writer.ts'
import { classesOf, type FieldClass, type Profile } from '../profile/profile.ts'
import type { LackingStage } from '../pruning/lacking.ts'
import { SupersededMarks } from '../pruning/superseded-marks.ts'
import { type Operation, put, recordKey, type Scope, type Store } from '../store/store.ts'
import { buildView, type EffectiveStamp } from './build-view.ts'
import { RecordDocument } from './document.ts'
import { liveSlots, shownOf } from './live-slots.ts'
import { maskOver, type Sight } from './mask.ts'
import { kindOf } from './record-id.ts'
import { compareStamps } from './shown.ts'
import type { View } from './view.ts'

/** What merging a commit needs to know beside it. */
export type MergeContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly scope: Scope
  readonly leaves: LeafStage
  readonly lacking: LackingStage
  /** The profile of the roster that the commit cites: it classes the paths. */
  readonly citedProfile: Profile
  /** The profile of the newest roster: it makes the view. */
  readonly profile: Profile
  readonly stamp: EffectiveStamp
  /** Undefined for a void commit: fillers stand for its bodies and its `over` does not count. */
  readonly sight: Sight | undefined
  /** Entries of this commit whose bodies are erased, and entries that it has erased. */
  readonly erased: ReadonlySet<number>
  readonly erases: readonly ErasedEntry[]
}

/** An entry of an earlier commit whose body is erased. */
export type ErasedEntry = {
  readonly rec: string
  readonly client: number
  readonly seq: number
  readonly entry: number
}

/** The outcome of merging one commit. */
export type Merged = {
  readonly operations: readonly Operation[]
  readonly views: ReadonlyMap<string, View | undefined>
  /** Records of which nothing was stored. */
  readonly fresh: ReadonlySet<string>
  readonly voidBodies: readonly number[]
}

/**
 * Merges a commit, one record after the other: what a body is read into is garbage again before
 * the next one is read, which is faster than to read all of them first.
 */
export async function mergeCommit(context: MergeContext, commit: ReadCommit): Promise<Merged> {
  const entries = entriesByRecord(commit)
  for (const { rec } of context.erases) if (!entries.has(rec)) entries.set(rec, [])
  const recs = [...entries.keys()]
  const keys = recs.map((rec) => recordKey(context.scope, rec))
  const stored = await context.store.records.getMany(keys)
  const rows = new PartsWriter(scratch)
  const views = new Map<string, View | undefined>()
  const fresh = new Set<string>()
  const voidBodies: number[] = []
  const marks = new SupersededMarks(context.store)
  for (const [i, rec] of recs.entries()) {
    if (stored[i] === undefined) fresh.add(rec)
    const document = RecordDocument.open(stored[i])
    context.lacking.opened(rec, document)
    const classify = classesOf(context.citedProfile, kindOf(rec))
    const before = document.rows.length
    for (const index of entries.get(rec) ?? []) {
      if (!mergeEntry(context, commit, index, document, classify)) voidBodies.push(index)
    }
    marks.add(context.scope, document.rows, document.rows.slice(before))
    for (const erased of context.erases) {
      if (erased.rec === rec) document.erase(erased.client, erased.seq, erased.entry)
    }
    document.write(rows.bytes)
    rows.end()
    views.set(rec, finishRecord(context, rec, document))
  }
  const { leaves, lacking } = context
  const puts = rows.take().map((row, i) => put(context.store.records, keys[i] as string, row))
  const operations = [...puts, ...leaves.operations, ...lacking.operations, ...marks.operations]
  return { operations, views, fresh, voidBodies: voidBodies.sort((a, b) => a - b) }
}

/** For the stored forms of the records of a commit. */
const scratch = new ByteWriter(1_048_576)

/** The entries of each record by their number; one of a writer follows the one before. */
function entriesByRecord({ read }: ReadCommit): Map<string, number[]> {
  const byRecord = new Map<string, number[]>()
  for (const [index, { rec }] of read.entries.entries()) {
    const known = byRecord.get(rec)
    if (known === undefined) byRecord.set(rec, [index])
    else known.push(index)
  }
  return byRecord
}

/** Applies one entry; false when its body is here and counts, and fails the gate. */
function mergeEntry(
  context: MergeContext,
  commit: ReadCommit,
  index: number,
  document: RecordDocument,
  classify: (path: string) => FieldClass,
): boolean {
  const { writer, seq, entries } = commit.read
  const entry = entries[index]
  if (entry === undefined) return true
  const stamp = stampOf(entry, commit.read.stamp)
  const { cls, len, over } = entry
  const clock = document.nextClock(writer)
  const isFiller = context.sight === undefined || context.erased.has(index)
  const body = isFiller ? undefined : readEntry(commit, index)
  const slots = slotsAt(body?.read, clock, (path) => classify(path) === cls)
  const counted = context.sight === undefined ? [] : maskOver(over, document.rows, context.sight)
  const isAbsent = !isFiller && body === undefined
  // Name by name: spreading a part of it takes ten times as long.
  const row = {
    client: writer,
    seq,
    entry: index,
    clock,
    len,
    cls,
    stamp,
    over: counted,
    isAbsent,
  }
  const isPlain = body !== undefined && slots !== undefined
  document.apply(row, isPlain ? { section: body.section, slots } : undefined)
  return body === undefined || isPlain
}

/** Adopted values rank by when they were first written, never later than their adoption. */
export function stampOf({ of }: Entry, own: Stamp): Stamp {
  return of !== undefined && compareStamps(of[2], own) < 0 ? of[2] : own
}

/** What a record has to be made known to, once its document has changed. */
export type FinishContext = Pick<
  MergeContext,
  'crypto' | 'scope' | 'leaves' | 'lacking' | 'profile' | 'stamp'
>

/** Sets the leaf of a record, notes what it lacks, and gives its view. */
export function finishRecord(
  context: FinishContext,
  rec: string,
  document: RecordDocument,
): View | undefined {
  const { crypto, scope, leaves, lacking } = context
  const live = liveSlots(document.slots())
  leaves.set(rec, leafOf(crypto, scope, rec, live))
  lacking.changed(rec, document)
  return buildView(context, scope.ns, rec, shownOf(document, live))
}
