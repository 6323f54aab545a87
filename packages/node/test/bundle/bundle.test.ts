import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleContents } from '@mulu/registry-core'
import { expect } from 'chai'
import { pino } from 'pino'
import { writeBlocks } from '../../src/bundle/block-file.ts'
import { systemClock } from '../../src/clock.ts'
import { createCrypto } from '../../src/crypto.ts'
import { dataFolder } from '../../src/folder/data-folder.ts'
import { writeStream } from '../../src/folder/write-file.ts'
import type { NodeContext } from '../../src/node-context.ts'
import { type OpenNode, openNode } from '../../src/open-node.ts'
import { localOperations } from '../../src/operations/operations.ts'
import { run } from '../cli/run.ts'
import { FIELDS, foundIn, serveNode, tempDir } from '../test-node.ts'

const AGENCY = ['--agency', 'A1', '--agency-name', 'Agency One'] as const

/** Two members of one federation in folders of their own; neither has a network. */
async function twoNodes(dir: string): Promise<{ readonly a: string; readonly b: string }> {
  const a = join(dir, 'a')
  const b = join(dir, 'b')
  await foundIn(a)
  const ticket = (await run('ticket', '--dir', a)).stdout.trim()
  await run('init', '--dir', b, '--ticket', ticket, ...AGENCY)
  const { status } = await run('admit', '--dir', a, dataFolder(b).joinRequest)
  expect(status).to.equal(0)
  return { a, b }
}

function open(dir: string): Promise<OpenNode> {
  return openNode(dir, systemClock, pino({ level: 'silent' }))
}

async function write(context: NodeContext, rec: string, aud: 0 | 1 = 1): Promise<void> {
  const { registry } = context.store
  const writer = registry.author?.client ?? 0
  const ns = registry.roster?.state.writers.get(writer)?.grants[0]?.ns ?? 0
  const set = { ...FIELDS, 'title/en': `River ${rec}` }
  await registry.write({ ns, aud, actor: 'desk', changes: [{ rec: `resource/${rec}`, set }] })
}

async function write1(dir: string, ...recs: readonly string[]): Promise<void> {
  const node = await open(dir)
  for (const rec of recs) await write(node.context, rec)
  await node.close()
}

async function digestOf(dir: string): Promise<string> {
  return JSON.parse((await run('status', '--dir', dir, '--json')).stdout).catalogue.digest
}

// biome-ignore lint/suspicious/noExplicitAny: reports are looked into by name
async function carry(from: string, to: string, file: string, receiver: string): Promise<any> {
  const made = await run('bundle', 'export', '--dir', from, '--to', receiver, '--out', file)
  expect(made.status, made.stderr).to.equal(0)
  return bringIn(to, file)
}

// biome-ignore lint/suspicious/noExplicitAny: reports are looked into by name
async function bringIn(to: string, file: string, ...more: readonly string[]): Promise<any> {
  const taken = await run('bundle', 'import', file, '--dir', to, '--json', ...more)
  const [report] = JSON.parse(taken.stdout === '' ? '[]' : taken.stdout)
  return { status: taken.status, stderr: taken.stderr, ...report }
}

describe('bundles', function () {
  this.timeout(120_000)
  let dir: string
  let remove: () => Promise<void>
  let a: string
  let b: string
  let file: string

  beforeEach(async () => {
    const made = await tempDir()
    dir = made[0]
    remove = made[1]
    file = join(dir, 'stick', 'mulu.bundle')
    await mkdir(join(dir, 'stick'))
    const nodes = await twoNodes(dir)
    a = nodes.a
    b = nodes.b
  })
  afterEach(() => remove())

  it('[BU1] carry the roster and commits to a newcomer that never had a network, once', async () => {
    await write1(a, 'x', 'y')
    const first = await carry(a, b, file, '2')
    expect(first).to.include({ status: 0, new: 2, known: 0, refused: 0, rosters: 2, problem: null })
    expect(await digestOf(b)).to.equal(await digestOf(a))
    const again = await bringIn(b, file)
    expect(again).to.include({ status: 0, new: 0, known: 2, rosters: 0, problem: null })
  })

  it('[BU2] carry back only what the other lacks, by the heads that its last bundle brought', async () => {
    await write1(a, 'x', 'y', 'z')
    await carry(a, b, file, '2')
    await write1(b, 'own')
    const back = join(dir, 'back.bundle')
    expect(await carry(b, a, back, 'CN-TEST')).to.include({ status: 0, new: 1, known: 0 })
    await write1(a, 'w')
    expect(await carry(a, b, file, '2')).to.include({ new: 1, known: 0, rosters: 0 })
    const since = await run(
      ...['bundle', 'export', '--dir', a, '--since', back, '--out', file, '--json'],
    )
    expect(JSON.parse(since.stdout)).to.include({ commits: 1, to: 2 })
    const all = await run(
      ...['bundle', 'export', '--dir', a, '--to', '2', '--all', '--out', file, '--json'],
    )
    expect(JSON.parse(all.stdout)).to.include({ commits: 5, to: 2 })
    expect(await digestOf(a)).to.equal(await digestOf(b))
  })

  it('[BU3] that end early give what is whole, say so, and go on from there', async () => {
    const node = await open(a)
    const long = 'flood '.repeat(1_000)
    for (let i = 0; i < 80; i++) {
      const noise = Array.from({ length: 400 }, (_, n) =>
        Math.imul(i * 400 + n + 1, 0x9e3779b1),
      ).join()
      await node.context.store.registry.write({
        ...{ ns: 1, aud: 1, actor: 'desk' },
        changes: [{ rec: `resource/r${i}`, set: { ...FIELDS, 'description/en': long + noise } }],
      })
    }
    await node.close()
    await run('bundle', 'export', '--dir', a, '--to', '2', '--out', file)
    const whole = await readFile(file)
    await writeFile(file, whole.subarray(0, Math.floor(whole.length * 0.7)))
    const cut = await bringIn(b, file)
    expect(cut).to.include({ status: 1, problem: 'MULU_BUNDLE_CUT' })
    expect(cut.new).to.be.within(1, 79)
    await writeFile(file, whole)
    const rest = await bringIn(b, file)
    expect(rest).to.include({ status: 0, new: 80 - cut.new, known: cut.new, problem: null })
    expect(await digestOf(b)).to.equal(await digestOf(a))
  })

  it('[BU4] with damage give every whole block, and waiting commits are taken later', async () => {
    const node = await open(a)
    for (let i = 0; i < 60; i++) {
      const noise = Array.from({ length: 1_200 }, (_, n) =>
        Math.imul(i * 1_200 + n + 1, 0x9e3779b1),
      ).join()
      await node.context.store.registry.write({
        ...{ ns: 1, aud: 1, actor: 'desk' },
        changes: [{ rec: `resource/r${i}`, set: { ...FIELDS, 'description/en': noise } }],
      })
    }
    await node.close()
    await run('bundle', 'export', '--dir', a, '--to', '2', '--out', file)
    const whole = await readFile(file)
    const damaged = Buffer.from(whole)
    damaged[Math.floor(whole.length / 2)] = (damaged[Math.floor(whole.length / 2)] ?? 0) ^ 0xff
    await writeFile(file, damaged)
    const report = await bringIn(b, file)
    expect(report).to.include({ status: 1, damaged: 1, problem: 'MULU_BUNDLE_DAMAGED' })
    expect(report.new + report.waiting).to.be.within(1, 59)
    expect(report.waiting).to.be.above(0)
    await writeFile(file, whole)
    expect(await bringIn(b, file)).to.include({ status: 0, waiting: 0, problem: null })
    expect(await digestOf(b)).to.equal(await digestOf(a))
  })

  it('[BU5] hold only what their receiver may, and no node takes what it may not hold', async () => {
    const node = await open(a)
    await write(node.context, 'public')
    await write(node.context, 'draft', 0)
    const operations = localOperations(node.context)
    const other = await operations.exportBundle({ to: '2', all: true })
    const members = await operations.exportBundle({ all: true })
    expect([other.commits, members.commits]).to.deep.equal([1, 1])
    const { context } = node
    const own = await bundleContents(
      {
        registry: context.store.registry,
        ...{ crypto: createCrypto(), nowMs: 1, signer: context.signer },
      },
      { for: 'self' },
      undefined,
    )
    await writeStream(file, writeBlocks(own.parts(), own.introduction, { kind: 'plain' }))
    await node.close()
    const report = await bringIn(b, file)
    expect(report).to.include({ status: 1, new: 1, refused: 1 })
    expect(report.codes).to.deep.equal({ MULU_GRANT_MISSING: 1 })
    const taken = await open(b)
    expect(taken.context.store.registry.heads().map(({ log }) => log.aud)).to.deep.equal([1])
    await taken.close()
  })

  it('[BU6] open only for the receiver they are encrypted to, or with their passphrase', async () => {
    await write1(a, 'secretive')
    const to = ['bundle', 'export', '--dir', a, '--to', '2', '--encrypt', '--out', file]
    expect((await run(...to)).status).to.equal(0)
    const bytes = await readFile(file)
    expect(bytes.includes('secretive')).to.equal(false)
    const wrong = await run('bundle', 'import', file, '--dir', a)
    expect(wrong.status).to.equal(1)
    expect(wrong.stderr).to.match(/^MULU_BUNDLE_KEY/m)
    expect(await bringIn(b, file)).to.include({ status: 0, new: 1 })
    const node = await open(a)
    const operations = localOperations(node.context)
    const sealed = await operations.exportBundle({
      all: true,
      encrypt: { passphrase: '密码 secret' },
    })
    const chunks: Uint8Array[] = []
    for await (const chunk of sealed.chunks) chunks.push(chunk)
    await node.close()
    const reader = await open(b)
    const bring = (passphrase?: string) =>
      localOperations(reader.context)
        .importBundle({
          source: streamOf(chunks),
          ...(passphrase === undefined ? {} : { passphrase }),
        })
        .catch((error: { code?: string }) => error.code)
    expect(await bring()).to.equal('MULU_KEY_LOCKED')
    expect(await bring('other')).to.equal('MULU_PASSPHRASE')
    expect(await bring('密码 secret')).to.include({ known: 1, problem: null })
    await reader.close()
  })

  it('[BU7] that are none, of another federation or of nobody are refused with a code', async () => {
    await writeFile(file, 'hello')
    expect((await bringIn(b, file)).stderr).to.match(/^MULU_BUNDLE_SHAPE/m)
    const stranger = join(dir, 'stranger')
    await foundIn(stranger)
    await run('bundle', 'export', '--dir', stranger, '--all', '--out', file)
    expect((await bringIn(b, file)).stderr).to.match(/^MULU_FEDERATION_MISMATCH/m)
    const nobody = await run('bundle', 'export', '--dir', a, '--to', 'nobody', '--out', file)
    expect([nobody.status, nobody.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_BUNDLE_RECEIVER'])
    const unsaid = await run('bundle', 'export', '--dir', a, '--out', file)
    expect([unsaid.status, unsaid.stderr.split(':')[0]]).to.deep.equal([2, 'MULU_USAGE'])
    expect((await bringIn(b, join(dir, 'none'))).status).to.equal(2)
  })

  it('[BU8] go through the running node as they do through a stopped one', async () => {
    const served = await serveNode(a)
    await write(served.context, 'x')
    const made = await served.own('/api/v1/bundles/export?to=2', { method: 'POST' })
    expect(made.status).to.equal(200)
    expect(made.headers.get('mulu-commits')).to.equal('1')
    const raw = await fetch(`${served.url}/api/v1/bundles/export?to=2&encrypt=key`, {
      method: 'POST',
      headers: { authorization: `Bearer ${served.key}` },
    })
    await writeFile(file, Buffer.from(await raw.arrayBuffer()))
    await served.close()
    const receiver = await serveNode(b)
    const taken = await receiver.own('/api/v1/bundles', {
      method: 'POST',
      body: await readFile(file),
      headers: { 'content-type': 'application/octet-stream', accept: 'application/x-ndjson' },
    })
    expect(taken.body.at(-1).report).to.include({ new: 1, problem: null, sender: 1, to: 2 })
    const unknown = await receiver.get('/api/v1/bundles', { method: 'POST', body: 'x' })
    expect(unknown.status).to.equal(401)
    await receiver.close()
  })

  it('[BU9] keep two nodes equal through 20 trips with edits on both sides, one stick lost, one corrupted', async () => {
    await carry(a, b, file, '2')
    for (let trip = 0; trip < 20; trip++) {
      const [from, to, receiver] = trip % 2 === 0 ? [a, b, '2'] : [b, a, '1']
      await write1(from, `trip${trip}`, 'shared')
      await write1(to, `other${trip}`)
      if (trip === 6) {
        await run('bundle', 'export', '--dir', from, '--to', receiver, '--out', file)
        continue
      }
      if (trip === 11) {
        await run('bundle', 'export', '--dir', from, '--to', receiver, '--out', file)
        const bytes = await readFile(file)
        bytes.fill(0x55, Math.floor(bytes.length * 0.6), Math.floor(bytes.length * 0.8))
        await writeFile(file, bytes)
        expect(await bringIn(to, file)).to.include({ status: 1, problem: 'MULU_BUNDLE_DAMAGED' })
        continue
      }
      const report = await carry(from, to, file, receiver)
      expect(report, `trip ${trip}`).to.include({
        status: 0,
        refused: 0,
        waiting: 0,
        problem: null,
      })
    }
    await carry(a, b, file, '2')
    await carry(b, a, file, '1')
    expect(await digestOf(a)).to.equal(await digestOf(b))
    for (const at of [a, b]) expect((await run('verify', '--dir', at)).status).to.equal(0)
    const idle = await carry(a, b, file, '2')
    expect(idle).to.include({ new: 0, known: 0, rosters: 0 })
  })
})

async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
