import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { NodeProcess } from '../support/mulu.ts'
import { graveViolations, overflow } from './audit.ts'
import { startWithSamples } from './catalogue.ts'
import { Session, visit } from './session.ts'

type Facet = {
  readonly value: string
  readonly label: Readonly<Record<string, string>>
  readonly count: number
}
type List = {
  readonly total: number
  readonly items: readonly { readonly id: string; readonly title: Record<string, string> }[]
  readonly facets: Readonly<Record<string, readonly Facet[]>>
}
type Provenance = {
  readonly fields: readonly {
    readonly path: string
    readonly removed: boolean
    readonly source: {
      readonly seq: number
      readonly agency: { readonly name: { readonly en: string } }
      readonly node: { readonly en: string }
    }
  }[]
}

const SEARCH_BOX = 'Search words'
const GUANGDONG = '440000'
const HENAN = '410000'

function recordsText(count: number): string {
  return count === 1 ? '1 record' : `${count} records`
}

describe('the portal in a browser', function () {
  this.timeout(60_000)
  let session: Session
  let node: NodeProcess

  before(async () => {
    session = await Session.start()
    node = await startWithSamples(session.dir)
  })
  afterEach(() => session?.closePages())
  after(async () => {
    await node?.stop()
    await session?.[Symbol.asyncDispose]()
  })

  const list = (query: string): Promise<List> => node.get<List>(`/api/v1/records?${query}`)
  const total = async (query: string): Promise<number> => (await list(query)).total
  const resultHead = (page: Page, text: string): Promise<void> =>
    page.getByRole('heading', { level: 2, name: text, exact: true }).waitFor()
  const chips = (page: Page): Promise<string[]> =>
    page.getByRole('grid', { name: 'Filters in force' }).getByRole('row').allInnerTexts()

  it('[UI15] finds the records that have the words, and a result leads to its page and back', async () => {
    const page = await session.open(node, '/')
    await page.getByLabel(SEARCH_BOX).fill('Tianditu')
    await page.keyboard.press('Enter')
    const found = await list('q=Tianditu')
    await resultHead(page, `“Tianditu”: ${found.total} records`)
    const title = found.items[0]?.title['en'] ?? ''
    const first = page.locator('.cards h3 a').first()
    expect(await first.innerText()).to.equal(title)
    expect(await first.locator('mark').allInnerTexts()).to.include('Tianditu')
    await first.click()
    await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor()
    expect(new URL(page.url()).pathname).to.equal(`/records/${found.items[0]?.id}`)
    await page.getByRole('link', { name: 'Results for “Tianditu”' }).click()
    await resultHead(page, `“Tianditu”: ${found.total} records`)
    expect(new URL(page.url()).search).to.equal('?q=Tianditu')
  })

  it('[UI15] shows more of a long result on request, and all of it is counted', async () => {
    const page = await session.open(node, '/?q=Tianditu')
    const cards = page.locator('.cards > li')
    expect(await cards.count()).to.equal(20)
    await page.getByRole('button', { name: 'Show more' }).click()
    await cards.nth(39).waitFor()
    expect(new URL(page.url()).searchParams.get('pages')).to.equal('2')
    const all = await total('q=Tianditu')
    expect(await page.locator('.after p').innerText()).to.equal(`40 of ${all} shown.`)
  })

  it('[UI16] narrows by filters that show as chips with counts and stand in the address', async () => {
    const page = await session.open(node, '/?q=Tianditu')
    const tick = (group: string, value: string): Promise<void> =>
      page
        .getByRole('group', { name: group })
        .getByRole('checkbox', { name: new RegExp(`^${value} `) })
        .check()
    await tick('Region', 'Guangdong')
    await resultHead(page, `“Tianditu”: ${await total(`q=Tianditu&region=${GUANGDONG}`)} records`)
    await tick('Region', 'Henan')
    const both = `q=Tianditu&region=${GUANGDONG}&region=${HENAN}`
    await resultHead(page, `“Tianditu”: ${await total(both)} records`)
    await tick('Theme', 'Environment')
    const narrowed = await list(`${both}&theme=ENVI`)
    await resultHead(page, `“Tianditu”: ${narrowed.total} records`)
    expect(new URL(page.url()).search).to.equal(`?${both}&theme=ENVI`)
    const count = (facet: string, value: string): number | undefined =>
      narrowed.facets[facet]?.find((known) => known.value === value)?.count
    expect(await chips(page)).to.deep.equal([
      `Region: Guangdong${count('region', GUANGDONG)}`,
      `Region: Henan${count('region', HENAN)}`,
      `Theme: Environment${count('theme', 'ENVI')}`,
    ])
  })

  it('[UI17] shows the same page from the address alone, and a removed chip or Back widens it', async () => {
    const address = `/?q=Tianditu&region=${GUANGDONG}&region=${HENAN}&theme=ENVI`
    const page = await session.open(node, address)
    await resultHead(page, `“Tianditu”: ${await total(address.slice(2))} records`)
    expect(await page.getByRole('checkbox', { checked: true }).count()).to.equal(3)
    await page.getByRole('button', { name: 'Remove Region: Henan', exact: true }).click()
    const one = `q=Tianditu&region=${GUANGDONG}&theme=ENVI`
    await resultHead(page, `“Tianditu”: ${await total(one)} records`)
    expect(new URL(page.url()).search).to.equal(`?${one}`)
    await page.getByRole('button', { name: 'Clear all' }).click()
    await resultHead(page, `“Tianditu”: ${await total('q=Tianditu')} records`)
    await page.goBack()
    await resultHead(page, `“Tianditu”: ${await total(one)} records`)
    expect(await chips(page)).to.have.length(2)
  })

  it('[UI18] names the words and filters that found nothing, and counts what each step would find', async () => {
    const page = await session.open(node, `/?q=Tianditu+zzzxq&region=${GUANGDONG}`)
    await page
      .getByRole('heading', { name: 'No record has “Tianditu”, “zzzxq” with Guangdong' })
      .waitFor()
    const near = await total(`q=Tianditu&region=${GUANGDONG}`)
    const far = await total('q=Tianditu')
    await page.getByRole('link', { name: `“Tianditu” alone, everywhere: ${far} records` }).waitFor()
    await page.getByRole('link', { name: `Without “zzzxq”: ${near} records` }).click()
    await resultHead(page, `“Tianditu”: ${near} records`)
    await visit(page, `${node.url}/?q=zzzxq`)
    await page.getByRole('heading', { name: 'No record has “zzzxq”' }).waitFor()
    await page.getByRole('link', { name: 'Start from all records' }).click()
    await resultHead(page, `${await total('')} records`)
  })

  it('[UI18] asks whether another spelling was meant, and says which word no record has', async () => {
    const page = await session.open(node, '/?q=open+plattform')
    await page.getByText('No record at all has “plattform”.').waitFor()
    await page.getByText('Did you mean').waitFor()
    await page.getByRole('heading', { name: 'Nearest records: “open platform”' }).waitFor()
    const near = await list('q=open+platform&limit=5')
    const shown = await page.locator('.cards h3 a').allInnerTexts()
    expect(shown).to.have.length(near.items.length)
    expect(await graveViolations(page)).to.deep.equal([])
    const meant = await total('q=open+platform')
    await page.getByRole('link', { name: `“open platform”: ${meant} records` }).click()
    await resultHead(page, `“open platform”: ${meant} records`)
    expect(new URL(page.url()).searchParams.get('q')).to.equal('open platform')
  })

  it('[UI30] narrows by update cycle, what is to settle, and dates of change', async () => {
    const page = await session.open(node, '/')
    await page.getByRole('group', { name: 'Update cycle' }).waitFor()
    await page.getByLabel('From', { exact: true }).fill('2024-01-01')
    await resultHead(page, recordsText(await total('modified=2024-01-01..')))
    const problems = page.getByRole('group', { name: 'To settle' }).getByRole('checkbox').first()
    await problems.check()
    const query = 'has=problems&modified=2024-01-01..'
    await resultHead(page, recordsText(await total(query)))
    expect(new URL(page.url()).search).to.equal(`?${query}`)
    expect(await chips(page)).to.include('Changed: 2024-01-01 –')
    expect(await graveViolations(page)).to.deep.equal([])
    expect(await overflow(page)).to.be.at.most(0)
  })

  it('[UI31] offers the search as a feed to people and in the head of the page', async () => {
    const page = await session.open(node, '/?q=Tianditu')
    const address = await page
      .getByRole('link', { name: 'Subscribe to this search' })
      .getAttribute('href')
    expect(address).to.equal('/feed.atom?q=Tianditu&lang=en')
    const head = page.locator('head link[type="application/atom+xml"]')
    expect(await head.getAttribute('href')).to.equal(address)
    const answer = await fetch(node.url + address)
    expect([answer.status, (await answer.text()).includes('<entry>')]).to.deep.equal([200, true])
  })

  it('[UI44] searches the catalogue as it was on a day, says so, keeps the day on the way to a record, and leads back', async () => {
    const page = await session.open(node, '/?q=Tianditu')
    const now = await list('q=Tianditu')
    await resultHead(page, `“Tianditu”: ${now.total} records`)
    await page.getByLabel('At the end of').fill('2001-01-01')
    await resultHead(page, '“Tianditu”: 0 records')
    await page.getByText('as it was at the end of 2001-01-01').waitFor()
    expect(new URL(page.url()).search).to.equal('?q=Tianditu&asOf=2001-01-01')
    expect(await page.getByRole('link', { name: 'Subscribe' }).count()).to.equal(0)
    await page.getByLabel('At the end of').fill('2999-01-01')
    await resultHead(page, `“Tianditu”: ${now.total} records`)
    expect(await graveViolations(page)).to.deep.equal([])
    await page.locator('.cards h3 a').first().click()
    await page.getByText('As it was at the end of 2999-01-01').waitFor()
    await page.goBack()
    await page.getByRole('button', { name: 'Search it as it is now' }).press('Enter')
    await page.waitForURL((url) => url.search === '?q=Tianditu')
    expect(await page.getByLabel('At the end of').inputValue()).to.equal('')
  })

  it('[UI32] shows a record as it was on a day, says so, and leads back; related records beside it', async () => {
    const { items } = await list('q=mortgage&limit=1')
    const page = await session.open(node, `/records/${items[0]?.id}`)
    await page.getByRole('heading', { name: 'Related records' }).waitFor()
    await page.getByLabel('As it was at the end of').fill('2999-01-01')
    await page.getByText('As it was at the end of 2999-01-01').waitFor()
    expect(new URL(page.url()).search).to.equal('?asOf=2999-01-01')
    await page.getByRole('heading', { level: 1, name: items[0]?.title['en'] ?? '' }).waitFor()
    expect(await graveViolations(page)).to.deep.equal([])
    await page.getByRole('link', { name: 'Show it as it is now' }).click()
    await page.waitForURL((url) => url.search === '')
  })

  it('[UI11] marks what was found in a title without spaces', async () => {
    const page = await session.open(node, `/?q=${encodeURIComponent('通州区')}`)
    const marks = page.locator('.cards h3 a mark')
    expect(await marks.first().innerText()).to.equal('通州区')
  })

  it('[UI19] tells of every field who set it, when, on which node and in which commit', async () => {
    const id = (await list('q=mortgage&limit=1')).items[0]?.id
    const { fields } = await node.get<Provenance>(`/api/v1/records/${id}/provenance`)
    const standing = fields.filter((field) => !field.removed)
    expect(standing).to.have.length.above(10)
    const page = await session.open(node, `/records/${id}`)
    expect(await page.getByRole('button', { name: /^Source of / }).count()).to.equal(
      standing.length,
    )
    for (const { path, source } of standing) {
      const row = page.locator('dl.fields > *', { has: page.locator(`[id="field-${path}"]`) })
      await row.getByRole('button', { name: /^Source of / }).click()
      const facts = await row.locator('.prov dl.facts > div').allInnerTexts()
      expect(facts[0], path).to.match(new RegExp(`^Who\\s+${source.agency.name.en}`))
      expect(facts[1], path).to.match(/^When\s+\d{1,2} \w{3} \d{4}, \d{2}:\d{2}/)
      expect(facts[2], path).to.match(new RegExp(`^On which node\\s+${source.node.en}`))
      expect(facts[3], path).to.match(new RegExp(`^In which commit\\s+No. ${source.seq} \\w+`))
    }
  })

  it('[UI20] speaks the language of the browser and changes to the other on a press, for good', async () => {
    const page = await session.open(node, '/', { locale: 'zh-CN' })
    const state = async (): Promise<readonly string[]> => [
      (await page.locator('html').getAttribute('lang')) ?? '',
      await page.getByRole('heading', { level: 1 }).innerText(),
      await page.getByRole('navigation').innerText(),
    ]
    const chinese = ['zh-CN', '检索全国目录', '检索\n全国态势\nU 盘\n本节点']
    const english = [
      'en',
      'Search the national catalogue',
      'Search\nSituation\nUSB stick\nThis node',
    ]
    expect(await state()).to.deep.equal(chinese)
    await page.getByRole('button', { name: 'English' }).click()
    expect(await state()).to.deep.equal(english)
    await visit(page, `${node.url}/node`)
    expect((await state())[0]).to.equal('en')
    await page.getByRole('button', { name: '中文' }).click()
    await visit(page, `${node.url}/`)
    expect(await state()).to.deep.equal(chinese)
    const other = await session.open(node, '/', { locale: 'en-US' })
    expect(await other.locator('html').getAttribute('lang')).to.equal('en')
  })

  it('[UI21] puts the skip link first, and it leads past the header to the content', async () => {
    for (const path of ['/', '/situation', '/node']) {
      const page = await session.open(node, path)
      await page.keyboard.press('Tab')
      expect(await page.locator(':focus').innerText()).to.equal('Skip to content')
      await page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
      expect(await page.locator('main :focus').count(), path).to.equal(1)
    }
  })

  it('[UI28] lists suggestions while somebody types, for the keys alone, in both languages', async () => {
    for (const [locale, typed, name] of [
      ['en-US', 'guangdo', 'Guangdong'],
      ['zh-CN', 'gds', '广东省'],
    ] as const) {
      const page = await session.open(node, '/', { locale, width: 320 })
      const box = page.getByRole('combobox', { name: locale === 'en-US' ? SEARCH_BOX : '检索词' })
      await box.pressSequentially(typed)
      const region = page.getByRole('option', { name })
      await region.first().waitFor()
      expect(await box.getAttribute('aria-expanded')).to.equal('true')
      expect(await box.getAttribute('aria-activedescendant')).to.equal(null)
      expect(await graveViolations(page)).to.deep.equal([])
      expect(await overflow(page)).to.be.at.most(0)
      await page.keyboard.press('Escape')
      await region.first().waitFor({ state: 'hidden' })
      expect(await box.inputValue()).to.equal(typed)
      await page.keyboard.press('ArrowDown')
      await region.first().waitFor()
      await page.keyboard.press('ArrowDown')
      const active = (await box.getAttribute('aria-activedescendant')) ?? ''
      expect(await page.locator(`[id="${active}"]`).getAttribute('aria-selected')).to.equal('true')
      expect(await graveViolations(page)).to.deep.equal([])
      await page.keyboard.press('Enter')
      await page.waitForURL((url) => url.searchParams.get('region') === GUANGDONG)
      expect(await box.inputValue()).to.equal('')
      await page.getByRole('row', { name }).waitFor()
    }
  })

  it('[UI28] searches for what is typed on Enter, and leads to a record that is chosen', async () => {
    const page = await session.open(node, '/')
    const box = page.getByLabel(SEARCH_BOX)
    await box.pressSequentially('Tianditu')
    await page.getByRole('option').first().waitFor()
    await page.keyboard.press('Enter')
    await resultHead(page, `“Tianditu”: ${(await list('q=Tianditu')).total} records`)
    await box.fill('Tianditu Anhui')
    const record = page.getByRole('option', { name: 'Tianditu Anhui Record' })
    await record.click()
    await page.getByRole('heading', { level: 1, name: 'Tianditu Anhui' }).waitFor()
  })

  it('[UI22] reaches the search box with / from every page, and Esc empties it', async () => {
    const page = await session.open(node, '/node')
    const box = page.getByLabel(SEARCH_BOX)
    const focused = page.locator('#search-box:focus')
    await page.keyboard.press('/')
    await focused.waitFor()
    expect(new URL(page.url()).pathname).to.equal('/')
    await page.keyboard.type('a/b')
    expect(await box.inputValue()).to.equal('a/b')
    await page.keyboard.press('Escape')
    expect(await box.inputValue()).to.equal('')
    await page.getByRole('link', { name: 'Skip to content' }).focus()
    await page.keyboard.press('/')
    await focused.waitFor()
  })

  it('[UI22] lists the keys on ?, and Esc closes the list and gives the focus back', async () => {
    const page = await session.open(node, '/situation')
    const start = page.getByRole('link', { name: 'This node' })
    await start.focus()
    await page.keyboard.press('?')
    const dialog = page.getByRole('dialog', { name: 'Keys' })
    await dialog.waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.locator('nav a[href="/node"]:focus').waitFor()
  })

  it('[UI14] logs no error and asks no other host meanwhile', () => {
    expect(session.troubles).to.deep.equal([])
  })
})
