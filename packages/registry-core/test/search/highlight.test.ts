import { expect } from 'chai'
import fc from 'fast-check'
import { DCAT_PROFILE } from '../../src/profile/dcat.ts'
import { matchRanges } from '../../src/search/text/highlight.ts'
import { parseQuery, type QueryOptions } from '../../src/search/text/query.ts'
import { synonymsOf } from '../../src/search/text/synonyms.ts'

/** The text with what matches in brackets. */
function marked(text: string, q: string, options?: QueryOptions): string {
  const ranges = matchRanges(text, parseQuery(q, options).node)
  return ranges.reduceRight(
    (shown, { start, end }) =>
      `${shown.slice(0, start)}[${shown.slice(start, end)}]${shown.slice(end)}`,
    text,
  )
}

describe('what of a text matches', () => {
  it('[TX12] are its words in any case, width, accent, number and script', () => {
    expect(marked('Map Services and a service', 'SERVICE')).to.equal(
      'Map [Services] and a [service]',
    )
    expect(marked('Café，ＡＢＣ', 'cafe abc')).to.equal('[Café]，[ＡＢＣ]')
    expect(marked('公共數據開放平臺', '数据 平台')).to.equal('公共[數據]開放[平臺]')
    expect(marked('東莞市民政局', '民政局')).to.equal('東莞市[民政局]')
    expect(marked('水利部和水文', '水')).to.equal('[水]利部和[水]文')
    expect(marked('𠮷野家', '𠮷')).to.equal('[𠮷]野家')
  })

  it('[TX12] are phrases only in their order, and words that begin with an unfinished one', () => {
    expect(marked('clean water, water that is clean', '"clean water"')).to.equal(
      '[clean water], water that is clean',
    )
    expect(marked('数据和据数', '"数据"')).to.equal('[数据]和据数')
    expect(marked('Waters of wattle', 'wat', { prefixLast: true })).to.equal('[Waters] of [wattle]')
  })

  it('[TX12] are synonyms too, and nothing that is excluded or a field', () => {
    const synonyms = synonymsOf({ ...DCAT_PROFILE, synonyms: [['tax', '税务']] })
    expect(marked('税务与 tax', 'taxes', { synonyms })).to.equal('[税务]与 [tax]')
    expect(marked('water and rivers', 'water -river format:water')).to.equal('[water] and rivers')
    expect(marked('water', '*')).to.equal('water')
  })

  it('[TX12] are in order, apart from each other, and inside of the text', () => {
    const query = fc.constantFrom('水利 water', '公共数据', '"a b" c*', 'x', '数')
    const text = fc
      .array(
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('公共數據', 'a b', '𠮷水利', ' ')),
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, query, (shown, q) => {
        let before = -1
        for (const { start, end } of matchRanges(shown, parseQuery(q).node)) {
          expect(start).to.be.above(before)
          expect(end).to.be.above(start).and.at.most(shown.length)
          before = end
        }
      }),
    )
  })
})
