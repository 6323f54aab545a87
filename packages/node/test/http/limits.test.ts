import { once } from 'node:events'
import { type ClientRequest, request } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { createTestNode, dataset, FIELDS, feed, json, type TestNode } from '../test-node.ts'

const RECORDS = '/api/v1/records'

describe('limits of the HTTP server', () => {
  let node: TestNode

  before(async () => {
    node = await createTestNode()
  })
  after(() => node.close())

  const commits = async (): Promise<number> => (await node.get('/api/v1/status')).body.heads.commits
  const send = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
    node.own('/api/v1/imports', { method: 'POST', body: body as string, headers })

  /** A request whose body is still to come. */
  function open(path: string): ClientRequest {
    const sent = request(node.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${node.key}`, 'transfer-encoding': 'chunked' },
    })
    sent.flushHeaders()
    return sent
  }

  it('[HT54] refuses a client that asks too often with a code and the time to come again', async () => {
    const rate = { perSecond: 0.5, burst: 3 }
    const small = await createTestNode({ limits: { client: rate } })
    try {
      const ask = (from: string) => small.get(RECORDS, { headers: { 'x-forwarded-for': from } })
      for (let i = 0; i < 3; i++) expect((await ask('192.0.2.1')).status).to.equal(200)
      const { status, body, headers } = await ask('192.0.2.1')
      expect([status, body.code]).to.deep.equal([429, 'MULU_RATE'])
      expect(headers.get('content-type')).to.match(/^application\/problem\+json/)
      expect(headers.get('retry-after')).to.equal('2')
      expect(body.details).to.deep.equal({ retryAfterS: 2 })
      expect((await ask('192.0.2.2')).status).to.equal(200)
      expect((await small.get('/healthz')).status).to.equal(200)
    } finally {
      await small.close()
    }
  })

  it('[HT54] counts a network of IPv6 addresses as one client', async () => {
    const small = await createTestNode({ limits: { client: { perSecond: 0.5, burst: 1 } } })
    try {
      const ask = async (from: string): Promise<number> =>
        (await small.get(RECORDS, { headers: { 'x-forwarded-for': from } })).status
      expect(await ask('2001:db8:1:2::1')).to.equal(200)
      expect(await ask('2001:db8:1:2::2')).to.equal(429)
      expect(await ask('2001:db8:1:3::1')).to.equal(200)
    } finally {
      await small.close()
    }
  })

  it('[HT48] gives whoever brings the key an allowance of its own, and makes guessing dear', async () => {
    const client = { perSecond: 0.5, burst: 10 }
    const small = await createTestNode({ limits: { client, wrongKeyCost: 10 } })
    try {
      const guess = () => small.get('/api/v1/ticket', { headers: { authorization: 'Bearer x' } })
      expect((await guess()).status).to.equal(401)
      const again = await guess()
      expect([again.status, again.body.code]).to.deep.equal([429, 'MULU_RATE'])
      expect((await small.own('/api/v1/ticket')).status).to.equal(200)
    } finally {
      await small.close()
    }
  })

  it('[HT49] refuses a feed that is not UTF-8, names the byte, and writes nothing', async () => {
    const before = await commits()
    const text = feed(dataset('a'))
    const at = text.indexOf('Dataset a')
    const bytes = Buffer.from(text)
    bytes.set([0xb9, 0xab], at)
    const { status, body } = await send(bytes)
    expect([status, body.code]).to.deep.equal([422, 'MULU_FEED_ENCODING'])
    expect(body.details).to.deep.equal({ byte: at })
    expect(await commits()).to.equal(before)
  })

  it('[HT49] refuses a JSON body that is not UTF-8', async () => {
    const body = Buffer.from(JSON.stringify({ kind: 'resource', fields: FIELDS }))
    body[body.indexOf('River')] = 0xff
    const answer = await node.own(RECORDS, { ...json('POST', {}), body: body as unknown as string })
    expect([answer.status, answer.body.code]).to.deep.equal([400, 'MULU_JSON'])
  })

  it('[HT50] refuses a second import while one is under way, and takes it afterwards', async () => {
    const first = open('/api/v1/imports')
    first.write('{"dataset":[')
    // Headers of the first are with the server once it answers another request on a later socket.
    await node.get('/healthz')
    const second = await send(feed(dataset('b')))
    expect([second.status, second.body.code]).to.deep.equal([409, 'MULU_IMPORT_BUSY'])
    expect(second.headers.get('retry-after')).to.match(/^[1-9][0-9]*$/)
    first.end(`${JSON.stringify(dataset('a'))}]}`)
    const [response] = (await once(first, 'response')) as [{ statusCode: number; resume(): void }]
    response.resume()
    await once(first, 'close')
    expect(response.statusCode).to.equal(200)
    expect((await send(feed(dataset('b')))).body).to.include({ added: 1, refused: 0 })
  })

  it('[HT51] answers what express cannot read with a code', async () => {
    const bad: readonly (readonly [Record<string, string>, string | Uint8Array, string])[] = [
      [{ 'content-encoding': 'gzip' }, 'no gzip', 'MULU_REQUEST'],
      [{ 'content-encoding': 'zip' }, 'x', 'MULU_MEDIA_TYPE'],
      [{ 'content-encoding': 'gzip' }, gzipSync('{').subarray(0, 9), 'MULU_REQUEST'],
      [{ 'content-type': 'application/json; charset=x-none' }, '{}', 'MULU_MEDIA_TYPE'],
    ]
    for (const [headers, body, code] of bad) {
      const path = headers['content-type'] === undefined ? '/api/v1/imports' : RECORDS
      const answer = await node.own(path, { method: 'POST', headers, body: body as string })
      expect(answer.body.code, JSON.stringify(headers)).to.equal(code)
      expect(answer.status).to.be.within(400, 415)
    }
  })

  it('[HT51] answers bytes that are no HTTP, and headers over the limit, with a code', async () => {
    const { port } = new URL(node.url)
    const cases: readonly (readonly [string, string])[] = [
      ['nothing like HTTP\r\n\r\n', 'MULU_REQUEST'],
      [`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 'MULU_LIMIT'],
    ]
    for (const [bytes, code] of cases) {
      const socket = connect(Number(port), '127.0.0.1')
      socket.end(bytes)
      let text = ''
      for await (const part of socket) text += String(part)
      expect(text).to.match(/^HTTP\/1\.1 4\d\d /)
      expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).to.include({ code })
    }
    expect((await node.get('/healthz')).status).to.equal(200)
  })

  it('[HT52] packs JSON for those who can read it, and leaves lines as they are', async () => {
    await send(feed(...Array.from({ length: 20 }, (_, i) => dataset(`p${i}`))))
    const list = await packed('/api/v1/records?limit=20')
    expect([list.encoding, list.vary]).to.deep.equal(['gzip', 'Accept-Encoding'])
    expect(list.bytes).to.be.below((await node.get('/api/v1/records?limit=20')).text.length / 2)
    expect((await packed('/api/v1/changes')).encoding).to.equal(undefined)
    const [{ id }] = (await node.get(RECORDS)).body.items
    const etag = (await packed(`${RECORDS}/${id}`)).etag
    expect(etag).to.equal((await node.get(`${RECORDS}/${id}`)).headers.get('etag'))
  })

  it('[HT53] refuses a value that nests too deep in every write', async () => {
    const depth = 100_000
    const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`
    const made = await node.own(RECORDS, json('POST', { kind: 'service', fields: FIELDS }))
    const path = `${RECORDS}/${made.body.id}`
    const before = await commits()
    const writes: readonly (readonly [string, string, string])[] = [
      ['POST', RECORDS, `{"kind":"resource","fields":{"title/en":${deep}}}`],
      ['PATCH', path, `{"set":{"title/en":${deep}}}`],
      ['PUT', path, `{"fields":{"title/en":${deep}}}`],
    ]
    for (const [method, at, body] of writes) {
      const headers = { 'content-type': 'application/json', 'if-match': made.body.etag }
      const answer = await node.own(at, { method, headers, body })
      expect([answer.status, answer.body.code], method).to.deep.equal([400, 'MULU_JSON'])
    }
    expect(await commits()).to.equal(before)
  })

  type Packed = {
    readonly encoding: string | undefined
    readonly vary: string | undefined
    readonly etag: string | undefined
    readonly bytes: number
  }

  /** An answer as it comes over the wire, which `fetch` would unpack. */
  async function packed(path: string): Promise<Packed> {
    const sent = request(node.url + path, { headers: { 'accept-encoding': 'gzip' } }).end()
    const [response] = (await once(sent, 'response')) as [AsyncIterable<Buffer> & Incoming]
    let bytes = 0
    for await (const part of response) bytes += part.length
    const { etag, vary, 'content-encoding': encoding } = response.headers
    return { encoding, vary, etag, bytes }
  }
})

type Incoming = { readonly headers: Record<string, string | undefined> }
