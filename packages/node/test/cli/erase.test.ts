import { randomBytes } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { pino } from 'pino'
import { systemClock } from '../../src/clock.ts'
import { dataFolder } from '../../src/folder/data-folder.ts'
import { startNode } from '../../src/node.ts'
import { dataset, feed, foundIn, tempDir } from '../test-node.ts'
import { run } from './run.ts'

/** Text that compression leaves as it is. */
const SECRET = randomBytes(36).toString('base64url')
const MAIL = `mailto:${SECRET}@example.org`

async function filesWith(dir: string, text: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && (await readFile(path)).includes(text)) found.push(path)
  }
  return found
}

describe('mulu erase', function () {
  this.timeout(60_000)
  let dir: string
  let remove: () => Promise<void>
  let at: string
  let file: string
  let record: string
  let field: string

  beforeEach(async () => {
    const made = await tempDir()
    dir = made[0]
    remove = made[1]
    at = join(dir, 'node')
    file = join(dir, 'feed.json')
    await foundIn(at)
    await imported({ fn: 'The desk', hasEmail: MAIL })
    const lines = (await run('export', '--dir', at)).stdout.trim().split('\n')
    const found = lines.map((line) => JSON.parse(line)).find(({ id }) => id.includes('/resource/'))
    record = found.id
    const paths = Object.keys(found.fields)
    field = paths.find((path) => JSON.stringify(found.fields[path]).includes(SECRET)) ?? ''
  })
  afterEach(() => remove())

  async function imported(contactPoint: object): Promise<Record<string, unknown>> {
    await writeFile(file, feed({ ...dataset('a'), contactPoint }))
    const ran = await run('import', '--dir', at, '--source', 's', '--json', file)
    expect(ran.status, ran.stderr).to.equal(0)
    return JSON.parse(ran.stdout)
  }

  const erase = (...more: readonly string[]) =>
    run('erase', '--dir', at, record, field, '--order', 'order 7', ...more)

  it('[ER12] erases without a running node, in every file, and lists who has confirmed', async () => {
    expect(field).to.match(/^contact\//)
    expect(await filesWith(dataFolder(at).store, SECRET)).to.not.deep.equal([])
    const { status, stdout, stderr } = await erase('--yes')
    expect(status, stderr).to.equal(0)
    expect(stdout).to.match(/erased: 1 bodies.*\n {2}order sha256:.*\n {2}destroyed in the files/)
    expect(await filesWith(at, SECRET)).to.deep.equal([])
    const listed = await run('erasures', '--dir', at)
    expect(listed.stdout).to.match(
      /^order 7 of .*: .*resource.* \(not settled\)\n {2}confirmed {3}node 1/,
    )
    expect((await run('status', '--dir', at)).stdout).to.include('1 orders of erasure, 0 not')
    expect((await run('verify', '--dir', at)).status).to.equal(0)
    const again = await erase('--yes')
    expect([again.status, again.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && text.includes('MULU_ERASURE'),
    )
  })

  it('[ER12] asks on a terminal, and elsewhere erases nothing without --yes', async () => {
    const own = Object.getOwnPropertyDescriptor(process.stdin, 'isTTY')
    Object.defineProperty(process.stdin, 'isTTY', { value: false, configurable: true })
    try {
      const { status, stderr } = await erase()
      expect([status, stderr]).to.deep.equal([
        1,
        'Nothing was erased. --yes erases without asking.\n',
      ])
    } finally {
      if (own === undefined) Reflect.deleteProperty(process.stdin, 'isTTY')
      else Object.defineProperty(process.stdin, 'isTTY', own)
    }
    expect((await run('erasures', '--dir', at)).stdout).to.equal('no orders\n')
    expect((await run('erase', '--dir', at, record, field)).status).to.equal(2)
    const empty = await run('erase', '--dir', at, record, field, '--order', ' ', '--yes')
    expect([empty.status, empty.stderr.slice(0, 10)]).to.deep.equal([2, 'MULU_USAGE'])
    const nobody = await run(
      'erase',
      '--dir',
      at,
      '1/resource/none',
      field,
      '--order',
      'x',
      '--yes',
    )
    expect(nobody.stderr).to.match(/^MULU_ERASURE/)
  })

  it('[ER12] goes through the running node, which answers only the holder of the key', async () => {
    const options = { dir: at, port: 0, peerPort: 0, offline: true, mdns: false }
    await using node = await startNode(options, systemClock, pino({ level: 'silent' }))
    const address = new URL('/api/v1/erasures', node.url)
    const body = JSON.stringify({ record, field, order: 'order 7' })
    const headers = { 'content-type': 'application/json' }
    const stranger = await fetch(address, { method: 'POST', headers, body })
    expect(stranger.status).to.equal(401)
    const authorization = `Bearer ${(await readFile(dataFolder(at).accessKey, 'utf8')).trim()}`
    const keyed = { ...headers, authorization }
    const shapeless = await fetch(address, { method: 'POST', headers: keyed, body: '{}' })
    expect(shapeless.status).to.equal(400)
    const { status, stderr, stdout } = await erase('--yes', '--json')
    expect(status, stderr).to.equal(0)
    expect(JSON.parse(stdout)).to.include({ bodies: 1, destroyedHere: true, snapshot: null })
    expect(await filesWith(dataFolder(at).store, SECRET)).to.deep.equal([])
  })

  it('[ER11] imports of the source that had it never bring it back, whatever it says', async () => {
    expect((await erase('--yes')).status).to.equal(0)
    expect(await imported({ fn: 'The desk', hasEmail: MAIL })).to.include({ unchanged: 1 })
    expect(await filesWith(dataFolder(at).store, SECRET)).to.deep.equal([])
    const changed = await imported({ fn: 'The desk', hasEmail: `${MAIL}.new` })
    expect(changed).to.include({ unchanged: 1, changed: 0 })
    expect(await filesWith(dataFolder(at).store, SECRET)).to.deep.equal([])
  })

  it('[ER12] leaves a backup that restores to the same, without the value', async () => {
    expect((await erase('--yes')).status).to.equal(0)
    const backup = join(dir, 'node.backup')
    const fresh = join(dir, 'fresh')
    expect((await run('backup', '--dir', at, '--out', backup)).status).to.equal(0)
    const restored = await run('restore', '--dir', fresh, backup)
    expect(restored.status, restored.stderr).to.equal(0)
    const digest = async (of: string) =>
      JSON.parse((await run('status', '--dir', of, '--json')).stdout).catalogue.digest
    expect(await digest(fresh)).to.equal(await digest(at))
    expect(await filesWith(fresh, SECRET)).to.deep.equal([])
    expect((await run('verify', '--dir', fresh)).status).to.equal(0)
  })
})
