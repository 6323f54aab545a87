import { expect } from 'chai'
import fc from 'fast-check'
import type { Commit } from '../../src/commit/commit.ts'
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

const RUNS = Number(process.env['RUNS'] ?? 25)
const WRITERS: readonly HistoryWriter[] = [
  { client: 1, mayClassify: true },
  { client: 2, mayClassify: true },
  { client: 3, mayClassify: false },
  { client: 4, mayClassify: false },
]

const federation = TestFederation.found([
  { seed: 1, agency: 'A' },
  { seed: 2, agency: 'A', office: 'n', rights: ['describe', 'classify'] },
  { seed: 3, agency: 'A', office: 's', rights: ['describe'] },
  { seed: 4, agency: 'A', office: 'w', rights: ['describe'] },
])

/** Another order with repetitions, as bad networks and sticks deliver. */
function shuffled(commits: readonly Commit[], seed: number): Commit[] {
  const draw = createChance(seed)
  const order = [...commits, ...commits.filter(() => draw(4) === 0)]
  for (let i = order.length - 1; i > 0; i--) {
    const j = draw(i + 1)
    const [a, b] = [order[i], order[j]]
    if (a !== undefined && b !== undefined) {
      order[i] = b
      order[j] = a
    }
  }
  return order
}

type Summary = {
  readonly digest: string
  readonly heads: string
  readonly known: string
  readonly views: readonly string[]
  readonly etags: ReadonlyMap<string, string>
}

async function summaryOf(registry: Registry): Promise<Summary> {
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

describe('convergence', () => {
  it('[LG2] gives equal live slots, views and digests in any order, and equals a model of sets', async function () {
    this.timeout(120_000)
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const history = generateHistory(seed, 24, federation, WRITERS)
        const summaries: Summary[] = []
        for (const order of [0, 1, 2]) {
          const { registry } = await openReplica(federation)
          const commits = order === 0 ? history.commits : shuffled(history.commits, seed + order)
          const acceptances = await registry.accept(commits)
          expect(acceptances.filter((a) => a.outcome.kind === 'dropped')).to.deep.equal([])
          expect(registry.totals().waiting).to.equal(0)
          summaries.push(await summaryOf(registry))
        }
        const [first, ...others] = summaries
        for (const other of others) expect(other).to.deep.equal(first)
        const model = new Map(
          [...liveByModel(history.deeds)].map(([rec, keys]) => [rec, etagOfLive(keys)] as const),
        )
        expect(first?.etags).to.deep.equal(model)
      }),
      { numRuns: RUNS },
    )
  })
})
