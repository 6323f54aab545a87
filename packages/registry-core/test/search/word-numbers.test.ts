import { expect } from 'chai'
import fc from 'fast-check'
import { forEachTerm, readTerms, TERM_CHARS_MAX } from '../../src/search/text/terms.ts'
import { WordNumbers } from '../../src/search/word-numbers.ts'

/** Words that come again in other cases, as plurals, in pieces and with what is no ASCII. */
const someText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom('policy', 'Policies', 'POLICY', 'boxes', 'box', 'a', 'Z', '0', 'ab1', 'x’s'),
      fc.constantFrom("agency's", "'", 'naïve', 'ＡＢ', 'ß', '水利', '公共數據', '𠮷野', '😀', 'ก'),
      fc.constantFrom(' ', ' ', ' ', '-', '\u00ad', '\u200b', '，', '\n'),
      fc.integer({ min: 1, max: 80 }).map((length) => 'Longest'.repeat(20).slice(0, length)),
      fc.integer({ min: 13, max: 18 }).map((length) => 'ab9z'.repeat(5).slice(-length)),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''))

function termsByNumber(text: string, numbers: WordNumbers): readonly string[] {
  const found: number[] = []
  readTerms(text, {
    word: (of, start, end, low, middle, high) =>
      found.push(numbers.ofWord(of, start, end, low, middle, high)),
    pair: (first, second) => found.push(numbers.ofPair(first, second)),
    term: (term) => found.push(numbers.ofTerm(term)),
  })
  return found.map((number) => numbers.terms[number] as string)
}

function termsOf(text: string): readonly string[] {
  const terms: string[] = []
  forEachTerm(text, (term) => terms.push(term))
  return terms
}

describe('numbers of words', () => {
  it('[TX14] stand for the terms of any text, whatever texts came before', () => {
    fc.assert(
      fc.property(fc.array(someText, { minLength: 1, maxLength: 6 }), (texts) => {
        const numbers = new WordNumbers()
        for (const text of [...texts, ...texts]) {
          expect(termsByNumber(text, numbers), JSON.stringify(texts)).to.deep.equal(termsOf(text))
        }
        expect(new Set(numbers.terms).size).to.equal(numbers.terms.length)
        for (const [number, term] of numbers.terms.entries()) {
          expect(numbers.get(term)).to.equal(number)
        }
      }),
    )
  })

  it('[TX14] stay when there are many words, short and long', () => {
    const numbers = new WordNumbers()
    const words = Array.from({ length: 20_000 }, (_, i) =>
      `w${i.toString(36)}`.padEnd(i % 7 === 0 ? TERM_CHARS_MAX : 2, 'Xq'),
    )
    const terms = termsOf(words.join(' '))
    for (const word of words) termsByNumber(word, numbers)
    expect(termsByNumber(words.join(' '), numbers)).to.deep.equal(terms)
    expect(numbers.terms).to.have.length(new Set(terms).size)
  })
})
