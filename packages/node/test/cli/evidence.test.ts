import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { dataset, feed, foundIn, serveNode, tempDir } from '../test-node.ts'
import { run } from './run.ts'

describe('mulu evidence and mulu verify FILE', () => {
  let dir: string
  let at: string
  let file: string
  let remove: () => Promise<void>

  beforeEach(async () => {
    const made = await tempDir()
    dir = made[0]
    remove = made[1]
    at = join(dir, 'node')
    file = join(dir, 'record.mulu')
    await foundIn(at)
  })
  afterEach(() => remove())

  const importTwo = async (): Promise<string> => {
    const path = join(dir, 'feed.json')
    await writeFile(path, feed(dataset('d-1', { title: 'Rivers' }), dataset('d-2')))
    await run('import', '--dir', at, path)
    const lines = (await run('export', '--dir', at)).stdout.trim().split('\n')
    const records = lines.map((line) => JSON.parse(line) as { id: string; identifier: string })
    return records.find(({ identifier }) => identifier === 'd-1')?.id ?? ''
  }

  it('[CL21] makes evidence that verifies without the node, and tells federation, fields, authors and times', async () => {
    const id = await importTwo()
    const { federation } = JSON.parse((await run('status', '--dir', at, '--json')).stdout)
    const words = (await run('fingerprint', '--dir', at)).stdout
    expect((await run('evidence', id, '--dir', at, '--out', file)).status).to.equal(0)
    await rm(at, { recursive: true })
    const shown = await run('verify', file)
    expect(shown.status).to.equal(0)
    expect(shown.stdout).to.include(federation.id).and.include(id).and.include('"Rivers"')
    const report = JSON.parse((await run('verify', file, '--json')).stdout)
    expect(words).to.include(report.federation.fingerprint.en)
    expect(report).to.include({ ok: true, record: id, commits: 1 })
    const title = report.fields.find((field: { path: string }) => field.path === 'title/en')
    expect(title).to.include({ value: 'Rivers', writer: 1, seq: 1 })
    expect(title.node).to.deep.equal({ en: 'Test Office', 'zh-Hans': '测试中心' })
    expect(Math.abs(Date.parse(title.at) - Date.now())).to.be.below(600_000)
    const same = await run('verify', file, '--fingerprint', report.federation.fingerprint.en)
    expect(same.status).to.equal(0)
    const other = report.federation.fingerprint.en.split(' ').reverse().join(' ')
    const refused = await run('verify', file, '--fingerprint', other)
    expect([refused.status, refused.stdout]).to.deep.equal([1, ''])
    expect(refused.stderr).to.include('MULU_FINGERPRINT')
  })

  it('[CL22] ends with 1 and a code for evidence that was altered, is none, or of no record', async () => {
    const id = await importTwo()
    await run('evidence', id, '--dir', at, '--out', file)
    const bytes = await readFile(file)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
    await writeFile(file, bytes)
    const cases = [
      [['verify', file], 1, 'MULU_EVIDENCE_SHAPE'],
      [['verify', join(dir, 'feed.json')], 1, 'MULU_EVIDENCE_SHAPE'],
      [['verify', join(dir, 'none')], 1, 'MULU_EVIDENCE_SHAPE'],
      [['evidence', '1/resource/none', '--dir', at, '--out', file], 1, 'MULU_RECORD_NOT_FOUND'],
      [['evidence', 'none', '--dir', at, '--out', file], 1, 'MULU_RECORD_ID'],
      [['verify'], 2, 'MULU_USAGE'],
      [['verify', file, '--dir', at], 2, 'MULU_USAGE'],
    ] as const
    for (const [args, status, code] of cases) {
      const ran = await run(...args)
      expect([ran.status, ran.stdout], args.join(' ')).to.deep.equal([status, ''])
      expect(ran.stderr, args.join(' ')).to.include(code)
    }
  })

  it('[HT57] gives the evidence for a record to the holder of the access key', async () => {
    const id = await importTwo()
    const node = await serveNode(at)
    try {
      const path = `/api/v1/records/${id}/evidence`
      expect((await node.get(path)).status).to.equal(401)
      const headers = { authorization: `Bearer ${node.key}` }
      const response = await fetch(node.url + path, { headers })
      expect(response.headers.get('content-type')).to.equal('application/octet-stream')
      await writeFile(file, new Uint8Array(await response.arrayBuffer()))
      expect((await run('verify', file)).status).to.equal(0)
      expect((await node.own('/api/v1/records/1/resource/none/evidence')).status).to.equal(404)
    } finally {
      await node.close()
    }
  })
})
