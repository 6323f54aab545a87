import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Part } from '@mulu/registry-core'
import { expect } from 'chai'
import { pino } from 'pino'
import { parseManifest, sealManifest } from '../../src/backup/manifest.ts'
import { readPartBefore, whyNotFrom } from '../../src/backup/part-before.ts'
import { readBlocks, readIntroduction } from '../../src/bundle/block-file.ts'
import { systemClock } from '../../src/clock.ts'
import { dataFolder } from '../../src/folder/data-folder.ts'
import { startNode } from '../../src/node.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { workRowsOf } from '../../src/store/work-rows.ts'
import { run } from '../cli/run.ts'
import { dataset, FIELDS, feed, foundIn, serveNode, tempDir } from '../test-node.ts'

/** Text that compression leaves as it is. */
const SECRET = randomBytes(36).toString('base64url')

async function holds(dir: string, text: string): Promise<boolean> {
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    if ((await readFile(join(entry.parentPath, entry.name))).includes(text)) return true
  }
  return false
}

/** The parts of a backup in one file. */
async function partsIn(file: string): Promise<readonly Part[]> {
  const parts: Part[] = []
  const bytes = async function* bytes(): AsyncGenerator<Uint8Array> {
    yield await readFile(file)
  }
  for await (const event of readBlocks(bytes(), {})) {
    if (event.type === 'part') parts.push(event.part)
  }
  return parts
}

const keysIn = (parts: readonly Part[]): readonly string[] =>
  parts.flatMap((part) => {
    return part.t === 'rows' && part.name === 'work' ? part.rows.map(([key]) => key) : []
  })

describe('backups into a folder', function () {
  this.timeout(120_000)
  let dir: string
  let remove: () => Promise<void>
  let at: string
  let to: string
  let source: string

  beforeEach(async () => {
    const made = await tempDir()
    ;[dir, remove] = made
    at = join(dir, 'node')
    to = join(dir, 'backups')
    source = join(dir, 'feed.json')
    await foundIn(at)
    await imported(dataset('a'), dataset('b'))
  })
  afterEach(async () => {
    delete process.env['MULU_PASSPHRASE_FILE']
    await remove()
  })

  async function imported(...datasets: readonly object[]): Promise<Record<string, unknown>> {
    await writeFile(source, feed(...datasets))
    return json(await run('import', source, '--dir', at, '--source', 's', '--json'))
  }

  type Ran = Awaited<ReturnType<typeof run>>
  // biome-ignore lint/suspicious/noExplicitAny: reports of several commands
  function json(ran: Ran): any {
    expect(ran.status, ran.stderr).to.equal(0)
    return JSON.parse(ran.stdout)
  }

  const backup = (...more: readonly string[]) =>
    run('backup', '--dir', at, '--to', to, '--json', ...more)

  it('[BK64] begin anew once an order was carried out, and name what is to be destroyed', async () => {
    const contactPoint = { fn: 'The desk', hasEmail: `mailto:${SECRET}@example.org` }
    await imported({ ...dataset('a'), contactPoint }, dataset('b'))
    expect(json(await backup()).toDestroy).to.deep.equal([])
    const old = join(dir, 'old')
    json(await run('restore', to, '--dir', old, '--json'))
    expect(await holds(old, SECRET)).to.equal(true)
    const lines = (await run('export', '--dir', at)).stdout.trim().split('\n')
    const records = lines.map((line) => JSON.parse(line))
    const record = records.find(({ fields }) => JSON.stringify(fields).includes(SECRET))
    const field = Object.keys(record.fields).find((path) =>
      JSON.stringify(record.fields[path]).includes(SECRET),
    )
    await run('erase', '--dir', at, record.id, field ?? '', '--order', 'order 7', '--yes')
    const anew = json(await backup())
    const condemned = [join(to, 'chain-0001')]
    expect(anew).to.deep.include({ part: 1, whole: 'erased', toDestroy: condemned, removed: [] })
    const listed = await run('backup', '--to', to, '--list')
    expect([listed.status, listed.stdout]).to.deep.include(1)
    expect(listed.stdout).to.match(/^DESTROY .*chain-0001 and every copy/m)
    // Also while the chain that tells of the order is damaged itself.
    const bytes = await readFile(anew.file)
    await writeFile(anew.file, bytes.subarray(0, 100))
    const damaged = await run('backup', '--to', to, '--list')
    expect(damaged.stdout).to.match(/^DESTROY .*chain-0001 and every copy/m)
    expect(damaged.stderr).to.match(/^MULU_BACKUP_CUT/m)
    await writeFile(anew.file, bytes)
    const kept = json(await backup('--keep', '3'))
    expect(kept).to.deep.include({ part: null, removed: condemned, toDestroy: [] })
    expect(await readdir(to)).to.deep.equal(['chain-0002'])
    const fresh = join(dir, 'fresh')
    json(await run('restore', to, '--dir', fresh, '--json'))
    expect(await holds(fresh, SECRET)).to.equal(false)
    expect((await run('backup', '--to', to, '--list')).status).to.equal(0)
  })

  it('[BK67] begin anew where the last part cannot be gone on from, and say why', async () => {
    await cp(at, join(dir, 'put-back'), { recursive: true })
    expect(json(await backup())).to.include({ part: 1, whole: 'first', chainParts: 1 })
    expect(json(await backup())).to.include({ part: null, whole: null, chainParts: 1 })
    await imported(dataset('a', { title: 'New title' }), dataset('b'))
    expect(json(await backup())).to.include({ part: 2, whole: null, chainParts: 2 })
    expect(json(await backup('--whole'))).to.include({ part: 1, whole: 'asked' })
    const older = json(await run('backup', '--dir', join(dir, 'put-back'), '--to', to, '--json'))
    expect(older).to.include({ part: 1, whole: 'store' })
    const [part = ''] = await readdir(join(to, 'chain-0003'))
    await rm(join(to, 'chain-0003', part))
    const damaged = json(await backup())
    expect(damaged).to.include({ part: 1, whole: 'damaged' })
    expect(damaged.faults[0]).to.include({ chain: 'chain-0003', part: 1 })
    // The damaged chain takes the place of no whole one.
    expect(json(await backup('--keep', '2'))).to.include({ part: null })
    expect(await readdir(to)).to.deep.equal(['chain-0002', 'chain-0003', 'chain-0004'])
    expect(json(await backup('--keep', '1'))).to.include({ part: null })
    expect(await readdir(to)).to.deep.equal(['chain-0004'])
  })

  it('[BK67] take no part for the next one whose commits are not here', async () => {
    json(await backup())
    await cp(at, join(dir, 'put-back'), { recursive: true })
    const served = await serveNode(at)
    const changes = [{ rec: 'resource/desk', set: { ...FIELDS, 'title/en': 'Written since' } }]
    await served.context.store.registry.write({ ns: 1, aud: 1, actor: 'desk', changes })
    await served.close()
    expect(json(await backup())).to.include({ part: 2, commits: 1 })
    const older = await run('backup', '--dir', join(dir, 'put-back'), '--to', to, '--json')
    expect(json(older)).to.include({ part: 1, whole: 'behind' })
  })

  it('[BK67] refuse the folder of another node', async () => {
    json(await backup())
    const other = join(dir, 'other')
    await foundIn(other)
    const refused = await run('backup', '--dir', other, '--to', to)
    expect(refused.stderr).to.match(/^MULU_FEDERATION_MISMATCH/m)
    const path = join(to, 'chain-0001', 'part-0001.json')
    const { sum: _, format: __, ...rest } = parseManifest(await readFile(path, 'utf8'), path)
    const node = { ...rest.node, agency: 'ANOTHER' }
    await writeFile(path, JSON.stringify(sealManifest({ ...rest, node })))
    const another = await backup()
    expect(another.stderr)
      .to.match(/^MULU_BACKUP_OTHER/m)
      .and.to.include('ANOTHER')
    expect(await readdir(to)).to.deep.equal(['chain-0001'])
  })

  it('[BK61] are refused while commits have rotted, and stay as they are', async () => {
    json(await backup())
    const db = await openDatabase(dataFolder(at).store)
    const commits = db.sublevel<string, Uint8Array>('commits', { valueEncoding: 'view' })
    const [[key, bytes] = ['', new Uint8Array()]] = await commits.iterator().all()
    await commits.put(
      key,
      Uint8Array.from(bytes, (byte, i) => (i === 90 ? byte ^ 1 : byte)),
    )
    await db.close()
    for (const isKnown of [false, true]) {
      if (isKnown) expect((await run('scrub', '--dir', at)).status).to.equal(1)
      const refused = await backup('--whole')
      expect(refused.status, `known: ${isKnown}`).to.equal(1)
      expect(refused.stderr)
        .to.match(/^MULU_BACKUP_ROTTEN/m)
        .and.to.include('seq: 1')
      expect(await readdir(to)).to.deep.equal(['chain-0001'])
    }
    expect((await run('backup', '--to', to, '--verify')).status).to.equal(0)
  })

  it('[BK68] carry of what imports left behind only what has changed, and no searches in vain', async () => {
    const served = await serveNode(at)
    await served.get('/api/v1/records?q=unfindable')
    await served.context.store.emptySearches.count('unfindable', ['unfindable'])
    const db = await served.context.store.registry.database()
    const rows = await workRowsOf(db).keys().all()
    expect(rows.some((key) => key.startsWith('empty/'))).to.equal(true)
    await served.close()
    const first = json(await backup())
    const baselines = rows.filter((key) => key.startsWith('baseline/'))
    expect(keysIn(await partsIn(first.file))).to.deep.equal(baselines)
    await imported(dataset('a', { title: 'Second title' }), dataset('b'))
    const second = json(await backup())
    const changed = keysIn(await partsIn(second.file))
    expect(changed.length).to.be.above(0).and.below(baselines.length)
    const fresh = join(dir, 'fresh')
    json(await run('restore', to, '--dir', fresh, '--json'))
    await run('admit', '--dir', at, join(fresh, 'join-request.json'))
    const stick = join(dir, 'stick.bundle')
    await run('bundle', 'export', '--dir', at, '--all', '--out', stick)
    await run('bundle', 'import', stick, '--dir', fresh)
    const again = await run('import', source, '--dir', fresh, '--source', 's', '--json')
    expect(json(again)).to.include({ added: 0, changed: 0, unchanged: 2 })
  })

  it('[BK69] begin anew once values were put back into commits that older parts lack', async () => {
    const { file } = json(await backup())
    const served = await serveNode(at)
    const { registry } = served.context.store
    const introduction = readIntroduction(createReadStream(file))
    const before = await readPartBefore(registry, introduction, undefined)
    if (before === 'unreadable') throw new Error('the part does not say what it holds')
    expect(await whyNotFrom(registry, before, before.state)).to.equal(undefined)
    const now = { ...before.state, putBack: before.state.putBack + 1 }
    expect(await whyNotFrom(registry, before, now)).to.equal('put back')
    await served.close()
  })

  it('[BK70] go on with the passphrase they were begun with, and with no other', async () => {
    const file = join(dir, 'passphrase')
    process.env['MULU_PASSPHRASE_FILE'] = file
    await writeFile(file, 'long and 秘密\n')
    expect(json(await backup('--encrypt', '--verify'))).to.include({ part: 1, whole: 'first' })
    await imported(dataset('a', { title: 'Second title' }), dataset('b'))
    await writeFile(file, 'another\n')
    const refused = await backup()
    expect([refused.status, refused.stderr]).to.deep.include(1)
    expect(refused.stderr).to.match(/^MULU_PASSPHRASE/m)
    await writeFile(file, 'long and 秘密\n')
    expect(json(await backup())).to.include({ part: 2, whole: null })
    expect(json(await run('backup', '--to', to, '--verify', '--json'))).to.include({ parts: 2 })
    expect(json(await backup('--whole'))).to.include({ part: 1, whole: 'asked' })
    const [, manifest = ''] = await readdir(join(to, 'chain-0002'))
    const plain = parseManifest(await readFile(join(to, 'chain-0002', manifest), 'utf8'), manifest)
    expect(plain.encrypted).to.equal(false)
    expect(json(await backup('--encrypt'))).to.include({ part: 1, whole: 'encryption' })
  })

  it('[BK71] go through the running node, part after part', async () => {
    const options = { dir: at, port: 0, peerPort: 0, offline: true, mdns: false }
    await using _ = await startNode(options, systemClock, pino({ level: 'silent' }))
    expect(json(await backup())).to.include({ part: 1, whole: 'first' })
    await imported(dataset('a', { title: 'Second title' }), dataset('b'))
    const second = json(await backup('--verify'))
    expect(second).to.include({ part: 2, whole: null })
    expect(second.commits).to.be.below(second.verified.commits)
    expect(second.verified).to.include({ parts: 2 })
    const { stdout } = await run('status', '--dir', at, '--json')
    expect(second.verified.digest).to.equal(JSON.parse(stdout).catalogue.digest)
  })
})
