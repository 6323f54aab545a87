import { expect } from 'chai'
import type { Page, Query } from '../../src/catalogue/catalogue.ts'
import type { Moment } from '../../src/catalogue/moment.ts'
import { PAGE_RECORDS_MAX } from '../../src/limits.ts'
import { allCommits } from '../../src/log/serving.ts'
import { CN_GOV_PROFILE } from '../../src/profile/cn-gov.ts'
import type { View } from '../../src/record/view.ts'
import type { Change, Registry } from '../../src/registry.ts'
import type { Owner, Surroundings } from '../../src/search/filters.ts'
import { Names } from '../../src/search/names.ts'
import { SearchIndex } from '../../src/search/search-index.ts'
import { openStore } from '../../src/store/store.ts'
import { bruteForce } from '../../testing/brute-force.ts'
import { openReplica, TestFederation, type TestReplica } from '../../testing/federation.ts'
import { createChance } from '../../testing/history.ts'
import { memory, readerOf } from '../../testing/index-bed.ts'
import { generateQuery, generateView } from '../../testing/views.ts'

const SEEDS = Number(process.env['RUNS'] ?? 2)
const STEPS = 18
const QUERIES = 8
const RECORDS = 12

type Draw = (below: number) => number
type Then = {
  readonly heads: string
  readonly views: ReadonlyMap<string, View>
  readonly like: SearchIndex
}

const federation = TestFederation.found([
  { seed: 1, agency: 'A' },
  { seed: 2, agency: 'A', office: 'n', rights: ['describe', 'classify'] },
  { seed: 3, agency: 'B' },
])
const WRITERS = [
  { client: 1, seed: 1, ns: 1 },
  { client: 2, seed: 2, ns: 1 },
  { client: 3, seed: 3, ns: 2 },
] as const

function ownerOf(ns: number): Owner {
  return { agency: ns, above: [], region: null }
}

const NAMES = new Names(CN_GOV_PROFILE, federation.newest.state)
const AROUND: Surroundings = { ownerOf, names: () => NAMES }

async function remember(registry: Registry): Promise<Then> {
  const views = new Map<string, View>()
  for await (const view of registry.catalogue.views()) views.set(view.id, view)
  const heads = registry.heads().filter(({ log, accepted }) => log.aud === 1 && accepted.seq > 0)
  const like = await SearchIndex.open(await openStore(memory()), readerOf(views), AROUND)
  const texts = heads.map(({ log, accepted }) => `${log.ns}.${log.writer}.${accepted.seq}`)
  return { heads: `heads:${texts.join(',')}`, views, like }
}

/** Every page of a query as of a moment. */
async function pagesOf(registry: Registry, query: Query, at: Moment): Promise<readonly Page[]> {
  const pages: Page[] = []
  for (let after: string | null | undefined; after !== null; ) {
    const asked = { ...query, ...(after === undefined ? {} : { after }) }
    const page = await registry.catalogue.query(asked, at)
    pages.push(page)
    after = page.next
  }
  return pages
}

async function check(registry: Registry, query: Query, then: Then): Promise<void> {
  const where = `${JSON.stringify(query)} as of ${then.heads}`
  const at = await registry.catalogue.moment(then.heads)
  const pages = await pagesOf(registry, query, at)
  const expected = bruteForce(then.views.values(), query, ownerOf, NAMES)
  const items = pages.flatMap((page) => page.items)
  expect(items.map(({ id }) => id).sort(), where).to.deep.equal(expected.ids)
  for (const page of pages) {
    expect(page.total, where).to.equal(expected.ids.length)
    for (const [name, counts] of expected.facets) {
      const found = new Map((page.facets[name] ?? []).map(({ value, count }) => [value, count]))
      expect(found, `${name} of ${where}`).to.deep.equal(counts)
    }
  }
  const rebuilt = await then.like.query({ ...query, limit: PAGE_RECORDS_MAX })
  expect(items, where).to.deep.equal(rebuilt.items)
}

function changeOf(draw: Draw, ns: number, version: number): Change {
  const { kind, local, fields } = generateView(draw, ns, `r${draw(RECORDS)}`, version)
  const rec = `${kind}/${local}`
  if (draw(9) === 0) return { rec, remove: Object.keys(fields) }
  return { rec, set: fields, ...(draw(4) === 0 ? { beside: true } : {}) }
}

/** Three writers that hear of each other now and then, and one who hears everything. */
class Writers {
  readonly #draw: Draw
  readonly #replicas: readonly TestReplica[]
  #version = 0

  private constructor(draw: Draw, replicas: readonly TestReplica[]) {
    this.#draw = draw
    this.#replicas = replicas
  }

  static async open(draw: Draw): Promise<Writers> {
    return new Writers(
      draw,
      await Promise.all(WRITERS.map((writer) => openReplica(federation, writer))),
    )
  }

  /** One of them writes, and tells the listener at once or later. */
  async write(listener: Registry): Promise<void> {
    const draw = this.#draw
    const at = draw(WRITERS.length)
    const { ns } = WRITERS[at] as (typeof WRITERS)[number]
    const { registry, clock } = this.#replicas[at] as TestReplica
    clock.ms += 1 + draw(50_000)
    const changes = Array.from({ length: 1 + draw(6) }, () => changeOf(draw, ns, this.#version++))
    const byRec = new Map(changes.map((change) => [change.rec, change]))
    await registry.write({ ns, aud: 1, actor: '', changes: [...byRec.values()] })
    if (draw(3) > 0) await tell(registry, listener)
    if (draw(3) === 0) await tell(listener, registry)
  }
}

async function tell(from: Registry, to: Registry): Promise<void> {
  for await (const commit of allCommits(from)) await to.accept([commit])
}

describe('search in the catalogue as it was', () => {
  it('[TT6] finds at every moment what a scan of the records of then finds, in their order', async function () {
    this.timeout(60_000 + SEEDS * 20_000)
    for (let seed = 1; seed <= SEEDS; seed++) {
      const draw = createChance(400 + seed)
      const writers = await Writers.open(draw)
      const { registry } = await openReplica(federation)
      const moments: Then[] = []
      for (let step = 0; step < STEPS; step++) {
        await writers.write(registry)
        const now = await remember(registry)
        if (now.heads !== 'heads:') moments.push(now)
        if (draw(6) === 0) await registry.reindex()
        const then = moments[draw(moments.length)]
        for (let i = 0; then !== undefined && i < QUERIES; i++) {
          await check(registry, generateQuery(draw), then)
          if (draw(4) === 0) await writers.write(registry)
        }
      }
    }
  })

  it('[TT9] finds nothing by the words of what was erased since, also where it was found before', async () => {
    const { registry, clock } = await openReplica(federation, { client: 1, seed: 1 })
    const write = async (...changes: readonly Change[]): Promise<void> => {
      clock.ms += 1_000
      await registry.write({ ns: 1, aud: 1, actor: '', changes })
    }
    await write({
      rec: 'resource/a',
      set: { 'title/en': 'rivers', 'contact/phone': 'ask Wang Xiaoming' },
    })
    const { heads } = await remember(registry)
    await write({ rec: 'resource/a', set: { 'title/en': 'lakes', 'contact/phone': 'ask us' } })
    const totalThen = async (q: string): Promise<number> => {
      const at = await registry.catalogue.moment(heads)
      return (await registry.catalogue.query({ q }, at)).total
    }
    expect(await totalThen('Xiaoming')).to.equal(1)
    expect(await totalThen('rivers')).to.equal(1)
    const order = { ns: 1, rec: 'resource/a', path: 'contact/phone', order: 'order 1', actor: '' }
    await registry.erasing.order(order)
    expect(await totalThen('Xiaoming')).to.equal(0)
  })
})
