import { expect } from 'chai'
import { type Federation, makeFederation } from '../support/federation.ts'
import { eventually, muluJson, type NodeProcess, untilEqual } from '../support/mulu.ts'
import { graveViolations, overflow } from './audit.ts'
import { type Reader, Session } from './session.ts'

const READERS: readonly Reader[] = [
  { locale: 'en-US', width: 1280 },
  { locale: 'zh-CN', width: 1280 },
  { locale: 'en-US', width: 360 },
  { locale: 'zh-CN', width: 360 },
]
const WORDS = {
  'en-US': {
    searched: 'Searched in 1 of 3 agencies; the others are not held on this node.',
    ...{ named: 'Here: Branch.', line: 'Holds 1 of 3 agencies' },
    ...{ title: 'This record is not held on this node', whose: 'the records of Other', by: 'Hub' },
    ...{ part: 'The part held here', held: '1 of 3', holds: 'holds 1 of 3 agencies' },
    totals: 'Of the 1 of 3 agencies whose records this node holds.',
    ...{ notHeld: 'not held on this node', both: 'over what both hold' },
    keeps: 'Everything of the part held here',
    ...{ key: 'Changing this needs the access key', begin: 'Change what is held here' },
    ...{
      find: 'Find by name or code',
      count: 'See what would change',
      hold: 'Hold this from now on',
    },
    ...{ change: '2 of 3', comes: '1 record, ', done: 'This node holds 2 of 3', undo: 'Undo' },
    ...{ undone: 'This node holds 1 of 3', all: 'Everything', some: 'Some agencies only' },
    ...{ same: 'This is what is held now.', own: 'The own agency is always held.' },
  },
  'zh-CN': {
    searched: '在 3 个机构中的 1 个里检索；其余机构的记录不在本节点。',
    ...{ named: '这里有：Branch。', line: '保存 3 个机构中的 1 个' },
    ...{ title: '这条记录不在本节点', whose: '不保存“Other”的记录', by: 'Hub' },
    ...{ part: '这里保存的部分', held: '3 个中的 1 个', holds: '保存 3 个机构中的 1 个' },
    totals: '只含本节点保存其记录的机构：3 个中的 1 个。',
    ...{ notHeld: '不在本节点', both: '双方都有的部分' },
    keeps: '这里保存的部分的全部',
    ...{ key: '更改需要本节点的访问密钥', begin: '更改这里保存的内容' },
    ...{ find: '按名称或代码查找', count: '看看会有什么变化', hold: '从现在起这样保存' },
    ...{
      change: '3 个中的 2 个',
      comes: '1 条记录，',
      done: '本节点保存 3 个机构中的 2 个',
      undo: '撤销',
    },
    ...{ undone: '本节点保存 3 个机构中的 1 个', all: '全部', some: '只保存部分机构' },
    ...{ same: '这就是现在保存的内容。', own: '本机构始终保存。' },
  },
} as const

type Status = {
  readonly asOf: {
    readonly share: { readonly state: string; readonly held: { readonly agencies: number } | null }
  }
}

describe('the pages of an office that holds a part', function () {
  this.timeout(240_000)
  let session: Session
  let federation: Federation
  let hub: NodeProcess
  let office: NodeProcess

  before(async () => {
    session = await Session.start()
    federation = await makeFederation(session.dir, [
      { name: 'Hub', agency: 'HUB' },
      { name: 'Branch', agency: 'BRANCH' },
      { name: 'Other', agency: 'OTHER' },
      { name: 'Branch small', agency: 'BRANCH', office: 'small' },
    ])
    ;[hub] = federation.nodes as [NodeProcess]
    office = federation.nodes[3] as NodeProcess
    for (const [i, node] of federation.nodes.slice(0, 3).entries()) {
      const fields = {
        ...{ 'title/en': `River levels ${i}`, 'title/zh-Hans': `河流水位${i}` },
        ...{ 'description/en': 'Levels by hour.', state: 'published' },
      }
      await node.create({ kind: 'resource', local: `levels-${i}`, fields })
    }
    await untilEqual(federation.nodes, 3)
    await muluJson('subscribe', '--dir', office.dir, '--own')
    await eventually('the office holds a part, and the hub knows', async () => {
      const { asOf } = await office.get<Status>('/api/v1/status')
      const { peers } = await hub.get<{ peers: { holds: unknown }[] }>('/api/v1/status')
      const isSeen = peers.some(({ holds }) => holds !== null)
      const { total } = await office.get<{ total: number }>('/api/v1/records')
      return (asOf.share.state === 'partial' && isSeen && total === 1) || undefined
    })
  })
  afterEach(() => session?.closePages())
  after(async () => {
    await federation?.stop()
    await session?.[Symbol.asyncDispose]()
  })

  for (const reader of READERS) {
    const words = WORDS[reader.locale ?? 'en-US']
    const of = `${reader.locale}, ${reader.width} px`

    it(`[SB18] says on the search page where was searched, and of a record that it is not held: ${of}`, async () => {
      const page = await session.open(office, '/?q=%E6%B0%B4%E4%BD%8D', reader)
      await page.getByText(words.searched).waitFor()
      const text = await page.locator('main').innerText()
      expect(text).to.include(words.named)
      expect(await page.locator('aside').first().innerText()).to.include(words.line)
      await check(page, 'search', reader)
      const nothing = await session.open(office, '/?q=nothingatall', reader)
      await nothing.getByText(words.searched).waitFor()
      await check(nothing, 'nothing', reader)
      const record = await session.open(office, '/records/3/resource/levels-2', reader)
      await record.getByText(words.title).waitFor()
      const told = await record.locator('main').innerText()
      expect(told).to.include(words.whose).and.include(words.by)
      await check(record, 'record', reader)
    })

    it(`[SB18] says on the pages of nodes who holds which part: ${of}`, async () => {
      const node = await session.open(office, '/node', reader)
      await node.getByRole('heading', { name: words.part }).waitFor()
      const section = await node.locator('section[aria-labelledby=held]').innerText()
      expect(section).to.include(words.held).and.include('Branch').and.include(words.key)
      const whole = await node.locator('main').innerText()
      expect(whole).to.include(words.both).and.include(words.keeps)
      await check(node, 'node', reader)
      const own = await session.open(office, '/situation', reader)
      await own.getByText(words.totals).waitFor()
      await own.getByText(words.notHeld).first().waitFor()
      expect(await own.locator('main').innerText()).to.include(words.both)
      await check(own, 'situation-own', reader)
      const seen = await session.open(hub, '/situation', reader)
      await seen.getByText(words.holds).first().waitFor()
      expect(await seen.locator('main').innerText()).to.not.include(words.totals)
      await check(seen, 'situation', reader)
    })
  }

  for (const reader of READERS) {
    const words = WORDS[reader.locale ?? 'en-US']

    it(`[SB21] lets what is held be chosen, tells what would change first, and takes it back: ${reader.locale}, ${reader.width} px`, async () => {
      const page = await session.openWithKey(office, '/node', reader)
      const section = page.locator('section[aria-labelledby=held]')
      await section.getByRole('button', { name: words.begin }).press('Enter')
      await section.getByText(words.same).waitFor()
      expect(await section.getByRole('radio', { name: words.some }).isChecked()).to.equal(true)
      expect(await section.getByRole('checkbox', { name: 'Branch' }).isDisabled()).to.equal(true)
      await section.getByText(words.own).waitFor()
      await check(page, 'choice', reader)
      await section.getByLabel(words.find).fill('other')
      await section.getByRole('checkbox').press('Space')
      await section.getByRole('button', { name: words.count }).press('Enter')
      await section.getByText(words.comes).waitFor()
      expect(await section.innerText()).to.include(words.change)
      expect(await heldAgencies()).to.equal(1)
      await check(page, 'review', reader)
      await section.getByRole('button', { name: words.hold }).press('Enter')
      await section.getByText(words.done).waitFor()
      await eventually('the records have come', async () => (await records()) === 2 || undefined)
      await check(page, 'done', reader)
      await section.getByRole('button', { name: words.undo }).press('Enter')
      await section.getByText(words.undone).waitFor()
      await eventually('the records have gone', async () => (await records()) === 1 || undefined)
    })
  }

  async function records(): Promise<number> {
    return (await office.get<{ total: number }>('/api/v1/records')).total
  }

  async function heldAgencies(): Promise<number | undefined> {
    const { asOf } = await office.get<Status>('/api/v1/status')
    return asOf.share.held?.agencies
  }

  async function check(page: Awaited<ReturnType<Session['open']>>, name: string, reader: Reader) {
    expect(await graveViolations(page)).to.deep.equal([])
    expect(await overflow(page)).to.equal(0)
    const dir = process.env['PICTURES']
    if (dir === undefined) return
    const path = `${dir}/part-${name}-${reader.locale}-${reader.width}.png`
    await page.screenshot({ path, fullPage: true })
  }
})
