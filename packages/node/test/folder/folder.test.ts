import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMuluError, keyToText } from '@mulu/registry-core'
import { expect } from 'chai'
import { createSigner } from '../../src/crypto.ts'
import { createAccessKey, isSameKey, readAccessKey } from '../../src/folder/access-key.ts'
import { dataFolder } from '../../src/folder/data-folder.ts'
import {
  createKeyFile,
  isProtected,
  keyFilesIn,
  NO_PASSPHRASE,
  readKeyFile,
  readPublicKey,
  writeKeyFile,
} from '../../src/folder/key-file.ts'
import { parseNodeConfig, readNodeConfig } from '../../src/folder/node-config.ts'
import { readRunFile, writeRunFile } from '../../src/folder/run-file.ts'
import { readIfThere, writeWhole } from '../../src/folder/write-file.ts'
import { foundIn, tempDir } from '../test-node.ts'

/** The code that a promise is rejected with. */
async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'none'
  } catch (error) {
    return isMuluError(error) ? error.code : String(error)
  }
}

describe('the data folder', () => {
  let dir: string
  let remove: () => Promise<void>

  beforeEach(async () => {
    const made = await tempDir()
    dir = made[0]
    remove = made[1]
  })
  afterEach(() => remove())

  it('[ND1] keeps keys so that only their owner reads them', async () => {
    await foundIn(join(dir, 'n'))
    const folder = dataFolder(join(dir, 'n'))
    const roots = (await readdir(folder.root)).map((name) => join(folder.root, name))
    const files = [folder.writerKey, folder.transportKey, folder.accessKey, folder.config, ...roots]
    expect(roots).to.have.length(3)
    for (const file of files) expect((await stat(file)).mode & 0o777, file).to.equal(0o600)
    for (const path of [folder.dir, folder.keys, folder.root, folder.store]) {
      expect((await stat(path)).mode & 0o777, path).to.equal(0o700)
    }
  })

  it('[ND2] gives writer, transport and every root key a seed of its own', async () => {
    await foundIn(join(dir, 'n'))
    const folder = dataFolder(join(dir, 'n'))
    const seeds = [
      await readKeyFile(folder.writerKey),
      await readKeyFile(folder.transportKey),
      ...(await Promise.all((await keyFilesIn(folder.root)).map((file) => readKeyFile(file)))),
    ]
    const keys = seeds.map((seed) => Buffer.from(createSigner(seed).publicKey).toString('hex'))
    expect(new Set(keys).size).to.equal(5)
  })

  it('[ND3] founds no federation over a node that is there, and leaves its keys alone', async () => {
    await foundIn(join(dir, 'n'))
    const folder = dataFolder(join(dir, 'n'))
    const before = await readFile(folder.writerKey, 'utf8')
    expect(await codeOf(foundIn(join(dir, 'n')))).to.equal('MULU_STORE_EXISTS')
    expect(await readFile(folder.writerKey, 'utf8')).to.equal(before)
    expect(await keyFilesIn(folder.root)).to.have.length(3)
  })

  it('[ND4] says what is wrong with a configuration, and where', async () => {
    await foundIn(dir)
    const good = JSON.parse(await readFile(dataFolder(dir).config, 'utf8'))
    expect(parseNodeConfig(JSON.stringify(good), 'c')).to.deep.equal(good)
    const wrong: readonly string[] = [
      '',
      '{',
      'null',
      JSON.stringify({ ...good, http: { host: '127.0.0.1', port: 70_000 } }),
      JSON.stringify({ ...good, role: 'king' }),
      JSON.stringify({ ...good, extra: 1 }),
      JSON.stringify({ ...good, federation: { id: 'sha256:00', name: 'x' } }),
    ]
    for (const text of wrong) {
      try {
        parseNodeConfig(text, 'config.json')
        expect.fail(`accepted ${text}`)
      } catch (error) {
        if (!isMuluError(error)) throw error
        expect(error.code).to.equal('MULU_CONFIG')
        expect(error.details).to.include({ file: 'config.json' }).and.have.property('reason')
      }
    }
  })

  it('[ND5] tells an empty folder from a damaged one', async () => {
    expect(await codeOf(readNodeConfig(dataFolder(dir)))).to.equal('MULU_NOT_INITIALISED')
    expect(await codeOf(readKeyFile(join(dir, 'writer.key')))).to.equal('MULU_CONFIG')
    await writeFile(join(dir, 'writer.key'), 'ab'.repeat(31))
    expect(await codeOf(readKeyFile(join(dir, 'writer.key')))).to.equal('MULU_CONFIG')
    expect(await codeOf(readAccessKey(join(dir, 'access-key')))).to.equal('MULU_CONFIG')
    expect(await keyFilesIn(join(dir, 'absent'))).to.deep.equal([])
  })

  it('[ND6] replaces a file whole, also over what a crash left', async () => {
    const file = join(dir, 'sub', 'file')
    await mkdir(join(dir, 'sub'))
    await writeFile(`${file}.new`, 'half of a', { mode: 0o644 })
    await writeWhole(file, 'first')
    await writeWhole(file, 'second')
    expect(await readIfThere(file)).to.equal('second')
    expect((await stat(file)).mode & 0o777).to.equal(0o600)
    expect(await readdir(join(dir, 'sub'))).to.deep.equal(['file'])
    expect(await readIfThere(join(dir, 'absent'))).to.equal(undefined)
  })

  it('[ND7] makes access keys that nobody guesses, and compares them whole', async () => {
    await createAccessKey(join(dir, 'a'))
    await createAccessKey(join(dir, 'b'))
    const [a, b] = [await readAccessKey(join(dir, 'a')), await readAccessKey(join(dir, 'b'))]
    expect(a)
      .to.match(/^mulu-[A-Za-z0-9_-]{43}$/)
      .and.not.equal(b)
    expect(isSameKey(a, a)).to.equal(true)
    for (const other of [b, '', a.slice(1), `${a} `]) expect(isSameKey(other, a)).to.equal(false)
  })

  it('[ND8] says which process runs the folder until it stops', async () => {
    const folder = dataFolder(dir)
    expect(await readRunFile(folder)).to.equal(undefined)
    const takeBack = await writeRunFile(folder, 'http://127.0.0.1:1')
    expect(await readRunFile(folder)).to.include({ pid: process.pid, url: 'http://127.0.0.1:1' })
    await takeBack()
    await takeBack()
    expect(await readRunFile(folder)).to.equal(undefined)
    await writeFile(folder.run, '{"pid":')
    expect(await readRunFile(folder)).to.equal(undefined)
  })

  it('[ND9] makes keys that OpenSSL and the core read alike', async () => {
    const seed = await createKeyFile(join(dir, 'k'))
    expect(await readKeyFile(join(dir, 'k'))).to.deep.equal(seed)
    expect(createSigner(seed).publicKey).to.have.length(33)
  })

  it('[KY1] protects a key by a passphrase, and tells the public key without it', async () => {
    const file = join(dir, 'k.key')
    const seed = await createKeyFile(file)
    const { publicKey } = createSigner(seed)
    expect(await isProtected(file)).to.equal(false)
    const costs = { n: 1_024, r: 8, p: 1 }
    await writeKeyFile(file, seed, 'swordfish 剑鱼', costs)
    expect(await isProtected(file)).to.equal(true)
    expect((await stat(file)).mode & 0o777).to.equal(0o600)
    const text = await readFile(file, 'utf8')
    expect(text).to.not.include(Buffer.from(seed).toString('hex'))
    expect(await readPublicKey(file)).to.equal(keyToText(publicKey))
    expect(await readKeyFile(file, async () => 'swordfish 剑鱼')).to.deep.equal(seed)
    const wrong = readKeyFile(file, async () => 'swordfish')
    expect(await codeOf(wrong)).to.equal('MULU_PASSPHRASE')
    expect(await codeOf(readKeyFile(file, NO_PASSPHRASE))).to.equal('MULU_KEY_LOCKED')
    const other = keyToText(createSigner(await createKeyFile(join(dir, 'o.key'))).publicKey)
    await writeFile(file, text.replace(keyToText(publicKey), other))
    const swapped = readKeyFile(file, async () => 'swordfish 剑鱼')
    expect(await codeOf(swapped)).to.equal('MULU_PASSPHRASE')
    for (const damaged of [text.slice(0, -9), text.replace('"n":1024', '"n":1e9'), '{}']) {
      await writeFile(file, damaged)
      expect(await codeOf(readKeyFile(file, async () => 'x'))).to.equal('MULU_CONFIG')
    }
  })
})
