/** An index over a store in memory, with the views beside it, and a scan that says what it has to answer. */
import { expect } from 'chai'
import { MemoryLevel } from 'memory-level'
import type { Page, Query } from '../src/catalogue/catalogue.ts'
import { PAGE_RECORDS_MAX } from '../src/limits.ts'
import { CN_GOV_PROFILE } from '../src/profile/cn-gov.ts'
import { Queue } from '../src/queue.ts'
import type { View } from '../src/record/view.ts'
import type { Database } from '../src/registry.ts'
import type { Owner, Surroundings } from '../src/search/filters.ts'
import { sortTitleOf } from '../src/search/item.ts'
import { Names } from '../src/search/names.ts'
import { OVERLAY_LIMITS, type OverlayLimits, type PastRecords } from '../src/search/overlay.ts'
import { SearchIndex } from '../src/search/search-index.ts'
import type { ViewReader } from '../src/search/view-reader.ts'
import { commitBatch, openStore, recordKey, type Store } from '../src/store/store.ts'
import { bruteForce } from './brute-force.ts'
import { createChance } from './history.ts'
import { generateView } from './views.ts'

const RECORDS = 60
const NAMESPACES = 3
/** So few that tails become segments and segments merge all the time. */
export const TAIL_DOCS = 24

/** Namespace 3 belongs to an agency below that of namespace 1; only one names a region. */
export function ownerOf(ns: number): Owner {
  return { agency: ns, above: ns === 3 ? [1] : [], region: ns === 2 ? '310115' : null }
}

/** What the profile calls things. */
export const NAMES = new Names(CN_GOV_PROFILE, undefined)
/** What an index asks about beside the records. */
export const AROUND: Surroundings = {
  ownerOf,
  names: () => NAMES,
}

/** A database in memory. */
export function memory(): Database {
  return new MemoryLevel<string, string>() as unknown as Database
}

/** The records of a moment, and how an index asks for them. */
export type Then = { readonly views: ReadonlyMap<string, View>; readonly past: PastRecords }

/** An index, the views beside it, and the model of what both hold. */
export class Bed {
  readonly store: Store
  index!: SearchIndex
  readonly views = new Map<string, View>()
  readonly reader: ViewReader = readerOf(this.views)
  readonly #queue = new Queue()
  readonly #sizes: { readonly tailDocs: number; readonly limits: OverlayLimits }
  #version = 0
  #moments = 0

  constructor(store: Store, limits: OverlayLimits) {
    this.store = store
    this.#sizes = { tailDocs: TAIL_DOCS, limits }
  }

  static async open(db: Database = memory(), limits: OverlayLimits = OVERLAY_LIMITS): Promise<Bed> {
    const store = await openStore(db)
    const bed = new Bed(store, limits)
    await bed.reopen()
    return bed
  }

  /** Opens the index again on what is stored, as after the process was killed. */
  async reopen(): Promise<void> {
    // The work of a killed process ends with it; here it would go on in the same store.
    await this.index?.close()
    this.index = await SearchIndex.open(this.store, this.reader, AROUND, this.#sizes)
  }

  /** One batch of records of a namespace; `fate` says how far it gets. */
  async change(
    draw: (below: number) => number,
    fate: 'done' | 'not written' | 'not applied',
  ): Promise<void> {
    const ns = 1 + draw(NAMESPACES)
    const changed = new Map<string, View | undefined>()
    for (let i = 1 + draw(20); i > 0; i--) {
      const view = generateView(draw, ns, `r${draw(RECORDS)}`, this.#version++)
      changed.set(`${view.kind}/${view.local}`, draw(6) === 0 ? undefined : view)
    }
    await this.write(ns, changed, fate)
  }

  async write(
    ns: number,
    changed: ReadonlyMap<string, View | undefined>,
    fate: 'done' | 'not written' | 'not applied' = 'done',
  ): Promise<void> {
    const scope = { ns, aud: 1 } as const
    const staged = await this.index.stage(scope, changed)
    if (fate === 'not written') return
    await commitBatch(this.store, staged.operations)
    if (fate === 'done') staged.apply()
    for (const [rec, view] of changed) {
      if (view === undefined) this.views.delete(`${ns}/${rec}`)
      else this.views.set(`${ns}/${rec}`, view)
    }
  }

  /** Some records of one namespace change. */
  async changeOf(ns: number, draw: (below: number) => number): Promise<void> {
    const view = generateView(draw, ns, `r${draw(RECORDS)}`, this.#version++)
    await this.write(ns, new Map([[`${view.kind}/${view.local}`, view]]))
  }

  /** A record with these fields. */
  async put(local: string, fields: View['fields']): Promise<void> {
    const view = { ...generateView(createChance(1), 1, local, 1), kind: 'resource', fields }
    const id = `1/resource/${local}`
    await this.write(
      1,
      new Map([[`resource/${local}`, { ...view, id, updatedMs: 1, problems: [], conflicts: [] }]]),
    )
  }

  /** The local ids that a query finds, in its order. */
  async order(q: string): Promise<readonly string[]> {
    const page = await this.index.query({ q })
    return page.items.map((item) => item.id.split('/')[2] ?? '')
  }

  async step(draw: (below: number) => number): Promise<void> {
    switch (draw(10)) {
      case 0:
        return this.index.flush()
      case 1:
        await this.change(draw, 'not written')
        return draw(2) === 0 ? this.reopen() : undefined
      case 2:
        await this.change(draw, 'not applied')
        return this.reopen()
      case 3:
        await this.index.close()
        return this.reopen()
      case 4:
        await Promise.all([this.rebuild(), this.laterChange(draw)])
        return
      case 5:
        await Promise.all([this.index.flush(), this.change(draw, 'done')])
        return
      default:
        return this.change(draw, 'done')
    }
  }

  rebuild(): Promise<void> {
    return this.index.rebuild(
      (work) => this.#exclusively(work),
      () => undefined,
    )
  }

  /** A change as soon as it is its turn. */
  laterChange(draw: (below: number) => number): Promise<void> {
    return this.#exclusively(() => this.change(draw, 'done'))
  }

  /** As the registry does: one write after the other. */
  #exclusively(work: () => Promise<void>): Promise<void> {
    return this.#queue.run(work)
  }

  /** The records as they are now, to be asked for when they have changed. */
  remember(): Then {
    const views = new Map(this.views)
    const past: PastRecords = {
      key: `moment ${this.#moments++}`,
      profile: undefined,
      changed: () => this.#changedSince(views),
      views: async (keys) => readerOf(views).read(keys),
    }
    return { views, past }
  }

  async *#changedSince(then: ReadonlyMap<string, View>): AsyncGenerator<readonly string[]> {
    for (const id of new Set([...then.keys(), ...this.views.keys()])) {
      if (then.get(id) !== this.views.get(id)) yield [keyOfId(id)]
    }
  }

  /** All pages of a query. */
  async pages(query: Query, past?: PastRecords): Promise<readonly Page[]> {
    const pages: Page[] = []
    for (let after: string | null | undefined; after !== null; ) {
      const page = await this.index.query(
        { ...query, ...(after === undefined ? {} : { after }) },
        past,
      )
      pages.push(page)
      after = page.next
    }
    return pages
  }

  /** Compares an answer, of now or of then, with a scan; `like` is an index that orders alike. */
  async check(query: Query, then?: Then, like?: SearchIndex): Promise<void> {
    const views = then?.views ?? this.views
    const expected = bruteForce(views.values(), query, ownerOf, NAMES)
    const pages = await this.pages(query, then?.past)
    const where = JSON.stringify(query)
    const items = pages.flatMap((page) => page.items)
    expect(items.map((item) => item.id).sort(), where).to.deep.equal(expected.ids)
    for (const page of pages) {
      expect(page.total, where).to.equal(expected.ids.length)
      for (const [name, counts] of expected.facets) {
        const found = new Map((page.facets[name] ?? []).map(({ value, count }) => [value, count]))
        expect(found, `${name} of ${where}`).to.deep.equal(counts)
      }
    }
    const keys = items.map((item) => sortKey(views.get(item.id) as View, query.sort))
    expect(keys, where).to.deep.equal([...keys].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
    if (like === undefined) return
    const whole = await like.query({ ...query, limit: PAGE_RECORDS_MAX })
    expect(items.slice(0, PAGE_RECORDS_MAX), where).to.deep.equal(whole.items)
  }
}

function sortKey(view: View, sort: Query['sort']): string | number {
  if (sort === 'title') return sortTitleOf(view, Object.keys(view.fields))
  return sort === 'modified' ? -view.updatedMs : 0
}

/** An index that has these records and never had others. */
export async function freshIndex(views: ReadonlyMap<string, View>): Promise<SearchIndex> {
  return SearchIndex.open(await openStore(memory()), readerOf(views), AROUND)
}

function keyOfId(id: string): string {
  const [ns = '', ...rec] = id.split('/')
  return recordKey({ ns: Number(ns), aud: 1 }, rec.join('/'))
}
/** The records of a map as an index reads them. */
export function readerOf(views: ReadonlyMap<string, View>): ViewReader {
  const rows = (): readonly (readonly [string, View])[] =>
    [...views.values()]
      .map(
        (view) => [recordKey({ ns: view.ns, aud: 1 }, `${view.kind}/${view.local}`), view] as const,
      )
      .sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    read: async (keys) => {
      const byKey = new Map(rows())
      return keys.map((key) => byKey.get(key))
    },
    after: async (key, limit) =>
      rows()
        .filter(([at]) => at > key)
        .slice(0, limit),
    all: async function* all() {
      yield* rows()
    },
  }
}
