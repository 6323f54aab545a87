import { expect } from 'chai'
import { MemoryLevel } from 'memory-level'
import type { Page, Query } from '../../src/catalogue/catalogue.ts'
import type { Database } from '../../src/registry.ts'
import type { View } from '../../src/record/view.ts'
import type { Owner } from '../../src/search/filters.ts'
import { sortTitleOf } from '../../src/search/item.ts'
import { SearchIndex } from '../../src/search/search-index.ts'
import { commitBatch, del, openStore, put, recordKey, type Store } from '../../src/store/store.ts'
import { bruteForce } from '../../testing/brute-force.ts'
import { createChance } from '../../testing/history.ts'
import { generateQuery, generateView } from '../../testing/views.ts'

const SEEDS = Number(process.env['RUNS'] ?? 6)
const STEPS = 30
const QUERIES = 12
const RECORDS = 60
const NAMESPACES = 3

/** Namespace 3 belongs to an agency below that of namespace 1; only one names a region. */
function ownerOf(ns: number): Owner {
  return { agency: ns, above: ns === 3 ? [1] : [], region: ns === 2 ? '310115' : null }
}

/** An index, the views beside it, and the model of what both hold. */
class Bed {
  readonly store: Store
  index: SearchIndex
  readonly views = new Map<string, View>()
  #version = 0

  constructor(store: Store, index: SearchIndex) {
    this.store = store
    this.index = index
  }

  static async open(): Promise<Bed> {
    const store = await openStore(new MemoryLevel<string, string>() as unknown as Database)
    return new Bed(store, await SearchIndex.open(store, ownerOf))
  }

  /** Opens the index again on what is stored, as after the process was killed. */
  async reopen(): Promise<void> {
    this.index = await SearchIndex.open(this.store, ownerOf)
  }

  /** One batch of records of a namespace; `fate` says how far it gets. */
  async change(draw: (below: number) => number, fate: 'done' | 'not written' | 'not applied'): Promise<void> {
    const ns = 1 + draw(NAMESPACES)
    const changed = new Map<string, View | undefined>()
    for (let i = 1 + draw(20); i > 0; i--) {
      const view = generateView(draw, ns, `r${draw(RECORDS)}`, this.#version++)
      changed.set(`${view.kind}/${view.local}`, draw(6) === 0 ? undefined : view)
    }
    const scope = { ns, aud: 1 } as const
    const staged = await this.index.stage(scope, changed)
    if (fate === 'not written') return
    const views = [...changed].map(([rec, view]) => {
      const key = recordKey(scope, rec)
      return view === undefined ? del(this.store.views, key) : put(this.store.views, key, JSON.stringify(view))
    })
    await commitBatch(this.store, [...views, ...staged.operations])
    if (fate === 'done') staged.apply()
    for (const [rec, view] of changed) {
      if (view === undefined) this.views.delete(`${ns}/${rec}`)
      else this.views.set(`${ns}/${rec}`, view)
    }
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
        return this.index.rebuild((work) => work(), () => undefined)
      default:
        return this.change(draw, 'done')
    }
  }

  /** All pages of a query. */
  async pages(query: Query): Promise<readonly Page[]> {
    const pages: Page[] = []
    for (let after: string | null | undefined; after !== null; ) {
      const page = await this.index.query({ ...query, ...(after === undefined ? {} : { after }) })
      pages.push(page)
      after = page.next
    }
    return pages
  }

  async check(query: Query): Promise<void> {
    const expected = bruteForce(this.views.values(), query, ownerOf)
    const pages = await this.pages(query)
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
    const keys = items.map((item) => this.#sortKey(item.id, query.sort))
    expect(keys, where).to.deep.equal([...keys].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
  }

  #sortKey(id: string, sort: Query['sort']): string | number {
    const view = this.views.get(id) as View
    if (sort === 'title') return sortTitleOf(view)
    return sort === 'modified' ? -view.updatedMs : 0
  }
}

describe('the index', () => {
  it('[SR1] answers like a scan through inserts, edits, withdrawals, conflicts, crashes and reindexing', async function () {
    this.timeout(120_000)
    for (let seed = 1; seed <= SEEDS; seed++) {
      const draw = createChance(seed)
      const bed = await Bed.open()
      for (let step = 0; step < STEPS; step++) {
        await bed.step(draw)
        for (let i = 0; i < QUERIES; i++) await bed.check(generateQuery(draw))
      }
    }
  })
})
