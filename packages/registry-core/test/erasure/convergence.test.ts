import { expect } from 'chai'
import fc from 'fast-check'
import { type Commit, decodeCommit } from '../../src/commit/commit.ts'
import { hashToText } from '../../src/crypto.ts'
import type { Registry } from '../../src/registry.ts'
import { openReplica, TestFederation } from '../../testing/federation.ts'
import {
  createChance,
  etagOfLive,
  generateHistory,
  type HistoryWriter,
  liveByModel,
} from '../../testing/history.ts'
import { pass } from '../../testing/snapshots.ts'

const RUNS = Number(process.env['RUNS'] ?? 25)
const WRITERS: readonly HistoryWriter[] = [
  { client: 1, mayClassify: true, mayErase: true },
  { client: 2, mayClassify: true, mayErase: false },
  { client: 3, mayClassify: false, mayErase: true },
]

const federation = TestFederation.found([
  { seed: 1, agency: 'A' },
  { seed: 2, agency: 'A', office: 'n', rights: ['describe', 'classify'] },
  { seed: 3, agency: 'A', office: 's', rights: ['describe', 'erase'] },
  { seed: 4, agency: 'B' },
])

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const draw = createChance(seed)
  const order = [...items, ...items.filter(() => draw(4) === 0)]
  for (let i = order.length - 1; i > 0; i--) {
    const j = draw(i + 1)
    const [a, b] = [order[i] as T, order[j] as T]
    order[i] = b
    order[j] = a
  }
  return order
}

async function summaryOf(registry: Registry) {
  const views: string[] = []
  const etags = new Map<string, string>()
  for await (const view of registry.catalogue.views()) {
    views.push(JSON.stringify(view))
    etags.set(`${view.kind}/${view.local}`, view.etag)
  }
  return {
    digest: hashToText(await registry.catalogueDigest()),
    heads: hashToText(registry.headsDigest('accepted', 1)),
    known: hashToText(registry.headsDigest('known', 1)),
    views,
    etags,
  }
}

/** A node of the agency itself, which destroys what it may whenever it has the time. */
async function destroying(commits: readonly Commit[], seed: number): Promise<Registry> {
  const { registry } = await openReplica(federation, { client: 1, seed: 1 })
  const draw = createChance(seed)
  for (const commit of commits) {
    await registry.accept([commit])
    if (draw(3) === 0) await registry.erasing.destroy()
  }
  await registry.erasing.destroy()
  return registry
}

describe('erasure in any order', () => {
  it('[ER1] gives equal digests and views, equal to a model of sets, in whatever order orders, bodies and later writes come', async function () {
    this.timeout(120_000)
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const { commits, deeds } = generateHistory(seed, 24, federation, WRITERS)
        const registries: Registry[] = []
        for (const order of [0, 1, 2]) {
          const { registry } = await openReplica(federation)
          await registry.accept(order === 0 ? commits : shuffled(commits, seed + order))
          expect(registry.totals().waiting).to.equal(0)
          registries.push(registry)
        }
        const own = await destroying(shuffled(commits, seed + 3), seed)
        // A late joiner has only what is left, a node that had the bodies is offered them again.
        const { registry: late } = await openReplica(federation)
        await pass(own, late)
        const again = await own.accept(commits)
        expect(again.every(({ known }) => known)).to.equal(true)
        registries.push(own, late)
        const [first, ...others] = await Promise.all(registries.map(summaryOf))
        for (const other of others) expect(other).to.deep.equal(first)
        const model = [...liveByModel(deeds)].map(([rec, keys]) => [rec, etagOfLive(keys)] as const)
        const shown = new Map(model.filter(([rec]) => first?.etags.has(rec)))
        expect(first?.etags).to.deep.equal(shown)
        expect(model.filter(([rec]) => !shown.has(rec))).to.deep.equal([])
        for (const registry of registries) expect(registry.holes()).to.deep.equal([])
      }),
      { numRuns: RUNS },
    )
  })

  it('[ER2] takes a body for missing only with an order that its giver had the right to', async () => {
    const { commits } = generateHistory(7, 24, federation, WRITERS)
    const own = await destroying(commits, 1)
    const stripped: Commit[] = []
    for (const { log } of own.heads()) {
      const page = await own.readLog(log, 1, 1e9)
      stripped.push(...page.commits.map(decodeCommit).filter(({ orders }) => orders !== undefined))
    }
    expect(stripped.length).to.be.greaterThan(0)
    const { registry } = await openReplica(federation)
    for (const { orders: _, ...commit } of stripped) {
      const [acceptance] = await registry.accept([commit])
      expect(acceptance?.outcome).to.deep.equal({
        kind: 'dropped',
        code: 'MULU_BODY_MISSING',
        blame: true,
      })
    }
  })
})
