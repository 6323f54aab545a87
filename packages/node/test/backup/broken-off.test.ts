import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMuluError, type Part } from '@mulu/registry-core'
import { expect } from 'chai'
import { pino } from 'pino'
import { addPart, type PartMaker } from '../../src/backup/add-part.ts'
import { readChains } from '../../src/backup/chain.ts'
import { readState, statePart } from '../../src/backup/part-state.ts'
import { readBlocks, writeBlocks } from '../../src/bundle/block-file.ts'
import { systemClock } from '../../src/clock.ts'
import { startNode } from '../../src/node.ts'
import { localOperations, type Operations } from '../../src/operations/operations.ts'
import { run } from '../cli/run.ts'
import { FIELDS, foundIn, serveNode, type TestNode, tempDir } from '../test-node.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const HOUR_MS = 3_600_000

async function errorOf(work: Promise<unknown>): Promise<{ code: string; details: object }> {
  try {
    await work
  } catch (error) {
    if (isMuluError(error)) return { code: error.code, details: error.details }
    throw error
  }
  return { code: 'done', details: {} }
}

/** Hands the chunks of a backup out in another way. */
function handing(
  node: PartMaker,
  hand: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): PartMaker {
  return {
    backup: async (order) => {
      const made = await node.backup(order)
      return { ...made, chunks: hand(made.chunks) }
    },
  }
}

/** So many chunks, and then an error or nothing more. */
function cutAfter(node: PartMaker, count: number, error?: Error): PartMaker {
  return handing(node, async function* some(chunks) {
    let left = count
    for await (const chunk of chunks) {
      if (left-- > 0) yield chunk
      else if (error !== undefined) throw error
    }
  })
}

describe('a backup that is broken off', function () {
  this.timeout(120_000)
  let dir: string
  let remove: () => Promise<void>
  let at: string
  let to: string
  let served: TestNode
  let node: Operations
  let written = 0

  beforeEach(async () => {
    const made = await tempDir()
    ;[dir, remove] = made
    at = join(dir, 'node')
    to = join(dir, 'backups')
    await foundIn(at)
    served = await serveNode(at)
    node = localOperations(served.context)
    await write()
    await addPart(node, { dir: to }, systemClock.now())
    await write()
  })
  afterEach(async () => {
    await served.close()
    await remove()
  })

  async function write(): Promise<void> {
    const changes = [{ rec: `resource/r${written++}`, set: FIELDS }]
    await served.context.store.registry.write({ ns: 1, aud: 1, actor: 'desk', changes })
  }

  const filesHere = async (): Promise<readonly string[]> =>
    (await readdir(to, { recursive: true })).sort()

  const add = (from: PartMaker = node, nowMs = systemClock.now()) =>
    addPart(from, { dir: to }, nowMs)

  it('[BK65] leaves the chain as it was, wherever the node or the line ends', async () => {
    const before = await filesHere()
    for (let count = 0; count < 7; count++) {
      for (const error of [undefined, new Error('the line is gone')]) {
        const { code } = await errorOf(add(cutAfter(node, count, error)))
        expect(code, `${count} ${error}`).to.equal('MULU_BACKUP_BROKEN_OFF')
        expect(await filesHere()).to.deep.equal(before)
      }
    }
    expect((await add()).part?.part).to.equal(2)
    expect(await readChains(to)).to.have.lengthOf(1)
  })

  it('[BK65] says that the folder takes no more, and leaves the chain as it was', async () => {
    await served.close()
    const before = await filesHere()
    const options = { dir: at, port: 0, peerPort: 0, offline: true, mdns: false }
    await using _ = await startNode(options, systemClock, pino({ level: 'silent' }))
    const words = ['--conditions=source', '--import=tsx/esm', MAIN]
    const child = spawn(
      'bash',
      // No file may become longer than 1,024 bytes.
      ...[
        ['-c', 'ulimit -f 1; exec "$@"', 'mulu', process.execPath, ...words].concat(
          ...['backup', '--dir', at, '--to', to],
        ),
      ],
      { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, TSX_DISABLE_CACHE: '1' } },
    )
    let told = ''
    child.stderr.on('data', (data: Buffer) => {
      told += data.toString()
    })
    const [status] = await once(child, 'close')
    expect(status, told).to.equal(1)
    expect(told)
      .to.match(/^MULU_BACKUP_WRITE/m)
      .and.to.include('EFBIG')
    expect(await filesHere()).to.deep.equal(before)
    const again = await run('backup', '--dir', at, '--to', to)
    expect(again.status, again.stderr).to.equal(0)
  })

  it('[BK65] by a power cut leaves what does not count, and goes an hour later', async () => {
    await add()
    const chain = join(to, 'chain-0001')
    const names = await readdir(chain)
    const second = names.find((name) => name.startsWith('part-0002-')) ?? ''
    await cp(join(chain, second), join(to, '.draft-0123'))
    await rm(join(chain, 'part-0002.json'))
    await writeFile(join(chain, '.draft-4567'), '{')
    await cp(join(chain, second), join(to, 'chain-0002', second), { recursive: true })
    const [first, ...others] = await readChains(to)
    expect(others).to.deep.equal([])
    expect([first?.parts.length, first?.fault]).to.deep.equal([1, undefined])
    await write()
    const added = await add()
    expect([added.chain, added.part?.part]).to.deep.equal([chain, 2])
    expect(await filesHere()).to.include('.draft-0123')
    await add(node, systemClock.now() + HOUR_MS + 1_000)
    expect(await filesHere()).to.deep.equal(
      [
        ...['chain-0001', 'chain-0002'],
        ...(added.part === undefined ? [] : [`chain-0001/${added.part.file}`]),
        ...names.filter((name) => name.startsWith('part-0001')).map((n) => `chain-0001/${n}`),
        'chain-0001/part-0002.json',
      ].sort(),
    )
    const ran = await run('restore', to, '--dir', join(dir, 'fresh'), '--json')
    expect(JSON.parse(ran.stdout)).to.include({ isSame: true })
  })

  it('[BK65] lets the faster one of two stand', async () => {
    let faster: Awaited<ReturnType<typeof add>> | undefined
    const slow = handing(node, async function* late(chunks) {
      for await (const chunk of chunks) {
        faster ??= await add()
        yield chunk
      }
    })
    expect(await errorOf(add(slow))).to.include({ code: 'MULU_BUSY' })
    const [chain] = await readChains(to)
    expect(chain?.parts.at(-1)).to.deep.equal(faster?.part)
    expect(chain?.fault).to.equal(undefined)
  })

  it('[BK66] is told from one that restores to another catalogue than it was made from', async () => {
    const other = `sha256:${'0'.repeat(64)}`
    const lying = handing(node, async function* altered(chunks) {
      const parts: Part[] = []
      for await (const event of readBlocks(chunks, {})) {
        if (event.type !== 'part') continue
        const state = readState(event.part)
        parts.push(state === undefined ? event.part : statePart({ ...state, digest: other }))
      }
      const all = async function* all(): AsyncGenerator<Part> {
        yield* parts
      }
      yield* writeBlocks(all(), 3, { kind: 'plain' })
    })
    expect((await run('backup', '--to', to, '--verify')).status).to.equal(0)
    expect((await add(lying)).part?.digest).to.equal(other)
    const verified = await run('backup', '--to', to, '--verify')
    expect([verified.status, verified.stderr]).to.deep.include(1)
    expect(verified.stderr).to.match(/^MULU_BACKUP_DIGEST/m)
    const restored = await run('restore', to, '--dir', join(dir, 'fresh'))
    expect([restored.status, restored.stderr]).to.deep.include(0)
    expect(restored.stderr).to.include('another digest')
  })
})
