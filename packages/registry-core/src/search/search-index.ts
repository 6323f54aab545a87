/**
 * The index over the federation's records: what a batch has to hold for it, and what it answers.
 * Every answer is of one moment: what is stored is read first, then all parts are asked in one
 * go; where the parts changed meanwhile, the query starts over.
 */
import type { AgencyCounts, Item, Page, Query } from '../catalogue/catalogue.ts'
import { utf8, utf8ToText } from '../encoding/bytes.ts'
import type { View } from '../record/view.ts'
import { commitBatch, put, recordKey, type Scope, type Store } from '../store/store.ts'
import { type Answer, answer } from './answer.ts'
import { type Asked, readAsked } from './asked.ts'
import { encodeCursor, type SortKey } from './cursor.ts'
import type { Surroundings } from './filters.ts'
import { Generation, type Staged } from './generation.ts'
import { IndexKeys } from './index-keys.ts'
import { itemOf } from './item.ts'
import { knownWords } from './known-words.ts'
import { Lookup, MissingBlock } from './lookup.ts'
import type { NamespaceCounts } from './namespace-counts.ts'
import { termsLike } from './near-terms.ts'
import { readParts } from './read-parts.ts'
import { askedOfRelated, rareWords, relatedAmong, subjectWords } from './related.ts'
import { askedOfTyped, nodeOfTyped, type Suggestion, suggestionsFrom } from './suggest.ts'
import { TAIL_DOCS_MAX } from './tail.ts'
import { foldWord } from './text/fold.ts'
import type { QueryOptions } from './text/query.ts'
import { type Spelling, spellingsOf } from './text/spelling.ts'
import { firstByTitle } from './title-order.ts'
import type { ViewReader } from './view-reader.ts'

/** Another number when segments, words or columns are made in another way: then all is indexed anew. */
const FORMAT = 2
const META = 'index'
const PORTION = 256
/** A record and its entry differ for a moment while a batch is applied; later it is damage. */
const UNMOVED_MAX = 64

type Meta = { readonly format: number; readonly generation: number }
/** A page before it is shown. */
type Found = Omit<Page, 'items'> & { readonly views: readonly View[] }
type Place = { readonly ordinal: number; readonly key: SortKey }
/** Progress of a long work: records done, records in all. */
export type IndexProgress = (done: number, total: number) => void

const NOTHING_STAGED: Staged = { operations: [], apply: () => undefined }

/** The index of a registry. */
export class SearchIndex {
  readonly #store: Store
  readonly #views: ViewReader
  readonly #tailDocs: number
  readonly #around: Surroundings
  #current: Generation
  #lookup: Lookup
  /** The index that is being built beside the one that serves. */
  #next: Generation | undefined

  private constructor(
    store: Store,
    views: ViewReader,
    around: Surroundings,
    current: Generation,
    tailDocs: number,
  ) {
    this.#store = store
    this.#views = views
    this.#tailDocs = tailDocs
    this.#around = around
    this.#current = current
    this.#lookup = new Lookup(store)
  }

  /** Opens the index; one that is missing or of another format is built from the views. */
  static async open(
    store: Store,
    views: ViewReader,
    around: Surroundings,
    tailDocs: number = TAIL_DOCS_MAX,
  ): Promise<SearchIndex> {
    const meta = await readMeta(store)
    const kept = await openKept(store, views, meta, tailDocs)
    const isUsable = kept !== undefined
    const number = (meta?.generation ?? 0) + (isUsable ? 0 : 1)
    await clearOthers(store, isUsable ? number : undefined)
    const current = kept ?? (await Generation.open(store, views, number, tailDocs))
    const index = new SearchIndex(store, views, around, current, tailDocs)
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
   * out. Only the federation's records are indexed.
   */
  async stage(scope: Scope, views: ReadonlyMap<string, View | undefined>): Promise<Staged> {
    if (scope.aud !== 1) return NOTHING_STAGED
    const byKey = [...views].map(([rec, view]) => [recordKey(scope, rec), view] as const)
    return this.stageAll(new Map(byKey))
  }

  /** The same for records of any namespaces, by their keys in the store. */
  async stageAll(views: ReadonlyMap<string, View | undefined>): Promise<Staged> {
    if (views.size === 0) return NOTHING_STAGED
    const current = await this.#current.stage(views)
    const next = await this.#next?.stage(views)
    if (next === undefined) return current
    return {
      operations: [...current.operations, ...next.operations],
      apply: () => {
        current.apply()
        next.apply()
      },
    }
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

  /** A page of what matches, with the count of everything that does. */
  async query(query: Query): Promise<Page> {
    const { views, total, next, facets } = await this.#find(
      readAsked(query, await this.#readingOf(query)),
    )
    const items = views.map((view) => itemOf(view, this.#around.ownerOf(view.ns)))
    return { total, items, next, facets }
  }

  /** What somebody who has typed this much may want. */
  async suggestions(typed: string): Promise<readonly Suggestion[]> {
    const names = this.#around.names()
    const node = nodeOfTyped(typed)
    if (node === undefined) return []
    const { views } = await this.#find(askedOfTyped(node))
    return suggestionsFrom(node, views, names.matching(node))
  }

  /** Published records that share rare words, theme or agency with one, the nearest first. */
  async related(view: View, limit: number): Promise<readonly Item[]> {
    const words = subjectWords(view)
    const rare = await this.#steadily((generation) => rareWords(words, generation, this.#lookup))
    if (rare.length === 0) return []
    const { agency } = this.#around.ownerOf(view.ns)
    const { views } = await this.#find(askedOfRelated(view, agency, rare, limit))
    const related = relatedAmong(view, rare, views, limit)
    return related.map((other) => itemOf(other, this.#around.ownerOf(other.ns)))
  }

  /** How a query is read: with the names of the profile, and what records have of its words. */
  async #readingOf({ q = '', prefixLast }: Query): Promise<QueryOptions> {
    const { synonyms, labels } = this.#around.names()
    const options = { prefixLast: prefixLast === true, synonyms, labels }
    const isKnown = await this.#steadily((generation) =>
      knownWords(q, options, generation, this.#lookup),
    )
    return { ...options, isKnown }
  }

  /** Reads again where segments were replaced meanwhile. */
  async #steadily<T>(read: (generation: Generation) => Promise<T>): Promise<T> {
    for (;;) {
      const generation = this.#current
      const { version } = generation
      try {
        return await read(generation)
      } catch (error) {
        const isSame = generation === this.#current && generation.version === version
        if (!(error instanceof MissingBlock) || isSame) throw error
      }
    }
  }

  async #find(asked: Asked): Promise<Found> {
    for (let unmoved = 0; ; ) {
      const found = await this.#answer(asked)
      if (found === undefined) continue
      const { generation, answer: matching } = found
      const { version } = generation
      const page = await this.#page(asked, generation, matching, unmoved >= UNMOVED_MAX)
      if (page !== undefined) return page
      if (generation === this.#current && generation.version === version) unmoved++
    }
  }

  /** Terms of titles and keywords near to a word, by how many records have them. */
  async spellings(word: string, limit: number): Promise<readonly Spelling[]> {
    const wanted = foldWord(word)
    const terms = await this.#steadily((generation) => termsLike(this.#store, generation, wanted))
    return spellingsOf(wanted, terms, limit)
  }

  async #answer(
    asked: Asked,
  ): Promise<{ readonly generation: Generation; readonly answer: Answer } | undefined> {
    const generation = this.#current
    const { version } = generation
    const isSame = (): boolean => generation === this.#current && generation.version === version
    try {
      const readers = await readParts(generation, this.#lookup, asked, this.#around)
      if (!isSame()) return undefined
      return { generation, answer: answer(asked, readers(), this.#around.ownerOf) }
    } catch (error) {
      if (error instanceof MissingBlock && !isSame()) return undefined
      throw error
    }
  }

  /**
   * Undefined when a record on the page changed before it was read. With `isLast` what the index
   * and the records disagree on is shown as the records have it.
   */
  async #page(
    asked: Asked,
    generation: Generation,
    found: Answer,
    isLast: boolean,
  ): Promise<Found | undefined> {
    const places =
      asked.sort === 'title'
        ? await this.#byTitle(asked, generation, found, isLast)
        : placesOf(found)
    const shown = places?.slice(0, asked.limit)
    const views = shown && (await this.#shownViews(generation, shown, isLast))
    if (places === undefined || views === undefined) return undefined
    const last = shown?.at(-1)
    const hasMore = places.length > asked.limit && last !== undefined
    const { weights } = found
    return {
      total: found.total,
      views,
      next: hasMore ? encodeCursor(asked.sort, { key: last.key, weights }) : null,
      facets: Object.fromEntries(
        [...found.facets].map(([name, counts]) => [name, counts.sorted()]),
      ),
    }
  }

  async #byTitle(
    asked: Asked,
    generation: Generation,
    { matches }: Answer,
    isLast: boolean,
  ): Promise<readonly Place[] | undefined> {
    const range = { limit: asked.limit + 1, after: asked.after?.key, isLast }
    const titled = await firstByTitle(this.#store, generation, matches, range)
    return titled?.map(({ ordinal, tie, title }) => ({
      ordinal,
      key: { text: title, numbers: [tie, ordinal] },
    }))
  }

  async #shownViews(
    generation: Generation,
    places: readonly Place[],
    isLast: boolean,
  ): Promise<readonly View[] | undefined> {
    const forms = await generation.forms(places.map((place) => place.ordinal))
    const views = await this.#views.read(forms.map((form) => form?.key ?? ''))
    const shown: View[] = []
    for (const [i, form] of forms.entries()) {
      const view = views[i]
      const isSame = form !== undefined && view !== undefined && view.etag === form.etag
      if (!isSame && !isLast) return undefined
      if (view !== undefined) shown.push(view)
    }
    return shown
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
        // At once: the write that waits for its turn would go into the same index twice.
        this.#next = undefined
        this.#lookup = new Lookup(this.#store)
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

function placesOf({ ranked }: Answer): readonly Place[] {
  return ranked.map(({ part, doc, numbers }) => ({
    ordinal: part.columns.ordinals[doc] as number,
    key: { text: '', numbers },
  }))
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
