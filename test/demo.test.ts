import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { eventually, MAIN, scratch } from './support/mulu.ts'

/** Ports of the demonstration: five for HTTP from the first, five for nodes ten above it. */
const OFFSETS = [0, 1, 2, 3, 4, 10, 11, 12, 13, 14]
/** 469 portals and 2,663 datasets. */
const RECORDS = 3_132

type Demo = {
  readonly child: ChildProcess
  readonly text: () => string
  readonly ended: Promise<{ readonly status: number | null; readonly stderr: string }>
}
type Status = {
  readonly asOf: { readonly nodes: number }
  readonly catalogue: { readonly conflicts: number; readonly records: number }
}

describe('the demonstration', function () {
  this.timeout(240_000)
  let place: Awaited<ReturnType<typeof scratch>>
  let port: number
  let digest: string
  const running = new Set<ChildProcess>()

  before(async () => {
    place = await scratch()
    port = await freeRange()
  })

  after(async () => {
    for (const child of running) {
      const closed = once(child, 'close')
      child.kill('SIGTERM')
      await closed
    }
    await place?.remove()
  })

  function demo(locale: string, ...more: readonly string[]): Demo {
    const args = ['demo', '--dir', join(place.dir, 'demo'), '--port', `${port}`, ...more]
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, LC_ALL: locale },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(child)
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString()
    })
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString()
    })
    const ended = once(child, 'close').then(([status]) => {
      running.delete(child)
      return { status: status as number | null, stderr }
    })
    return { child, text: () => stdout, ended }
  }

  it('[E210] names the busy port and the option before it starts anything', async () => {
    const taken = createServer().listen(port + 12, '127.0.0.1')
    await once(taken, 'listening')
    const { status, stderr } = await demo('en_US.UTF-8', '--once').ended
    taken.close()
    await once(taken, 'close')
    expect(status).to.equal(1)
    expect(stderr)
      .to.match(/^MULU_PORT_BUSY/)
      .and.include(`${port + 12}`)
    expect(stderr).to.include('--port')
  })

  it('[E211] takes five nodes from nothing to five equal digests, and stops them all', async () => {
    const told = demo('en_US.UTF-8', '--once')
    const { status, stderr } = await told.ended
    expect(status, stderr).to.equal(0)
    const digests = digestsIn(told.text())
    expect(digests).to.have.length(5)
    expect(new Set(digests).size).to.equal(1)
    digest = digests[0] ?? ''
    expect(told.text()).to.include('All five digests are equal')
    expect(told.text()).to.include(`http://127.0.0.1:${port}/`)
    expect(await busyPorts(port)).to.deep.equal([])
  })

  it('[E212] resumes from disk without importing, in Chinese, and a signal stops all five', async () => {
    const told = demo('zh_CN.UTF-8')
    await eventually(
      'the end of the story',
      async () => (told.text().includes('Ctrl-C') ? true : undefined),
      120_000,
    )
    expect(digestsIn(told.text())).to.deep.equal(Array.from({ length: 5 }, () => digest))
    expect(told.text()).to.include('从磁盘继续').and.not.include('导入目录')
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/status`)
    const status = (await response.json()) as Status
    expect(status.asOf.nodes).to.equal(5)
    expect(status.catalogue).to.include({ conflicts: 1, records: RECORDS })
    told.child.kill('SIGINT')
    const ended = await told.ended
    expect(ended.status, ended.stderr).to.equal(0)
    expect(await busyPorts(port)).to.deep.equal([])
  })
})

function digestsIn(text: string): readonly string[] {
  return [...text.matchAll(/^ +(sha256:[0-9a-f]+)…/gm)].map(([, digest = '']) => digest)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
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
