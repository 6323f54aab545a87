import { expect } from 'chai'
import { createTestNode, dataset, FIELDS, feed, json, type TestNode } from '../test-node.ts'

type TestAnswer = {
  readonly total: number
  readonly past: unknown
  readonly help: { readonly missing: readonly string[]; readonly steps: readonly unknown[] } | null
  readonly items: readonly {
    readonly id: string
    readonly title: Readonly<Record<string, string>>
    readonly marks?: { readonly title: Readonly<Record<string, unknown>> }
  }[]
}

const LONG_AGO = '2001-01-01'

describe('the past over HTTP', () => {
  let node: TestNode
  let id: string
  let first: string

  before(async () => {
    node = await createTestNode()
    const made = await node.own(
      '/api/v1/records',
      json('POST', { kind: 'resource', local: 'levels', fields: FIELDS }),
    )
    id = made.body.id
    first = (await node.get(`/api/v1/records/${id}?asOf=2999-01-01`)).body.past.heads
    await node.own(
      `/api/v1/records/${id}`,
      json('PATCH', { set: { 'title/en': 'Renamed' } }, { 'if-match': made.body.etag }),
    )
    await node.own('/api/v1/imports', { method: 'POST', body: feed(dataset('d1'), dataset('d2')) })
  })
  after(() => node.close())

  it('[HT74] shows a record with its fields, authors and history as it was', async () => {
    const { body: now } = await node.get(`/api/v1/records/${id}`)
    expect([now.fields['title/en'], now.past]).to.deep.equal(['Renamed', null])
    const { body: then } = await node.get(`/api/v1/records/${id}?asOf=${first}`)
    expect(then.fields['title/en']).to.equal('River levels')
    expect(then.past).to.deep.equal({ atMs: null, heads: first })
    const { body: history } = await node.get(`/api/v1/records/${id}/history?asOf=${first}`)
    expect(history.items).to.have.length(1)
    const { body: provenance } = await node.get(`/api/v1/records/${id}/provenance?asOf=${first}`)
    const titles = provenance.fields.filter((each: { path: string }) => each.path === 'title/en')
    expect(titles[0].value).to.equal('River levels')
    const absent = await node.get(`/api/v1/records/${id}?asOf=${LONG_AGO}`)
    expect([absent.status, absent.body.code]).to.deep.equal([404, 'MULU_RECORD_NOT_FOUND'])
  })

  it('[HT74] takes days, times with a zone and heads, and says what else it cannot read', async () => {
    for (const asOf of ['2999-01-01', '2999-01-01T10:00Z', '2999-01-01T10:00:00%2B08:00', first]) {
      const { status } = await node.get(`/api/v1/records/${id}?asOf=${asOf}`)
      expect(status, asOf).to.equal(200)
    }
    for (const asOf of ['yesterday', '2024-13-01', '2024-01-01T10:00', 'heads:', 'sha256:00']) {
      const { status, body } = await node.get(`/api/v1/records/${id}?asOf=${asOf}`)
      expect([status, body.details?.parameter], asOf).to.deep.equal([400, 'asOf'])
    }
  })

  it('[HT76] searches as of a day, a time or heads, and says which moment it was; nobody misses what was not there', async () => {
    const search = async (query: string): Promise<TestAnswer> =>
      (await node.get(`/api/v1/records?${query}`)).body
    expect(await search('q=renamed')).to.include({ total: 1, past: null })
    const then = await search(`q=levels&asOf=${first}`)
    expect(then.items.map((item) => [item.id, item.title['en']])).to.deep.equal([
      [id, 'River levels'],
    ])
    expect(then.items[0]?.marks?.title['en']).to.deep.equal([[6, 12]])
    expect(then.past).to.deep.equal({ atMs: null, heads: first })
    expect((await search(`asOf=${first}`)).total).to.equal(1)
    expect((await search('asOf=2999-01-01&state=all')).total).to.equal(3)
    const none = await search(`q=renamed&asOf=${first}`)
    expect([none.total, none.help?.missing]).to.deep.equal([0, ['renamed']])
    expect((await search(`q=renamed&asOf=${LONG_AGO}`)).help?.steps).to.deep.equal([])
    const missed = await node.own('/api/v1/empty-searches')
    expect(missed.body.items).to.deep.equal([])
    const { status, body } = await node.get('/api/v1/records?asOf=yesterday')
    expect([status, body.details?.parameter]).to.deep.equal([400, 'asOf'])
  })

  it('[HT75] tells the difference between two moments, agency by agency', async () => {
    const { body } = await node.get(`/api/v1/differences?from=${first}`)
    expect(body.from.heads).to.equal(first)
    expect(body.items).to.have.length(1)
    const [item] = body.items
    expect(item).to.include({ added: 2, changed: 1, withdrawn: 0, published: 0, removed: 0 })
    expect(item.agency.code).to.equal('CN-TEST')
    expect(item.records).to.deep.include({ id, fate: 'changed' })
    const { body: all } = await node.get(`/api/v1/differences?from=${LONG_AGO}&agency=1`)
    expect(all.items[0].added).to.equal(3)
    expect((await node.get('/api/v1/differences?agency=9')).body.items).to.deep.equal([])
    const { body: none } = await node.get(`/api/v1/differences?from=${body.to.heads}`)
    expect(none.items).to.deep.equal([])
  })
})
