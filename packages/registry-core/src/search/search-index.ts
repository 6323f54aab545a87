/**
 * The index over the federation's records: what a batch has to hold for it, and what it answers.
 */
import type { AgencyCounts, Item, Page, Query } from '../catalogue/catalogue.ts'
import { utf8, utf8ToText } from '../encoding/bytes.ts'
import { Queue } from '../queue.ts'
import type { View } from '../record/view.ts'
import { commitBatch, put, recordKey, type Scope, type Store } from '../store/store.ts'
import { readAsked } from './asked.ts'
import type { Surroundings } from './filters.ts'
import { type FindContext, find, type Source, steadily } from './find.ts'
import { Generation, type Move, type Staged } from './generation.ts'
import { IndexKeys } from './index-keys.ts'
import { itemOf } from './item.ts'
import { knownWords } from './known-words.ts'
import type { NamespaceCounts } from './namespace-counts.ts'
import { termsLike } from './near-terms.ts'
import { OVERLAY_LIMITS, Overlay, type OverlayLimits, type PastRecords } from './overlay.ts'
import { askedOfRelated, rareWords, relatedAmong, subjectWords } from './related.ts'
import { askedOfTyped, nodeOfTyped, type Suggestion, suggestionsFrom } from './suggest.ts'
import { TAIL_DOCS_MAX } from './tail.ts'
import { foldWord } from './text/fold.ts'
import type { QueryOptions } from './text/query.ts'
import { type Spelling, spellingsOf } from './text/spelling.ts'
import type { ViewReader } from './view-reader.ts'

/** Another number when segments, words or columns are made in another way: then all is indexed anew. */
const FORMAT = 4
const META = 'index'
const PORTION = 256

type Meta = { readonly format: number; readonly generation: number }
/** Sizes that tests make smaller. */
type IndexSizes = { readonly tailDocs: number; readonly limits: OverlayLimits }
/** Progress of a long work: records done, records in all. */
export type IndexProgress = (done: number, total: number) => void

const NOTHING_STAGED: Staged = { operations: [], moves: [], apply: () => undefined }

/** The index of a registry. */
export class SearchIndex {
  readonly #store: Store
  readonly #views: ViewReader
  readonly #tailDocs: number
  readonly #around: Surroundings
  #current: Generation
  /** The index that is being built beside the one that serves. */
  #next: Generation | undefined
  /** What was asked for last of the past, and the turn of those who ask for it. */
  #overlay: Overlay | undefined
  readonly #pastTurn = new Queue()
  /** What is staged and perhaps written, and not applied yet. */
  #staged: readonly Move[] = []
  readonly #limits: OverlayLimits
  readonly #context: FindContext
  readonly #now: Source

  private constructor(
    store: Store,
    views: ViewReader,
    around: Surroundings,
    current: Generation,
    { tailDocs, limits }: IndexSizes,
  ) {
    this.#store = store
    this.#views = views
    this.#tailDocs = tailDocs
    this.#limits = limits
    this.#around = around
    this.#current = current
    this.#context = { store, around }
    this.#now = {
      read: async () => this.#current,
      holds: (indexed) => indexed === this.#current,
    }
  }

  /** Opens the index; one that is missing or of another format is built from the views. */
  static async open(
    store: Store,
    views: ViewReader,
    around: Surroundings,
    sizes: Partial<IndexSizes> = {},
  ): Promise<SearchIndex> {
    const { tailDocs = TAIL_DOCS_MAX, limits = OVERLAY_LIMITS } = sizes
    const meta = await readMeta(store)
    const kept = await openKept(store, views, meta, tailDocs)
    const isUsable = kept !== undefined
    const number = (meta?.generation ?? 0) + (isUsable ? 0 : 1)
    await clearOthers(store, isUsable ? number : undefined)
    const current = kept ?? (await Generation.open(store, views, number, tailDocs))
    const index = new SearchIndex(store, views, around, current, { tailDocs, limits })
    if (!isUsable) {
      await index.#fill(
        index.#current,
        (work) => work(),
        () => undefined,
      )
      await commitBatch(store, [metaOperation(store, number)])
    }
    return index
  }

  /**
   * What the batch of new views has to hold; `apply` once it is written. Undefined takes a record
   * out. Only the federation's records are indexed. Those of `fresh` are known to be in no index.
   */
  async stage(
    scope: Scope,
    views: ReadonlyMap<string, View | undefined>,
    fresh: ReadonlySet<string> = new Set(),
  ): Promise<Staged> {
    if (scope.aud !== 1) return NOTHING_STAGED
    const byKey = new Map<string, View | undefined>()
    const indexed: string[] = []
    for (const [rec, view] of views) {
      const key = recordKey(scope, rec)
      byKey.set(key, view)
      if (!fresh.has(rec)) indexed.push(key)
    }
    return this.stageAll(byKey, indexed)
  }

  /** The same for records of any namespaces, by their keys; `indexed` may be in an index. */
  async stageAll(
    views: ReadonlyMap<string, View | undefined>,
    indexed: readonly string[] = [...views.keys()],
  ): Promise<Staged> {
    if (views.size === 0) return NOTHING_STAGED
    const current = await this.#current.stage(views, indexed)
    const next = await this.#next?.stage(views, indexed)
    const more = next?.operations ?? []
    const { moves } = current
    this.#staged = moves
    this.#tellOverlay(moves)
    return {
      operations: more.length === 0 ? current.operations : [...current.operations, ...more],
      moves,
      apply: () => {
        current.apply()
        next?.apply()
        this.#staged = []
        this.#tellOverlay(moves)
      },
    }
  }

  #tellOverlay(moves: readonly Move[]): void {
    if (this.#overlay?.follow(moves) === false) this.#overlay = undefined
  }

  /** Takes in what was written, as far as nobody has asked for it yet; for while there is time. */
  catchUp(): void {
    this.#current.catchUp()
    this.#next?.catchUp()
  }

  /** Counts of every agency that has records, kept while records change. */
  countsByAgency(): readonly AgencyCounts[] {
    const { counts, parts } = this.#current
    return counts.byAgency((ns) => this.#around.ownerOf(ns).agency, parts)
  }

  /** For each namespace the sum of the marks of what is indexed (check-index.ts). */
  marks(): ReturnType<NamespaceCounts['marks']> {
    return this.#current.counts.marks()
  }

  /**
   * A page of what matches, with the count of everything that does: now, or among the records of
   * the past. MULU_AS_OF_TOO_FAR when too much has changed since.
   */
  query(query: Query, past?: PastRecords): Promise<Page> {
    if (past === undefined) return this.#queryFrom(this.#now, query)
    // One after the other, since only one overlay is kept.
    return this.#pastTurn.run(() => this.#queryFrom(this.#then(past), query))
  }

  async #queryFrom(source: Source, query: Query): Promise<Page> {
    const asked = readAsked(query, await this.#readingOf(source, query))
    const { views, total, next, facets } = await find(this.#context, source, asked)
    const items = views.map((view) => itemOf(view, this.#around.ownerOf(view.ns)))
    return { total, items, next, facets }
  }

  /** The overlay of a moment, made anew where the last one is of another. */
  #then(past: PastRecords): Source {
    return {
      read: async () => {
        const overlay = this.#overlayOf(past)
        try {
          await overlay.catchUp()
        } catch (error) {
          this.#overlay = undefined
          throw error
        }
        return overlay
      },
      holds: (indexed) =>
        indexed === this.#overlay &&
        this.#overlay.isOf(past, this.#current) &&
        this.#overlay.isCaughtUp(),
    }
  }

  #overlayOf(past: PastRecords): Overlay {
    if (this.#overlay?.isOf(past, this.#current) === true) return this.#overlay
    const overlay = new Overlay(past, this.#current, this.#limits)
    // A batch may be on its way, of which the store and the index show different forms.
    overlay.follow(this.#staged)
    this.#overlay = overlay
    return overlay
  }

  /** What somebody who has typed this much may want. */
  async suggestions(typed: string): Promise<readonly Suggestion[]> {
    const names = this.#around.names()
    const node = nodeOfTyped(typed)
    if (node === undefined) return []
    const { views } = await find(this.#context, this.#now, askedOfTyped(node))
    return suggestionsFrom(node, views, names.matching(node))
  }

  /** Published records that share rare words, theme or agency with one, the nearest first. */
  async related(view: View, limit: number): Promise<readonly Item[]> {
    const words = subjectWords(view)
    const rare = await steadily(this.#now, (indexed) => rareWords(words, indexed))
    if (rare.length === 0) return []
    const { agency } = this.#around.ownerOf(view.ns)
    const { views } = await find(
      this.#context,
      this.#now,
      askedOfRelated(view, agency, rare, limit),
    )
    const related = relatedAmong(view, rare, views, limit)
    return related.map((other) => itemOf(other, this.#around.ownerOf(other.ns)))
  }

  /** How a query is read: with the names of the profile, and what records have of its words. */
  async #readingOf(source: Source, { q = '', prefixLast }: Query): Promise<QueryOptions> {
    const { synonyms, labels } = this.#around.names()
    const options = { prefixLast: prefixLast === true, synonyms, labels }
    const isKnown = await steadily(source, (indexed) => knownWords(q, options, indexed))
    return { ...options, isKnown }
  }

  /** Terms of titles and keywords near to a word, by how many records have them. */
  async spellings(word: string, limit: number): Promise<readonly Spelling[]> {
    const wanted = foldWord(word)
    const terms = await steadily(this.#now, (indexed) => termsLike(this.#store, indexed, wanted))
    return spellingsOf(wanted, terms, limit)
  }

  /**
   * Builds the index anew from the views while the old one serves, and then takes its place.
   * `exclusively` keeps writes out for as long as one portion takes.
   */
  async rebuild(
    exclusively: (work: () => Promise<void>) => Promise<void>,
    onProgress: IndexProgress,
  ): Promise<void> {
    const old = this.#current
    const next = await Generation.open(this.#store, this.#views, old.number + 1, this.#tailDocs)
    this.#next = next
    try {
      await this.#fill(next, exclusively, onProgress)
      await exclusively(async () => {
        await commitBatch(this.#store, [metaOperation(this.#store, next.number)])
        this.#current = next
        this.#staged = []
        // At once: the write that waits for its turn would go into the same index twice.
        this.#next = undefined
      })
    } finally {
      this.#next = undefined
    }
    await old.close()
    await this.#store.search.clear(old.keys.all)
  }

  /** Indexes every view that is not in the index yet, in the order of their keys. */
  async #fill(
    into: Generation,
    exclusively: (work: () => Promise<void>) => Promise<void>,
    onProgress: IndexProgress,
  ): Promise<void> {
    const total = this.#current === into ? 0 : recordsIn(this.#current)
    let from = ''
    for (let done = 0, isDone = false; !isDone; ) {
      await exclusively(async () => {
        const rows = await this.#views.after(from, PORTION)
        isDone = rows.length === 0
        from = rows.at(-1)?.[0] ?? from
        done += await this.#fillRows(into, rows)
      })
      onProgress(done, Math.max(total, done))
    }
  }

  async #fillRows(
    into: Generation,
    rows: readonly (readonly [string, View | undefined])[],
  ): Promise<number> {
    const ours = rows.filter(([key]) => key.split('/')[1] === '1')
    const isThere = await into.areIndexed(ours.map(([key]) => key))
    const missing = ours.filter((_, i) => isThere[i] === false)
    const staged = await into.stage(new Map(missing))
    await commitBatch(this.#store, staged.operations)
    staged.apply()
    return rows.length
  }

  /** Makes segments of what is in memory and merges what can be. */
  flush(): Promise<void> {
    return this.#current.flush()
  }

  /** Ends the work in the background. */
  async close(): Promise<void> {
    await this.#current.close()
    await this.#next?.close()
  }
}

function recordsIn(generation: Generation): number {
  return generation.parts.reduce((n, { living }) => n + living.size, 0)
}

async function readMeta(store: Store): Promise<Meta | undefined> {
  const stored = await store.meta.get(META)
  try {
    return stored === undefined ? undefined : (JSON.parse(utf8ToText(stored)) as Meta)
  } catch {
    // Whatever fails while reading rotten bytes has one meaning: the index is filled anew.
    return undefined
  }
}

/** The index that is there; undefined where there is none of this format, or it has rotted. */
async function openKept(
  store: Store,
  views: ViewReader,
  meta: Meta | undefined,
  tailDocs: number,
): Promise<Generation | undefined> {
  if (meta?.format !== FORMAT || !Number.isSafeInteger(meta.generation)) return undefined
  try {
    return await Generation.open(store, views, meta.generation, tailDocs)
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw error
    return undefined
  }
}

function metaOperation(store: Store, generation: number): ReturnType<typeof put> {
  return put(store.meta, META, utf8(JSON.stringify({ format: FORMAT, generation })))
}

/** An index that was not finished, or that was replaced and not removed to the end. */
async function clearOthers(store: Store, kept: number | undefined): Promise<void> {
  if (kept === undefined) return store.search.clear()
  const { gte, lt } = new IndexKeys(kept).all
  await store.search.clear({ lt: gte })
  await store.search.clear({ gte: lt })
}
