import { expect } from 'chai'
import { create } from 'xmlbuilder2'
import { createTestNode, dataset, FIELDS, feed, json, type TestNode } from '../test-node.ts'

type Entry = { readonly id: string; readonly title: unknown; readonly updated: string }

describe('searches as Atom feeds', () => {
  let node: TestNode

  before(async () => {
    node = await createTestNode()
    const datasets = Array.from({ length: 3 }, (_, i) => dataset(`d${i}`))
    await node.own('/api/v1/imports', { method: 'POST', body: feed(...datasets) })
  })
  after(() => node.close())

  // The library gives texts as they stand in the document.
  const plain = (_: string, value: unknown): unknown =>
    typeof value === 'string'
      ? value.replace(/&lt;/gu, '<').replace(/&gt;/gu, '>').replace(/&amp;/gu, '&')
      : value
  // biome-ignore lint/suspicious/noExplicitAny: a document of many shapes
  const parsed = (text: string): any => JSON.parse(create(text).end({ format: 'json' }), plain)
  const entriesOf = (text: string): readonly Entry[] => [parsed(text).feed.entry ?? []].flat()

  it('[HT72] hold what the search finds, with ids that stay', async () => {
    const { status, text, headers } = await node.get('/feed.atom?q=dataset&kind=resource')
    expect(status).to.equal(200)
    expect(headers.get('content-type')).to.match(/^application\/atom\+xml/)
    const document = parsed(text).feed
    expect(document['@xmlns']).to.equal('http://www.w3.org/2005/Atom')
    expect(document.id).to.match(/^urn:uuid:[0-9a-f-]{36}$/)
    expect(Date.parse(document.updated)).to.be.greaterThan(0)
    const entries = entriesOf(text)
    expect(entries).to.have.length(3)
    for (const { id, updated } of entries) {
      expect(id).to.match(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8/)
      expect(Date.parse(updated)).to.be.at.most(Date.parse(document.updated))
    }
    const other = await node.get('/feed.atom?kind=resource&q=dataset&lang=en&limit=2')
    expect(parsed(other.text).feed.id).to.equal(document.id)
    const kept = entriesOf(other.text).map(({ id }) => id)
    expect(entries.map(({ id }) => id).slice(0, 2)).to.deep.equal(kept)
    const apart = await node.get('/feed.atom?q=rivers')
    expect(parsed(apart.text).feed.id).not.to.equal(document.id)
  })

  it('[HT72] lead to the next entries, and refuse what they do not know', async () => {
    const { text } = await node.get('/feed.atom?kind=resource&limit=2')
    const next = parsed(text).feed.link.find((link: { '@rel': string }) => link['@rel'] === 'next')
    const rest = await node.get(String(next['@href']).replace(node.url, ''))
    expect(entriesOf(rest.text)).to.have.length(1)
    expect((await node.get('/feed.atom?sort=title')).body.code).to.equal('MULU_QUERY')
  })

  it('[HT72] are 304 until something changes, and then have a new stamp', async () => {
    const ask = (etag: string) =>
      node.get('/feed.atom?q=glacier', { headers: { 'if-none-match': etag } })
    const empty = await node.get('/feed.atom?q=glacier')
    const etag = empty.headers.get('etag') ?? ''
    expect((await ask(etag)).status).to.equal(304)
    const title = 'Glacier <melt> & "more" \u0001'
    const made = await node.own(
      '/api/v1/records',
      json('POST', {
        kind: 'resource',
        local: 'glacier',
        fields: { ...FIELDS, 'title/en': title },
      }),
    )
    expect(made.status).to.equal(201)
    const changed = await node.get('/feed.atom?q=glacier&lang=en', {
      headers: { 'if-none-match': etag },
    })
    expect(changed.status).to.equal(200)
    const [entry] = entriesOf(changed.text)
    expect(JSON.stringify(entry?.title)).to.include('Glacier <melt> & \\"more\\"')
    expect(parsed(changed.text).feed.updated).to.equal(entry?.updated)
    expect(Date.parse(entry?.updated ?? '')).to.be.greaterThan(
      Date.parse(parsed(empty.text).feed.updated),
    )
  })
})
