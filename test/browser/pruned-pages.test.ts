import { expect } from 'chai'
import { type Federation, makeFederation } from '../support/federation.ts'
import { eventually, mulu, muluJson, type NodeProcess } from '../support/mulu.ts'
import { graveViolations, overflow } from './audit.ts'
import { type Reader, Session } from './session.ts'

const FIELDS = {
  'title/en': 'River levels',
  'title/zh-Hans': '河流水位',
  'description/en': 'Levels by hour.',
  'description/zh-Hans': '逐时水位。',
  state: 'published',
  sharing: { type: 'unconditional' },
}
const TITLES = ['River levels, hourly', 'River levels of all gauges']

const READERS: readonly Reader[] = [
  { locale: 'en-US', width: 1280 },
  { locale: 'zh-CN', width: 1280 },
  { locale: 'en-US', width: 360 },
  { locale: 'zh-CN', width: 360 },
]
const WORDS = {
  'en-US': {
    ...{ dropped: 'This node keeps only values that count now.', keptBy: 'Kept by: Hub.' },
    ...{ one: '1 earlier value, no longer kept here', part: 'is not shown whole' },
    keeps: 'Values that count now; superseded ones are dropped.',
  },
  'zh-CN': {
    ...{ dropped: '本节点只保留现行的值。', keptBy: '旧值保存在：Hub。' },
    ...{ one: '1 个旧值，已不在这里', part: '因此显示得不完整' },
    keeps: '只保留现行的值，已被取代的值不再保留。',
  },
} as const

type Pruned = { readonly bodies: number; readonly bytes: number; readonly dryRun: boolean }

describe('a node that keeps only what is live', function () {
  this.timeout(240_000)
  let session: Session
  let federation: Federation
  let hub: NodeProcess
  let office: NodeProcess
  let id: string
  let first: string

  before(async () => {
    session = await Session.start()
    federation = await makeFederation(session.dir, [
      { name: 'Hub', agency: 'HUB' },
      { name: 'Branch', agency: 'BRANCH' },
    ])
    ;[hub, office] = federation.nodes as [NodeProcess, NodeProcess]
    const named = await mulu('roster', 'propose', '--dir', hub.dir, '--witness', '1')
    expect(named.status, named.stderr).to.equal(0)
    const record = await hub.create({ kind: 'resource', local: 'levels', fields: FIELDS })
    ;({ id } = record)
    const then = await hub.get<{ past: { heads: string } }>(`/api/v1/records/${id}?asOf=2999-01-01`)
    first = then.past.heads
    let { etag } = record
    for (const title of TITLES) {
      const answer = await hub.patch(id, etag, { set: { 'title/en': title } })
      ;({ etag } = (await answer.json()) as { etag: string })
    }
    const { id: snapshot } = await muluJson<{ id: string }>('snapshot', '--dir', hub.dir)
    await eventually('the snapshot is settled at the branch', async () => {
      const { snapshots } = await office.get<{ snapshots: { id: string; settled: boolean }[] }>(
        '/api/v1/status',
      )
      return snapshots.some((each) => each.id === snapshot && each.settled) || undefined
    })
    await office.stop()
    const kept = await mulu('keep', 'live', '--dir', office.dir)
    expect(kept.status, kept.stderr).to.equal(0)
    office = await federation.start(1)
  })
  afterEach(() => session?.closePages())
  after(async () => {
    await federation?.stop()
    await session?.[Symbol.asyncDispose]()
  })

  it('[E55] drops superseded values by command once their keeper was heard, and verifies on', async () => {
    const before = await office.get<{ catalogue: { digest: string } }>('/api/v1/status')
    const refused = await mulu('prune', '--dir', hub.dir)
    expect([refused.status, refused.stderr.includes('MULU_KEEPS_ALL')]).to.deep.equal([1, true])
    const counted = await eventually('the hub was heard to have all of it', async () => {
      const report = await muluJson<Pruned>('prune', '--dry-run', '--dir', office.dir)
      return report.bodies > 0 ? report : undefined
    })
    const pruned = await muluJson<Pruned>('prune', '--dir', office.dir)
    expect(pruned).to.deep.include({ bodies: 1, bytes: counted.bytes, dryRun: false })
    const status = await office.get<{ catalogue: { digest: string } }>('/api/v1/status')
    expect(status.catalogue.digest).to.equal(before.catalogue.digest)
    expect((await mulu('verify', '--dir', office.dir)).status).to.equal(0)
    const lines = (await mulu('status', '--dir', office.dir)).stdout
    expect(lines).to.include('keeps what is live; kept whole by Hub')
    // What it has goes on to others, and the evidence for the record holds.
    const file = `${office.dir}/levels.evidence`
    expect((await mulu('evidence', id, '--dir', office.dir, '--out', file)).status).to.equal(0)
    const shown = await mulu('verify', file)
    expect([shown.status, shown.stdout.includes('1 superseded value')]).to.deep.equal([0, true])
  })

  it('[PB11] tells over HTTP what is not held here and who keeps it', async () => {
    const history = await office.get<{ items: { notHeld: number }[]; keptBy: unknown }>(
      `/api/v1/records/${id}/history`,
    )
    expect(history.items.map(({ notHeld }) => notHeld)).to.deep.equal([0, 1, 0])
    expect(history.keptBy).to.deep.equal([{ en: 'Hub' }])
    const search = await office.ask(`/api/v1/records?asOf=${second()}`)
    const problem = (await search.json()) as { code: string }
    expect([search.status, problem.code]).to.deep.equal([409, 'MULU_NOT_HELD'])
    const page = await office.get<{ notHeld: unknown }>(`/api/v1/records/${id}?asOf=${second()}`)
    expect(page.notHeld).to.deep.equal({ earlier: 0, counting: 1, keptBy: [{ en: 'Hub' }] })
  })

  /** The moment after the first change. */
  function second(): string {
    return first.replace(/\.(\d+)$/, (_, seq) => `.${Number(seq) + 1}`)
  }

  for (const reader of READERS) {
    const words = WORDS[reader.locale ?? 'en-US']
    it(`[PB11] says on the pages what is not held here and who keeps it: ${reader.locale}, ${reader.width} px`, async () => {
      const page = await session.open(office, `/records/${id}`, reader)
      await page.getByText(words.one).waitFor()
      const text = await page.locator('section[aria-labelledby=history]').innerText()
      expect(text).to.include(words.dropped).and.include(words.keptBy)
      expect(await graveViolations(page)).to.deep.equal([])
      expect(await overflow(page)).to.equal(0)
      await picture(page, 'history', reader)
      const then = await session.open(office, `/records/${id}?asOf=${second()}`, reader)
      await then.getByText(words.part).waitFor()
      expect(await graveViolations(then)).to.deep.equal([])
      await picture(then, 'then', reader)
      const node = await session.open(office, '/node', reader)
      await node.getByText(words.keeps).waitFor()
      await picture(node, 'node', reader)
    })
  }

  async function picture(page: Awaited<ReturnType<Session['open']>>, name: string, reader: Reader) {
    const dir = process.env['PICTURES']
    if (dir === undefined) return
    const path = `${dir}/${name}-${reader.locale}-${reader.width}.png`
    await page.screenshot({ path, fullPage: true })
  }
})
