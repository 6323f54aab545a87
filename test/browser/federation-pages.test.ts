import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Locator, Page } from 'playwright-core'
import type { Share } from '../../packages/admin-ui/src/api.ts'
import { eventually, mulu, type NodeProcess } from '../support/mulu.ts'
import { graveViolations, overflow } from './audit.ts'
import {
  type Disputed,
  HEAD_TITLE,
  OFFICE_TITLE,
  type Shown,
  startDisputed,
  untilConflicts,
} from './catalogue.ts'
import { type Reader, Session, visit } from './session.ts'

type Status = {
  readonly federation: { readonly name: string }
  readonly roster: { readonly version: number }
  readonly writer: { readonly peer: string }
  readonly catalogue: { readonly records: number; readonly conflicts: number }
  readonly heads: { readonly commits: number }
  readonly snapshots: readonly { readonly agreedRoot: readonly number[] }[]
}

const READERS: readonly Reader[] = [
  { locale: 'en-US', width: 1280 },
  { locale: 'zh-CN', width: 1280 },
  { locale: 'en-US', width: 360 },
  { locale: 'zh-CN', width: 360 },
  { locale: 'zh-CN', width: 1280, colorScheme: 'dark' },
]

/** What an office says that has all of its own region and some of the rest. */
const SHARE: Share = {
  state: 'behind',
  held: null,
  ownRegion: { here: 12, known: 12 },
  rest: { here: 1_249, known: 2_000 },
  regions: [
    { region: '340000', here: 12, known: 12 },
    { region: null, here: 1_249, known: 2_000 },
  ],
}
const SHARE_WORDS = {
  'en-US': {
    line: 'Own region complete here, 62 % of the rest',
    table: 'Table of what is here',
    rows: ['340000\t12\t12\t100 %', 'Agencies without a region\t1,249\t2,000\t62 %'],
  },
  'zh-CN': {
    line: '本地区已齐，其余已到 62 %',
    table: '已到内容表',
    rows: ['340000\t12\t12\t100 %', '没有地区的机构\t1,249\t2,000\t62 %'],
  },
} as const

const SNAPSHOT_WORDS = [
  ['en-US', ['just now', 'Hub · North', 'Settled', 'agrees']],
  ['zh-CN', ['刚才', 'Hub · North', '已确定', '同意']],
] as const

async function run(...args: readonly string[]): Promise<void> {
  const ran = await mulu(...args)
  expect(ran.status, ran.stderr).to.equal(0)
}

describe('the pages of a federation in a browser', function () {
  this.timeout(240_000)
  let session: Session
  let disputed: Disputed
  let head: NodeProcess
  let office: NodeProcess
  let record: string

  before(async () => {
    session = await Session.start()
    disputed = await startDisputed(session.dir)
    ;({ head, office } = disputed)
    record = `/records/${disputed.id}`
  })
  afterEach(() => session?.closePages())
  after(async () => {
    await disputed?.federation.stop()
    await session?.[Symbol.asyncDispose]()
  })

  const status = (node: NodeProcess): Promise<Status> => node.get<Status>('/api/v1/status')
  /** The values of a field, each with who set it, as the record page lists them. */
  const valuesOf = (page: Page, path: string): Locator =>
    page
      .locator('dl.fields > *', { has: page.locator(`[id="field-${path}"]`) })
      .locator('ul.values > li')

  it('[UI23] says on every page as of when, how many nodes agree, and which node this is', async () => {
    for (const path of ['/', record, '/situation', '/node']) {
      const page = await session.open(office, path)
      const line = page.getByRole('complementary', { name: 'As of' })
      const said = await line.getByRole('listitem').allInnerTexts()
      expect(said[0], path).to.match(/^As of \d{1,2} \w{3} \d{4}, \d{2}:\d{2} \(Beijing time\)$/)
      expect(said.slice(1, 3), path).to.deep.equal(['2 of 2 nodes agree', 'This node: Hub · North'])
    }
  })

  for (const reader of READERS) {
    const { locale = 'en-US', width, colorScheme = 'light' } = reader
    it(`[UI66] says on every page what share is here, and on the node's own which regions: ${locale}, ${width} px, ${colorScheme}`, async () => {
      const words = SHARE_WORDS[locale]
      const page = await session.open(office, '/', reader)
      await page.route('**/api/v1/status', async (route) => {
        const answer = await route.fetch()
        const body = (await answer.json()) as { readonly asOf: object }
        const asOf = { ...body.asOf, share: SHARE }
        await route.fulfill({ response: answer, json: { ...body, asOf } })
      })
      for (const path of ['/', '/node']) {
        await visit(page, office.url + path)
        const line = page.locator('aside.asof')
        await line.getByRole('link', { name: words.line }).waitFor()
        expect(await graveViolations(page), path).to.deep.equal([])
        expect(await overflow(page), path).to.be.at.most(0)
      }
      const table = page.getByRole('region', { name: words.table })
      expect(await table.locator('tbody tr').allInnerTexts()).to.deep.equal(words.rows)
    })
  }

  it('[UI24] shows in the situation whether the nodes agree, each node, and the totals', async () => {
    const { catalogue, heads } = await status(head)
    const page = await session.open(head, '/situation')
    await page.getByRole('heading', { level: 1, name: 'Situation' }).waitFor()
    const nodes = page.getByRole('region', { name: 'Table of nodes' }).locator('tbody tr')
    const rows = await nodes.allInnerTexts()
    expect(rows).to.have.length(2)
    expect(rows.filter((row) => row.includes('this node'))).to.have.length(1)
    expect(rows.every((row) => row.includes('Agrees'))).to.equal(true)
    const needs = page.getByRole('region', { name: 'Needs a person' })
    await needs.getByText(`${catalogue.conflicts} conflicts not settled`).waitFor()
    const totals = await page.getByRole('region', { name: 'Totals' }).innerText()
    for (const [name, count] of [
      ['Records', catalogue.records],
      ['Conflicts', catalogue.conflicts],
      ['Agencies', 1],
      ['Commits', heads.commits],
    ]) {
      expect(totals).to.match(new RegExp(`${name}\\s+${count}(\\s|$)`))
    }
  })

  it('[UI29] shows in the situation the last snapshot: when, by whom, settled or not, who has agreed', async () => {
    const page = await session.open(head, '/situation')
    const section = page.getByRole('region', { name: 'Last snapshot' })
    expect(await section.innerText()).to.include('No snapshot has been taken')
    await run('roster', 'propose', '--dir', head.dir, '--witness', '1', '--witness', '2')
    const { version } = (await status(head)).roster
    await eventually('the roster at the office', async () => {
      return (await status(office)).roster.version === version || undefined
    })
    await run('snapshot', '--dir', office.dir)
    await eventually('both witnesses', async () => {
      const [newest] = (await status(office)).snapshots
      return newest?.agreedRoot.length === 2 || undefined
    })
    for (const [locale, parts] of SNAPSHOT_WORDS) {
      const shown = await session.open(office, '/situation', { locale, width: 1280 })
      const text = await shown.locator('section[aria-labelledby=snapshot]').innerText()
      for (const part of parts) expect(text, locale).to.include(part)
    }
  })

  it('[UI25] says on the page of the node what to do, its peers, its identity and its roster', async () => {
    const { federation, roster } = await status(office)
    const page = await session.open(office, '/node')
    await page.getByRole('heading', { level: 1, name: 'This node' }).waitFor()
    const checks = await page.getByRole('region', { name: 'Diagnostics' }).innerText()
    expect(checks).to.include('All 2 nodes hold the same catalogue.')
    expect(checks).to.include('1 of 1 up.')
    const identity = await page.getByRole('region', { name: 'Identity' }).innerText()
    expect(identity).to.include('Hub · North (office)')
    expect(identity).to.include(federation.name)
    await page.getByRole('heading', { name: `Roster, version ${roster.version}` }).waitFor()
    const peers = page.getByRole('region', { name: 'Table of peers' }).locator('tbody tr')
    expect(await peers.count()).to.equal(1)
    expect(await peers.innerText()).to.include('Hub')
  })

  it('[UI12] shows every value of a conflict with its author on every node, for all to read', async () => {
    for (const node of [head, office]) {
      const page = await session.open(node, record)
      await page
        .getByRole('heading', { name: '“Sharing”, “Title (English)” have several values each' })
        .waitFor()
      const titles = await valuesOf(page, 'title/en').allInnerTexts()
      expect(titles).to.have.length(2)
      expect(titles[0]).to.include(OFFICE_TITLE).and.to.include('North')
      expect(titles[0]).to.include('Shown now (newest)')
      expect(titles[1]).to.include(HEAD_TITLE).and.to.include('Hub')
      const [strict = '', loose = ''] = await valuesOf(page, 'sharing').allInnerTexts()
      expect(strict).to.include('Not shared').and.to.include('In force until settled')
      expect(loose).to.include('on request').and.not.to.include('In force')
      expect(await page.getByRole('button', { name: /^Use value/ }).count()).to.equal(0)
    }
  })

  const pages = (): readonly (readonly [NodeProcess, string])[] => [
    [head, '/'],
    [head, '/?q=nothing+has+this'],
    [office, record],
    [head, '/situation'],
    [office, '/node'],
  ]

  for (const reader of READERS) {
    const how = `${reader.locale}, ${reader.width} px, ${reader.colorScheme ?? 'light'}`
    it(`[UI13] has no serious or critical violation and scrolls to no side: ${how}`, async () => {
      for (const [node, path] of pages()) {
        const page = await session.open(node, path, reader)
        expect(await graveViolations(page), path).to.deep.equal([])
        expect(await overflow(page), path).to.be.at.most(0)
        await session.closePages()
      }
    })
  }

  it('[UI12] lets the holder of the access key pick, asks again where it loosens, and clears it everywhere', async () => {
    const page = await session.open(office, record)
    await page.getByRole('link', { name: 'Enter the access key' }).click()
    const key = (await readFile(join(office.dir, 'access-key'), 'utf8')).trim()
    await page.getByRole('textbox', { name: 'Access key' }).fill(key)
    await page.getByRole('button', { name: 'Use this key' }).click()
    await page.getByText('A key is entered').waitFor()
    await visit(page, `${office.url}${record}`)
    await page.getByRole('button', { name: 'Use value 2: Title (English)' }).click()
    await page.getByText('Title (English) is settled').waitFor()
    await page.getByRole('heading', { level: 1, name: HEAD_TITLE }).waitFor()
    await untilConflicts([head, office], disputed.id, 1)

    await page.getByRole('button', { name: 'Use value 2: Sharing' }).click()
    await page.getByText('This may open what the value in force keeps closed').waitFor()
    await untilConflicts([office], disputed.id, 1)
    await page.getByRole('button', { name: 'Leave it open' }).click()
    await page.getByRole('button', { name: 'Use value 1: Sharing' }).click()
    await page.getByText('Sharing is settled').waitFor()
    await untilConflicts([head, office], disputed.id, 0)
    const { fields } = await head.get<Shown>(`/api/v1/records/${disputed.id}`)
    expect(fields).to.deep.include({
      'title/en': HEAD_TITLE,
      sharing: { type: 'none', basis: 'law' },
    })
    const there = await session.open(head, record)
    await there.getByRole('heading', { level: 1, name: HEAD_TITLE }).waitFor()
    expect(await there.getByText('several values').count()).to.equal(0)
  })

  it('[UI14] logs no error and asks no other host meanwhile', () => {
    expect(session.troubles).to.deep.equal([])
  })
})
