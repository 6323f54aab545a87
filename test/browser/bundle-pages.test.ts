import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Locator, Page } from 'playwright-core'
import { type Federation, makeFederation } from '../support/federation.ts'
import { eventually, mulu, type NodeProcess } from '../support/mulu.ts'
import { graveViolations, overflow } from './audit.ts'
import { type Reader, Session } from './session.ts'

const READERS: readonly Reader[] = [
  { locale: 'en-US', width: 1280 },
  { locale: 'zh-CN', width: 1280 },
  { locale: 'en-US', width: 360 },
  { locale: 'zh-CN', width: 360 },
]
/** What the page says in the language of its reader. */
const WORDS = {
  'en-US': {
    ...{ to: 'For whom', go: 'Make the file', save: 'Save the file', missing: 'Choose for whom' },
    ...{
      only: 'Only Administration of Water Resources and Floods · North',
      carry: 'Carry it to Administration of Water Resources and Floods · North',
      whole: 'All taken in',
    },
    ...{ shape: 'not a bundle', nothing: 'nothing new', key: 'Access key', use: 'Use this key' },
    ...{ who: 'need the access key', answer: 'Write the answer for' },
  },
  'zh-CN': {
    ...{ to: '送给谁', go: '生成文件', save: '保存文件', missing: '请选择送给谁' },
    ...{
      only: '只有Administration of Water Resources and Floods · North',
      carry: '送到Administration of Water Resources and Floods · North',
      whole: '已全部收进',
    },
    ...{ shape: '不是数据包', nothing: '没有新内容', key: '访问密钥', use: '使用这个密钥' },
    ...{ who: '都需要本节点的访问密钥', answer: '写回包给' },
  },
} as const
const PASSPHRASE = '长堤 秋分 weir'

describe('bundles in a browser', function () {
  this.timeout(240_000)
  let session: Session
  let federation: Federation
  let head: NodeProcess
  let office: NodeProcess
  let stick: string

  before(async () => {
    session = await Session.start()
    stick = join(session.dir, 'stick')
    await mkdir(stick)
    federation = await makeFederation(join(session.dir, 'nodes'), [
      { name: 'Hub', agency: 'HUB' },
      { name: 'Administration of Water Resources and Floods', agency: 'W1', office: 'North' },
    ])
    const [, member] = federation.nodes
    await eventually('the roster at the office', async () => {
      const status = await member?.get<{ peers: readonly unknown[] }>('/api/v1/status')
      return status?.peers.length === 2 || undefined
    })
    await Promise.all(federation.nodes.map((node) => node.stop()))
    head = await federation.start(0, '--offline')
    office = await federation.start(1, '--offline')
  })
  afterEach(() => session?.closePages())
  after(async () => {
    await federation?.stop()
    await session?.[Symbol.asyncDispose]()
  })

  async function write(node: NodeProcess, local: string, more: object = {}): Promise<void> {
    const fields = { 'title/en': `Register ${local}`, ...more }
    await node.create({ kind: 'service', local, fields })
  }

  /** Makes the file for a node by keyboard and saves it on the stick. */
  async function send(page: Page, to: string, file: string, words = WORDS['en-US']): Promise<void> {
    await page.getByLabel(words.to).selectOption({ label: to })
    await page.getByRole('button', { name: words.go }).press('Enter')
    await save(page, file, words.save)
  }

  async function save(page: Page, file: string, name: string): Promise<string> {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name }).press('Enter'),
    ])
    await download.saveAs(join(stick, file))
    return download.suggestedFilename()
  }

  async function takeIn(page: Page, ...files: readonly string[]): Promise<void> {
    const chosen = files.map((file) => join(stick, file))
    await page.locator('input[type=file]').setInputFiles(chosen)
  }

  const fileOf = (page: Page, file: string): Locator =>
    page.getByRole('article', { name: file, exact: true })

  /** The four counts of a file: new, known, waiting, refused. */
  async function tally(page: Page, file: string): Promise<readonly string[]> {
    const counts = fileOf(page, file).locator('.tally dd')
    await counts.first().waitFor()
    return counts.allInnerTexts()
  }

  async function expectSound(page: Page): Promise<void> {
    expect(await graveViolations(page)).to.deep.equal([])
    expect(await overflow(page)).to.be.at.most(0)
  }

  for (const reader of READERS) {
    const words = WORDS[reader.locale ?? 'en-US']
    it(`[UI60] offers bundles to holders of the access key, and tells others who they are: ${reader.locale}, ${reader.width} px`, async () => {
      const page = await session.open(office, '/bundle', reader)
      await page.getByText(words.who).waitFor()
      expect(await page.getByLabel(words.to).count()).to.equal(0)
      expect(await page.locator('input[type=file]').count()).to.equal(0)
      await expectSound(page)
      const key = (await readFile(join(office.dir, 'access-key'), 'utf8')).trim()
      await page.getByLabel(words.key, { exact: true }).fill(key)
      await page.getByRole('button', { name: words.use }).press('Enter')
      await page.getByLabel(words.to).waitFor()
      await expectSound(page)
    })

    it(`[UI61] writes a file for a node by its name, for that node alone, and says what to do with it: ${reader.locale}, ${reader.width} px`, async () => {
      const local = `${reader.locale}-${reader.width}`.toLowerCase()
      await write(head, local)
      const page = await session.openWithKey(head, '/bundle', reader)
      await page.getByRole('button', { name: words.go }).press('Enter')
      await page.getByText(words.missing).waitFor()
      await expectSound(page)
      await page
        .getByLabel(words.to)
        .selectOption({ label: 'Administration of Water Resources and Floods · North' })
      expect(await page.getByLabel(words.only, { exact: true }).isChecked()).to.equal(true)
      await expectSound(page)
      await page.getByRole('button', { name: words.go }).press('Enter')
      await page.locator('h3:focus', { hasText: words.save }).waitFor()
      await expectSound(page)
      const name = await save(page, `${local}.bundle`, words.save)
      expect(name).to.match(/^mulu-HUB-to-W1-North-\d{8}-\d{4}\.bundle$/)
      await page.locator('h3:focus', { hasText: words.carry }).waitFor()
      await expectSound(page)
      const bytes = await readFile(join(stick, `${local}.bundle`))
      expect(bytes.includes(`Register ${local}`)).to.equal(false)
      const wrong = await mulu(
        'bundle',
        'import',
        join(stick, `${local}.bundle`),
        '--dir',
        head.dir,
      )
      expect(wrong.stderr).to.match(/^MULU_BUNDLE_KEY/m)
    })

    it(`[UI62] takes several files in and tells of each what became of it: ${reader.locale}, ${reader.width} px`, async () => {
      const file = `${reader.locale}-${reader.width}.bundle`.toLowerCase()
      await writeFile(join(stick, 'holiday.bundle'), 'a photograph')
      const page = await session.openWithKey(office, '/bundle', reader)
      await takeIn(page, file, 'holiday.bundle')
      expect((await tally(page, file))[3]).to.equal('0')
      expect(Number((await tally(page, file))[0])).to.be.at.least(1)
      await fileOf(page, file).getByText(words.whole).waitFor()
      await fileOf(page, 'holiday.bundle').getByText(words.shape).waitFor()
      await fileOf(page, 'holiday.bundle').getByText('MULU_BUNDLE_SHAPE').waitFor()
      await expectSound(page)
      await takeIn(page, file)
      await page.getByText(words.nothing).waitFor()
      await page.getByRole('button', { name: words.answer }).first().waitFor()
      await expectSound(page)
    })
  }

  it('[UI63] says of a cut, a damaged and a foreign file what is in and what to do, and goes on from there', async () => {
    const page = await session.openWithKey(head, '/bundle')
    await write(head, 'first')
    await write(head, 'second')
    await page.getByLabel('For whom').selectOption({ label: 'every member' })
    expect(await page.getByLabel('Anybody who has the file').isChecked()).to.equal(true)
    await page.getByRole('button', { name: 'Make the file' }).click()
    await save(page, 'whole.bundle', 'Save the file')
    const whole = await readFile(join(stick, 'whole.bundle'))
    await copyFile(join(stick, 'whole.bundle'), join(stick, 'cut.bundle'))
    await truncate(join(stick, 'cut.bundle'), whole.length - 10)
    const damaged = Buffer.from(whole)
    const [last = 0] = damaged.subarray(-40)
    damaged[damaged.length - 40] = last ^ 0xff
    await writeFile(join(stick, 'damaged.bundle'), damaged)
    const stranger = join(session.dir, 'stranger')
    await mulu('found', '--dir', stranger, '--name', 'X', '--agency', 'X', '--agency-name', 'X')
    await mulu('bundle', 'export', '--dir', stranger, '--all', '--out', join(stick, 'x.bundle'))
    const taking = await session.openWithKey(office, '/bundle')
    await takeIn(taking, 'cut.bundle', 'damaged.bundle', 'x.bundle')
    await fileOf(taking, 'cut.bundle').getByText('ends early').waitFor()
    await fileOf(taking, 'damaged.bundle').getByText('1 part of the file is damaged').waitFor()
    await fileOf(taking, 'x.bundle').getByText('of another federation').waitFor()
    await expectSound(taking)
    await takeIn(taking, 'whole.bundle')
    await fileOf(taking, 'whole.bundle')
      .getByText('All taken in')
      .or(fileOf(taking, 'whole.bundle').getByText('nothing new'))
      .waitFor()
    const { catalogue } = await office.get<{ catalogue: { digest: string } }>('/api/v1/status')
    const own = await head.get<{ catalogue: { digest: string } }>('/api/v1/status')
    expect(catalogue.digest).to.equal(own.catalogue.digest)
  })

  it('[UI63] asks for the passphrase of a file, again where it is wrong, and names a file for somebody else', async () => {
    await write(head, 'sealed')
    const page = await session.openWithKey(head, '/bundle')
    await send(page, 'Administration of Water Resources and Floods · North', 'other.bundle')
    await page.getByRole('button', { name: 'Write another file' }).click()
    await page.getByLabel('Whoever knows a passphrase').check()
    await page.getByRole('button', { name: 'Make the file' }).press('Enter')
    await page.getByText('Enter a passphrase.').waitFor()
    await expectSound(page)
    await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
    await page.getByRole('button', { name: 'Make the file' }).press('Enter')
    await save(page, 'sealed.bundle', 'Save the file')
    await takeIn(page, 'other.bundle')
    await fileOf(page, 'other.bundle').getByText('encrypted to another node').waitFor()
    const taking = await session.openWithKey(office, '/bundle')
    await takeIn(taking, 'sealed.bundle')
    const asked = fileOf(taking, 'sealed.bundle')
    await asked.getByLabel('Passphrase').fill('weir')
    await asked.getByRole('button', { name: 'Open and take in' }).press('Enter')
    await asked.getByText('does not open the file').waitFor()
    await expectSound(taking)
    await asked.getByLabel('Passphrase').fill(PASSPHRASE)
    await asked.getByRole('button', { name: 'Open and take in' }).press('Enter')
    expect(await tally(taking, 'sealed.bundle')).to.include('1')
  })

  it('[UI64] begins the answer from the report, and the answer holds only what the other lacks', async () => {
    const page = await session.openWithKey(office, '/bundle')
    await takeIn(page, 'sealed.bundle')
    await fileOf(page, 'sealed.bundle').getByLabel('Passphrase').fill(PASSPHRASE)
    await page.getByRole('button', { name: 'Open and take in' }).press('Enter')
    await write(office, 'answer')
    await page.getByRole('button', { name: 'Write the answer for Hub' }).press('Enter')
    await page.locator('h2:focus', { hasText: 'Send' }).waitFor()
    expect(await page.getByLabel('Only Hub', { exact: true }).isChecked()).to.equal(true)
    await page.getByRole('button', { name: 'Make the file' }).press('Enter')
    await page.getByText('1 commit', { exact: true }).waitFor()
    await page.getByText('only what it lacked on').waitFor()
    await save(page, 'answer.bundle', 'Save the file')
    await page.getByText('So bring the stick back').waitFor()
    const back = await session.openWithKey(head, '/bundle')
    await takeIn(back, 'answer.bundle')
    expect(await tally(back, 'answer.bundle')).to.deep.equal(['1', '0', '0', '0'])
  })

  it('[UI65] shows how far a large file is, stops when told to, and goes on from there', async () => {
    const text = (): string => randomBytes(10_000).toString('base64')
    for (let i = 0; i < 20; i++) await write(head, `large${i}`, { 'rights/en': text() })
    const made = await session.openWithKey(head, '/bundle')
    await send(made, 'Administration of Water Resources and Floods · North', 'large.bundle')
    const page = await session.openWithKey(office, '/bundle')
    const network = await page.context().newCDPSession(page)
    const speed = { offline: false, latency: 0, downloadThroughput: -1 }
    await network.send('Network.emulateNetworkConditions', { ...speed, uploadThroughput: 20_000 })
    await takeIn(page, 'large.bundle')
    const bar = fileOf(page, 'large.bundle').getByRole('progressbar')
    await bar.waitFor()
    expect(await bar.getAttribute('aria-valuetext')).to.match(/^[\d.]+ (K?B) of [\d.]+ KB$/)
    await expectSound(page)
    await page.getByRole('button', { name: 'Stop' }).press('Enter')
    await fileOf(page, 'large.bundle').getByText('Stopped.').waitFor()
    await expectSound(page)
    await network.send('Network.emulateNetworkConditions', { ...speed, uploadThroughput: -1 })
    await page.getByRole('button', { name: 'Go on' }).press('Enter')
    expect((await tally(page, 'large.bundle')).slice(2)).to.deep.equal(['0', '0'])
    await fileOf(page, 'large.bundle').getByText('All taken in').waitFor()
  })

  it('[UI14] logs no error but refusals, and asks no other host meanwhile', () => {
    const troubles = session.troubles.filter((line) => !line.includes('status of 4'))
    expect(troubles).to.deep.equal([])
  })
})
