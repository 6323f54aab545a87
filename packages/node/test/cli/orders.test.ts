import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeOrders, parseOrders } from '@mulu/registry-core'
import { expect } from 'chai'
import { dataFolder } from '../../src/folder/data-folder.ts'
import type { OrderList } from '../../src/status/orders.ts'
import { dataset, feed, foundIn, tempDir } from '../test-node.ts'
import { run } from './run.ts'

const FIRST = 0x80000000

describe('the key of an agency', function () {
  this.timeout(60_000)
  let dir: string
  let at: string
  let remove: () => Promise<void>
  const path = (name: string): string => join(dir, name)
  const key = (): string => path('agency.key')

  beforeEach(async () => {
    const made = await tempDir()
    dir = made[0]
    remove = made[1]
    at = path('node')
    await foundIn(at)
  })
  afterEach(() => remove())

  async function done(...args: readonly string[]): Promise<string> {
    const ran = await run(...args)
    expect(ran.status, `${args.join(' ')}\n${ran.stderr}`).to.equal(0)
    return ran.stdout
  }

  async function refused(...args: readonly string[]): Promise<readonly [number, string]> {
    const ran = await run(...args)
    return [ran.status, ran.stderr.split(':')[0] ?? '']
  }

  const propose = (...orders: readonly string[]): Promise<string> =>
    done('roster', 'propose', '--dir', at, ...orders)

  const list = async (): Promise<OrderList> =>
    JSON.parse(await done('order', 'list', '--dir', at, '--json')) as OrderList

  const codes = async (): Promise<readonly unknown[]> =>
    (await list()).items.map(({ number, code }) => [number, code])

  /** Makes a key for the agency and has the root holders name it. */
  async function nameKey(file = key()): Promise<void> {
    const request = `${file}.json`
    await done('key', 'request', file, '--dir', at, '--no-passphrase', '--out', request)
    await propose('--administrator', request, '--rules', '3')
  }

  /** The join request of an office. */
  async function office(name: string): Promise<string> {
    const ticket = (await done('ticket', '--dir', at)).trim()
    const own = path(name)
    await done(
      ...['init', '--dir', own, '--ticket', ticket, '--agency', 'CN-TEST'],
      ...['--agency-name', 'Test Office', '--office', name],
    )
    return join(own, 'join-request.json')
  }

  const admit = (request: string, ...more: readonly string[]): Promise<string> =>
    done('admit', request, '--dir', at, '--agency-key', key(), ...more)

  it('[CL30] is made in a file of its own, with the request to name it, at a node or with a ticket', async () => {
    const out = path('request.json')
    await done('key', 'request', key(), '--dir', at, '--no-passphrase', '--out', out)
    expect((await stat(key())).mode & 0o777).to.equal(0o600)
    const request = JSON.parse(await readFile(out, 'utf8'))
    expect(request).to.include({ mulu: 'administrator-request/1', agency: 'CN-TEST' })
    const ticket = (await done('ticket', '--dir', at)).trim()
    const again = path('again.json')
    const elsewhere = ['key', 'request', key(), '--ticket', ticket, '--out', again]
    expect(await refused(...elsewhere)).to.deep.equal([2, 'MULU_USAGE'])
    await done(...elsewhere, '--agency', 'CN-TEST')
    // The key that is there is used: the request is the same, and nothing is lost with it.
    expect(await readFile(again, 'utf8')).to.equal(await readFile(out, 'utf8'))
    expect(await refused('key', 'request', key())).to.deep.equal([2, 'MULU_USAGE'])
    const locked = await run('key', 'request', path('other.key'), '--dir', at)
    expect([locked.status, locked.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_KEY_LOCKED'])
  })

  it('[CL31] is named in a roster from rules version 3 on, which says what that means, and once', async () => {
    const file = path('request.json')
    await done('key', 'request', key(), '--dir', at, '--no-passphrase', '--out', file)
    const early = await run('roster', 'propose', '--dir', at, '--administrator', file)
    expect([early.status, early.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_ORDERS'])
    expect(early.stderr).to.include('--rules 3')
    const beyond = ['roster', 'propose', '--dir', at, '--rules', '4']
    expect(await refused(...beyond)).to.deep.equal([1, 'MULU_ORDERS'])
    const altered = path('altered.json')
    const request = JSON.parse(await readFile(file, 'utf8')) as object
    await writeFile(altered, JSON.stringify({ ...request, agency: 'OTHER' }))
    const bad = ['roster', 'propose', '--dir', at, '--rules', '3', '--administrator', altered]
    expect(await refused(...bad)).to.deep.equal([1, 'MULU_SIGNATURE'])
    const proposal = path('proposal.json')
    await propose('--administrator', file, '--rules', '3', '--out', proposal)
    const said = await done('roster', 'show', proposal)
    expect(said).to.match(/use rules version 3\. Nodes whose software does not know these rules/)
    expect(said).to.match(/code CN-TEST, .*administrator key ed25519:/)
    expect((await list()).keys).to.deep.equal([])
    const name = ['--name', 'CN-TEST=en=Renamed']
    const told = await propose('--administrator', file, '--rules', '3', ...name)
    expect(told).to.match(/use rules version 3\. Nodes whose software/)
    const [named] = (await list()).keys
    expect(named).to.deep.include({ from: 2, ended: null, orders: 0 })
    expect(named?.agency.name['en']).to.equal('Renamed')
    const second = path('second.json')
    await done('key', 'request', path('b.key'), '--dir', at, '--no-passphrase', '--out', second)
    const twice = ['roster', 'propose', '--dir', at, '--administrator', second]
    expect(await refused(...twice)).to.deep.equal([1, 'MULU_ORDERS'])
    await propose('--administrator', second, '--end-administrator', 'CN-TEST')
    expect((await list()).keys.map(({ ended }) => ended)).to.deep.equal([3, null])
  })

  it('[CL32] admits an office without any root key, and again under the key that continues it', async () => {
    await nameKey()
    await rm(join(at, 'root'), { recursive: true })
    const north = await office('north')
    expect(await admit(north)).to.match(/admit north as writer #2147483648 .*\norder 1: taken/)
    const roster = JSON.parse(await readFile(north, 'utf8')) as { readonly key: string }
    const [item] = (await list()).items
    expect(item).to.deep.include({ number: 1, writer: FIRST, office: 'north', code: null })
    expect(item?.grants).to.deep.equal([{ namespace: 1, rights: ['describe'] }])
    expect(roster.key).to.match(/^ed25519:/)
    const again = ['admit', north, '--dir', at, '--agency-key', key()]
    expect(await refused(...again)).to.deep.equal([1, 'MULU_ADMISSION'])
    // A new key of the office: the agency admits it, and a second order closes the one before.
    const own = path('north')
    await carry(at, own)
    const folder = dataFolder(own)
    await done('key', 'rotate', '--dir', own)
    expect(await refused('admit', folder.joinRequest, '--dir', at)).to.deep.equal([
      ...[1, 'MULU_ADMISSION'],
    ])
    expect(await admit(folder.joinRequest)).to.match(
      /admit north .* continues #2147483648.*\n.*close writer #2147483648 .*\(rotated\)\n/,
    )
    await carry(at, own)
    const renewed = JSON.parse(await done('status', '--dir', own, '--json'))
    expect(renewed.writer.client).to.equal(FIRST + 1)
    const south = await office('south')
    await admit(south, '--rights', 'describe,classify', '--number', '500')
    const taken = ['admit', await office('east'), '--dir', at, '--agency-key', key()]
    const beyond = await run(...taken, '--rights', 'describe,erase')
    expect([beyond.status, beyond.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_ORDER_REACH'])
    expect(beyond.stderr).to.include('never the right to erase')
    expect(await refused(...taken, '--number', '500')).to.deep.equal([1, 'MULU_ORDERS'])
    expect((await list()).items.map(({ number, writer }) => [number, writer])).to.deep.equal([
      [1, FIRST],
      [2, FIRST + 1],
      [3, FIRST],
      [500, FIRST + 499],
    ])
    const status = JSON.parse(await done('status', '--dir', at, '--json'))
    expect(status.orders).to.deep.include({ keys: 1, counting: 4, ineffective: [] })
    await done('verify', '--dir', at)
  })

  it('[CL33] signs where nothing else is at hand; what it signed is taken in at any node, once', async () => {
    await nameKey()
    const draft = path('draft.json')
    const signed = path('signed.json')
    const drafting = ['admit', await office('north'), '--dir', at, '--draft', draft]
    expect(await refused(...drafting, '--agency-key', key())).to.deep.equal([2, 'MULU_USAGE'])
    await done(...drafting)
    expect(await codes()).to.deep.equal([])
    expect(await done('order', 'show', draft)).to.include('admit north as writer #2147483648')
    const other = path('other.key')
    await done('key', 'make', other, '--no-passphrase')
    const sign = ['order', 'sign', draft, '--out', signed]
    expect(await refused(...sign, '--key', other, '--yes')).to.deep.equal([1, 'MULU_ORDER_KEY'])
    expect(await refused(...sign, '--key', key())).to.deep.equal([2, 'MULU_USAGE'])
    await done(...sign, '--key', key(), '--yes')
    // The newcomer can begin with it: it knows nothing but a ticket.
    expect(await done('order', 'take', signed, '--dir', path('north'))).to.equal('order 1: taken\n')
    const status = JSON.parse(await done('status', '--dir', path('north'), '--json'))
    expect(status.writer.client).to.equal(FIRST)
    for (const said of ['order 1: taken\n', 'order 1: known already\n']) {
      expect(await done('order', 'take', signed, '--dir', at)).to.equal(said)
    }
    expect(await codes()).to.deep.equal([[1, null]])
    const cut = path('cut.json')
    await writeFile(cut, (await readFile(signed, 'utf8')).slice(0, -9))
    expect(await refused('order', 'take', cut, '--dir', at)).to.deep.equal([1, 'MULU_ORDER_SHAPE'])
    expect(await refused('order', 'take', draft, '--dir', at)).to.deep.equal([
      ...[1, 'MULU_ORDER_SHAPE'],
    ])
    const whole = parseOrders(await readFile(signed, 'utf8'))
    const [bytes = new Uint8Array()] = whole.orders
    const altered = [bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1)]
    await writeFile(cut, encodeOrders({ ...whole, orders: altered }))
    expect(await refused('order', 'take', cut, '--dir', at)).to.deep.equal([1, 'MULU_SIGNATURE'])
  })

  it('[CL34] ends a writer that it admitted, at a position, and says before what that takes back', async () => {
    await nameKey()
    const own = path('north')
    await admit(await office('north'))
    await carry(at, own)
    for (const name of ['a', 'b']) {
      await writeFile(path('feed.json'), feed(dataset(name)))
      await done('import', '--dir', own, path('feed.json'))
    }
    await carry(own, at)
    const revoke = ['key', 'revoke', String(FIRST), '--from', '2', '--dir', at, '--why', 'stolen']
    const byRoots = await run(...revoke)
    expect([byRoots.status, byRoots.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_ORDERS'])
    expect(byRoots.stderr).to.include('--agency-key')
    const preview = JSON.parse(await done(...revoke, '--agency-key', key(), '--dry-run', '--json'))
    expect(preview.orphaned.map(({ seq }: { seq: number }) => seq)).to.deep.equal([2])
    expect(await codes()).to.deep.equal([[1, null]])
    const said = await done(...revoke, '--agency-key', key())
    expect(said).to.match(/order 2: close writer #2147483648 \(north\) at 1\/1:1.* \(stolen\)/)
    const orphans = JSON.parse(await done('key', 'orphans', String(FIRST), '--dir', at, '--json'))
    expect(orphans.items.map(({ seq }: { seq: number }) => seq)).to.deep.equal([2])
    await done('key', 'adopt', String(FIRST), '--dir', at)
    const status = JSON.parse(await done('status', '--dir', at, '--json'))
    expect(status.catalogue.records).to.equal(2)
    await done('verify', '--dir', at)
  })

  it('[CL35] is ended with the orders that count, or with those that are named, in plain words', async () => {
    await nameKey()
    for (const name of ['north', 'south', 'east']) await admit(await office(name))
    const all = path('all.json')
    await propose('--end-administrator', 'CN-TEST', '--out', all)
    const said = await done('roster', 'show', all)
    expect(said).to.match(/END THE ADMINISTRATOR KEY ed25519:.* only 3 stand/)
    expect(said).to.match(/ - order 1: admit north .*\n.* - order 2: admit south /)
    const unknown = ['roster', 'propose', '--dir', at, '--end-administrator', 'CN-TEST']
    expect(await refused(...unknown, '--stand', '9')).to.deep.equal([1, 'MULU_ORDERS'])
    expect(await refused('roster', 'propose', '--dir', at, '--stand', '1')).to.deep.equal([
      ...[2, 'MULU_USAGE'],
    ])
    const told = await propose('--end-administrator', 'CN-TEST', '--stand', '1', '--stand', '3')
    expect(told).to.match(/ - order 1: .*\n.* - order 3: /)
    expect(told).to.match(/would not stand:\n {2}2: admits writer 2147483649 \(south\)/)
    expect(await codes()).to.deep.equal([
      [1, null],
      [2, 'MULU_ORDER_OVERRULED'],
      [3, null],
    ])
    expect(await done('order', 'list', '--dir', at)).to.match(
      /ended by roster 3\n {2}1: admits writer 2147483648 \(north\), counts .*\n {2}2: .* MULU_ORDER_OVERRULED/,
    )
    const late = ['admit', await office('west'), '--dir', at, '--agency-key', key()]
    expect(await refused(...late)).to.deep.equal([1, 'MULU_ORDERS'])
    // Ended again, fewer may stand; a key that is written out is meant itself.
    const [{ key: ended = '' } = {}] = (await list()).keys
    await propose('--end-administrator', ended, '--stand', '3')
    expect(await codes()).to.deep.equal([
      [1, 'MULU_ORDER_OVERRULED'],
      [2, 'MULU_ORDER_OVERRULED'],
      [3, null],
    ])
    const more = ['roster', 'propose', '--dir', at, '--end-administrator', 'CN-TEST']
    expect(await refused(...more, '--stand', '1')).to.deep.equal([1, 'MULU_ORDERS'])
    // Whose order fell may be admitted by the root holders under the same key.
    await done('admit', '--dir', at, join(path('north'), 'join-request.json'))
    await done('verify', '--dir', at)
  })

  it('[CL36] stands in the way of a merger until no writer by order is left behind', async () => {
    await nameKey()
    await admit(await office('north'))
    const ticket = (await done('ticket', '--dir', at)).trim()
    const other = path('other')
    await done(
      ...['init', '--dir', other, '--ticket', ticket, '--agency', 'B-1'],
      ...['--agency-name', 'Other'],
    )
    await done('admit', '--dir', at, join(other, 'join-request.json'))
    const transfer = ['roster', 'propose', '--dir', at, '--transfer', '1=B-1']
    expect(await refused(...transfer)).to.deep.equal([1, 'MULU_ORDERS'])
    const end = ['--end-administrator', 'CN-TEST']
    const open = await run(...transfer, ...end)
    expect([open.status, open.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_ORDERS'])
    expect(open.stderr).to.match(/Writers by order could still write/)
    const retire = ['roster', 'propose', '--dir', at, '--retire', 'CN-TEST=B-1', ...end]
    expect(await refused(...retire)).to.deep.equal([1, 'MULU_ORDERS'])
    await done('key', 'revoke', String(FIRST), '--from', '1', '--dir', at, '--agency-key', key())
    await propose('--retire', 'CN-TEST=B-1', ...end, '--out', path('merger.json'))
    expect(await done('roster', 'show', path('merger.json'))).to.match(/Test Office .* ends/)
    await done(...transfer, ...end)
    expect(await codes()).to.deep.equal([
      [1, null],
      [2, null],
    ])
  })

  it('[CL37] gives no number twice unless it is told to; then neither order counts until one is chosen', async () => {
    await nameKey()
    const requests = [await office('north'), await office('south')]
    const drafts = [path('1.json'), path('2.json')]
    for (const [i, request] of requests.entries()) {
      await done('admit', request, '--dir', at, '--draft', drafts[i] ?? '')
    }
    const sign = (i: number, ...more: readonly string[]): readonly string[] => {
      const file = drafts[i] ?? ''
      return ['order', 'sign', file, '--key', key(), '--yes', '--out', `${file}.signed`, ...more]
    }
    await done(...sign(0))
    await done(...sign(0))
    expect(await refused(...sign(1))).to.deep.equal([1, 'MULU_SIGNED_OTHER'])
    await done(...sign(1, '--again'))
    await done('order', 'take', `${drafts[0]}.signed`, '--dir', at)
    const clash = await run('order', 'take', `${drafts[1]}.signed`, '--dir', at)
    expect(clash.status).to.equal(1)
    expect(clash.stdout).to.equal('order 1: taken, does not count: MULU_ORDER_NUMBER\n')
    expect(clash.stderr).to.match(/two orders\.\n {2}hint: .*divide the numbers/)
    const { items } = await list()
    expect(items.map(({ code }) => code)).to.deep.equal([
      ...['MULU_ORDER_NUMBER', 'MULU_ORDER_NUMBER'],
    ])
    const status = JSON.parse(await done('status', '--dir', at, '--json'))
    expect(status.orders.ineffective).to.have.length(2)
    // Both may be admitted again, each under a number of its own.
    await admit(requests[1] ?? '')
    const end = ['roster', 'propose', '--dir', at, '--end-administrator', 'CN-TEST']
    expect(await refused(...end, '--stand', '1')).to.deep.equal([1, 'MULU_ORDERS'])
    const north = items.find(({ office: name }) => name === 'north')?.id ?? ''
    await done(...end, '--stand', north, '--stand', '2')
    const after = (await list()).items.map(({ office: name, code }) => [name, code])
    expect(after).to.have.deep.members([
      ['north', null],
      ['south', 'MULU_ORDER_OVERRULED'],
      ['south', null],
    ])
  })

  it('[ND48] lets evidence tell who was admitted by order, to somebody who has nothing else', async () => {
    await nameKey()
    const own = path('north')
    await admit(await office('north'))
    await carry(at, own)
    await writeFile(path('feed.json'), feed(dataset('a')))
    await done('import', '--dir', own, path('feed.json'))
    await carry(own, at)
    const [line = ''] = (await done('export', '--dir', at)).split('\n')
    const { id } = JSON.parse(line) as { readonly id: string }
    const file = path('record.mulu')
    await done('evidence', id, '--dir', at, '--out', file)
    const said = await done('verify', file)
    expect(said).to.match(/Test Office · north.*, writer 2147483648 by order of its agency, /)
    const report = JSON.parse(await done('verify', file, '--json'))
    expect(report.fields[0]).to.include({ writer: FIRST, byOrder: true })
  })

  /** Brings everything from one folder to another, as a bundle. */
  async function carry(from: string, to: string): Promise<void> {
    const file = path('bundle')
    await done('bundle', 'export', '--dir', from, '--out', file, '--all')
    await done('bundle', 'import', file, '--dir', to)
  }
})
