import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { initialiseNode } from '../../src/federation/join.ts'
import {
  createTestNode,
  dataset,
  feed,
  json,
  linesOf,
  serveNode,
  type TestNode,
  tempDir,
} from '../test-node.ts'

describe('local operations over HTTP', () => {
  let node: TestNode
  let requests = 0
  const removals: (() => Promise<void>)[] = []

  beforeEach(async () => {
    node = await createTestNode()
  })
  afterEach(async () => {
    await node.close()
    for (const remove of removals.splice(0)) await remove()
  })

  const send = (body: string, query = '') =>
    node.own(`/api/v1/imports${query}`, { method: 'POST', body })
  const commits = async (): Promise<number> => (await node.get('/api/v1/status')).body.heads.commits

  /** The folder and the join request of a newcomer. */
  async function newcomer(office = ''): Promise<readonly [dir: string, request: object]> {
    const [dir, remove] = await tempDir()
    removals.push(remove)
    requests += 1
    const { ticket } = (await node.own('/api/v1/ticket')).body
    const agency = { code: `A${requests}`, names: { en: `Agency ${requests}` }, region: '' }
    const made = await initialiseNode({ dir, agency, office, ticket })
    return [dir, JSON.parse(await readFile(made.joinRequest, 'utf8'))]
  }

  it('[HT25] imports a feed and reports what it did', async () => {
    const { status, body } = await send(feed(dataset('a'), dataset('b')))
    expect(status).to.equal(200)
    expect(body).to.include({ format: 'dcat-us', total: 2, added: 2, changed: 0, unchanged: 0 })
    expect(body).to.include({ refused: 0, wouldWithdraw: 0, commits: 1, dryRun: false })
    expect((await node.get('/api/v1/records')).body.total).to.equal(2)
  })

  it('[HT26] changes nothing and makes no commit when the same feed comes twice', async () => {
    await send(feed(dataset('a'), dataset('b')))
    const before = await commits()
    const { body } = await send(feed(dataset('a'), dataset('b')))
    expect(body).to.include({ added: 0, changed: 0, unchanged: 2, commits: 0 })
    expect(await commits()).to.equal(before)
  })

  it('[HT27] writes the good records and names each bad one with field and reason', async () => {
    const bad = { ...dataset('x'), title: 7 }
    const { body } = await send(feed(dataset('a'), bad, { title: 'No identifier' }, dataset('a')))
    expect(body).to.include({ total: 4, added: 1, refused: 3 })
    const named = body.errors.map((e: { index: number; code: string }) => [e.index, e.code])
    expect(named).to.deep.equal([
      [1, 'MULU_IMPORT_FIELD'],
      [2, 'MULU_IMPORT_IDENTIFIER'],
      [3, 'MULU_IMPORT_DUPLICATE'],
    ])
    for (const { field, reason } of body.errors) {
      expect(field).to.be.a('string').and.not.equal('')
      expect(reason).to.be.a('string').and.not.equal('')
    }
    expect((await node.get('/api/v1/records')).body.total).to.equal(1)
  })

  it('[HT28] refuses a feed that is none as a whole, with a code, and writes nothing', async () => {
    const wrong: readonly (readonly [string, string])[] = [
      ['', 'MULU_FEED_EMPTY'],
      ['  \n', 'MULU_FEED_EMPTY'],
      ['<html>', 'MULU_FEED_NOT_JSON'],
      ['{"dataset":', 'MULU_FEED_NOT_JSON'],
      ['{"dataset": []}', 'MULU_FEED_NO_DATASETS'],
      ['{"records": []}', 'MULU_FEED_NO_DATASETS'],
    ]
    for (const [text, code] of wrong) {
      const { status, body } = await send(text)
      expect([status, body.code], text).to.deep.equal([422, code])
    }
    expect(await commits()).to.equal(0)
  })

  it('[HT29] counts without writing on a dry run', async () => {
    const { body } = await send(feed(dataset('a')), '?dryRun=1')
    expect(body).to.include({ added: 1, commits: 0, dryRun: true })
    expect(await commits()).to.equal(0)
    expect((await send(feed(dataset('a')))).body.added).to.equal(1)
  })

  it('[EX20] only counts records that left the feed, and not those that were refused', async () => {
    await send(feed(dataset('a'), dataset('b'), dataset('c')))
    const { body } = await send(feed(dataset('a'), { ...dataset('c'), title: 7 }))
    expect(body).to.include({ unchanged: 1, refused: 1, wouldWithdraw: 1, commits: 0 })
    expect((await node.get('/api/v1/records')).body.total).to.equal(3)
  })

  it('[HT30] writes only what changed in the feed and keeps what people changed here', async () => {
    await send(feed(dataset('a'), dataset('b')))
    const [item] = (await node.get('/api/v1/records?q=Dataset+a')).body.items
    const path = `/api/v1/records/${item.id}`
    const { etag } = (await node.get(path)).body
    await node.own(path, json('PATCH', { set: { 'title/en': 'By hand' } }, { 'if-match': etag }))
    const { body } = await send(feed(dataset('a', { modified: '2025-01-01' }), dataset('b')))
    expect(body).to.include({ added: 0, changed: 1, unchanged: 1 })
    const { fields } = (await node.get(path)).body
    expect(fields).to.include({ 'title/en': 'By hand', modified: '2025-01-01' })
  })

  it('[HT31] tells progress in lines and the report last to those who ask', async () => {
    const datasets = Array.from({ length: 300 }, (_, i) => dataset(`d${i}`))
    const { headers, body } = await node.own('/api/v1/imports', {
      method: 'POST',
      body: feed(...datasets),
      headers: { accept: 'application/x-ndjson' },
    })
    expect(headers.get('content-type')).to.match(/^application\/x-ndjson/)
    expect(body.at(-1).report).to.include({ added: 300, refused: 0 })
    for (const line of body.slice(0, -1)) {
      expect(line.progress.done).to.be.at.most(line.progress.total)
    }
  })

  it('[HT32] exports every record so that another node takes it in unchanged', async () => {
    await send(feed(dataset('a', { unknownField: { nested: [1, null, '二'] } }), dataset('b')))
    const lines = (await node.own('/api/v1/export?format=jsonl')).text
    expect(linesOf(lines)).to.have.length(2)
    const other = await createTestNode()
    try {
      const back = await other.own('/api/v1/imports', { method: 'POST', body: lines })
      expect(back.body).to.include({ format: 'mulu-jsonl', added: 2, refused: 0 })
      expect((await other.own('/api/v1/export')).text).to.equal(lines)
    } finally {
      await other.close()
    }
  })

  it('[HT32] keeps nothing of a reader that has to be waited for again and again', async () => {
    const warnings: string[] = []
    const onWarning = ({ name }: Error): void => void warnings.push(name)
    process.on('warning', onWarning)
    try {
      const description = 'long '.repeat(1_000)
      await send(feed(...Array.from({ length: 200 }, (_, i) => dataset(`l${i}`, { description }))))
      const lines = (await node.own('/api/v1/export')).text
      expect(linesOf(lines)).to.have.length(200)
      await new Promise((resolve) => setImmediate(resolve))
      expect(warnings).to.deep.equal([])
    } finally {
      process.off('warning', onWarning)
    }
  })

  it('[HT33] re-checks everything from the logs', async () => {
    await send(feed(dataset('a'), dataset('b')))
    const { catalogue } = (await node.get('/api/v1/status')).body
    const { body } = await node.own('/api/v1/verify', { method: 'POST' })
    expect(body).to.deep.equal({
      ok: true,
      commits: 1,
      records: 2,
      digest: catalogue.digest,
      index: body.index,
      problems: [],
    })
    expect(body.index).to.have.length(1)
    expect(body.index[0]).to.include({ agency: 1, records: 2, indexed: body.index[0].digest })
  })

  it('[SR8] builds the search index anew over the API and then finds what it found before', async () => {
    await send(feed(dataset('a'), dataset('b')))
    const before = (await node.get('/api/v1/records?q=dataset&state=all')).body
    const { status, body } = await node.own('/api/v1/reindex', { method: 'POST' })
    expect([status, body]).to.deep.equal([200, { records: 2 }])
    const after = (await node.get('/api/v1/records?q=dataset&state=all')).body
    expect([after.total, after.items]).to.deep.equal([before.total, before.items])
    const refused = await fetch(new URL('/api/v1/reindex', node.url), { method: 'POST' })
    expect(refused.status).to.equal(401)
  })

  it('[HT34] admits newcomers in one roster version and gives offices describe only', async () => {
    const [, head] = await newcomer()
    const [, office] = await newcomer('North office')
    const { status, body } = await node.own('/api/v1/admissions', json('POST', [head, office]))
    expect(status).to.equal(200)
    expect(body.roster.version).to.equal(2)
    expect(body.admitted.map((a: { client: number }) => a.client)).to.deep.equal([2, 3])
    const { writers } = (await node.get('/api/v1/roster')).body
    const rights = (i: number): unknown => writers[i].grants[0].rights
    expect(rights(1)).to.deep.equal(['describe', 'classify', 'erase'])
    expect(rights(2)).to.deep.equal(['describe'])
  })

  it('[HT35] gives the rights that were asked for, and refuses rights there are not', async () => {
    const [, request] = await newcomer('South office')
    const wrong = { requests: [request], rights: ['rule'] }
    const refused = await node.own('/api/v1/admissions', json('POST', wrong))
    expect([refused.status, refused.body.code]).to.deep.equal([400, 'MULU_JSON'])
    const given = { requests: [request], rights: ['describe', 'classify'] }
    await node.own('/api/v1/admissions', json('POST', given))
    const { writers } = (await node.get('/api/v1/roster')).body
    expect(writers[1].grants[0].rights).to.deep.equal(['describe', 'classify'])
  })

  it('[HT36] refuses altered, foreign and repeated requests and signs nothing', async () => {
    const [, request] = await newcomer()
    const stranger = await createTestNode()
    const elsewhere = (await stranger.own('/api/v1/ticket')).body.ticket
    await stranger.close()
    const [dir, remove] = await tempDir()
    removals.push(remove)
    const agency = { code: 'F', names: { en: 'Foreign' }, region: '' }
    const made = await initialiseNode({ dir, agency, office: '', ticket: elsewhere })
    const foreign = JSON.parse(await readFile(made.joinRequest, 'utf8'))
    const wrong: readonly (readonly [object, string])[] = [
      [{ ...request, peers: ['12D3KooWother'] }, 'MULU_SIGNATURE'],
      [{ ...request, extra: 1 }, 'MULU_REQUEST_SHAPE'],
      [{ ...request, proof: 'ab' }, 'MULU_REQUEST_SHAPE'],
      [foreign, 'MULU_FEDERATION_MISMATCH'],
    ]
    for (const [body, code] of wrong) {
      const answer = await node.own('/api/v1/admissions', json('POST', [body]))
      expect(answer.body.code).to.equal(code)
    }
    expect((await node.get('/api/v1/roster')).body.version).to.equal(1)
    await node.own('/api/v1/admissions', json('POST', [request]))
    const again = await node.own('/api/v1/admissions', json('POST', [request]))
    expect([again.status, again.body.code]).to.deep.equal([422, 'MULU_ADMISSION'])
    expect((await node.get('/api/v1/roster')).body.version).to.equal(2)
  })

  it('[HT37] lets a node that is not admitted read but not write or admit', async () => {
    const [dir] = await newcomer()
    const joining = await serveNode(dir)
    try {
      const { body } = await joining.get('/api/v1/status')
      expect(body.node.admitted).to.equal(false)
      expect(body.agency).to.equal(null)
      expect((await joining.get('/api/v1/records')).body.total).to.equal(0)
      expect((await joining.get('/readyz')).status).to.equal(503)
      const write = await joining.own('/api/v1/imports', {
        method: 'POST',
        body: feed(dataset('a')),
      })
      expect([write.status, write.body.code]).to.deep.equal([409, 'MULU_NOT_ADMITTED'])
    } finally {
      await joining.close()
    }
  })
})
