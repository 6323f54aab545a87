import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { pino } from 'pino'
import { systemClock } from '../../src/clock.ts'
import { startNode } from '../../src/node.ts'
import { dataset, feed, foundIn, serveNode, tempDir } from '../test-node.ts'
import { run } from './run.ts'

type Shown = { readonly id: string; readonly settled: boolean }

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

  it('[CL24] proves that a record was in a snapshot or was not, and tells who signed it and who agreed', async () => {
    const id = await importTwo()
    const named = await run('roster', 'propose', '--dir', at, '--witness', '1')
    expect(named.status, named.stderr).to.equal(0)
    const open = JSON.parse((await run('snapshot', '--dir', at, '--json')).stdout)
    const early = await run('evidence', id, '--dir', at, '--out', file, '--snapshot', open.id)
    expect([early.status, early.stderr]).to.satisfy(
      ([status, text]: [number, string]) =>
        status === 1 && text.includes('MULU_SNAPSHOT_UNSETTLED'),
    )
    await untilSettled(open.id)
    const proven = await reportOf(id)
    expect(proven.snapshot).to.deep.include({ id: open.id, found: true, state: 'same' })
    expect(proven.snapshot.witnessedBy).to.deep.equal([proven.snapshot.by])
    expect((await run('verify', file)).stdout)
      .to.match(/was in the catalogue of .*, as signed by Test Office \/ 测试中心 \(writer 1\)/)
      .and.match(/witnessed by Test Office \/ 测试中心 \(writer 1\)/)
    const absent = await reportOf('1/resource/none', '--snapshot', open.id.slice(0, 20))
    expect(absent.snapshot).to.deep.include({ id: open.id, found: false, state: null })
    expect(absent).to.deep.include({ fields: [], history: [], commits: 0 })
    expect((await run('verify', file)).stdout).to.match(/was NOT in the catalogue of /)
    const other = open.id.startsWith('sha256:0') ? 'sha256:1' : 'sha256:0'
    const unknown = ['evidence', id, '--dir', at, '--out', file, '--snapshot', other]
    expect((await run(...unknown)).stderr).to.include('MULU_SNAPSHOT_UNKNOWN')
  })

  const reportOf = async (...args: readonly string[]) => {
    const made = await run('evidence', ...args, '--dir', at, '--out', file)
    expect(made.status, made.stderr).to.equal(0)
    return JSON.parse((await run('verify', file, '--json')).stdout)
  }

  /** Runs the node, which is the witness, until it has agreed; the test's time limit ends it. */
  async function untilSettled(id: string): Promise<void> {
    const options = { dir: at, port: 0, peerPort: 0, offline: true, mdns: false }
    await using _node = await startNode(options, systemClock, pino({ level: 'silent' }))
    for (let isSettled = false; !isSettled; ) {
      const { snapshots } = JSON.parse((await run('status', '--dir', at, '--json')).stdout)
      isSettled = snapshots.some((each: Shown) => each.id === id && each.settled)
    }
  }

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
