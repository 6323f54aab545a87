import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { admit, found } from './federation.ts'
import { feedOf, Machine, type RunningNode, until, untilEqual } from './mulu-process.ts'

describe('three nodes made by hand', function () {
  this.timeout(90_000)
  let machine: Machine
  let hub: RunningNode
  let a: RunningNode
  let b: RunningNode

  before(async () => {
    machine = await Machine.create()
    hub = await found(machine)
    await admit(machine, 'a', 'A')
    await admit(machine, 'b', 'B')
    a = await machine.start('a')
    b = await machine.start('b')
  })
  after(() => machine[Symbol.asyncDispose]())

  const importAt = async (name: string, text: string): Promise<void> => {
    await writeFile(machine.path('feed.json'), text)
    await machine.ok('import', '--dir', machine.path(name), machine.path('feed.json'))
  }
  const untilFound = (node: RunningNode, query: string, count: number): Promise<void> =>
    until(`${count} records of ${query}`, 20_000, async () => (await node.total(query)) === count)

  it('[E2-1] become one federation by found, ticket, init, admit and start alone', async () => {
    for (const node of [hub, a, b]) {
      await until('the whole roster', 20_000, async () => {
        const { roster, node: own, asOf } = (await node.ask('/status')).body
        return roster.version === 3 && own.admitted && asOf.heard === 3 && asOf.agree === 3
      })
    }
  })

  it('[E2-2] find at every node what was imported at one', async () => {
    await importAt('a', feedOf('alpha', 300))
    for (const node of [hub, a, b]) await untilFound(node, 'q=alpha', 300)
    await untilEqual([hub, a, b])
    const [item] = (await b.ask('/records?q=alpha+17&limit=1')).body.items
    expect(item.agency).to.include({ code: 'A' })
    expect((await b.record(item.id)).fields).to.deep.equal((await a.record(item.id)).fields)
  })

  it('[E2-3] let in a newcomer that was started before it was admitted', async () => {
    const ticket = (await machine.ok('ticket', '--dir', machine.path('hub'))).trim()
    const who = ['--agency', 'L', '--agency-name', 'Late']
    await machine.ok('init', '--dir', machine.path('late'), '--ticket', ticket, ...who)
    const late = await machine.start('late')
    expect((await late.ask('/status')).body.node.admitted).to.equal(false)
    const request = join(machine.path('late'), 'join-request.json')
    await machine.ok('admit', '--dir', machine.path('hub'), request)
    await untilFound(late, 'q=alpha', 300)
    await late.end()
  })

  it('[E2-4] refuse a second process on a folder and go on serving', async () => {
    const second = await machine.run('start', '--dir', machine.path('a'), '--port', '0')
    expect(second.status).to.equal(1)
    expect(second.stderr).to.match(/^MULU_STORE_LOCKED/)
    expect(await a.total('q=alpha')).to.equal(300)
    const { status } = await machine.run('status', '--dir', machine.path('a'))
    expect(status, 'the first process is still found').to.equal(0)
  })

  it('[E2-5] refuse an altered request at the running coordinator and sign nothing', async () => {
    const ticket = (await machine.ok('ticket', '--dir', machine.path('hub'))).trim()
    const who = ['--agency', 'X', '--agency-name', 'Forger']
    await machine.ok('init', '--dir', machine.path('x'), '--ticket', ticket, ...who)
    const file = join(machine.path('x'), 'join-request.json')
    const request = JSON.parse(await readFile(file, 'utf8'))
    await writeFile(file, JSON.stringify({ ...request, peers: [`${request.peers[0]}x`] }))
    const before = (await hub.ask('/roster')).body.version
    const { status, stderr } = await machine.run('admit', '--dir', machine.path('hub'), file)
    expect([status, stderr.split(':')[0]]).to.deep.equal([1, 'MULU_SIGNATURE'])
    expect((await hub.ask('/roster')).body.version).to.equal(before)
  })

  it('[E2-6] stop cleanly when they are told to, by either signal', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { status } = await b.end(signal)
      expect(status, signal).to.equal(0)
      const left = await stat(join(machine.path('b'), 'run.json')).catch(() => undefined)
      expect(left, signal).to.equal(undefined)
      expect(
        JSON.parse(await machine.ok('verify', '--dir', machine.path('b'), '--json')).ok,
      ).to.equal(true)
      b = await machine.start('b')
    }
    await untilEqual([hub, a, b])
  })

  it('[E2-7] go on without the coordinator, which is stopped for good', async () => {
    await hub.end('SIGKILL')
    await importAt('b', feedOf('beta', 40))
    await untilFound(a, 'q=beta', 40)
    await a.end()
    a = await machine.start('a')
    await importAt('a', feedOf('gamma', 40))
    await untilFound(b, 'q=gamma', 40)
    await untilEqual([a, b])
    const [item] = (await a.ask('/records?q=gamma&limit=1')).body.items
    const { etag } = await a.record(item.id)
    expect((await a.patch(item.id, etag, { license: 'CC0' })).status).to.equal(200)
    await until('the change at the other node', 20_000, async () => {
      return (await b.record(item.id)).fields.license === 'CC0'
    })
    expect(
      JSON.parse(await machine.ok('verify', '--dir', machine.path('a'), '--json')).ok,
    ).to.equal(true)
  })

  it('[E2-8] sign no roster where there are no root keys', async () => {
    const request = join(machine.path('x'), 'join-request.json')
    const { status, stderr } = await machine.run('admit', '--dir', machine.path('a'), request)
    expect([status, stderr.split(':')[0]]).to.deep.equal([1, 'MULU_NOT_COORDINATOR'])
  })
})
