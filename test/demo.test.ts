import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect } from 'chai'
import { Machine, type Spawned, until } from './mulu-process.ts'

/** Ports of the demonstration: five for HTTP from the first, five for nodes ten above it. */
const OFFSETS = [0, 1, 2, 3, 4, 10, 11, 12, 13, 14]

describe('the demonstration', function () {
  this.timeout(240_000)
  let machine: Machine
  let port: number
  let digest: string

  before(async () => {
    machine = await Machine.create()
    port = await freeRange()
  })
  after(() => machine[Symbol.asyncDispose]())

  const demo = (language = 'en_US.UTF-8', ...more: readonly string[]): Spawned =>
    machine.spawn(['demo', '--dir', machine.path('demo'), '--port', `${port}`, ...more], {
      LC_ALL: language,
    })

  it('[E2-16] names the busy port and the option before it starts anything', async () => {
    const taken = createServer().listen(port + 12, '127.0.0.1')
    await once(taken, 'listening')
    try {
      const { status, stderr } = await demo('en_US.UTF-8', '--once').ended
      expect(status).to.equal(1)
      expect(stderr)
        .to.match(/^MULU_PORT_BUSY/)
        .and.include(`${port + 12}`)
        .and.include('--port')
    } finally {
      taken.close()
      await once(taken, 'close')
    }
  })

  it('[E2-17] takes five nodes from nothing to five equal digests', async () => {
    const { status, stdout, stderr } = await demo('en_US.UTF-8', '--once').ended
    expect(status, stderr).to.equal(0)
    const digests = digestsIn(stdout)
    expect(digests).to.have.length(5)
    expect(new Set(digests).size).to.equal(1)
    digest = digests[0] ?? ''
    expect(stdout).to.include('All five digests are equal')
    expect(stdout).to.include(`http://127.0.0.1:${port}/`)
    expect(await busyPorts(port)).to.deep.equal([])
  })

  it('[E2-18] resumes from disk with the same digest, speaks Chinese, and stops all at a signal', async () => {
    const running = demo('zh_CN.UTF-8')
    await until('the end of the story', 120_000, async () => running.text().includes('Ctrl-C'))
    const text = running.text()
    expect(digestsIn(text)).to.deep.equal(Array.from({ length: 5 }, () => digest))
    expect(text).to.include('从磁盘继续').and.not.include('导入目录')
    const status = await fetch(`http://127.0.0.1:${port}/api/v1/status`).then((r) => r.json())
    const { asOf, catalogue } = status as {
      asOf: { nodes: number; agree: number }
      catalogue: { conflicts: number; records: number }
    }
    expect(asOf.nodes).to.equal(5)
    expect(catalogue.conflicts).to.equal(1)
    expect(catalogue.records).to.equal(3_132)
    running.child.kill('SIGINT')
    const ended = await running.ended
    expect(ended.status, ended.stderr).to.equal(0)
    expect(await busyPorts(port)).to.deep.equal([])
  })
})

function digestsIn(text: string): readonly string[] {
  return [...text.matchAll(/^ +(sha256:[0-9a-f]+)…/gm)].map(([, digest = '']) => digest)
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  const free = new Promise<boolean>((resolve) => {
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
  return free
}

async function busyPorts(first: number): Promise<readonly number[]> {
  const busy: number[] = []
  for (const offset of OFFSETS) if (!(await isFree(first + offset))) busy.push(first + offset)
  return busy
}

/** A first port from which all that the demonstration needs are free. */
async function freeRange(): Promise<number> {
  for (let first = 21_400; first < 31_000; first += 100) {
    if ((await busyPorts(first)).length === 0) return first
  }
  throw new Error('No free range of ports')
}
