/**
 * Putting absent bodies back, once somebody has sent them: their slots take the place of the
 * filler in the records, live or dead as the commits say, in one batch with all that follows.
 */
import type { DigestTree } from '../catalogue/digest-tree.ts'
import { slotsAt } from '../commit/body.ts'
import {
  decodeCommit,
  encodeCommit,
  entryOfBody,
  entrySections,
  type ReadCommit,
  readCommit,
  type StoredBody,
} from '../commit/commit.ts'
import type { Stamp } from '../commit/header.ts'
import type { Crypto } from '../crypto.ts'
import { utf8, utf8ToText } from '../encoding/bytes.ts'
import type { Erasures } from '../erasure/erasures.ts'
import type { LogKey } from '../log/log.ts'
import { decodeOutcome, encodeOutcome, type StoredOutcome } from '../log/stored-outcome.ts'
import { classOf, type Profile } from '../profile/profile.ts'
import { RecordDocument, type Row } from '../record/document.ts'
import { finishRecord } from '../record/merge.ts'
import { kindOf } from '../record/record-id.ts'
import type { View } from '../record/view.ts'
import type { Staged } from '../search/generation.ts'
import {
  commitBatch,
  type Operation,
  put,
  recordKey,
  type Scope,
  type Store,
} from '../store/store.ts'
import type { Lacking } from './lacking.ts'

/** What putting back works on. */
export type PutBackContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly tree: DigestTree
  readonly lacking: Lacking
  readonly erasures: Erasures
  /** The profile that classed the paths of a commit, and the one that views are made with. */
  readonly citedProfile: (commit: ReadCommit) => Profile | undefined
  readonly viewProfile: () => Profile | undefined
  readonly stamp: (scope: Scope, row: Row) => Stamp
  readonly stage: (scope: Scope, views: ReadonlyMap<string, View | undefined>) => Promise<Staged>
}

/**
 * Puts back what a copy of a stored commit has and is wanted here; what became of the commit then,
 * undefined when the copy brings nothing. What an order has erased stays away.
 */
export async function putBack(
  context: PutBackContext,
  log: LogKey,
  key: string,
  copy: ReadCommit,
): Promise<StoredOutcome | undefined> {
  const { crypto, store, lacking, erasures } = context
  if (!lacking.has(log, copy.read.seq)) return undefined
  const [bytes, judged] = await Promise.all([store.commits.get(key), store.outcomes.get(key)])
  const outcome = judged && decodeOutcome(judged)
  const profile = context.citedProfile(copy)
  if (bytes === undefined || outcome?.kind !== 'in force' || profile === undefined) return undefined
  const stored = readCommit(crypto, decodeCommit(bytes))
  const offered = erasures.withoutErased(key, copy)
  const documents = await documentsOf(store, log, copy)
  const stage = lacking.stage(log)
  for (const [rec, document] of documents) stage.opened(rec, document)
  const back = entriesToPutBack(lacking, stored, offered, documents)
  if (back.size === 0) return undefined
  const voids = apply(profile, offered, back, documents)
  const bodies = stored.bodies.map(
    (body, i): StoredBody =>
      back.has(entryOfBody(stored.read, i)) ? (offered.bodies[i] ?? body) : body,
  )
  const after: StoredOutcome = { ...outcome, voidBodies: merged(outcome.voidBodies, voids) }
  await write(context, log, documents, stage, [
    put(store.commits, key, encodeCommit({ ...stored, bodies })),
    put(store.outcomes, key, encodeOutcome(after)),
    put(store.meta, PUT_BACK, utf8(String((await timesPutBack(store)) + 1))),
  ])
  return after
}

const PUT_BACK = 'putBack'

/** How often bodies were put back into commits of this store: what a backup has of those is less. */
export async function timesPutBack({ meta }: Pick<Store, 'meta'>): Promise<number> {
  const stored = await meta.get(PUT_BACK)
  return stored === undefined ? 0 : Number(utf8ToText(stored))
}

type Documents = ReadonlyMap<string, RecordDocument>

async function documentsOf(store: Store, scope: Scope, { read }: ReadCommit): Promise<Documents> {
  const recs = [...new Set(read.entries.map(({ rec }) => rec))]
  const stored = await store.records.getMany(recs.map((rec) => recordKey(scope, rec)))
  return new Map(recs.map((rec, i) => [rec, RecordDocument.open(stored[i])] as const))
}

/** By entry the row that stands for it: of those that are wanted, absent, and in the copy. */
function entriesToPutBack(
  { keepsAll }: Lacking,
  stored: ReadCommit,
  offered: ReadCommit,
  documents: Documents,
): ReadonlyMap<number, Row> {
  const back = new Map<number, Row>()
  const sections = [entrySections(stored), entrySections(offered)] as const
  for (const [index, { rec }] of stored.read.entries.entries()) {
    if (sections[0][index] !== undefined || sections[1][index] === undefined) continue
    const document = documents.get(rec)
    const wanted = keepsAll
      ? document?.rows.filter(({ isAbsent }) => isAbsent)
      : document?.lacking()
    const { writer, seq } = stored.read
    const row = wanted?.find((r) => r.client === writer && r.seq === seq && r.entry === index)
    if (row !== undefined) back.set(index, row)
  }
  return back
}

/** Puts the slots in; the entries whose bodies fail the gate. */
function apply(
  profile: Profile,
  commit: ReadCommit,
  back: ReadonlyMap<number, Row>,
  documents: Documents,
): readonly number[] {
  const voids: number[] = []
  for (const [index, row] of back) {
    const body = entrySections(commit)[index]
    const rec = commit.read.entries[index]?.rec ?? ''
    const isOfClass = (path: string): boolean => classOf(profile, kindOf(rec), path) === row.cls
    const slots = slotsAt(body?.read, row.clock, isOfClass)
    if (slots === undefined) voids.push(index)
    const isPlain = body !== undefined && slots !== undefined
    documents.get(rec)?.putBack(row, isPlain ? { section: body.section, slots } : undefined)
  }
  return voids
}

function merged(a: readonly number[], b: readonly number[]): readonly number[] {
  return [...new Set([...a, ...b])].sort((x, y) => x - y)
}

/** Writes changed documents with leaves, views and index; `operations` go with them. */
async function write(
  { crypto, store, tree, stage, stamp, viewProfile }: PutBackContext,
  scope: Scope,
  documents: Documents,
  lacking: ReturnType<Lacking['stage']>,
  operations: readonly Operation[],
): Promise<void> {
  const profile = viewProfile()
  if (profile === undefined) return
  const leaves = tree.stage(scope)
  const { ns, aud } = scope
  const context = {
    ...{ crypto, scope: { ns, aud }, leaves, lacking, profile },
    stamp: (row: Row) => stamp({ ns, aud }, row),
  }
  const views = new Map<string, View | undefined>()
  const records: Operation[] = []
  for (const [rec, document] of documents) {
    records.push(put(store.records, recordKey(scope, rec), document.encode()))
    views.set(rec, finishRecord(context, rec, document))
  }
  const staged = await stage(scope, views)
  await commitBatch(store, [
    ...operations,
    ...records,
    ...leaves.operations,
    ...lacking.operations,
    ...staged.operations,
  ])
  leaves.apply()
  lacking.apply()
  staged.apply()
}
