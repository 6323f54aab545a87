import { FILTERS } from '@mulu/registry-core'
import { expect } from 'chai'
import { createTestNode, dataset, FIELDS, feed, json, type TestNode } from '../test-node.ts'

describe('reading over HTTP', () => {
  let node: TestNode
  let id: string

  before(async () => {
    node = await createTestNode()
    const datasets = Array.from({ length: 25 }, (_, i) =>
      dataset(`d${i}`, i % 5 === 0 ? { accessLevel: 'non-public' } : {}),
    )
    await node.own('/api/v1/imports', { method: 'POST', body: feed(...datasets) })
    const made = await node.own(
      '/api/v1/records',
      json('POST', { kind: 'service', local: 'rivers', fields: FIELDS, reason: 'first' }),
    )
    id = made.body.id
  })
  after(() => node.close())

  it('[HT1] answers reads of the public without a key', async () => {
    for (const path of ['status', 'peers', 'agencies', 'roster', 'records', `records/${id}`]) {
      expect((await node.get(`/api/v1/${path}`)).status, path).to.equal(200)
    }
  })

  it('[HT2] tells in the status who the node is and what it holds', async () => {
    const { body } = await node.get('/api/v1/status')
    expect(body.federation.name).to.equal('Test federation')
    expect(body.agency).to.include({ id: 1, code: 'CN-TEST', region: '440000' })
    expect(body.node).to.include({ role: 'coordinator', offline: true, admitted: true })
    expect(body.writer.client).to.equal(1)
    expect(body.writer.key).to.match(/^ed25519:[0-9a-f]{64}$/)
    expect(body.roster).to.include({ version: 1, agencies: 1, writers: 1 })
    expect(body.catalogue).to.include({ records: 26, published: 26, conflicts: 0 })
    expect(body.catalogue.digest).to.match(/^sha256:[0-9a-f]{64}$/)
    expect(body.profile.id).to.equal('cn-gov')
    expect(body.asOf).to.include({ nodes: 1, heard: 1, agree: 1 })
    expect(body.peers).to.have.length(1)
    expect(body.peers[0]).to.include({ self: true, agrees: true, role: 'coordinator' })
  })

  it('[HT3] lists agencies with counts, and the roster with its history', async () => {
    const { body: agencies } = await node.get('/api/v1/agencies')
    expect(agencies.items).to.have.length(1)
    expect(agencies.items[0]).to.include({ code: 'CN-TEST', records: 26, nodes: 1 })
    expect(agencies.items[0].regionName).to.have.all.keys('zh-Hans', 'en')
    const { body: roster } = await node.get('/api/v1/roster')
    expect(roster.roots).to.include({ threshold: 2 })
    expect(roster.roots.keys).to.have.length(3)
    expect(roster.writers[0].grants[0].rights).to.deep.equal(['describe', 'classify', 'erase'])
    expect(roster.history.map((h: { version: number }) => h.version)).to.deep.equal([1])
    expect(roster.history[0].changes.map((c: { type: string }) => c.type)).to.include('agency')
  })

  it('[SR22] tells of each agency a digest of what is indexed, the one that a verification finds', async () => {
    const { body: agencies } = await node.get('/api/v1/agencies')
    const { body: verified } = await node.own('/api/v1/verify', { method: 'POST' })
    const [{ digest, indexed }] = verified.index
    expect(agencies.items[0].indexDigest).to.match(/^[0-9a-f]{16}$/)
    expect([digest, indexed]).to.deep.equal(Array(2).fill(agencies.items[0].indexDigest))
  })

  it('[HT4] filters by "or" within a filter and "and" between filters', async () => {
    const total = async (query: string): Promise<number> =>
      (await node.get(`/api/v1/records?${query}`)).body.total
    expect(await total('kind=resource')).to.equal(25)
    expect(await total('kind=service')).to.equal(1)
    expect(await total('kind=resource,service')).to.equal(26)
    expect(await total('kind=resource&kind=service')).to.equal(26)
    expect(await total('kind=resource&openness=closed')).to.equal(5)
    expect(await total('kind=service&openness=closed')).to.equal(0)
    expect(await total('q=河流')).to.equal(1)
    expect(await total('q=nowhere')).to.equal(0)
  })

  it('[HT58] suggests names, keywords and records to somebody who types', async () => {
    const suggested = async (typed: string): Promise<readonly { type: string }[]> =>
      (await node.get(`/api/v1/suggestions?q=${encodeURIComponent(typed)}`)).body.items
    const agency = {
      type: 'name',
      filter: 'agency',
      value: '1',
      label: { 'zh-Hans': '测试中心', en: 'Test Office' },
    }
    for (const typed of ['test of', '测试', 'ceshi', 'cszx', 'CN-TEST']) {
      expect(await suggested(typed), typed).to.deep.include(agency)
    }
    expect(await suggested('wat')).to.deep.include({
      type: 'keyword',
      text: 'water',
      language: 'en',
    })
    expect(await suggested('hlsw')).to.deep.include({
      type: 'record',
      id,
      title: { en: 'River levels', 'zh-Hans': '河流水位' },
    })
    expect(await suggested('')).to.deep.equal([])
    expect(await suggested('"')).to.deep.equal([])
    const { status, body } = await node.get(`/api/v1/suggestions?q=${'x'.repeat(2_000)}`)
    expect([status, body.code]).to.deep.equal([400, 'MULU_QUERY'])
  })

  it('[HT47] tells the words of a search and where they stand in what it shows', async () => {
    const { body } = await node.get(`/api/v1/records?q=${encodeURIComponent('河流')}`)
    expect(body.words).to.deep.equal(['河流'])
    expect(body.help).to.equal(null)
    const [item] = body.items
    const title: string = item.title['zh-Hans']
    const marked = item.marks.title['zh-Hans'].map(([start, end]: [number, number]) =>
      title.slice(start, end),
    )
    expect(marked).to.deep.equal(['河流'])
    const { body: all } = await node.get('/api/v1/records')
    expect(all.words).to.deep.equal([])
    expect(all.help).to.equal(null)
    expect(all.items[0]).not.to.have.property('marks')
  })

  it('[HT47] names the words that no record has, and the nearest searches with what they find', async () => {
    type Help = {
      readonly missing: readonly string[]
      readonly steps: readonly { readonly kind: string; readonly q: string; total: number }[]
      readonly nearest: readonly { readonly id: string }[]
    }
    const none = async (query: string): Promise<Help> =>
      (await node.get(`/api/v1/records?${query}`)).body.help
    const q = encodeURIComponent
    const misspelt = await none('q=dataset+rivres')
    expect(misspelt.missing).to.deep.equal(['rivres'])
    expect(misspelt.steps).to.deep.equal([
      { kind: 'spelling', word: 'rivres', spelling: 'river', q: 'dataset river', total: 25 },
      { kind: 'word', word: 'rivres', q: 'dataset', total: 25 },
    ])
    expect(misspelt.nearest).to.have.length(5)
    expect((await none(`q=${q('何流')}`)).steps).to.deep.equal([
      { kind: 'spelling', word: '何流', spelling: 'heliu', q: 'heliu', total: 1 },
    ])
    const filtered = await none('q=levels+water&kind=service&openness=closed')
    expect(filtered.missing).to.deep.equal([])
    expect(filtered.steps.map(({ kind, total }) => [kind, total])).to.deep.equal([
      ['alone', 1],
      ['alone', 25],
    ])
    expect((await none('kind=service&openness=closed')).steps).to.deep.equal([
      { kind: 'filter', filter: 'kind', q: '', total: 5 },
      { kind: 'filter', filter: 'openness', q: '', total: 1 },
      { kind: 'filters', q: '', total: 26 },
    ])
  })

  it('[HT47] goes on to parts of a word where no whole word helps', async () => {
    const none = async (q: string) =>
      (await node.get(`/api/v1/records?q=${encodeURIComponent(q)}`)).body.help
    expect((await none('riverxyz')).steps).to.deep.equal([
      { kind: 'part', word: 'riverxyz', q: 'river*', total: 26 },
    ])
    const [part] = (await none('大河流域')).steps
    expect(part).to.include({ kind: 'part', total: 1 })
    expect(await none('qqqqq')).to.deep.equal({ missing: ['qqqqq'], steps: [], nearest: [] })
  })

  it('[HT70] counts searches that found nothing for the holder of the access key, and only those', async () => {
    const empty = async (): Promise<readonly { words: string; count: number }[]> =>
      (await node.own('/api/v1/empty-searches?days=7')).body.items
    const before = await empty()
    const query = 'q=glacier+melting'
    for (const more of ['', '&limit=20', '&limit=1', '&sort=title']) {
      await node.get(`/api/v1/records?${query}${more}`)
    }
    await node.get('/api/v1/suggestions?q=glacier+melting')
    await node.get('/api/v1/records?q=rivers')
    expect(await empty()).to.have.length(before.length + 1)
    expect((await empty())[0]).to.deep.equal({ words: 'glacier melting', count: 3, days: 1 })
    expect((await node.get('/api/v1/empty-searches')).status).to.equal(401)
  })

  it('[HT73] takes days, months and years of the last change, and ranges of them', async () => {
    const total = async (modified: string): Promise<number> =>
      (await node.get(`/api/v1/records?modified=${modified}`)).body.total
    for (const modified of ['2024', '2024-03..', '..2024-03-01', '2023..2024', '2024-03-01']) {
      expect(await total(modified), modified).to.equal(25)
    }
    for (const modified of ['2023', '2024-03-02..', '..2024-02', '2025..2024']) {
      expect(await total(modified), modified).to.equal(0)
    }
    for (const wrong of ['..', '2024..x', '24..25', '2024-03..2024-03-01-01']) {
      const { status, body } = await node.get(`/api/v1/records?modified=${wrong}`)
      expect([status, body.details.parameter], wrong).to.deep.equal([400, 'modified'])
    }
  })

  it('[SR10] takes every declared filter, with what lies below a value, by code or by label', async () => {
    const total = async (query: string): Promise<number> =>
      (await node.get(`/api/v1/records?${query}`)).body.total
    const { facets } = (await node.get('/api/v1/records')).body
    for (const [name, values] of Object.entries(facets)) {
      for (const { value, count } of values as readonly { value: string; count: number }[]) {
        expect(await total(`${name}=${encodeURIComponent(value)}`), `${name} ${value}`).to.equal(
          count,
        )
      }
    }
    expect(await total('region=CN')).to.equal(await total('region=440000'))
    for (const q of [
      'region:440000',
      '地区:广东省',
      'region:guangdong',
      'kind:资源目录 OR kind:service',
    ]) {
      expect(await total(`q=${encodeURIComponent(q)}`), q).to.be.above(0)
    }
    const { body } = await node.get('/openapi.json')
    const names = body.paths['/api/v1/records'].get.parameters.map((p: { name: string }) => p.name)
    expect(names).to.include.members(FILTERS.map(({ name }) => name))
    for (const { name } of FILTERS) {
      expect((await node.get(`/api/v1/records?${name}=nothing`)).status, name).to.equal(200)
    }
  })

  it('[HT5] counts facets with labels in both languages, each ignoring its own filter', async () => {
    const { body } = await node.get('/api/v1/records?kind=service')
    expect(body.facets).to.have.all.keys(
      ...[
        'kind',
        'agency',
        'region',
        'theme',
        'sharing',
        'openness',
        'format',
        'frequency',
        'license',
        'has',
      ],
    )
    const counts = body.facets.kind.map((f: { value: string; count: number }) => [f.value, f.count])
    expect(counts).to.deep.equal([
      ['resource', 25],
      ['service', 1],
    ])
    for (const facet of [...body.facets.kind, ...body.facets.openness, ...body.facets.agency]) {
      expect(facet.label, facet.value).to.have.all.keys('zh-Hans', 'en')
    }
  })

  it('[HT6] walks through all pages by cursor and repeats no record', async () => {
    for (const sort of ['modified', 'title']) {
      const seen: string[] = []
      let next: string | null = ''
      while (next !== null) {
        const after: string = next === '' ? '' : `&after=${encodeURIComponent(next)}`
        const { body } = await node.get(`/api/v1/records?limit=7&sort=${sort}${after}`)
        expect(body.total).to.equal(26)
        seen.push(...body.items.map((item: { id: string }) => item.id))
        next = body.next
      }
      expect(seen).to.have.length(26)
      expect(new Set(seen).size).to.equal(26)
    }
  })

  it('[HT7] refuses an unknown parameter, sort, limit or cursor and names it', async () => {
    const wrong: readonly (readonly [string, string])[] = [
      ['colour=red', 'colour'],
      ['sort=size', 'sort'],
      ['limit=0', 'limit'],
      ['limit=101', 'limit'],
      ['limit=ten', 'limit'],
      ['after=nonsense', 'after'],
      ['limit=1&limit=2', 'limit'],
    ]
    for (const [query, parameter] of wrong) {
      const { status, body, headers } = await node.get(`/api/v1/records?${query}`)
      expect(status, query).to.equal(400)
      expect(headers.get('content-type'), query).to.match(/^application\/problem\+json/)
      expect(body, query).to.include({ code: 'MULU_QUERY', parameter, status: 400 })
    }
    const cursor = (await node.get('/api/v1/records?limit=1&sort=title')).body.next
    const other = await node.get(`/api/v1/records?sort=modified&after=${cursor}`)
    expect(other.body).to.include({ code: 'MULU_QUERY', parameter: 'after' })
    expect((await node.get('/api/v1/status?x=1')).body.parameter).to.equal('x')
  })

  it('[HT8] shows a record flat, with an ETag that is also in the body', async () => {
    const { body, headers } = await node.get(`/api/v1/records/${id}`)
    expect(body).to.include({ id, namespace: 1, kind: 'service', local: 'rivers' })
    expect(body.fields).to.deep.equal(FIELDS)
    expect(body.conflicts).to.deep.equal([])
    expect(body.agency.name).to.deep.equal({ 'zh-Hans': '测试中心', en: 'Test Office' })
    expect(headers.get('etag')).to.equal(body.etag)
    expect(body.etag).to.match(/^"[0-9a-f]+"$/)
    expect(body.asOf.nodes).to.equal(1)
  })

  it('[HT9] tells for every field who set it, when, where and in which commit', async () => {
    const { body } = await node.get(`/api/v1/records/${id}/provenance`)
    expect(body.fields.map((f: { path: string }) => f.path)).to.have.members(Object.keys(FIELDS))
    for (const { source, removed } of body.fields) {
      expect(removed).to.equal(false)
      expect(source).to.include({ client: 1, roster: 1, reason: 'first', office: null })
      expect(source.commit).to.match(/^sha256:[0-9a-f]{64}$/)
      expect(source.agency).to.deep.include({ id: 1 })
      expect(source.atMs).to.be.at.most(Date.now())
    }
  })

  it('[HT10] lists what happened to a record, newest first', async () => {
    const before = await node.get(`/api/v1/records/${id}`)
    const change = json(
      'PATCH',
      { set: { license: 'CC-BY-4.0' }, reason: 'licence' },
      { 'if-match': before.body.etag },
    )
    expect((await node.own(`/api/v1/records/${id}`, change)).status).to.equal(200)
    const { body } = await node.get(`/api/v1/records/${id}/history`)
    expect(body.items.map((i: { reason: string }) => i.reason)).to.deep.equal(['licence', 'first'])
    expect(body.items[0]).to.deep.include({ paths: ['license'], outcome: 'in force', code: null })
    const conflicts = await node.get(`/api/v1/records/${id}/conflicts`)
    expect(conflicts.body).to.deep.equal({ items: [] })
  })

  it('[HT11] tells an absent record from an id that is none', async () => {
    for (const tail of ['', '/provenance', '/history', '/conflicts']) {
      const absent = await node.get(`/api/v1/records/1/service/absent${tail}`)
      expect([absent.status, absent.body.code]).to.deep.equal([404, 'MULU_RECORD_NOT_FOUND'])
      const none = await node.get(`/api/v1/records/x/service/absent${tail}`)
      expect([none.status, none.body.code]).to.deep.equal([400, 'MULU_RECORD_ID'])
    }
  })

  it('[HT12] gives changes as lines that can be resumed after any of them', async () => {
    const all = (await node.get('/api/v1/changes')).body as { id: string; next: string }[]
    expect(all).to.have.length(26)
    const cut = all[9]?.next ?? ''
    const rest = (await node.get(`/api/v1/changes?after=${encodeURIComponent(cut)}`)).body
    expect(rest.map((r: { id: string }) => r.id)).to.deep.equal(all.slice(10).map((r) => r.id))
    const last = encodeURIComponent(all.at(-1)?.next ?? '')
    expect((await node.get(`/api/v1/changes?after=${last}`)).body).to.deep.equal([])
    const wrong = await node.get('/api/v1/changes?after=!')
    expect(wrong.body).to.include({ code: 'MULU_QUERY', parameter: 'after' })
  })
})

describe('records related to one over HTTP', () => {
  it('[HT71] are listed with agency and title, the nearest first', async () => {
    const node = await createTestNode()
    try {
      const glaciers = ['glacier extent', 'glacier melt rate', 'melt rate in rivers']
      const titled = glaciers.map((title, i) => dataset(`g${i}`, { title }))
      const others = Array.from({ length: 20 }, (_, i) => dataset(`d${i}`))
      await node.own('/api/v1/imports', { method: 'POST', body: feed(...titled, ...others) })
      const { body } = await node.get('/api/v1/records?q=glacier+melt')
      const one: string = body.items[0].id
      const { body: related } = await node.get(`/api/v1/records/${one}/related?limit=1`)
      expect(related.items).to.have.length(1)
      expect(related.items[0].title).to.deep.equal({ en: 'melt rate in rivers' })
      expect(related.items[0].agency.code).to.equal('CN-TEST')
      expect((await node.get('/api/v1/records/1/resource/absent/related')).status).to.equal(404)
    } finally {
      await node.close()
    }
  })
})
