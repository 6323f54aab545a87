import { expect } from 'chai'
import { type Answer, createTestNode, FIELDS, json, type TestNode } from '../test-node.ts'

describe('writing over HTTP', () => {
  let node: TestNode
  let path: string
  let count = 0

  before(async () => {
    node = await createTestNode()
  })
  after(() => node.close())
  beforeEach(async () => {
    count += 1
    const body = { kind: 'service', local: `r${count}`, fields: FIELDS }
    const made = await node.own('/api/v1/records', json('POST', body))
    path = `/api/v1/records/${made.body.id}`
  })

  const patch = (body: unknown, etag?: string, query = ''): Promise<Answer> =>
    node.own(path + query, json('PATCH', body, etag === undefined ? {} : { 'if-match': etag }))
  const etag = async (): Promise<string> => (await node.get(path)).body.etag
  const digest = async (): Promise<string> =>
    (await node.get('/api/v1/status')).body.catalogue.digest

  it('[HT13] lets nobody write without the access key', async () => {
    const before = await digest()
    const writes: readonly (readonly [string, RequestInit])[] = [
      [path, json('PATCH', { set: { license: 'x' } }, { 'if-match': await etag() })],
      [path, json('PUT', { fields: {} }, { 'if-match': await etag() })],
      ['/api/v1/records', json('POST', { kind: 'service', fields: FIELDS })],
      ['/api/v1/imports', { method: 'POST', body: '{}' }],
      ['/api/v1/admissions', json('POST', [])],
      ['/api/v1/verify', { method: 'POST' }],
      ['/api/v1/ticket', {}],
      ['/api/v1/export', {}],
    ]
    for (const [at, init] of writes) {
      for (const authorization of [undefined, 'Bearer wrong', `Basic ${node.key}`, 'Bearer ']) {
        const headers = { ...init.headers, ...(authorization ? { authorization } : {}) }
        const { status, body } = await node.get(at, { ...init, headers })
        expect([status, body.code], at).to.deep.equal([401, 'MULU_AUTHENTICATION'])
      }
    }
    expect(await digest()).to.equal(before)
  })

  it('[HT14] asks for the version a change was made on', async () => {
    for (const method of ['PATCH', 'PUT']) {
      const answer = await node.own(path, json(method, method === 'PUT' ? { fields: FIELDS } : {}))
      expect([answer.status, answer.body.code]).to.deep.equal([428, 'MULU_IF_MATCH_MISSING'])
    }
  })

  it('[HT15] refuses a version that was never shown here', async () => {
    for (const unknown of [`"${'0'.repeat(32)}"`, '"nonsense"', '*', 'W/"x"']) {
      const { status, body } = await patch({ set: { license: 'x' } }, unknown)
      expect([status, body.code], unknown).to.deep.equal([412, 'MULU_BASE_UNKNOWN'])
    }
  })

  it('[HT16] refuses a stale change of a touched field with both values, and saves nothing', async () => {
    const old = await etag()
    expect((await patch({ set: { 'title/en': 'Second' } }, old)).status).to.equal(200)
    const before = await digest()
    const stale = await patch({ set: { 'title/en': 'Third', license: 'x' } }, old)
    expect([stale.status, stale.body.code]).to.deep.equal([409, 'MULU_STALE'])
    expect(stale.body.conflicts).to.have.length(1)
    const [conflict] = stale.body.conflicts
    expect(conflict).to.include({ path: 'title/en', yours: 'Third' })
    expect(conflict.current[0]).to.include({ value: 'Second', client: 1, removed: false })
    expect(conflict.current[0].commit).to.match(/^sha256:/)
    expect(conflict.base[0].atMs).to.be.at.most(conflict.current[0].atMs)
    expect(await digest()).to.equal(before)
  })

  it('[HT17] accepts a change on an older version when others changed other fields', async () => {
    const old = await etag()
    await patch({ set: { 'title/en': 'Second' } }, old)
    const merged = await patch({ set: { license: 'CC0' } }, old)
    expect(merged.status).to.equal(200)
    expect(merged.body.fields).to.include({ 'title/en': 'Second', license: 'CC0' })
    expect(merged.headers.get('etag')).to.equal(merged.body.etag)
  })

  it('[HT18] sets and removes fields; a removed field is gone and its removal has an author', async () => {
    const { body } = await patch({ set: { license: 'CC0' }, remove: ['title/en'] }, await etag())
    expect(body.fields).to.include({ license: 'CC0' }).and.not.have.property('title/en')
    const { body: provenance } = await node.get(`${path}/provenance`)
    const removed = provenance.fields.find((f: { path: string }) => f.path === 'title/en')
    expect(removed).to.include({ removed: true, superseded: 1 })
    expect(removed.source.client).to.equal(1)
  })

  it('[HT19] replaces a whole record: fields left out are removed', async () => {
    const fields = { 'title/en': 'Other', 'description/en': 'Text', state: 'withdrawn' }
    const { status, body } = await node.own(
      path,
      json('PUT', { fields }, { 'if-match': await etag() }),
    )
    expect(status).to.equal(200)
    expect(body.fields).to.deep.equal(fields)
    const listed = await node.get('/api/v1/records?q=Other')
    expect(listed.body.total, 'withdrawn records are not listed').to.equal(0)
    expect((await node.get('/api/v1/records?q=Other&state=all')).body.total).to.equal(1)
  })

  it('[HT20] makes a record at a new address, and never over another one', async () => {
    const body = { kind: 'resource', fields: FIELDS }
    const made = await node.own('/api/v1/records', json('POST', body))
    expect(made.status).to.equal(201)
    const location = made.headers.get('location') ?? ''
    expect(location).to.equal(`/api/v1/records/${made.body.id}`)
    expect((await node.get(location)).body.fields).to.deep.equal(FIELDS)
    const again = { kind: 'resource', local: made.body.local, fields: FIELDS }
    const second = await node.own('/api/v1/records', json('POST', again))
    expect([second.status, second.body.code]).to.deep.equal([409, 'MULU_RECORD_EXISTS'])
  })

  it('[HT21] writes nothing into a namespace of somebody else', async () => {
    const init = json('PATCH', { set: { license: 'x' } }, { 'if-match': await etag() })
    const { status, body } = await node.own('/api/v1/records/2/service/r1', init)
    expect(status).to.be.oneOf([403, 404])
    expect(body.code).to.be.oneOf(['MULU_GRANT_MISSING', 'MULU_RECORD_NOT_FOUND'])
  })

  it('[HT22] refuses bodies that are no JSON, of another shape, or with a bad path', async () => {
    const at = { 'if-match': await etag() }
    const wrong: readonly (readonly [RequestInit, number, string])[] = [
      [{ ...json('PATCH', {}, at), body: '{' }, 400, 'MULU_JSON'],
      [json('PATCH', [], at), 400, 'MULU_JSON'],
      [json('PATCH', { sets: {} }, at), 400, 'MULU_JSON'],
      [json('PATCH', { set: 1 }, at), 400, 'MULU_JSON'],
      [json('PATCH', { remove: 'title/en' }, at), 400, 'MULU_JSON'],
      [json('PATCH', { set: { 'a b': 1 } }, at), 422, 'MULU_PATH'],
      [json('PATCH', { set: { 'a/b/c/d/e': 1 } }, at), 422, 'MULU_PATH'],
      [{ method: 'PATCH', headers: at, body: 'text' }, 400, 'MULU_JSON'],
    ]
    for (const [init, status, code] of wrong) {
      const answer = await node.own(path, init)
      expect([answer.status, answer.body.code], String(init.body)).to.deep.equal([status, code])
    }
  })

  it('[HT23] refuses a value or a body over its limit and says the limit', async () => {
    const value = await patch({ set: { license: 'x'.repeat(16_385) } }, await etag())
    expect([value.status, value.body.code]).to.deep.equal([413, 'MULU_LIMIT'])
    expect(value.body).to.include({ path: 'license', limit: 16_384 })
    const body = await patch({ set: { license: 'x'.repeat(1_100_000) } }, await etag())
    expect([body.status, body.body.code]).to.deep.equal([413, 'MULU_LIMIT'])
  })

  it('[HT24] makes no commit for a change that changes nothing', async () => {
    const commits = async (): Promise<number> =>
      (await node.get('/api/v1/status')).body.heads.commits
    const before = await commits()
    expect((await patch({}, await etag())).status).to.equal(200)
    const same = json('PUT', { fields: FIELDS }, { 'if-match': await etag() })
    expect((await node.own(path, same)).status).to.equal(200)
    expect(await commits()).to.equal(before)
  })
})
