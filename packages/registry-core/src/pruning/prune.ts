/**
 * Pruning (DESIGN section 4): a node's own decision to drop bodies whose slots are all superseded.
 * The header stays, with the hash of the body under its root, so that signatures verify as before
 * and nothing that is shown changes. Only what a settled snapshot covers is dropped, the writing
 * and what superseded it: until then a cut may bring it back and its writer may still name it. And
 * only what a node that keeps everything was heard to hold (archived.ts).
 *
 * What has become superseded is found from the commits that the snapshot covers anew, so that a run
 * costs what changed since the last one: `meta` holds `pruned/<log>`, the position looked at last.
 */
import { decodeCommit, encodeCommit, type ReadCommit, readCommit } from '../commit/commit.ts'
import type { Crypto } from '../crypto.ts'
import { utf8, utf8ToText } from '../encoding/bytes.ts'
import type { LogKey } from '../log/log.ts'
import type { Logs } from '../log/logs.ts'
import { decodeOutcome } from '../log/stored-outcome.ts'
import { RecordDocument, type Row } from '../record/document.ts'
import type { Settlement } from '../snapshot/settlement.ts'
import {
  commitBatch,
  del,
  logPrefix,
  type Operation,
  positionPrefix,
  put,
  recordKey,
  type Store,
  under,
} from '../store/store.ts'
import type { Archived } from './archived.ts'
import type { Lacking } from './lacking.ts'
import { isSettledIn, withoutBodies } from './superseded.ts'

/** How to prune. */
export type PruneOptions = {
  /** Counts what would be dropped, all of it, and drops nothing. */
  readonly dryRun?: boolean
  /** Commits looked through or changed, of how many. */
  readonly onProgress?: (done: number, total: number) => void
  /** Waited for between portions, so that pruning leaves room for others. */
  readonly pause?: () => Promise<void>
}

/** What pruning came to. */
export type Pruned = {
  /** Bodies that were dropped, their bytes, and the commits they stood in. */
  readonly bodies: number
  readonly bytes: number
  readonly commits: number
}

/** What pruning works on. */
export type PruneContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly logs: Logs
  readonly settlement: Pick<Settlement, 'floorOf'>
  readonly archived: Pick<Archived, 'positionOf'>
  readonly lacking: Pick<Lacking, 'keepsAll'>
  /** Runs work while nothing else changes the replica. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>
}

const MARKER = 'pruned/'
/** Commits looked through, and commits changed, before others get their turn. */
const PORTION = 16
/** Entries that are gathered before their commits are written anew, each once for all of them. */
const GATHERED_MAX = 65_536

/** Prunes, or counts what that would drop. */
export async function prune(context: PruneContext, options: PruneOptions = {}): Promise<Pruned> {
  const run = new Pruning(context, options)
  return run.all()
}

/** The operation that has the next run look at a log from its start. */
export function forgetPruning(store: Store, log: LogKey): Operation {
  return del(store.meta, MARKER + logPrefix(log))
}

/** Superseded entries of one commit. */
type Found = { readonly log: LogKey; readonly seq: number; readonly entries: Set<number> }

class Pruning {
  readonly #context: PruneContext
  readonly #options: PruneOptions
  #bodies = 0
  #bytes = 0
  #commits = 0
  #done = 0
  #total = 0

  constructor(context: PruneContext, options: PruneOptions) {
    this.#context = context
    this.#options = options
  }

  async all(): Promise<Pruned> {
    const spans = await this.#spans()
    this.#total = spans.reduce((sum, { from, to }) => sum + to - from + 1, 0)
    let found = new Map<string, Found>()
    const passed: Operation[] = []
    for (const { log, from, to } of spans) {
      for (let at = from; at <= to; at += PORTION) {
        await this.#context.exclusively(() =>
          this.#find(log, at, Math.min(to, at + PORTION - 1), found),
        )
        await this.#rest(PORTION)
        if (countOf(found) < GATHERED_MAX) continue
        await this.#dropAll(found)
        found = new Map()
      }
      passed.push(put(this.#context.store.meta, MARKER + logPrefix(log), utf8(String(to))))
    }
    await this.#dropAll(found)
    // Last, so that a run that is broken off is done again from where the one before it ended.
    if (this.#options.dryRun !== true) await commitBatch(this.#context.store, passed)
    return { bodies: this.#bodies, bytes: this.#bytes, commits: this.#commits }
  }

  /** What a settled snapshot covers of each log and was not looked at yet. */
  async #spans(): Promise<readonly { log: LogKey; from: number; to: number }[]> {
    const { store, logs, settlement } = this.#context
    const spans: { log: LogKey; from: number; to: number }[] = []
    for (const { log, accepted } of logs.all()) {
      const floor = settlement.floorOf(log)
      if (floor === undefined) continue
      const stored = await store.meta.get(MARKER + logPrefix(log))
      const looked = stored === undefined ? 0 : Number(utf8ToText(stored))
      const from = this.#options.dryRun === true ? 1 : looked + 1
      const to = Math.min(floor.seq, accepted.seq, this.#archivedOf(log))
      if (from <= to) spans.push({ log, from, to })
    }
    return spans
  }

  /** Looks at what some commits have superseded. */
  async #find(log: LogKey, from: number, to: number, found: Map<string, Found>): Promise<void> {
    const { crypto, store } = this.#context
    const recs = new Set<string>()
    const range = { gte: positionPrefix(log, from), lt: under(positionPrefix(log, to)).lt }
    for (const bytes of await store.commits.values(range).all()) {
      const { read } = readCommit(crypto, decodeCommit(bytes))
      for (const { rec, over } of read.entries) if (over.length > 0) recs.add(rec)
    }
    const stored = await store.records.getMany([...recs].map((rec) => recordKey(log, rec)))
    for (const bytes of stored) {
      for (const row of RecordDocument.open(bytes).superseded(this.#mayGo(log))) {
        const of = { ns: log.ns, aud: log.aud, writer: row.client }
        const key = positionPrefix(of, row.seq)
        const known = found.get(key) ?? { log: of, seq: row.seq, entries: new Set<number>() }
        known.entries.add(row.entry)
        found.set(key, known)
      }
    }
  }

  /** Whether what wrote a row is settled, and held by an archive. */
  #mayGo(log: LogKey): (row: Row) => boolean {
    const isSettled = isSettledIn(this.#context, log)
    return (row) => isSettled(row) && row.seq <= this.#archivedOf({ ...log, writer: row.client })
  }

  /** How much an archive holds of a log; where this node is one, it only counts. */
  #archivedOf(log: LogKey): number {
    const { archived, lacking } = this.#context
    return lacking.keepsAll ? Number.POSITIVE_INFINITY : archived.positionOf(log)
  }

  async #dropAll(found: ReadonlyMap<string, Found>): Promise<void> {
    this.#total += found.size
    for (const each of found.values()) {
      await this.#context.exclusively(() => this.#drop(each))
      await this.#rest(1)
    }
  }

  /** Writes one commit without the bodies, and its records without their slots, in one batch. */
  async #drop({ log, seq, entries }: Found): Promise<void> {
    const { crypto, store } = this.#context
    const standing = await this.#standing(log, seq)
    if (standing === undefined) return
    const [key, commit] = standing
    const documents = await this.#documents(log, commit, entries)
    const dropped = new Set<number>()
    for (const [rec, document] of documents) {
      // Asked anew: since it was found, something may have come that brings it back.
      for (const row of document.superseded(this.#mayGo(log))) {
        const isOf = row.client === log.writer && row.seq === seq && entries.has(row.entry)
        if (!isOf || commit.read.entries[row.entry]?.rec !== rec) continue
        document.drop(row)
        dropped.add(row.entry)
      }
    }
    if (dropped.size === 0) return
    const lean = withoutBodies(crypto, commit, dropped)
    this.#bodies += lean.count
    this.#bytes += lean.bytes
    this.#commits += 1
    if (this.#options.dryRun === true) return
    await commitBatch(store, [
      put(store.commits, key, encodeCommit(lean.commit)),
      ...[...documents].map(([rec, document]) =>
        put(store.records, recordKey(log, rec), document.encode()),
      ),
    ])
  }

  /** The commit in force at a position. */
  async #standing(log: LogKey, seq: number): Promise<readonly [string, ReadCommit] | undefined> {
    const { crypto, store } = this.#context
    const range = under(positionPrefix(log, seq))
    for (const [key, bytes] of await store.commits.iterator(range).all()) {
      const outcome = await store.outcomes.get(key)
      if (outcome === undefined || decodeOutcome(outcome).kind !== 'in force') continue
      return [key, readCommit(crypto, decodeCommit(bytes))]
    }
    return undefined
  }

  async #documents(
    log: LogKey,
    { read }: ReadCommit,
    entries: ReadonlySet<number>,
  ): Promise<ReadonlyMap<string, RecordDocument>> {
    const recs = [...new Set([...entries].flatMap((index) => read.entries[index]?.rec ?? []))]
    const stored = await this.#context.store.records.getMany(recs.map((rec) => recordKey(log, rec)))
    return new Map(recs.map((rec, i) => [rec, RecordDocument.open(stored[i])] as const))
  }

  async #rest(done: number): Promise<void> {
    this.#done = Math.min(this.#total, this.#done + done)
    this.#options.onProgress?.(this.#done, this.#total)
    await this.#options.pause?.()
  }
}

function countOf(found: ReadonlyMap<string, Found>): number {
  let count = 0
  for (const { entries } of found.values()) count += entries.size
  return count
}
