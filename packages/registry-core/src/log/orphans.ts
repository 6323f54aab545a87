/**
 * Orphaned work: commits that were signed and do not count, because their log was cut, forked or
 * closed below them. They are kept as evidence, and an agency can take what they say over under a
 * live key.
 */
import * as decoding from 'lib0/decoding'
import { readBody } from '../commit/body.ts'
import { decodeCommit, entrySection, type ReadCommit, readCommit } from '../commit/commit.ts'
import type { Entry, Stamp } from '../commit/header.ts'
import type { Over } from '../commit/over.ts'
import type { Crypto, Hash } from '../crypto.ts'
import type { JsonValue } from '../encoding/json.ts'
import type { Erasures } from '../erasure/erasures.ts'
import type { Change } from '../registry.ts'
import { commitKey, logPrefix, positionPrefix, type Store, under } from '../store/store.ts'
import type { LogKey } from './log.ts'
import type { LogState } from './log-state.ts'
import type { Logs } from './logs.ts'
import type { Outcome } from './outcome.ts'
import { decodeOutcome, type StoredOutcome } from './stored-outcome.ts'

/** A commit at a position, with what became of it. */
export type PositionedCommit = { readonly id: Hash; readonly outcome: Outcome }

/** One commit that does not count, with what it says. */
export type Orphan = {
  readonly log: LogKey
  readonly seq: number
  readonly id: Hash
  readonly stamp: Stamp
  readonly actor: string
  readonly entries: readonly OrphanEntry[]
}

/** What it says of one record; `isReadable` is false where the body is not a plain writing. */
export type OrphanEntry = {
  readonly rec: string
  readonly cls: Entry['cls']
  readonly set: Readonly<Record<string, JsonValue>>
  readonly remove: readonly string[]
  readonly over: Over
  readonly isReadable: boolean
}

type OrphanContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly logs: Logs
  readonly erasures: Pick<Erasures, 'served'>
}

/** Every commit stored at a position, with what became of it. */
export async function positionedCommits(
  crypto: Crypto,
  store: Store,
  log: LogKey,
  seq: number,
): Promise<readonly PositionedCommit[]> {
  const found: PositionedCommit[] = []
  for (const bytes of await store.commits.values(under(positionPrefix(log, seq))).all()) {
    const { id } = readCommit(crypto, decodeCommit(bytes))
    const stored = await store.outcomes.get(commitKey(log, seq, id))
    if (stored !== undefined) found.push({ id, outcome: decodeOutcome(stored) })
  }
  return found
}

/** The orphaned work of a writer, log by log, in the order it was written. */
export async function orphansOf(
  context: OrphanContext,
  writer: number,
): Promise<readonly Orphan[]> {
  const orphans: Orphan[] = []
  for (const state of context.logs.all()) {
    if (state.log.writer === writer) orphans.push(...(await orphansIn(context, state)))
  }
  return orphans
}

async function orphansIn(
  { crypto, store, erasures }: OrphanContext,
  state: LogState,
): Promise<readonly Orphan[]> {
  const orphans: Orphan[] = []
  for await (const [key, stored] of store.outcomes.iterator(under(logPrefix(state.log)))) {
    if (!isOrphaned(decodeOutcome(stored), state)) continue
    const bytes = await store.commits.get(key)
    if (bytes === undefined) continue
    const commit = readCommit(crypto, decodeCommit(erasures.served(key, bytes)))
    orphans.push(readOrphan(state.log, commit))
  }
  return orphans
}

/** Where a log has ended nothing waits: what was not reached stands on a branch that lost. */
function isOrphaned(outcome: StoredOutcome, state: LogState): boolean {
  if (outcome.kind === 'in force') return false
  if (outcome.kind === 'waits') return state.ended
  return outcome.kind === 'ended' || outcome.code === 'MULU_REVOKED'
}

function readOrphan(log: LogKey, commit: ReadCommit): Orphan {
  const { seq, stamp, actor, entries } = commit.read
  return {
    ...{ log, seq, id: commit.id, stamp, actor },
    entries: entries.map((entry, index) => readEntry(log.writer, seq, entry, commit, index)),
  }
}

function readEntry(
  client: number,
  seq: number,
  { rec, cls, len, over }: Entry,
  commit: ReadCommit,
  index: number,
): OrphanEntry {
  const section = entrySection(commit, index)
  // Beyond the end of a log nobody counts clocks any more: the one that the body states is taken.
  const clock = section === undefined ? undefined : clockOf(section)
  const slots =
    section === undefined || clock === undefined
      ? undefined
      : readBody(section, { client, seq, clock }, len, () => true)
  const set: Record<string, JsonValue> = {}
  const remove: string[] = []
  for (const { path, value } of slots ?? []) {
    if (value === undefined) remove.push(path)
    else set[path] = value
  }
  return { rec, cls, set, remove, over, isReadable: slots !== undefined }
}

/** The clock that a section states; undefined where it is no section. */
export function clockOf(section: Uint8Array): number | undefined {
  try {
    const decoder = decoding.createDecoder(section)
    const [, , , clock] = [1, 2, 3, 4].map(() => decoding.readVarUint(decoder))
    return clock
  } catch {
    // What is no section has no clock, and its values cannot be read either.
    return undefined
  }
}

/**
 * The changes that take orphaned work over: of every field the value that was written last, with
 * what all of it had superseded. The values keep the rank of when they were first written.
 */
export function adoptionChanges(orphans: readonly Orphan[]): readonly Change[] {
  const last = new Map<string, Orphan>()
  const overs = new Map<string, Over>()
  for (const orphan of orphans) {
    for (const { rec, set, remove, over } of orphan.entries) {
      for (const path of [...Object.keys(set), ...remove]) last.set(`${rec} ${path}`, orphan)
      overs.set(rec, [...(overs.get(rec) ?? []), ...over])
    }
  }
  return orphans.flatMap((orphan) => changesOf(orphan, last, overs))
}

function changesOf(
  orphan: Orphan,
  last: ReadonlyMap<string, Orphan>,
  overs: ReadonlyMap<string, Over>,
): readonly Change[] {
  const { log, seq, stamp } = orphan
  const byRec = new Map<string, { set: Record<string, JsonValue>; remove: string[] }>()
  for (const entry of orphan.entries) {
    const isLast = (path: string): boolean => last.get(`${entry.rec} ${path}`) === orphan
    const change = byRec.get(entry.rec) ?? { set: {}, remove: [] }
    for (const [path, value] of Object.entries(entry.set)) {
      if (isLast(path)) change.set[path] = value
    }
    change.remove.push(...entry.remove.filter(isLast))
    byRec.set(entry.rec, change)
  }
  return [...byRec]
    .filter(([, { set, remove }]) => Object.keys(set).length + remove.length > 0)
    .map(([rec, change]) => ({
      rec,
      ...change,
      adopts: { of: [log.writer, seq, stamp], over: overs.get(rec) ?? [] },
    }))
}
