import { expect } from 'chai'
import fc from 'fast-check'
import type { Difference } from '../../src/catalogue/differences.ts'
import { momentText } from '../../src/catalogue/moment.ts'
import { isMuluError } from '../../src/errors.ts'
import { parseRecordId } from '../../src/record/record-id.ts'
import type { View } from '../../src/record/view.ts'
import type { Change, Registry } from '../../src/registry.ts'
import { openReplica, TEST_START_MS, TestFederation } from '../../testing/federation.ts'
import { generateHistory, type HistoryWriter } from '../../testing/history.ts'

const RUNS = Number(process.env['RUNS'] ?? 4)
const WRITERS: readonly HistoryWriter[] = [
  { client: 1, mayClassify: true },
  { client: 2, mayClassify: true },
  { client: 3, mayClassify: false },
]
const DAY_MS = 86_400_000

const federation = TestFederation.found([
  { seed: 1, agency: 'A' },
  { seed: 2, agency: 'A', office: 'n', rights: ['describe', 'classify'] },
  { seed: 3, agency: 'A', office: 's', rights: ['describe'] },
])

async function viewsOf(registry: Registry): Promise<ReadonlyMap<string, View>> {
  const views = new Map<string, View>()
  for await (const view of registry.catalogue.views()) views.set(view.id, view)
  return views
}

function headsOf(registry: Registry): string {
  const heads = registry.heads().filter(({ log, accepted }) => log.aud === 1 && accepted.seq > 0)
  return `heads:${heads.map(({ log, accepted }) => `${log.ns}.${log.writer}.${accepted.seq}`).join(',')}`
}

/** Counts of one agency without the records that are named. */
function countsOf(difference: Difference | undefined): object | undefined {
  if (difference === undefined) return undefined
  const { records: _, agency: __, ...counts } = difference
  return counts
}

describe('the catalogue as it was', () => {
  it('[TT1] shows every record at every moment as it was shown then', async function () {
    this.timeout(120_000)
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const history = generateHistory(seed, 24, federation, WRITERS)
        const { registry } = await openReplica(federation)
        const moments: (readonly [string, ReadonlyMap<string, View>])[] = []
        for (const commit of history.commits) {
          await registry.accept([commit])
          moments.push([headsOf(registry), await viewsOf(registry)])
        }
        const ids = [...(moments.at(-1)?.[1].keys() ?? [])].map(parseRecordId)
        for (const [heads, views] of moments.filter(([text]) => text !== 'heads:')) {
          const moment = await registry.catalogue.moment(heads)
          expect(momentText(moment)).to.equal(`heads:${heads.slice(6).split(',').sort().join(',')}`)
          for (const id of ids) {
            const then = views.get(`${id.ns}/${id.kind}/${id.local}`)
            expect(await registry.catalogue.record(id, moment)).to.deep.equal(then)
          }
        }
        await registry.close()
      }),
      { numRuns: RUNS },
    )
  })

  it('[TT2] goes by the stamps of commits for a time, and gives fields, authors and history of then', async () => {
    const { registry, clock } = await openReplica(federation, { client: 1, seed: 1 })
    const write = (title: string, ms: number): Promise<unknown> => {
      clock.ms = ms
      const change: Change = { rec: 'resource/a', set: { 'title/en': title } }
      return registry.write({ ns: 1, aud: 1, actor: '', changes: [change] })
    }
    await write('first', TEST_START_MS + DAY_MS)
    await write('second', TEST_START_MS + 2 * DAY_MS)
    await write('third', TEST_START_MS + 3 * DAY_MS)
    const id = parseRecordId('1/resource/a')
    const { catalogue } = registry
    const titleAt = async (ms: number): Promise<unknown> =>
      (await catalogue.record(id, await catalogue.moment(ms)))?.fields['title/en']
    expect(await titleAt(TEST_START_MS)).to.equal(undefined)
    expect(await titleAt(TEST_START_MS + DAY_MS)).to.equal('first')
    expect(await titleAt(TEST_START_MS + 3 * DAY_MS - 1)).to.equal('second')
    expect(await titleAt(TEST_START_MS + 9 * DAY_MS)).to.equal('third')
    const second = await catalogue.moment(TEST_START_MS + 2 * DAY_MS)
    const [field] = await catalogue.provenance(id, second)
    expect([field?.value, field?.source.seq, field?.superseded]).to.deep.equal(['second', 2, 1])
    const seqs = (await catalogue.history(id, second)).map(({ source }) => source.seq)
    expect(seqs).to.deep.equal([2, 1])
  })

  it('[TT3] tells for each agency what became of its records between two moments', async () => {
    const { registry, clock } = await openReplica(federation, { client: 1, seed: 1 })
    const { catalogue } = registry
    const write = async (...changes: readonly Change[]): Promise<number> => {
      clock.ms += DAY_MS
      await registry.write({ ns: 1, aud: 1, actor: '', changes })
      return clock.ms
    }
    const titled = (local: string, title: string, state = 'published'): Change => ({
      rec: `resource/${local}`,
      set: { 'title/en': title, state },
    })
    const start = await write(titled('a', 'A'), titled('b', 'B'), titled('c', 'C', 'withdrawn'))
    await write(titled('a', 'A2'), titled('d', 'D'))
    await write(titled('a', 'A3'), titled('b', 'B', 'withdrawn'))
    const end = await write(titled('c', 'C', 'published'), titled('d', 'D2'), {
      rec: 'resource/a',
      remove: ['state'],
    })
    const differences = async (from: number, to: number): Promise<readonly Difference[]> =>
      catalogue.differences(await catalogue.moment(from), await catalogue.moment(to))
    const [found] = await differences(start, end)
    expect(countsOf(found)).to.deep.equal({
      added: 1,
      changed: 1,
      withdrawn: 1,
      published: 1,
      removed: 0,
    })
    expect(found?.records.map(({ id, fate }) => [id, fate])).to.deep.equal([
      ['1/resource/a', 'changed'],
      ['1/resource/b', 'withdrawn'],
      ['1/resource/c', 'published'],
      ['1/resource/d', 'added'],
    ])
    expect(await differences(end, end)).to.deep.equal([])
    const [before] = await differences(0, start)
    expect(countsOf(before)).to.include({ added: 3, changed: 0 })
    const none = await catalogue.differences(
      await catalogue.moment(start),
      await catalogue.moment(end),
      99,
    )
    expect(none).to.deep.equal([])
  })

  it('[TT5] never brings back what was erased since', async () => {
    const { registry, clock } = await openReplica(federation, { client: 1, seed: 1 })
    const phone = '+86 10 1234 5678'
    const write = (set: Readonly<Record<string, string>>): Promise<unknown> => {
      clock.ms += DAY_MS
      const change: Change = { rec: 'resource/a', set }
      return registry.write({ ns: 1, aud: 1, actor: '', changes: [change] })
    }
    await write({ 'title/en': 'one', 'contact/phone': phone })
    const heads = headsOf(registry)
    await write({ 'title/en': 'two' })
    const id = parseRecordId('1/resource/a')
    const then = async (): Promise<View | undefined> =>
      registry.catalogue.record(id, await registry.catalogue.moment(heads))
    expect((await then())?.fields).to.deep.equal({ 'title/en': 'one', 'contact/phone': phone })
    const order = { ns: 1, rec: 'resource/a', path: 'contact/phone', order: 'order 1', actor: '' }
    await registry.erasing.order(order)
    expect(JSON.stringify((await then()) ?? null)).not.to.include(phone)
    const moment = await registry.catalogue.moment(heads)
    const sources = JSON.stringify(await registry.catalogue.provenance(id, moment))
    expect(sources).not.to.include(phone)
  })

  it('[TT4] refuses moments that name nothing, or more than is here', async () => {
    const { registry } = await openReplica(federation, { client: 1, seed: 1 })
    for (const text of [
      '',
      'x',
      'heads:',
      'heads:1.1.1',
      'heads:1.1.999999999999',
      `sha256:${'0'.repeat(64)}`,
    ]) {
      const error = await registry.catalogue.moment(text).catch((thrown: unknown) => thrown)
      expect(isMuluError(error) && error.code, text).to.equal('MULU_QUERY')
    }
  })
})
