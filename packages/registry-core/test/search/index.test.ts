import { expect } from 'chai'
import type { AgencyCounts, Page } from '../../src/catalogue/catalogue.ts'
import { noCounts } from '../../src/catalogue/counts.ts'
import type { View } from '../../src/record/view.ts'
import type { Database } from '../../src/registry.ts'
import { beginCheck, finishCheck } from '../../src/search/check-index.ts'
import { SORTS } from '../../src/search/cursor.ts'
import { createChance } from '../../testing/history.ts'
import { Bed, freshIndex, memory } from '../../testing/index-bed.ts'
import { generateQuery } from '../../testing/views.ts'

const SEEDS = Number(process.env['RUNS'] ?? 3)
const STEPS = 36
const QUERIES = 20
describe('the index', () => {
  it('[SR1] answers like a scan through inserts, edits, withdrawals, conflicts, crashes and reindexing', async function () {
    this.timeout(60_000 + SEEDS * 20_000)
    for (let seed = 1; seed <= SEEDS; seed++) {
      const draw = createChance(seed)
      const bed = await Bed.open()
      for (let step = 0; step < STEPS; step++) {
        await bed.step(draw)
        const like = await freshIndex(bed.views)
        for (let i = 0; i < QUERIES; i++) await bed.check(generateQuery(draw), undefined, like)
      }
    }
  })

  it('[SR24] ranks by the records that there are, not by older forms that segments still hold', async () => {
    const bed = await Bed.open()
    for (let i = 0; i < 20; i++) await bed.put(`r${i}`, { 'title/en': 'zebra' })
    await bed.index.flush()
    for (let i = 0; i < 12; i++) await bed.put(`r${i}`, { 'title/en': 'common' })
    for (let i = 12; i < 20; i++) await bed.put(`r${i}`, { 'title/en': 'other' })
    await bed.put('rareTitled', { 'title/en': 'zebra list of some more', publisher: 'common' })
    await bed.put('commonTitled', { 'title/en': 'common list', publisher: 'zebra' })
    expect(await bed.order('zebra common')).to.deep.equal(['rareTitled', 'commonTitled'])
  })

  it('[SR1] takes a write once that waited for a new index to take its place', async () => {
    const draw = createChance(5)
    const bed = await Bed.open()
    await bed.put('river', { 'title/en': 'river' })
    const rebuilding = bed.rebuild()
    await Promise.all([rebuilding, ...Array.from({ length: 8 }, () => bed.laterChange(draw))])
    await bed.check({ limit: 50 })
    await bed.change(draw, 'done')
    await bed.check({ limit: 50 })
  })

  it('[SR3] stays whole when the process dies at any write of its work in the background', async function () {
    this.timeout(60_000 + SEEDS * 20_000)
    for (let seed = 1; seed <= SEEDS; seed++) {
      const draw = createChance(1_000 + seed)
      const db = memory()
      const bed = await Bed.open(db)
      for (let step = 0; step < 8; step++) {
        for (let i = 0; i < 4; i++) await bed.change(draw, 'done')
        const restore = failAfter(db, draw(6))
        const outcome = await bed.index.flush().then(
          () => 'done',
          () => 'failed',
        )
        restore()
        if (outcome === 'failed' || draw(3) === 0) await bed.reopen()
        for (let i = 0; i < 4; i++) await bed.check(generateQuery(draw))
      }
    }
  })

  it('[SR4] gives every record once over all pages while others change', async function () {
    this.timeout(60_000)
    const draw = createChance(7)
    const bed = await Bed.open()
    for (let i = 0; i < 20; i++) await bed.change(draw, 'done')
    const untouched = [...bed.views.values()].filter((view) => view.ns !== 1).map((view) => view.id)
    for (const sort of SORTS) {
      const seen: string[] = []
      for (let after: string | null | undefined; after !== null; ) {
        const page = await bed.index.query({
          sort,
          q: 'open OR data OR water',
          limit: 3,
          ...(after === undefined ? {} : { after }),
        })
        seen.push(...page.items.map((item) => item.id))
        after = page.next
        await bed.changeOf(1, draw)
        if (draw(4) === 0) await bed.index.flush()
      }
      const others = seen.filter((id) => untouched.includes(id))
      const all = await bed.pages({ q: 'open OR data OR water', sort, limit: 50 })
      const expected = all.flatMap((page) => page.items).filter((item) => item.ns !== 1)
      expect(others.sort(), sort).to.deep.equal(expected.map((item) => item.id).sort())
    }
  })

  it('[SR21] keeps the order of records of one title over pages, segments and a new index', async () => {
    const bed = await Bed.open()
    for (let i = 0; i < 90; i++) {
      await bed.put(`r${i}`, { 'title/en': ['Same', 'Other', `Own ${i % 40}`][i % 3] as string })
      if (i === 40) await bed.index.flush()
    }
    const walk = async (limit: number): Promise<readonly string[]> => {
      const ids: string[] = []
      for (let after: string | null | undefined; after !== null; ) {
        const page: Page = await bed.index.query({
          sort: 'title',
          limit,
          ...(after === undefined ? {} : { after }),
        })
        ids.push(...page.items.map(({ id }) => id))
        after = page.next
      }
      return ids
    }
    const before = await walk(100)
    expect(new Set(before).size).to.equal(90)
    expect(await walk(7)).to.deep.equal(before)
    await bed.index.flush()
    expect(await walk(1)).to.deep.equal(before)
    await bed.rebuild()
    expect(await walk(100)).to.deep.equal(before)
    const { next } = await bed.index.query({ sort: 'title', limit: 50 })
    await bed.rebuild()
    const rest = await bed.index.query({ sort: 'title', limit: 50, after: next ?? '' })
    expect(rest.items.map(({ id }) => id)).to.deep.equal(before.slice(50))
  })

  it('[SR23] finds texts and no codes by their words', async () => {
    const bed = await Bed.open()
    await bed.put('coded', {
      'title/en': 'Rivers',
      state: 'published',
      frequency: 'daily',
      openness: { type: 'open' },
      sharing: { type: 'conditional', condition: 'on request' },
    })
    await bed.put('titled', { 'title/en': 'Open resource published daily, conditional' })
    for (const q of ['open', 'published', 'daily', 'conditional', 'resource']) {
      expect(await bed.order(q), q).to.deep.equal(['titled'])
    }
    expect(await bed.order('request')).to.deep.equal(['coded'])
  })

  it('[SR5] ranks title over keywords over description over the rest, then rare words and order', async () => {
    const bed = await Bed.open()
    await bed.put('rest', { 'title/en': 'one thing', publisher: 'river' })
    await bed.put('described', { 'title/en': 'one thing', 'description/en': 'on the river' })
    await bed.put('keyed', { 'title/en': 'one thing', 'keyword/en': ['river'] })
    await bed.put('titled', { 'title/en': 'river thing' })
    expect(await bed.order('river')).to.deep.equal(['titled', 'keyed', 'described', 'rest'])
    await bed.put('apart', { 'title/en': 'level of some water' })
    await bed.put('reversed', { 'title/en': 'level water of some' })
    await bed.put('ordered', { 'title/en': 'some of water level' })
    expect((await bed.order('water level'))[0]).to.equal('ordered')
    for (let i = 0; i < 8; i++) await bed.put(`c${i}`, { 'title/en': `common item ${i} and more` })
    await bed.put('rareTitled', { 'title/en': 'zebra list and some more', publisher: 'common' })
    await bed.put('commonTitled', { 'title/en': 'common list and some more', publisher: 'zebra' })
    expect(await bed.order('zebra common')).to.deep.equal(['rareTitled', 'commonTitled'])
    for (const year of ['2019', '2021', '2020']) {
      await bed.put(`y${year}`, { 'title/en': `Gauge ${year} report`, modified: `${year}-03-01` })
    }
    expect(await bed.order('gauge')).to.deep.equal(['y2021', 'y2020', 'y2019'])
  })

  it('[SR12] suggests names, keywords and records by their words, their pinyin and its initials', async () => {
    const bed = await Bed.open()
    const published = { state: 'published' }
    await bed.put('levels', {
      ...published,
      'title/en': 'River levels',
      'title/zh-Hans': '河流水位',
      'keyword/en': ['Riverbed', 'water'],
    })
    await bed.put('same', {
      ...published,
      'title/en': 'Riverbed survey',
      'keyword/en': ['riverbed'],
    })
    await bed.put('hidden', { state: 'withdrawn', 'title/en': 'River withdrawn' })
    await bed.put('rest', { ...published, 'title/en': 'Roads', 'description/en': 'by the river' })
    const suggested = async (typed: string): Promise<readonly string[]> =>
      (await bed.index.suggestions(typed)).map((each) => {
        if (each.type === 'name') return `${each.filter} ${each.value}`
        return each.type === 'keyword' ? each.text : each.id
      })
    expect(await suggested('riv')).to.deep.equal([
      'riverbed',
      '1/resource/same',
      '1/resource/levels',
    ])
    for (const typed of ['河流', 'heliu', 'hlsw', 'heli']) {
      expect(await suggested(typed), typed).to.include('1/resource/levels')
    }
    for (const typed of ['广东', 'guangdong', 'Guangd', 'gds', '廣東']) {
      expect(await suggested(typed), typed).to.include('region 440000')
    }
    for (const typed of ['', ' ', '"', '-', 'r', '*']) {
      expect(await suggested(typed), typed).to.deep.equal([])
    }
  })

  it('[SR20] finds records that share the rare words of one, those of its theme and agency first', async () => {
    const bed = await Bed.open()
    const published = { state: 'published', theme: ['cn:01-07'] }
    const title = (text: string): View['fields'] => ({ ...published, 'title/en': text })
    await bed.put('one', { ...title('Glacier melt survey'), 'keyword/en': ['glacier', 'arctic'] })
    await bed.put('sames', { ...title('Arctic glacier register'), theme: ['cn:02-01'] })
    await bed.put('theme', title('Arctic glacier mapping'))
    await bed.put('twin', title('Arctic glacier mapping'))
    await bed.put('weak', title('Melt in ovens'))
    await bed.put('gone', { ...title('Arctic glacier index'), state: 'withdrawn' })
    await bed.put('chinese', { ...published, 'title/zh-Hans': '冰川消融监测' })
    await bed.put('chinese2', { ...published, 'title/zh-Hans': '北极冰川消融' })
    for (let i = 0; i < 40; i++) await bed.put(`o${i}`, title(`Roads survey ${i % 3}`))
    const related = async (local: string): Promise<readonly string[]> => {
      const view = bed.views.get(`1/resource/${local}`) as View
      return (await bed.index.related(view, 5)).map(({ id }) => id.slice('1/resource/'.length))
    }
    const found = await related('one')
    expect(found).to.have.length(2)
    expect(['theme', 'twin']).to.include(found[0])
    expect(found[1]).to.equal('sames')
    expect(await related('chinese')).to.deep.equal(['chinese2'])
    expect(await related('o1')).not.to.include('o1')
  })

  it('[SR13] finds records by the label of their region, theme and agency, after those with the word', async () => {
    const bed = await Bed.open()
    await bed.put('there', { 'title/en': 'Roads', region: '440300' })
    await bed.put('named', { 'title/en': 'Guangdong', region: '110000' })
    await bed.put('themed', { 'title/en': 'Courts of law', theme: ['cn:01-07'] })
    await bed.put('classed', { 'title/en': 'Roads', theme: ['cn:01-07'] })
    for (const q of ['Guangdong', 'guangdong roads OR guangdong']) {
      expect(await bed.order(q), q).to.have.members(['named', 'there'])
    }
    expect(await bed.order('Guangdong')).to.deep.equal(['named', 'there'])
    for (const q of ['广东省', '广东', '廣東'])
      expect(await bed.order(q), q).to.deep.equal(['there'])
    expect(await bed.order('courts')).to.deep.equal(['themed', 'classed'])
    expect(await bed.order('法院')).to.have.members(['themed', 'classed'])
    expect(await bed.order('"法院"')).to.deep.equal([])
  })

  it('[TX8] reads a word as initials only while no record has it', async () => {
    const bed = await Bed.open()
    await bed.put('sound', { 'title/zh-Hans': '数据共享' })
    expect(await bed.order('sjgx')).to.deep.equal(['sound'])
    await bed.put('word', { 'title/en': 'sjgx' })
    expect(await bed.order('sjgx')).to.deep.equal(['word'])
    await bed.index.flush()
    expect(await bed.order('sjgx')).to.deep.equal(['word'])
    await bed.put('word', { 'title/en': 'other' })
    expect(await bed.order('sjgx')).to.deep.equal(['sound'])
  })

  it('[SR14] answers bad queries or refuses them with a code, and takes no beginning of one letter', async () => {
    const bed = await Bed.open()
    await bed.put('one', { 'title/en': 'alpha "beta', 'keyword/en': ['a'] })
    await bed.put('other', { 'title/en': 'amber' })
    const refused = [
      'x'.repeat(1_048_576),
      '"'.repeat(1_048_576),
      'word '.repeat(10_000),
      Array.from({ length: 100 }, (_, n) => `w${n}`).join(' '),
      '*** ***',
      '""',
      '- -',
      '\u0000\u0001',
    ]
    for (const q of refused) {
      const where = JSON.stringify(q.slice(0, 20))
      const code = await bed.index.query({ q }).then(
        () => 'answered',
        (error: { code?: string }) => error.code,
      )
      expect(code, where).to.equal('MULU_QUERY')
    }
    for (const q of ['"alpha', '“alpha', 'alpha\u0000beta', '-"amber', 'al*', '((alpha))']) {
      expect(await bed.order(q), q).to.deep.equal(['one'])
    }
    expect(await bed.order('a*')).to.deep.equal(['one'])
    expect(await bed.order('*')).to.have.members(['one', 'other'])
  })

  it('[SR6] keeps counts of each agency that equal a count of all records', async function () {
    this.timeout(60_000)
    const draw = createChance(11)
    const bed = await Bed.open()
    for (let step = 0; step < 40; step++) {
      await bed.step(draw)
      expect(bed.index.countsByAgency()).to.deep.equal(countAll(bed.views.values()))
    }
  })

  it('[SR11] answers where an entry stays at odds with its record, and shows the record', async () => {
    const bed = await Bed.open()
    await bed.put('kept', { 'title/en': 'rivers' })
    await bed.put('rotten', { 'title/en': 'rivers' })
    await bed.put('gone', { 'title/en': 'rivers' })
    const view = bed.views.get('1/resource/rotten')
    if (view === undefined) return expect.fail('no view')
    bed.views.set('1/resource/rotten', { ...view, etag: 'another', fields: { 'title/en': 'seas' } })
    bed.views.delete('1/resource/gone')
    for (const sort of SORTS) {
      const page = await bed.index.query({ q: 'rivers', sort })
      const titles = page.items.map(({ id, title }) => [id, title['en']])
      expect(titles.sort(), sort).to.deep.equal([
        ['1/resource/kept', 'rivers'],
        ['1/resource/rotten', 'seas'],
      ])
    }
  })

  it('[SR7] tells which agency has records that are not indexed as they stand', async () => {
    const bed = await Bed.open()
    const draw = createChance(3)
    for (let i = 0; i < 6; i++) await bed.change(draw, 'done')
    const differing = async (): Promise<readonly number[]> => {
      const checks = await finishCheck(beginCheck(bed.reader, bed.index), (ns) => ns)
      return checks.filter((check) => check.digest !== check.indexed).map((check) => check.agency)
    }
    expect(await differing()).to.deep.equal([])
    const [view] = [...bed.views.values()].filter(({ ns }) => ns === 2)
    if (view === undefined) throw new Error('no record')
    bed.views.set(view.id, { ...view, etag: 'newer' })
    expect(await differing()).to.deep.equal([2])
    await bed.index.rebuild(
      (work) => work(),
      () => undefined,
    )
    expect(await differing()).to.deep.equal([])
  })
})

/** The records of a map as an index reads them. */
/** The counts of every agency, by going through all records. */
function countAll(views: Iterable<View>): readonly AgencyCounts[] {
  const byAgency = new Map<number, AgencyCounts>()
  for (const view of views) {
    const before = byAgency.get(view.ns) ?? noCounts(view.ns)
    byAgency.set(view.ns, {
      agency: view.ns,
      records: before.records + 1,
      published: before.published + (view.fields['state'] === 'published' ? 1 : 0),
      withdrawn: before.withdrawn + (view.fields['state'] === 'withdrawn' ? 1 : 0),
      problems: before.problems + view.problems.length,
      conflicts: before.conflicts + view.conflicts.length,
      newestMs: Math.max(before.newestMs, view.updatedMs),
    })
  }
  return [...byAgency.values()].sort((a, b) => a.agency - b.agency)
}

/** Lets so many batches through and refuses all later ones, until it is called off. */
function failAfter(db: Database, batches: number): () => void {
  const batch = db.batch.bind(db)
  let left = batches
  const failing = (...args: Parameters<typeof batch>): ReturnType<typeof batch> => {
    if (left-- > 0) return batch(...args)
    throw new Error('the disk is full')
  }
  Object.assign(db, { batch: failing })
  return () => Object.assign(db, { batch })
}
