import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { allCommits, decodeHeader, hashToText, logText, type Registry } from '@mulu/registry-core'
import { expect } from 'chai'
import { createCrypto } from '../../src/crypto.ts'
import { dataFolder } from '../../src/folder/data-folder.ts'
import { writeStream } from '../../src/folder/write-file.ts'
import { localOperations } from '../../src/operations/operations.ts'
import { copyRosters, withScratchRegistry } from '../../src/store/scratch-registry.ts'
import { run } from '../cli/run.ts'
import { dataset, FIELDS, feed, foundIn, json, serveNode, tempDir } from '../test-node.ts'

function write(registry: Registry, rec: string): Promise<unknown> {
  const set = { ...FIELDS, 'title/en': `River ${rec}` }
  const changes = [{ rec: `resource/${rec}`, set }]
  return registry.write({ ns: 1, aud: rec.startsWith('d') ? 0 : 1, actor: 'desk', changes })
}

/** The digest that the commits of a registry come to, up to where another one stands. */
function digestUpTo(all: Registry, ends: ReadonlyMap<string, number>): Promise<string> {
  return withScratchRegistry({ crypto: createCrypto(), now: () => Date.now() }, async (scratch) => {
    await copyRosters(all, scratch)
    for await (const commit of allCommits(all)) {
      const header = decodeHeader(commit.header)
      if (header.seq <= (ends.get(logText(header)) ?? 0)) await scratch.accept([commit])
    }
    return hashToText(await scratch.catalogueDigest())
  })
}

function endsOf(registry: Registry): ReadonlyMap<string, number> {
  return new Map(registry.heads().map(({ log, accepted }) => [logText(log), accepted.seq]))
}

describe('backup and restore', function () {
  this.timeout(120_000)
  let dir: string
  let remove: () => Promise<void>
  let at: string
  let file: string
  let fresh: string

  beforeEach(async () => {
    const made = await tempDir()
    dir = made[0]
    remove = made[1]
    at = join(dir, 'node')
    file = join(dir, 'node.backup')
    fresh = join(dir, 'fresh')
    await foundIn(at)
  })
  afterEach(() => remove())

  it('[BK1] take a backup under write load that restores to equal digests', async () => {
    const served = await serveNode(at)
    const { registry } = served.context.store
    await served.own('/api/v1/imports?format=dcat-us&source=s', {
      method: 'POST',
      body: feed(dataset('a'), dataset('b')),
    })
    for (let i = 0; i < 20; i++) await write(registry, `${i % 4 === 0 ? 'd' : 'p'}${i}`)
    const before = endsOf(registry).get('1/1/1') ?? 0
    const made = await localOperations(served.context).backup({})
    let written = 0
    const chunks = async function* chunks(): AsyncGenerator<Uint8Array> {
      for await (const chunk of made.chunks) {
        await write(registry, `later${written++}`)
        yield chunk
      }
    }
    await writeStream(file, chunks())
    expect(written).to.be.above(3)
    const { status, stdout, stderr } = await run('restore', file, '--dir', fresh, '--json')
    expect(status, stderr).to.equal(0)
    const restored = JSON.parse(stdout)
    const opened = await serveNode(fresh)
    const ends = endsOf(opened.context.store.registry)
    expect(ends.get('1/1/1')).to.equal(before)
    expect(ends.get('1/0/1')).to.equal(5)
    expect(restored.digest).to.equal(await digestUpTo(registry, ends))
    await opened.close()
    await served.close()
    expect((await run('verify', '--dir', fresh)).status).to.equal(0)
    const [old, renewed] = await Promise.all(
      [at, fresh].map((each) => readFile(dataFolder(each).writerKey, 'utf8')),
    )
    expect(old).to.not.equal(renewed)
    for (const text of [old ?? '', await readFile(dataFolder(at).accessKey, 'utf8')]) {
      expect((await readFile(file)).includes(text.trim())).to.equal(false)
    }
  })

  it('[BK2] continue the old writer by a new one once the roster lists it, and go on importing', async () => {
    const source = join(dir, 'feed.json')
    await writeFile(source, feed(dataset('a'), dataset('b')))
    await run('import', source, '--dir', at, '--source', 's')
    expect((await run('backup', '--dir', at, '--out', file)).status).to.equal(0)
    expect((await run('restore', file, '--dir', fresh)).status).to.equal(0)
    const admitted = await run('admit', '--dir', at, dataFolder(fresh).joinRequest)
    expect(admitted.status, admitted.stderr).to.equal(0)
    const stick = join(dir, 'stick.bundle')
    await run('bundle', 'export', '--dir', at, '--all', '--out', stick)
    expect((await run('bundle', 'import', stick, '--dir', fresh)).status).to.equal(0)
    const again = await run('import', source, '--dir', fresh, '--source', 's', '--json')
    expect(JSON.parse(again.stdout)).to.include({ added: 0, changed: 0, unchanged: 2 })
    await writeFile(source, feed(dataset('a', { title: 'New title' }), dataset('b')))
    const changed = await run('import', source, '--dir', fresh, '--source', 's', '--json')
    expect(JSON.parse(changed.stdout)).to.include({ added: 0, changed: 1, refused: 0 })
  })

  it('[BK3] restore only whole backups, into empty folders, and leave nothing else behind', async () => {
    process.env['MULU_PASSPHRASE_FILE'] = join(dir, 'passphrase')
    try {
      await writeFile(join(dir, 'passphrase'), 'long and 秘密\n')
      await run('backup', '--dir', at, '--out', file, '--encrypt')
      const bytes = await readFile(file)
      const refusals: readonly (readonly [Uint8Array, string, readonly string[]])[] = [
        [bytes, 'MULU_KEY_LOCKED', []],
        [bytes.subarray(0, -9), 'MULU_BUNDLE_CUT', ['--encrypted']],
        [Buffer.from(bytes).fill(7, bytes.length - 20), 'MULU_BUNDLE_DAMAGED', ['--encrypted']],
        [Buffer.from('none'), 'MULU_BUNDLE_SHAPE', []],
      ]
      for (const [content, code, more] of refusals) {
        await writeFile(file, content)
        const refused = await run('restore', file, '--dir', fresh, ...more)
        expect(refused.status, code).to.equal(1)
        expect(refused.stderr).to.match(RegExp(`^${code}`, 'm'))
        expect((await readdir(dir)).sort()).to.deep.equal(['node', 'node.backup', 'passphrase'])
      }
      await writeFile(file, bytes)
      const inPlace = await run('restore', file, '--dir', at, '--encrypted')
      expect(inPlace.stderr).to.match(/^MULU_STORE_EXISTS/m)
      expect((await run('restore', file, '--dir', fresh, '--encrypted')).status).to.equal(0)
    } finally {
      delete process.env['MULU_PASSPHRASE_FILE']
    }
    const stick = join(dir, 'stick.bundle')
    await run('bundle', 'export', '--dir', at, '--all', '--out', stick)
    const none = await run('restore', stick, '--dir', join(dir, 'other'))
    expect(none.stderr).to.match(/^MULU_BUNDLE_SHAPE/m)
  })

  it('[AD20] a folder put back with its old key refuses to write once it hears of itself, and says what to do', async () => {
    const copy = join(dir, 'copy')
    await run('export', '--dir', at)
    await cp(at, copy, { recursive: true })
    const original = await serveNode(at)
    await write(original.context.store.registry, 'original')
    await original.close()
    const stick = join(dir, 'stick.bundle')
    await run('bundle', 'export', '--dir', at, '--all', '--out', stick)
    const served = await serveNode(copy)
    await write(served.context.store.registry, 'copy')
    const taken = await served.own('/api/v1/bundles', {
      method: 'POST',
      body: await readFile(stick),
      headers: { 'content-type': 'application/octet-stream' },
    })
    expect(taken.status).to.equal(200)
    const stood = served.context.store.registry.heads()
    const refused = await served.own(
      '/api/v1/records',
      json('POST', { kind: 'resource', fields: FIELDS }),
    )
    expect([refused.status, refused.body.code]).to.deep.equal([409, 'MULU_FORK'])
    expect(refused.body.detail).to.include('mulu restore')
    expect(served.context.store.registry.heads()).to.deep.equal(stood)
    expect((await served.get('/api/v1/status')).status).to.equal(200)
    await served.close()
  })
})
