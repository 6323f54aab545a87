import { expect } from 'chai'
import fc from 'fast-check'
import { analyse, pinyinTerms } from '../../src/search/text/analyse.ts'
import { forEachTerm, TERM_CHARS_MAX } from '../../src/search/text/terms.ts'

const termsOf = (text: string): readonly string[] => analyse(text).map(({ term }) => term)

/** Text of the alphabets that records have, and of what stands between words. */
const someText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('水利', '公共數據', '𠮷野', 'Déjà', 'x’s', 'ＡＢ', '\u200b', '，', ' '),
    ),
  )
  .map((parts) => parts.join(''))

describe('terms of a text', () => {
  it('[TX1] are equal for every width, case, accent, compatibility form and script of Chinese', () => {
    for (const [one, other] of [
      ['ＡＢＣ１２３', 'abc123'],
      ['Déjà VU', 'deja vu'],
      ['e\u0301te\u0301', 'été'],
      ['Straße Łódź İstanbul', 'strasse lodz istanbul'],
      ['ﬁnance ① ㎡', 'finance 1 m2'],
      ['𝐃𝐚𝐭𝐚', 'data'],
      ['公共數據開放平臺', '公共数据开放平台'],
      ['ｶﾞｽ', 'カス'],
      ['so\u00adft', 'soft'],
      ['a，b。c、d', 'a b c d'],
      ['㋀ ㏠', '1月 1日'],
      ['薴', '苎'],
    ] as const) {
      expect(termsOf(one), one).to.deep.equal(termsOf(other))
    }
  })

  it('[TX1] are the same again when they are analysed, apart from single characters', () => {
    fc.assert(
      fc.property(someText, (text) => {
        for (const term of termsOf(text)) {
          expect(termsOf(term)[0], JSON.stringify(text)).to.equal(term)
        }
      }),
      { examples: [['薴'], [`a${'\u{10000}'.repeat(40)}`]] },
    )
  })

  it('[TX2] are words, and of Chinese each two neighbours and the last one of a run', () => {
    expect(analyse('5G网络, water\n水利部')).to.deep.equal([
      { term: '5g', position: 0 },
      { term: '网络', position: 1 },
      { term: '络', position: 2 },
      { term: 'water', position: 3 },
      { term: '水利', position: 4 },
      { term: '利部', position: 5 },
      { term: '部', position: 6 },
    ])
    expect(termsOf('𠮷野家')).to.deep.equal(['𠮷野', '野家', '家'])
    expect(termsOf('OPM-OPO-0002')).to.deep.equal(['opm', 'opo', '0002'])
    expect(termsOf(' \t…—😀')).to.deep.equal([])
  })

  it('[TX2] come in the order of the text, at rising positions, inside of it, bounded in length', () => {
    fc.assert(
      fc.property(someText, (text) => {
        let before = { position: -1, start: -1 }
        forEachTerm(text, (term, position, start, end) => {
          expect(position).to.equal(before.position + 1)
          // A sign such as the one for midnight stands for two words.
          expect(start).to.be.at.least(before.start)
          expect(end).to.be.above(start).and.at.most(text.length)
          expect(term.length).to.be.within(1, TERM_CHARS_MAX)
          before = { position, start }
        })
      }),
      { examples: [['㍘']] },
    )
    expect(termsOf('x'.repeat(100_000))).to.deep.equal(['x'.repeat(TERM_CHARS_MAX)])
  })

  it('[TX3] of an English plural and its singular are one, and other words stay apart', () => {
    for (const pair of [
      'policy policies, class classes, box boxes, tax taxes, database databases, house houses',
      'branch branches, census censuses, analysis analyses, movie movies, bus buses, size sizes',
      "agency agency's, process processes, cause causes, area areas, survey surveys",
    ].flatMap((line) => line.split(', '))) {
      const [one, other] = termsOf(pair)
      expect(other, pair).to.equal(one)
    }
    for (const word of ['texas', 'news', 'status', 'analysis', 'access', 'gas', 'this', 'series']) {
      expect(termsOf(word)).to.deep.equal([word])
    }
    for (const pair of ['care cars', 'use us', 'rate rats', 'university universe']) {
      const [one, other] = termsOf(pair)
      expect(other, pair).not.to.equal(one)
    }
  })

  it('[TX4] by sound are the syllables and the initials of Chinese, by the word they stand in', () => {
    expect(pinyinTerms('Data 数据，重庆')).to.deep.equal([
      "~shu'ju",
      '^sj',
      "~ju'",
      '^j',
      "~chong'qing",
      '^cq',
      "~qing'",
      '^q',
    ])
    expect(pinyinTerms('綠色')).to.include("~lv'se")
    expect(pinyinTerms('no Chinese')).to.deep.equal([])
    expect(pinyinTerms('水'.repeat(100_000))).to.have.length(5)
  })
})
