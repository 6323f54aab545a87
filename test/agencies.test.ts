import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Federation, makeFederation } from './support/federation.ts'
import {
  eventually,
  freePorts,
  mulu,
  muluJson,
  NodeProcess,
  SAMPLES,
  scratch,
  untilEqual,
} from './support/mulu.ts'

type Shown = { readonly etag: string; readonly fields: Readonly<Record<string, unknown>> }
type Status = {
  readonly roster: { readonly version: number }
  readonly writer: { readonly client: number | null }
  readonly orders: { readonly counting: number; readonly ineffective: readonly object[] }
}
type Orders = {
  readonly items: readonly { readonly number: number; readonly code: string | null }[]
}

const FIRST = 0x80000000
const SECOND = FIRST + 1
const FIELDS = { 'title/en': 'Tides', 'description/en': 'All tides' }

describe('an agency that admits its own offices', function () {
  this.timeout(240_000)
  let place: Awaited<ReturnType<typeof scratch>>
  let federation: Federation
  let head: NodeProcess
  let other: NodeProcess
  let north: NodeProcess
  let harbour: NodeProcess
  const more: NodeProcess[] = []
  const dirOf = (index: number): string => federation.dirs[index] ?? ''
  const path = (name: string): string => join(place.dir, name)
  const key = (): string => path('agency.key')

  async function done(...args: readonly string[]): Promise<string> {
    const ran = await mulu(...args)
    expect(ran.status, `${args.join(' ')}\n${ran.stderr}`).to.equal(0)
    return ran.stdout
  }

  /** Proposes at a node, has two root holders sign, and publishes there. */
  async function publish(dir: string, ...orders: readonly string[]): Promise<void> {
    const file = path(`proposal-${orders[0]}.json`)
    await done('roster', 'propose', '--dir', dir, '--out', file, ...orders)
    const signed: string[] = []
    for (const name of ['anna', 'bo']) {
      const out = `${file}.${name}`
      const root = join(place.dir, name, 'root.key')
      await done('roster', 'sign', file, '--key', root, '--out', out, '--yes')
      signed.push(out)
    }
    await done('roster', 'publish', '--dir', dir, ...signed)
  }

  /** Makes an office of the agency with a ticket; its join request. */
  async function office(name: string, ticketOf: string): Promise<string> {
    const ticket = (await done('ticket', '--dir', ticketOf)).trim()
    const who = ['--agency', 'A-1', '--agency-name', 'Agency', '--office', name]
    await done('init', '--dir', path(name), '--ticket', ticket, ...who)
    return join(path(name), 'join-request.json')
  }

  async function start(name: string): Promise<NodeProcess> {
    const [port = 0, p2p = 0] = await freePorts(2)
    const node = await NodeProcess.start(path(name), port, p2p)
    more.push(node)
    return node
  }

  async function make(node: NodeProcess, local: string): Promise<void> {
    await node.create({ kind: 'resource', local, fields: FIELDS })
  }

  const codes = async (dir: string): Promise<readonly unknown[]> =>
    (await muluJson<Orders>('order', 'list', '--dir', dir)).items.map(({ code }) => code)

  before(async () => {
    place = await scratch()
    federation = await makeFederation(place.dir, [
      { name: 'Coordinator', agency: 'C-1' },
      { name: 'Agency', agency: 'A-1' },
      { name: 'Other', agency: 'B-1' },
    ])
    ;[, head, other] = federation.nodes as [NodeProcess, NodeProcess, NodeProcess]
    for (const [index, name] of ['anna', 'bo'].entries()) {
      await cp(join(dirOf(0), 'root', `root-${index + 1}.key`), join(place.dir, name, 'root.key'))
    }
    await rm(join(dirOf(0), 'root'), { recursive: true })
    // The agency's key is made where there is no node, and the root holders name it.
    const ticket = (await done('ticket', '--dir', dirOf(0))).trim()
    const request = path('request.json')
    await done(
      ...['key', 'request', key(), '--ticket', ticket, '--agency', 'A-1', '--no-passphrase'],
      ...['--out', request],
    )
    await publish(dirOf(0), '--administrator', request, '--rules', '3')
    await eventually('the roster everywhere', async () => {
      const all = await Promise.all([head, other].map((n) => n.get<Status>('/api/v1/status')))
      return all.every(({ roster }) => roster.version === 4) || undefined
    })
    // Then the coordinator and everybody with a root key are away.
    await federation.nodes[0]?.stop('SIGKILL')
  })

  after(async () => {
    await Promise.all(more.map((node) => node.stop('SIGKILL')))
    await federation?.stop()
    await place?.remove()
  })

  it('[E45] lets one in with its key alone, and what the office registers is everywhere', async () => {
    const draft = path('north.json')
    await done('admit', await office('north', dirOf(1)), '--dir', dirOf(1), '--draft', draft)
    const signed = `${draft}.signed`
    const said = await done('order', 'sign', draft, '--key', key(), '--yes', '--out', signed)
    expect(said).to.match(
      /Orders of Agency \(#2\), .*\n {2}order 1: admit north as writer #2147483648/,
    )
    north = await start('north')
    // Any member takes an order in and passes it on.
    await done('order', 'take', signed, '--dir', dirOf(2))
    await eventually('the admission at the office', async () => {
      const { writer } = await north.get<Status>('/api/v1/status')
      return writer.client === FIRST || undefined
    })
    await done('import', join(SAMPLES, 'dcat-us', 'consumerfinance.json'), '--dir', path('north'))
    await untilEqual([head, other, north], 11)
    const agencies = await other.get<{ items: readonly { records: number }[] }>('/api/v1/agencies')
    expect(agencies.items.map(({ records }) => records)).to.deep.equal([0, 11, 0])
    for (const dir of [dirOf(1), dirOf(2), path('north')]) {
      expect((await muluJson<{ ok: boolean }>('verify', '--dir', dir)).ok, dir).to.equal(true)
    }
  })

  it('[E46] lets one in that brings its own order, where nobody else knows of it', async () => {
    const draft = path('harbour.json')
    await done('admit', await office('harbour', dirOf(2)), '--dir', dirOf(1), '--draft', draft)
    const signed = `${draft}.signed`
    await done('order', 'sign', draft, '--key', key(), '--yes', '--out', signed)
    await Promise.all([head.stop(), north.stop()])
    // The file carries the roster along; the office knows nothing but a ticket of another agency.
    await done('order', 'take', signed, '--dir', path('harbour'))
    harbour = await start('harbour')
    await make(harbour, 'h1')
    await untilEqual([other, harbour], 12)
    expect((await other.get<Status>('/api/v1/status')).orders.counting).to.equal(2)
  })

  it('[E47] ends one at a position, everywhere, and takes over the honest work beyond it', async () => {
    await make(harbour, 'h2')
    head = await federation.start(1)
    await untilEqual([head, other, harbour], 13)
    const cut = ['key', 'revoke', String(SECOND), '--from', '2', '--dir', dirOf(1)]
    const told = await done(...cut, '--agency-key', key(), '--why', 'stolen')
    expect(told).to.match(/order 3: close writer #2147483649 \(harbour\) at 2\/1:1.*\(stolen\)/)
    await untilEqual([head, other], 12)
    await done('key', 'adopt', String(SECOND), '--dir', dirOf(1))
    await untilEqual([head, other], 13)
    // The office cannot write any more, and the others are not connected with it.
    await eventually('the closing at the other agency', async () => {
      const { fields } = await other.get<Shown>('/api/v1/records/2/resource/h1')
      const peers = await other.get<{ items: readonly { client: number }[] }>('/api/v1/peers')
      const isListed = peers.items.some(({ client }) => client === SECOND)
      return (fields['title/en'] === 'Tides' && !isListed) || undefined
    })
  })

  it('[E48] has its key ended by the root holders, who let its honest orders stand and no others', async () => {
    // Somebody got hold of the key, and admits a node of the agency and shuts out its first office.
    const rogue = path('rogue.json')
    await done('admit', await office('rogue', dirOf(2)), '--dir', dirOf(2), '--draft', rogue)
    const shut = path('shut.json')
    const closing = ['key', 'revoke', String(FIRST), '--from', '1', '--dir', dirOf(2)]
    await done(...closing, '--number', '9', '--leave-open', '--draft', shut)
    await done('order', 'sign', shut, '--key', key(), '--yes', '--out', `${shut}.signed`)
    await done('order', 'take', `${shut}.signed`, '--dir', dirOf(2))
    await untilEqual([head, other], 2)
    const coordinator = await federation.start(0)
    const end = ['--end-administrator', 'A-1', '--stand', '1', '--stand', '2', '--stand', '3']
    await publish(dirOf(2), ...end)
    north = await start('north')
    await untilEqual([coordinator, head, other, north], 13)
    // What the thief signs now, on the roster of before, adds nothing.
    await done('order', 'sign', rogue, '--key', key(), '--yes', '--out', `${rogue}.signed`)
    const late = await mulu('order', 'take', `${rogue}.signed`, '--dir', dirOf(0))
    expect([late.status, late.stdout.trim()]).to.deep.equal([
      ...[1, 'order 4: taken, does not count: MULU_ORDER_OVERRULED'],
    ])
    await make(north, 'n1')
    await untilEqual([coordinator, head, other, north], 14)
    for (const dir of [dirOf(0), dirOf(1), path('north')]) {
      expect((await codes(dir)).slice(0, 3), dir).to.deep.equal([null, null, null])
      expect((await muluJson<{ ok: boolean }>('verify', '--dir', dir)).ok, dir).to.equal(true)
    }
  })
})
