import { once } from 'node:events'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { dataFolder } from '../../src/folder/data-folder.ts'
import { writeRunFile } from '../../src/folder/run-file.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { dataset, feed, foundIn, linesOf, serveNode, tempDir } from '../test-node.ts'
import { run } from './run.ts'

const AGENCY = ['--agency', 'A1', '--agency-name', 'Agency One', '--agency-name', '第一局'] as const

describe('the mulu command', () => {
  let dir: string
  let at: string
  let remove: () => Promise<void>

  beforeEach(async () => {
    const made = await tempDir()
    dir = made[0]
    remove = made[1]
    at = join(dir, 'node')
  })
  afterEach(() => remove())

  const feedFile = async (...datasets: readonly object[]): Promise<string> => {
    await writeFile(join(dir, 'feed.json'), feed(...datasets))
    return join(dir, 'feed.json')
  }

  it('[CL1] ends with 2 for what it does not understand, and says so on standard error', async () => {
    const wrong: readonly (readonly string[])[] = [
      [],
      ['dance'],
      ['status'],
      ['status', '--dir', at, '--colour'],
      ['found', '--dir', at, '--name', 'X'],
      ['found', '--dir', at, '--name', 'X', ...AGENCY, '--profile', 'none'],
      ['found', '--dir', at, '--name', 'X', ...AGENCY, '--threshold', '0'],
      ['found', '--dir', at, '--name', 'X', ...AGENCY, '--root-keys', '1', '--threshold', '2'],
      ['found', '--dir', at, '--name', 'X', ...AGENCY, '--agency-name', 'en=Agency Two'],
      ['start', '--dir', at, '--port', 'http'],
      ['start', '--dir', at, '--port', '65536'],
      ['import', '--dir', at, 'feed.json', '--format', 'xml'],
      ['export', '--dir', at, '--format', 'xml'],
      ['admit', '--dir', at],
      ['admit', '--dir', at, 'x.json', '--rights', 'rule'],
    ]
    for (const args of wrong) {
      const { status, stdout, stderr } = await run(...args)
      expect(status, args.join(' ')).to.equal(2)
      expect(stderr, args.join(' ')).to.not.equal('')
      expect(stdout, args.join(' ')).to.equal('')
    }
  })

  it('[CL2] lists its commands and its version with 0', async () => {
    const help = await run('--help')
    expect(help.status).to.equal(0)
    const commands =
      'found ticket init admit start import status verify reindex export demo bundle backup restore'
    for (const command of commands.split(' ')) expect(help.stdout).to.match(RegExp(`\\b${command}`))
    const version = await run('--version')
    expect([version.status, version.stdout.trim()]).to.deep.equal([0, '0.1.0'])
  })

  it('[CL3] founds a federation and says where the root keys are and what comes next', async () => {
    const { status, stdout } = await run(
      ...['found', '--dir', at, '--name', '联合体', ...AGENCY, '--region', '440000'],
      ...['--profile', 'dcat', '--root-keys', '5', '--threshold', '3'],
    )
    expect(status).to.equal(0)
    expect(stdout).to.include(dataFolder(at).root).and.include('mulu start')
    const state = JSON.parse((await run('status', '--dir', at, '--json')).stdout)
    expect(state.federation).to.include({ name: '联合体' })
    expect(state.federation.id).to.match(/^sha256:/)
    expect(state.agency.name).to.deep.equal({ en: 'Agency One', 'zh-Hans': '第一局' })
    expect(state.profile.id).to.equal('dcat')
  })

  it('[CL4] refuses a folder without a node, and a second federation in one, with 1', async () => {
    for (const args of [['status'], ['ticket'], ['verify'], ['export'], ['start']]) {
      const { status, stderr } = await run(...args, '--dir', at)
      expect(status, args[0]).to.equal(1)
      expect(stderr, args[0]).to.match(/^MULU_NOT_INITIALISED: .*mulu found.*mulu init/)
    }
    await foundIn(at)
    const again = await run('found', '--dir', at, '--name', 'X', ...AGENCY)
    expect([again.status, again.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_STORE_EXISTS'])
  })

  it('[CL5] brings a newcomer in by ticket, request and signature, without a running node', async () => {
    await foundIn(at)
    const ticket = (await run('ticket', '--dir', at)).stdout.trim()
    expect(ticket).to.match(/^mulu1\.[A-Za-z0-9_-]+$/)
    const joining = join(dir, 'joining')
    const made = await run('init', '--dir', joining, '--ticket', ticket, ...AGENCY)
    expect(made.status).to.equal(0)
    const request = dataFolder(joining).joinRequest
    expect(made.stdout).to.include(request)
    const admitted = await run('admit', '--dir', at, request, '--json')
    expect(admitted.status).to.equal(0)
    expect(JSON.parse(admitted.stdout)).to.deep.include({
      admitted: [{ client: 2, agency: 2, office: null }],
    })
    const again = await run('admit', '--dir', at, request)
    expect([again.status, again.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_ADMISSION'])
    const elsewhere = await run('admit', '--dir', joining, request)
    expect([elsewhere.status, elsewhere.stderr.split(':')[0]]).to.deep.equal([
      1,
      'MULU_NOT_ADMITTED',
    ])
  })

  it('[CL6] refuses a ticket that is cut short, altered or none, and makes no node', async () => {
    await foundIn(at)
    const ticket = (await run('ticket', '--dir', at)).stdout.trim()
    const altered = `${ticket.slice(0, 20)}${ticket[20] === 'A' ? 'B' : 'A'}${ticket.slice(21)}`
    for (const wrong of [ticket.slice(0, -1), altered, 'mulu2.abc', 'hello', '']) {
      const joining = join(dir, 'joining')
      const { status, stderr } = await run('init', '--dir', joining, '--ticket', wrong, ...AGENCY)
      expect([status, stderr.split(':')[0]], wrong).to.deep.equal([1, 'MULU_TICKET'])
      expect((await run('status', '--dir', joining)).stderr).to.match(/^MULU_NOT_INITIALISED/)
    }
  })

  it('[CL7] signs nothing once the root keys have been moved away', async () => {
    await foundIn(at)
    const ticket = (await run('ticket', '--dir', at)).stdout.trim()
    const joining = join(dir, 'joining')
    await run('init', '--dir', joining, '--ticket', ticket, ...AGENCY)
    await rm(dataFolder(at).root, { recursive: true })
    const { status, stderr } = await run('admit', '--dir', at, dataFolder(joining).joinRequest)
    expect([status, stderr.split(':')[0]]).to.deep.equal([1, 'MULU_NOT_COORDINATOR'])
    const root = join(dataFolder(at).root, 'root-1.key')
    await mkdir(dataFolder(at).root)
    await writeFile(root, `${'11'.repeat(32)}\n`)
    const wrongKey = await run('admit', '--dir', at, dataFolder(joining).joinRequest)
    expect([wrongKey.status, wrongKey.stderr.split(':')[0]]).to.deep.equal([
      1,
      'MULU_ROSTER_THRESHOLD',
    ])
  })

  it('[CL8] imports a feed, and the second time changes nothing', async () => {
    await foundIn(at)
    const file = await feedFile(dataset('a'), dataset('b'))
    const first = await run('import', '--dir', at, file, '--json')
    expect(first.status).to.equal(0)
    expect(JSON.parse(first.stdout)).to.include({ added: 2, commits: 1, refused: 0 })
    const second = await run('import', '--dir', at, file, '--json')
    expect(second.status).to.equal(0)
    expect(JSON.parse(second.stdout)).to.include({ added: 0, unchanged: 2, commits: 0 })
  })

  it('[CL9] ends with 1 when a record is refused, names it, and imports the rest', async () => {
    await foundIn(at)
    const file = await feedFile(dataset('a'), { ...dataset('bad-one'), title: 7 })
    const plain = await run('import', '--dir', at, file)
    expect(plain.status).to.equal(1)
    const named = `${plain.stdout}${plain.stderr}`
    for (const part of ['bad-one', 'MULU_IMPORT_FIELD', 'title']) expect(named).to.include(part)
    expect(named.toLowerCase()).to.not.include('success')
    const { stdout } = await run('status', '--dir', at, '--json')
    expect(JSON.parse(stdout).catalogue.records).to.equal(1)
  })

  it('[CL10] ends with 1 for a feed that is none, and writes nothing', async () => {
    await foundIn(at)
    const wrong: readonly (readonly [string, string])[] = [
      ['', 'MULU_FEED_EMPTY'],
      ['no json', 'MULU_FEED_NOT_JSON'],
      ['{"dataset":[]}', 'MULU_FEED_NO_DATASETS'],
    ]
    for (const [text, code] of wrong) {
      await writeFile(join(dir, 'feed.json'), text)
      const { status, stderr } = await run('import', '--dir', at, join(dir, 'feed.json'))
      expect([status, stderr.split(':')[0]]).to.deep.equal([1, code])
    }
    const absent = await run('import', '--dir', at, join(dir, 'absent.json'))
    expect(absent.status).to.be.oneOf([1, 2])
    expect(absent.stderr).to.match(/^MULU_/)
    const { stdout } = await run('status', '--dir', at, '--json')
    expect(JSON.parse(stdout).heads.commits).to.equal(0)
  })

  it('[CL11] only counts on a dry run', async () => {
    await foundIn(at)
    const file = await feedFile(dataset('a'))
    const { status, stdout } = await run('import', '--dir', at, file, '--dry-run', '--json')
    expect(status).to.equal(0)
    expect(JSON.parse(stdout)).to.include({ added: 1, commits: 0, dryRun: true })
    expect((await run('export', '--dir', at)).stdout).to.equal('')
  })

  it('[CL12] imports from an address, and says why one does not answer', async () => {
    await foundIn(at)
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/feed' ? 200 : 503
      response.end(feed(dataset('a')))
    })
    const url = await listening(server)
    try {
      const good = await run('import', '--dir', at, `${url}/feed`, '--json')
      expect(JSON.parse(good.stdout)).to.include({ added: 1 })
      const bad = await run('import', '--dir', at, `${url}/other`)
      expect([bad.status, bad.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_FEED_FETCH'])
      expect(bad.stderr).to.include('503')
    } finally {
      server.close()
    }
    const gone = await run('import', '--dir', at, `${url}/feed`)
    expect([gone.status, gone.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_FEED_FETCH'])
  })

  it('[CL13] exports one line a record, which imports again unchanged', async () => {
    await foundIn(at)
    await run('import', '--dir', at, await feedFile(dataset('a'), dataset('b', { x: [null, 1] })))
    const { status, stdout } = await run('export', '--dir', at, '--format', 'jsonl')
    expect(status).to.equal(0)
    expect(linesOf(stdout)).to.have.length(2)
    const other = join(dir, 'other')
    await foundIn(other)
    await writeFile(join(dir, 'out.jsonl'), stdout)
    const back = await run('import', '--dir', other, join(dir, 'out.jsonl'), '--format', 'jsonl')
    expect(back.status).to.equal(0)
    expect((await run('export', '--dir', other)).stdout).to.equal(stdout)
  })

  it('[CL14] verifies with 0, and with 1 once a stored record was altered', async () => {
    await foundIn(at)
    await run('import', '--dir', at, await feedFile(dataset('a'), dataset('b')))
    const good = await run('verify', '--dir', at, '--json')
    expect(good.status).to.equal(0)
    expect(JSON.parse(good.stdout)).to.include({ ok: true, commits: 1, records: 2 })
    await alterOneRecord(at)
    const bad = await run('verify', '--dir', at, '--json')
    expect(bad.status).to.equal(1)
    const result = JSON.parse(bad.stdout)
    expect(result.ok).to.equal(false)
    expect(result.problems).to.have.length.at.least(1)
  })

  it('[SR9] builds the search index anew from the command line, also where it was damaged', async () => {
    await foundIn(at)
    await run('import', '--dir', at, await feedFile(dataset('a'), dataset('b')))
    await alterFirst(at, '!search!0001/p/', () => undefined)
    const bad = JSON.parse((await run('verify', '--dir', at, '--json')).stdout)
    expect(bad.problems).to.deep.equal([{ what: 'search index', where: 'agency 1' }])
    const { status, stdout } = await run('reindex', '--dir', at)
    expect([status, stdout.trim()]).to.deep.equal([0, 'indexed: 2 records'])
    expect(JSON.parse((await run('verify', '--dir', at, '--json')).stdout).ok).to.equal(true)
  })

  it('[CL15] verifies with 1 once a stored commit was altered or has gone', async () => {
    await foundIn(at)
    await run('import', '--dir', at, await feedFile(dataset('a'), dataset('b')))
    await run('import', '--dir', at, await feedFile(dataset('a', { modified: '2025-01-01' })))
    await alterFirst(at, '!commits!', (bytes) => {
      const last = bytes.length - 1
      bytes[last] = (bytes[last] ?? 0) ^ 1
      return bytes
    })
    const altered = await run('verify', '--dir', at, '--json')
    expect(altered.status).to.equal(1)
    expect(JSON.parse(altered.stdout).ok).to.equal(false)
    await alterFirst(at, '!commits!', () => undefined)
    const gone = await run('verify', '--dir', at, '--json')
    expect(gone.status).to.equal(1)
  })

  it('[CL16] goes through the running node, whose store nobody else can open', async () => {
    await foundIn(at)
    const node = await serveNode(at)
    try {
      const takeBack = await writeRunFile(dataFolder(at), node.url)
      const file = await feedFile(dataset('a'), { ...dataset('b'), title: 7 })
      const report = await run('import', '--dir', at, file, '--json')
      expect(report.status).to.equal(1)
      expect(JSON.parse(report.stdout)).to.include({ added: 1, refused: 1 })
      expect((await node.get('/api/v1/records')).body.total).to.equal(1)
      const status = JSON.parse((await run('status', '--dir', at, '--json')).stdout)
      expect(status.catalogue.records).to.equal(1)
      expect(JSON.parse((await run('verify', '--dir', at, '--json')).stdout).ok).to.equal(true)
      expect(linesOf((await run('export', '--dir', at)).stdout)).to.have.length(1)
      expect((await run('ticket', '--dir', at)).stdout).to.match(/^mulu1\./)
      await writeFile(join(dir, 'feed.json'), '')
      const empty = await run('import', '--dir', at, join(dir, 'feed.json'))
      expect([empty.status, empty.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_FEED_EMPTY'])
      await takeBack()
      const locked = await run('status', '--dir', at)
      expect([locked.status, locked.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_STORE_LOCKED'])
    } finally {
      await node.close()
    }
  })

  it('[CL17] opens the store when the process that ran it has died', async () => {
    await foundIn(at)
    await writeRunFile(dataFolder(at), 'http://127.0.0.1:9')
    const { status, stdout } = await run('status', '--dir', at, '--json')
    expect(status).to.equal(0)
    expect(JSON.parse(stdout).agency.code).to.equal('CN-TEST')
  })

  it('[CL18] gives its access key to nobody but its own node', async () => {
    await foundIn(at)
    const seen: string[] = []
    const stranger = createServer((request, response) => {
      seen.push(request.headers.authorization ?? '')
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ writer: { key: `ed25519:${'0'.repeat(64)}` } }))
    })
    const url = await listening(stranger)
    try {
      await writeRunFile(dataFolder(at), url)
      const { status, stdout } = await run('status', '--dir', at, '--json')
      expect(seen.filter((header) => header !== '')).to.deep.equal([])
      expect(status).to.equal(0)
      expect(JSON.parse(stdout).agency.code).to.equal('CN-TEST')
    } finally {
      stranger.close()
    }
  })

  it('[CL19] names the port that is busy and the option, and leaves nothing open', async () => {
    await foundIn(at)
    const other = createServer()
    const { port } = new URL(await listening(other))
    try {
      const { status, stderr } = await run('start', '--dir', at, '--port', port, '--offline')
      expect(status).to.equal(1)
      expect(stderr)
        .to.match(/^MULU_PORT_BUSY/)
        .and.include(port)
        .and.include('--port')
      const db = await openDatabase(dataFolder(at).store)
      await db.close()
    } finally {
      other.close()
    }
  })

  it('[CL20] keeps a configuration that is damaged as it is and says where', async () => {
    await foundIn(at)
    await writeFile(dataFolder(at).config, '{"version":2}')
    const { status, stderr } = await run('status', '--dir', at)
    expect([status, stderr.split(':')[0]]).to.deep.equal([1, 'MULU_CONFIG'])
    expect(stderr).to.include('config.json')
    expect(await readFile(dataFolder(at).config, 'utf8')).to.equal('{"version":2}')
  })
})

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Changes a title in the first stored record, as damage of the disk would. */
function alterOneRecord(at: string): Promise<void> {
  return alterFirst(at, '!records!', (bytes) =>
    Buffer.from(Buffer.from(bytes).toString('latin1').replace('Dataset', 'Dataxet'), 'latin1'),
  )
}

/** Changes the first value below a prefix of the store, or takes it out. */
async function alterFirst(
  at: string,
  prefix: string,
  change: (bytes: Uint8Array) => Uint8Array | undefined,
): Promise<void> {
  const db = await openDatabase(dataFolder(at).store)
  const encoding = { keyEncoding: 'utf8', valueEncoding: 'view' } as const
  const range = { gte: prefix, lt: `${prefix}\u{10ffff}`, limit: 1, ...encoding }
  const rows = await db.iterator<string, Uint8Array>(range).all()
  expect(rows, prefix).to.have.length(1)
  for (const [key, value] of rows) {
    const changed = change(Uint8Array.from(value))
    if (changed === undefined) await db.del(key, encoding)
    else await db.put<string, Uint8Array>(key, changed, encoding)
  }
  await db.close()
}
