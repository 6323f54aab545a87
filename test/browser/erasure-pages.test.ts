import { expect } from 'chai'
import { type Federation, makeFederation } from '../support/federation.ts'
import { eventually, mulu, type NodeProcess } from '../support/mulu.ts'
import { graveViolations, overflow } from './audit.ts'
import { type Reader, Session } from './session.ts'

const PHONE = '+86 10 1234 5678'
const FIELDS = {
  'title/en': 'Register of licences',
  'title/zh-Hans': '许可证登记',
  'contact/phone': PHONE,
  'contact/name': 'Duty desk',
  state: 'published',
  sharing: { type: 'unconditional' },
}

const READERS: readonly Reader[] = [
  { locale: 'en-US', width: 1280 },
  { locale: 'zh-CN', width: 1280 },
  { locale: 'en-US', width: 360 },
  { locale: 'zh-CN', width: 360 },
]
/** What a page says in the language of its reader. */
const WORDS = {
  'en-US': {
    ...{ begin: 'Erase a field…', go: 'Continue', field: 'What to erase' },
    ...{ order: 'Reference of the order', title: 'Erasure by lawful order', notes: 'Reasons' },
    ...{ missing: 'Enter the reference of the lawful order.', back: 'Back' },
  },
  'zh-CN': {
    ...{ begin: '清除一个字段…', go: '继续', field: '清除什么', order: '文书编号' },
    ...{
      title: '依法清除',
      notes: '修改时写下的理由',
      missing: '请填写依据文书的编号。',
      back: '返回',
    },
  },
} as const

describe('erasure in a browser', function () {
  this.timeout(240_000)
  let session: Session
  let federation: Federation
  let head: NodeProcess
  let office: NodeProcess
  let path: string

  before(async () => {
    session = await Session.start()
    federation = await makeFederation(session.dir, [
      { name: 'Hub', agency: 'HUB' },
      { name: 'Hub north', agency: 'HUB', office: 'North', rights: 'describe' },
    ])
    ;[head, office] = federation.nodes as [NodeProcess, NodeProcess]
    const { id } = await head.create({ kind: 'service', local: 'licences', fields: FIELDS })
    path = `/records/${id}`
    await eventually('the record at the office', async () => {
      const answer = await fetch(`${office.url}/api/v1${path}`)
      return answer.ok || undefined
    })
  })
  afterEach(() => session?.closePages())
  after(async () => {
    await federation?.stop()
    await session?.[Symbol.asyncDispose]()
  })

  it('[UI34] offers erasure to holders of the key of a node with the right, and to nobody else', async () => {
    const reader = await session.open(head, path)
    expect(await reader.getByText(WORDS['en-US'].title).count()).to.equal(0)
    const described = await session.openWithKey(office, path)
    expect(await described.getByText(WORDS['en-US'].title).count()).to.equal(0)
    const page = await session.openWithKey(head, path)
    await page.getByRole('button', { name: WORDS['en-US'].begin }).waitFor()
  })

  for (const reader of READERS) {
    const words = WORDS[reader.locale ?? 'en-US']
    it(`[UI35] asks for field and order, says what follows and asks again: ${reader.locale}, ${reader.width} px`, async () => {
      const page = await session.openWithKey(head, path, reader)
      await page.getByRole('button', { name: words.begin }).press('Enter')
      const field = page.getByLabel(words.field)
      await field.waitFor()
      const names = await field.locator('option').allInnerTexts()
      expect(names.some((name) => name.includes(PHONE))).to.equal(true)
      expect(names.at(-1)).to.include(words.notes)
      expect(names.filter((name) => name.includes('contact/'))).to.deep.equal([])
      await page.getByRole('button', { name: words.go }).press('Enter')
      await page.getByText(words.missing).waitFor()
      expect(await graveViolations(page)).to.deep.equal([])
      await field.selectOption('contact/phone')
      await page.getByLabel(words.order).fill('Order 7/2026')
      await page.getByRole('button', { name: words.go }).press('Enter')
      const heading = page.locator('h3:focus')
      expect(await heading.innerText()).to.include(PHONE)
      expect(await graveViolations(page)).to.deep.equal([])
      expect(await overflow(page)).to.be.at.most(0)
      await page.getByRole('button', { name: words.back }).press('Enter')
      await field.waitFor()
      const { fields } = await head.get<{ fields: object }>(`/api/v1${path}`)
      expect(fields).to.have.property('contact/phone', PHONE)
    })
  }

  it('[UI36] erases once confirmed, and shows which nodes have confirmed', async () => {
    const ran = await mulu(
      ...['roster', 'propose', '--dir', head.dir, '--witness', '1', '--witness', '2'],
    )
    expect(ran.status, ran.stderr).to.equal(0)
    const page = await session.openWithKey(head, path)
    const words = WORDS['en-US']
    await page.getByRole('button', { name: words.begin }).click()
    await page.getByLabel(words.field).selectOption('contact/phone')
    await page.getByLabel(words.order).fill('Order 7/2026')
    await page.getByRole('button', { name: words.go }).click()
    await page.getByRole('button', { name: 'Erase for good' }).click()
    await page.getByText('No file of this node holds it any more').waitFor({ timeout: 60_000 })
    expect(await page.locator('dl.fields').allInnerTexts()).to.not.include(PHONE)
    const table = page.getByRole('region', { name: 'Nodes and order Order 7/2026' })
    await table.getByText('Confirmed').nth(1).waitFor({ timeout: 60_000 })
    expect(await table.locator('tbody tr').count()).to.equal(2)
    const { fields } = await office.get<{ fields: object }>(`/api/v1${path}`)
    expect(fields).to.include({ 'contact/name': 'Duty desk' })
    expect(fields).to.not.have.property('contact/phone')
  })

  for (const reader of READERS) {
    it(`[UI37] tells everybody of orders on the record and in the situation, by title and not by number: ${reader.locale}, ${reader.width} px`, async () => {
      const title = reader.locale === 'zh-CN' ? '许可证登记' : 'Register of licences'
      const situation = await session.open(office, '/situation', reader)
      const section = situation.locator('section[aria-labelledby=erasures]')
      await section.getByRole('link', { name: title }).waitFor()
      expect(await section.innerText())
        .to.include('Order 7/2026')
        .and.not.include('service/')
      const record = await session.open(office, path, reader)
      await record.locator('section[aria-labelledby=erase] table').waitFor()
      for (const [page, name] of [
        [situation, 'situation'],
        [record, 'record'],
      ] as const) {
        expect(await graveViolations(page), name).to.deep.equal([])
        expect(await overflow(page), name).to.be.at.most(0)
      }
    })
  }

  it('[UI14] logs no error and asks no other host meanwhile', () => {
    expect(session.troubles).to.deep.equal([])
  })
})
