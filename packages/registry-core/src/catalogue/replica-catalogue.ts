/** The catalogue over a store: views and their past. */
import type { ReadCommit } from '../commit/commit.ts'
import type { Stamp } from '../commit/header.ts'
import type { Crypto } from '../crypto.ts'
import { utf8ToText } from '../encoding/bytes.ts'
import { SALT_BYTES } from '../limits.ts'
import { commitsAt } from '../log/chain.ts'
import type { LogKey } from '../log/log.ts'
import type { Logs } from '../log/logs.ts'
import { effectiveStamp } from '../log/past.ts'
import { decodeOutcome } from '../log/stored-outcome.ts'
import type { Profile } from '../profile/profile.ts'
import { type DocumentSlot, RecordDocument, type Row } from '../record/document.ts'
import { type RecordId, recOf } from '../record/record-id.ts'
import type { View } from '../record/view.ts'
import type { SearchIndex } from '../search/search-index.ts'
import type { Suggestion } from '../search/suggest.ts'
import type { Spelling } from '../search/text/spelling.ts'
import type { Snapshot } from '../snapshot/settlement.ts'
import { commitKey, recordKey, type Scope, type Store, scopeOfKey } from '../store/store.ts'
import type {
  AgencyCounts,
  Catalogue,
  ConflictSource,
  FieldProvenance,
  HistoryItem,
  Item,
  NotHeld,
  Page,
  Query,
  Source,
} from './catalogue.ts'
import { type Difference, differencesBetween } from './differences.ts'
import { type Moment, readMoment } from './moment.ts'
import { PastDocuments } from './past-documents.ts'
import { pastRecords } from './past-records.ts'
import type { StoredViews } from './stored-views.ts'

/** What reading rests on. */
export type CatalogueContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly index: SearchIndex
  readonly views: StoredViews
  readonly logs: Logs
  readonly snapshots: () => readonly Snapshot[]
  readonly profile: () => Profile | undefined
  readonly agencyOf: (ns: number) => number
  /** Whether the records of a namespace are held, and not their headers alone. */
  readonly isHeld: (ns: number) => boolean
}

/** Reads the federation's records of one store. */
export class ReplicaCatalogue implements Catalogue {
  readonly #context: CatalogueContext
  readonly #crypto: Crypto
  readonly #store: Store

  constructor(context: CatalogueContext) {
    this.#context = context
    this.#crypto = context.crypto
    this.#store = context.store
  }

  /** For one answer: the commits that it keeps at hand may be erased before the next. */
  #past(): PastDocuments {
    const { crypto, store, logs, profile } = this.#context
    const stamp = (scope: Scope, row: Row): Stamp => effectiveStamp(logs, scope, row)
    return new PastDocuments({ crypto, store, profile, stamp, commitAt: this.#commitAt })
  }

  query(query: Query, at?: Moment): Promise<Page> {
    const { index, logs, profile, isHeld } = this.#context
    if (at === undefined) return index.query(query)
    const context = {
      logs,
      profile,
      isHeld,
      commitAt: this.#commitAt,
      documents: () => this.#past(),
    }
    return index.query(query, pastRecords(context, at))
  }

  spellings(word: string, limit: number): Promise<readonly Spelling[]> {
    return this.#context.index.spellings(word, limit)
  }

  suggestions(typed: string): Promise<readonly Suggestion[]> {
    return this.#context.index.suggestions(typed)
  }

  async related(id: RecordId, limit: number): Promise<readonly Item[]> {
    const view = await this.record(id)
    return view === undefined ? [] : this.#context.index.related(view, limit)
  }

  countsByAgency(): readonly AgencyCounts[] {
    return this.#context.index.countsByAgency()
  }

  async record(id: RecordId, at?: Moment): Promise<View | undefined> {
    if (at !== undefined) {
      const past = this.#past()
      const document = await past.document(keyOf(id), at)
      return document && past.viewOf(keyOf(id), document)
    }
    const [view] = await this.records([id])
    return view
  }

  moment(at: number | string): Promise<Moment> {
    const { logs, snapshots } = this.#context
    return readMoment({ logs, snapshots, commitAt: this.#commitAt }, at)
  }

  differences(from: Moment, to: Moment, agency?: number): Promise<readonly Difference[]> {
    const { agencyOf, isHeld } = this.#context
    const context = { documents: this.#past(), commitAt: this.#commitAt, agencyOf, isHeld }
    return differencesBetween(context, from, to, agency)
  }

  records(ids: readonly RecordId[]): Promise<readonly (View | undefined)[]> {
    return this.#context.views.read(ids.map(keyOf))
  }

  async *views(after?: RecordId): AsyncGenerator<View> {
    const from = after === undefined ? undefined : keyOf(after)
    for await (const [key, view] of this.#context.views.all(from)) {
      if (scopeOfKey(key).aud === 1) yield view
    }
  }

  async provenance(id: RecordId, at?: Moment): Promise<readonly FieldProvenance[]> {
    const view = await this.record(id, at)
    const document = await this.#document(id, at)
    if (view === undefined || document === undefined) return []
    const sources = await this.#sources(id, document.rows)
    const slots = document.slots()
    const paths = new Set(slots.filter((slot) => slot.live).map((slot) => slot.path))
    return [...paths].sort().flatMap((path) => {
      const ofPath = slots.filter((slot) => slot.path === path)
      const shown = shownSlot(ofPath, view, sources)
      const source = shown && sources.get(positionText(shown))
      if (shown === undefined || source === undefined) return []
      return [
        { path, value: shown.value, source, superseded: ofPath.filter((s) => !s.live).length },
      ]
    })
  }

  async history(id: RecordId, at?: Moment): Promise<readonly HistoryItem[]> {
    const document = await this.#document(id, at)
    if (document === undefined) return []
    const slots = document.slots()
    const items: HistoryItem[] = []
    for (const row of onePerCommit(document.rows)) {
      const commit = await this.#commit(id, row)
      if (commit === undefined) continue
      const key = commitKey(logOfRow(id, row), row.seq, commit.id)
      const stored = await this.#store.outcomes.get(key)
      if (stored === undefined) continue
      const written = slots.filter((s) => s.client === row.client && s.seq === row.seq)
      const paths = written.map((slot) => slot.path).sort()
      const absent = document.rows.filter(
        (each) => each.isAbsent && each.client === row.client && each.seq === row.seq,
      )
      const outcome = decodeOutcome(stored)
      items.push({ source: sourceOf(commit), paths, outcome, notHeld: lengthOf(absent) })
    }
    return items.sort((a, b) => b.source.atMs - a.source.atMs || b.source.seq - a.source.seq)
  }

  async notHeld(id: RecordId, at?: Moment): Promise<NotHeld> {
    const document = await this.#document(id, at)
    if (document === undefined) return { earlier: 0, counting: [] }
    const counting = document.lacking()
    const earlier = document.rows.filter((row) => row.isAbsent && !counting.includes(row))
    return {
      earlier: lengthOf(earlier),
      counting: counting.map(({ client, seq }) => ({ client, seq })),
    }
  }

  async conflictSources(
    id: RecordId,
    at?: Moment,
  ): Promise<ReadonlyMap<string, readonly ConflictSource[]>> {
    const view = await this.record(id, at)
    const document = await this.#document(id, at)
    if (view === undefined || document === undefined) return new Map()
    const sources = await this.#sources(id, document.rows)
    return new Map(
      view.conflicts.map(({ path, values }) => [
        path,
        values.flatMap((each) => {
          const source = sources.get(positionText(each))
          const value = each.removed ? undefined : each.value
          return source === undefined ? [] : [{ value, source }]
        }),
      ]),
    )
  }

  async #document(id: RecordId, at: Moment | undefined): Promise<RecordDocument | undefined> {
    if (at !== undefined) return this.#past().document(keyOf(id), at)
    const stored = await this.#store.records.get(keyOf(id))
    return stored === undefined ? undefined : RecordDocument.open(stored)
  }

  async #sources(id: RecordId, rows: readonly Row[]): Promise<ReadonlyMap<string, Source>> {
    const sources = new Map<string, Source>()
    for (const row of onePerCommit(rows)) {
      const commit = await this.#commit(id, row)
      if (commit !== undefined) sources.set(positionText(row), sourceOf(commit))
    }
    return sources
  }

  #commit(id: RecordId, row: Row): Promise<ReadCommit | undefined> {
    return this.#commitAt(logOfRow(id, row), row.seq)
  }

  /** The commit on the chain of a log. */
  readonly #commitAt = async (log: LogKey, seq: number): Promise<ReadCommit | undefined> => {
    const commits = await commitsAt(this.#crypto, this.#store, log, seq)
    return commits.length > 1 ? this.#onChain(log, commits) : commits[0]
  }

  async #onChain(log: LogKey, commits: readonly ReadCommit[]): Promise<ReadCommit | undefined> {
    for (const commit of commits) {
      const stored = await this.#store.outcomes.get(commitKey(log, commit.read.seq, commit.id))
      const kind = stored === undefined ? undefined : decodeOutcome(stored).kind
      if (kind === 'in force' || kind === 'void') return commit
    }
    return undefined
  }
}

function keyOf(id: RecordId): string {
  return recordKey(scopeOf(id), recOf(id))
}

function scopeOf(id: RecordId): Scope {
  return { ns: id.ns, aud: 1 }
}

function logOfRow(id: RecordId, row: Row): LogKey {
  return { ...scopeOf(id), writer: row.client }
}

function positionText(at: { readonly client: number; readonly seq: number }): string {
  return `${at.client}.${at.seq}`
}

function lengthOf(rows: readonly Row[]): number {
  return rows.reduce((sum, { len }) => sum + len, 0)
}

function onePerCommit(rows: readonly Row[]): readonly Row[] {
  return [...new Map(rows.map((row) => [positionText(row), row] as const)).values()]
}

/** The live slot whose value the view shows; of a conflict, the one listed first. */
function shownSlot(
  slots: readonly DocumentSlot[],
  view: View,
  sources: ReadonlyMap<string, Source>,
): DocumentSlot | undefined {
  const live = slots.filter((slot) => slot.live)
  const [first] = live
  if (first === undefined || live.length === 1) return first
  const shown = JSON.stringify(view.fields[first.path])
  const at = (slot: DocumentSlot): number => sources.get(positionText(slot))?.atMs ?? 0
  const newestFirst = [...live].sort((a, b) => at(b) - at(a) || b.client - a.client)
  return newestFirst.find((slot) => JSON.stringify(slot.value) === shown) ?? newestFirst[0]
}

function sourceOf(commit: ReadCommit): Source {
  const { writer, seq, stamp, roster, actor } = commit.read
  return {
    client: writer,
    seq,
    commit: commit.id,
    atMs: stamp[0],
    rosterVersion: roster[0],
    actor,
    reason: reasonOf(commit),
  }
}

/** The reason in the note body; a note that is missing or unreadable gives none. */
function reasonOf(commit: ReadCommit): string | null {
  const [body] = commit.bodies
  if (commit.read.note === 0 || !(body instanceof Uint8Array)) return null
  try {
    const note = JSON.parse(utf8ToText(body.subarray(SALT_BYTES))) as { reason?: unknown } | null
    return typeof note?.reason === 'string' ? note.reason : null
  } catch {
    // A note is free bytes of its author; what cannot be read is shown as no reason.
    return null
  }
}
