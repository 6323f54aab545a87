import { cp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { dataFolder } from '../../src/folder/data-folder.ts'
import { dataset, feed, foundIn, tempDir } from '../test-node.ts'
import { run } from './run.ts'

type Status = {
  readonly writer: { readonly client: number | null }
  readonly node: { readonly admitted: boolean }
  readonly catalogue: { readonly records: number }
}

describe('the key commands', function () {
  this.timeout(60_000)
  let dir: string
  let at: string
  let remove: () => Promise<void>

  beforeEach(async () => {
    const made = await tempDir()
    dir = made[0]
    remove = made[1]
    at = join(dir, 'node')
    await foundIn(at)
  })
  afterEach(async () => {
    delete process.env['MULU_PASSPHRASE_FILE']
    await remove()
  })

  async function done(...args: readonly string[]): Promise<string> {
    const ran = await run(...args)
    expect(ran.status, `${args.join(' ')}\n${ran.stderr}`).to.equal(0)
    return ran.stdout
  }

  const status = async (): Promise<Status> =>
    JSON.parse(await done('status', '--dir', at, '--json')) as Status

  async function importOne(identifier: string): Promise<void> {
    const file = join(dir, 'feed.json')
    await writeFile(file, feed(dataset(identifier)))
    await done('import', '--dir', at, file)
  }

  it('[KY4] rotates the writer key: the new one takes over what the old one could do', async () => {
    await importOne('a')
    const folder = dataFolder(at)
    const before = await readFile(folder.writerKey, 'utf8')
    const made = JSON.parse(await done('key', 'rotate', '--dir', at, '--json'))
    expect(made).to.include({ continues: 1, joinRequest: folder.joinRequest })
    expect((await stat(folder.nextWriterKey)).mode & 0o777).to.equal(0o600)
    const twice = await run('key', 'rotate', '--dir', at)
    expect([twice.status, twice.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_STORE_EXISTS'])
    await importOne('b')
    await done('admit', '--dir', at, folder.joinRequest)
    expect((await status()).writer.client).to.equal(2)
    expect(await readFile(folder.writerKey, 'utf8')).to.not.equal(before)
    expect(await stat(folder.nextWriterKey).catch(() => undefined)).to.equal(undefined)
    await importOne('c')
    expect((await status()).catalogue.records).to.equal(3)
    await done('verify', '--dir', at)
  })

  it('[KY4] refuses a handover that somebody else has signed, and signs nothing', async () => {
    const file = join(dir, 'request.json')
    await done('key', 'rotate', '--dir', at)
    const request = JSON.parse(await readFile(dataFolder(at).joinRequest, 'utf8')) as object
    await writeFile(file, JSON.stringify({ ...request, handover: '00'.repeat(64) }))
    const refused = await run('admit', '--dir', at, file)
    expect([refused.status, refused.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_SIGNATURE'])
    expect((await status()).writer.client).to.equal(1)
  })

  it('[KY5] gives a restored folder new keys that continue the writer it was', async () => {
    await importOne('a')
    const folder = dataFolder(at)
    const roots = join(dir, 'roots')
    await cp(folder.root, roots, { recursive: true })
    // A backup holds no keys at all.
    await rm(folder.keys, { recursive: true })
    await rm(folder.accessKey)
    const dead = await run('status', '--dir', at)
    expect([dead.status, dead.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_CONFIG'])
    const made = JSON.parse(await done('key', 'renew', '--dir', at, '--json'))
    expect(made.continues).to.equal(1)
    expect((await status()).node.admitted).to.equal(false)
    expect((await run('key', 'renew', '--dir', at)).stderr).to.match(/^MULU_STORE_EXISTS/)
    await done('admit', '--dir', at, folder.joinRequest)
    expect(await status()).to.deep.include({ writer: { ...(await status()).writer, client: 2 } })
    await importOne('b')
    expect((await status()).catalogue.records).to.equal(2)
    const roster = await done(
      'roster',
      'propose',
      '--dir',
      at,
      '--confirm',
      '--out',
      join(dir, 'p'),
    )
    expect(roster).to.include('2 of 3')
  })

  it('[KY6] runs on protected keys with their passphrase, and says what is missing without', async () => {
    const secret = join(dir, 'secret')
    await writeFile(secret, 'correct horse\n')
    process.env['MULU_PASSPHRASE_FILE'] = secret
    await done('key', 'passphrase', '--dir', at)
    const { writerKey, transportKey } = dataFolder(at)
    for (const file of [writerKey, transportKey]) {
      expect(await readFile(file, 'utf8')).to.match(/^\{"mulu":"key\/1"/)
    }
    expect((await status()).writer.client).to.equal(1)
    await writeFile(secret, 'wrong\n')
    const wrong = await run('status', '--dir', at)
    expect([wrong.status, wrong.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_PASSPHRASE'])
    delete process.env['MULU_PASSPHRASE_FILE']
    const locked = await run('status', '--dir', at)
    expect([locked.status, locked.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_KEY_LOCKED'])
    await writeFile(secret, 'correct horse\n')
    process.env['MULU_PASSPHRASE_FILE'] = secret
    await done('key', 'passphrase', writerKey, transportKey, '--remove')
    delete process.env['MULU_PASSPHRASE_FILE']
    expect((await status()).writer.client).to.equal(1)
  })

  it('[KY7] makes a root key in a file of its own, and never over another one', async () => {
    const file = join(dir, 'root.key')
    expect(await done('key', 'make', file, '--no-passphrase')).to.match(/^ed25519:[0-9a-f]{64}\n$/)
    expect((await stat(file)).mode & 0o777).to.equal(0o600)
    const before = await readFile(file, 'utf8')
    expect((await run('key', 'make', file, '--no-passphrase')).status).to.equal(1)
    expect(await readFile(file, 'utf8')).to.equal(before)
    const asked = await run('key', 'make', join(dir, 'other.key'))
    expect([asked.status, asked.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_KEY_LOCKED'])
  })

  it('[KY8] refuses to revoke or adopt what is not there, and orders that come to nothing', async () => {
    await importOne('a')
    const revoke = ['key', 'revoke', '--dir', at, '--from', '1']
    const codes: string[] = []
    for (const args of [
      [...revoke, '9'],
      [...revoke, '--from', '7/1:1', '1'],
      ['key', 'adopt', '--dir', at, '1'],
      ['roster', 'propose', '--dir', at, '--retire', 'X'],
      ['roster', 'propose', '--dir', at],
    ]) {
      const { status: code, stderr } = await run(...args)
      codes.push(`${code} ${stderr.split(':')[0]}`)
    }
    expect(codes).to.deep.equal(Array(5).fill('1 MULU_ORDERS'))
    for (const args of [
      ['key', 'revoke', '--dir', at, '1'],
      ['key', 'revoke', '--dir', at, '--from', 'x', '1'],
      ['key', 'dance'],
      ['roster', 'propose', '--dir', at, '--root-key', 'ed25519:00'],
      ['roster', 'propose', '--dir', at, '--grant', '1:2'],
      ['roster', 'sign', join(dir, 'none.json')],
    ]) {
      expect((await run(...args)).status, args.join(' ')).to.be.oneOf([1, 2])
    }
  })
})
