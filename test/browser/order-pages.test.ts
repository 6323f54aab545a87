import { join } from 'node:path'
import { expect } from 'chai'
import { freePorts, mulu, NodeProcess } from '../support/mulu.ts'
import { graveViolations, overflow } from './audit.ts'
import { type Reader, Session } from './session.ts'

const READERS: readonly Reader[] = [
  { locale: 'en-US', width: 1280 },
  { locale: 'zh-CN', width: 1280 },
  { locale: 'en-US', width: 360 },
  { locale: 'zh-CN', width: 360 },
  { locale: 'zh-CN', width: 1280, colorScheme: 'dark' },
]

describe('orders of an agency in a browser', function () {
  this.timeout(240_000)
  let session: Session
  let head: NodeProcess
  let south: NodeProcess
  const path = (name: string): string => join(session.dir, name)

  async function done(...args: readonly string[]): Promise<string> {
    const ran = await mulu(...args)
    expect(ran.status, `${args.join(' ')}\n${ran.stderr}`).to.equal(0)
    return ran.stdout.trim()
  }

  /** A head office with an administrator key; north is admitted, and one number went to two. */
  before(async () => {
    session = await Session.start()
    const dir = path('head')
    await done(
      ...['found', '--dir', dir, '--name', 'Browser test', '--agency', 'W1'],
      ...['--agency-name', 'Water Board', '--agency-name', '水利局'],
    )
    const [port = 0, p2p = 0, other = 0, otherP2p = 0] = await freePorts(4)
    head = await NodeProcess.start(dir, port, p2p)
    const [key, request] = [path('agency.key'), path('request.json')]
    await done('key', 'request', key, '--dir', dir, '--no-passphrase', '--out', request)
    await done('roster', 'propose', '--dir', dir, '--administrator', request, '--rules', '3')
    const ticket = await done('ticket', '--dir', dir)
    const requestOf = async (office: string): Promise<string> => {
      const who = ['--agency', 'W1', '--agency-name', 'Water Board', '--office', office]
      await done('init', '--dir', path(office), '--ticket', ticket, ...who)
      return join(path(office), 'join-request.json')
    }
    await done('admit', await requestOf('北区'), '--dir', dir, '--agency-key', key)
    const drafts = [path('south.json'), path('east.json')]
    for (const [i, office] of ['South', 'East'].entries()) {
      const admit = ['admit', await requestOf(office), '--dir', dir, '--draft', drafts[i] ?? '']
      await done(...admit, '--rights', 'describe,classify')
    }
    for (const draft of drafts) {
      const signed = `${draft}.signed`
      await done('order', 'sign', draft, '--key', key, '--yes', '--again', '--out', signed)
      await mulu('order', 'take', signed, '--dir', dir)
    }
    const cut = ['key', 'revoke', '2147483648', '--from', '1', '--dir', dir, '--agency-key', key]
    await done(...cut, '--why', '笔记本被盗')
    const bundle = path('bundle')
    await done('bundle', 'export', '--dir', dir, '--all', '--out', bundle)
    await done('bundle', 'import', bundle, '--dir', path('South'))
    for (const draft of drafts)
      await mulu('order', 'take', `${draft}.signed`, '--dir', path('South'))
    south = await NodeProcess.start(path('South'), other, otherP2p, '--offline')
  })
  afterEach(() => session?.closePages())
  after(async () => {
    await Promise.all([head?.stop(), south?.stop()])
    await session?.[Symbol.asyncDispose]()
  })

  it('[UI52] stand in the situation with their key, what they say, and why one does not count', async () => {
    const said = [
      ['en-US', 'Orders of agencies', ['Water Board', 'Key in use since roster version 2']],
      ['zh-CN', '机构令', ['水利局', '密钥自第 2 版名册起使用']],
    ] as const
    for (const [locale, title, parts] of said) {
      const page = await session.open(head, '/situation', { locale })
      const section = page.getByRole('region', { name: title, exact: true })
      const text = await section.innerText()
      for (const part of parts) expect(text, locale).to.include(part)
      // Neither number of a writer nor hash nor code is for people.
      expect(text).not.to.match(/2147483648|sha256:|MULU_/)
      expect(await section.locator('tbody tr').count()).to.equal(4)
    }
    const page = await session.open(head, '/situation')
    const rows = await page
      .getByRole('region', { name: 'Table of orders' })
      .locator('tr')
      .allInnerTexts()
    expect(rows[1]).to.match(
      /Water Board\s+Order 2\s+Does not count: its number went to several orders\s+Admits (South|East): may describe, classify/,
    )
    expect(rows[3]).to.match(/Order 1\s+Counts\s+Admits 北区: may describe/)
    expect(rows[4]).to.match(/Order 3\s+Counts\s+Closes 北区: 笔记本被盗/)
    const needs = await page.getByRole('region', { name: 'Needs a person' }).innerText()
    expect(needs).to.include('The key of Water Board gave number 2 to several orders')
  })

  it('[UI53] mark on the node page who was admitted by order, and which agency admits its own nodes', async () => {
    const page = await session.open(head, '/node')
    const roster = page.getByRole('region', { name: 'Roster, version 2' })
    const writers = await roster
      .getByRole('region', { name: 'Writers and what they may do' })
      .innerText()
    expect(writers).to.match(/北区\s+Water Board\s+by order of its agency/)
    expect(writers).not.to.include('South')
    const agencies = await roster.getByRole('region', { name: 'Agencies' }).innerText()
    expect(agencies).to.include('admits its own nodes')
    const there = await session.open(south, '/node')
    const checks = await there.getByRole('region', { name: 'Diagnostics' }).innerText()
    expect(checks).to.include('Order 2 of its agency meant to admit this node. Does not count')
  })

  for (const reader of READERS) {
    const how = `${reader.locale}, ${reader.width} px, ${reader.colorScheme ?? 'light'}`
    it(`[UI54] are readable by all and fit the window: ${how}`, async () => {
      for (const [node, address] of [
        [head, '/situation'],
        [head, '/node'],
        [south, '/node'],
      ] as const) {
        const page = await session.open(node, address, reader)
        const shots = process.env['MULU_SHOTS']
        if (shots !== undefined) {
          const name = `${reader.locale}-${reader.width}-${reader.colorScheme ?? 'light'}-${node === head ? 'head' : 'south'}${address.replace('/', '-')}.png`
          await page.screenshot({ path: join(shots, name), fullPage: true })
        }
        expect(await graveViolations(page), address).to.deep.equal([])
        expect(await overflow(page), address).to.be.at.most(0)
        await session.closePages()
      }
    })
  }

  it('[UI14] logs no error and asks no other host meanwhile', () => {
    expect(session.troubles).to.deep.equal([])
  })
})
