import { expect } from 'chai'
import { readJudgedQueries } from './judged-queries.ts'
import { meanScore, measure } from './measure.ts'
import { ndcg } from './ndcg.ts'
import { openSampleCatalogue } from './sample-catalogue.ts'

/** What the catalogue reaches, less what rounding may take. Raise it when the ranking improves. */
const FLOOR = { en: 0.85, zh: 0.74 } as const

describe('the judged queries', function () {
  this.timeout(120_000)

  it('[TX11] are scored by how near a ranking comes to the best order', () => {
    const grades = new Map([
      ['a', 3],
      ['b', 2],
      ['c', 1],
    ])
    expect(ndcg(['a', 'b', 'c'], grades)).to.equal(1)
    expect(ndcg(['x', 'y'], grades)).to.equal(0)
    expect(ndcg([], grades)).to.equal(0)
    expect(ndcg(['a'], new Map())).to.equal(0)
    // 7 + 1/log2(3) + 3/2 against 7 + 3/log2(3) + 1/2.
    expect(ndcg(['a', 'c', 'b'], grades)).to.be.closeTo(0.9721, 0.0001)
    expect(ndcg(['a', 'a', 'b', 'c'], grades)).to.equal(1)
    expect(ndcg([...'0123456789', 'a'], grades)).to.equal(0)
    const many = new Map(Array.from({ length: 20 }, (_, at) => [String(at), 3] as const))
    expect(ndcg([...many.keys()], many)).to.equal(1)
  })

  it('[TX11] are at least 30 in each language, each with what it wants and a record that answers', () => {
    const queries = readJudgedQueries()
    for (const language of ['en', 'zh'] as const) {
      expect(queries.filter((query) => query.language === language)).to.have.length.above(29)
    }
    expect(new Set(queries.map(({ q }) => q)).size).to.equal(queries.length)
    for (const { q, wants, records } of queries) {
      expect(wants, q).not.to.equal('')
      expect(
        records.some(({ grade }) => grade === 3),
        q,
      ).to.equal(true)
      const names = records.map(({ feed, identifier }) => `${feed} ${identifier}`)
      expect(new Set(names).size, q).to.equal(names.length)
    }
  })

  it('[TX11] are answered in both languages no worse than before', async () => {
    const measured = await measure(await openSampleCatalogue(), readJudgedQueries())
    for (const language of ['en', 'zh'] as const) {
      expect(meanScore(measured, language), language).to.be.at.least(FLOOR[language])
    }
  })
})
