import { expect } from 'chai'
import fc from 'fast-check'
import { respell, spellingsOf, withoutWord } from '../../src/search/text/spelling.ts'

const TERMS: readonly (readonly [string, number])[] = [
  ['budget', 90],
  ['budge', 2],
  ['gadget', 4],
  ['water', 50],
  ['waste', 60],
  ['wafer', 1],
  ['tax', 30],
  ['statistic', 80],
]

const spelled = (word: string): readonly string[] =>
  spellingsOf(word, TERMS).map(({ term }) => term)

/** The distance by definition, for short words. */
function slowDistance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length
  const [restA, restB] = [a.slice(1), b.slice(1)]
  const swapped =
    a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0]
      ? 1 + slowDistance(a.slice(2), b.slice(2))
      : Number.POSITIVE_INFINITY
  return Math.min(
    (a[0] === b[0] ? 0 : 1) + slowDistance(restA, restB),
    1 + slowDistance(restA, b),
    1 + slowDistance(a, restB),
    swapped,
  )
}

describe('another spelling', () => {
  it('[TX13] is the nearest term, then the commonest', () => {
    expect(spelled('bugdet')).to.deep.equal(['budget', 'budge'])
    expect(spelled('watre')[0]).to.equal('water')
    expect(spelled('wader')).to.deep.equal(['water', 'wafer'])
    expect(spelled('statstics')[0]).to.equal('statistic')
  })

  it('[TX13] allows one error up to five letters, two from six, and none below three', () => {
    expect(spelled('watxx')).to.deep.equal([])
    expect(spelled('ta')).to.deep.equal([])
    expect(spelled('x'.repeat(1_000))).to.deep.equal([])
    expect(spelled('water')).not.to.include('water')
  })

  it('[TX13] is found whenever the distance by definition is small enough', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 3, maxLength: 7 })
    fc.assert(
      fc.property(word, word, (typed, term) => {
        const most = typed.length < 6 ? 1 : 2
        const distance = slowDistance(typed, term)
        const [found] = spellingsOf(typed, [[term, 1]])
        expect(found?.distance).to.equal(distance > 0 && distance <= most ? distance : undefined)
      }),
    )
  })

  it('[TX13] replaces the word in the query and nothing else', () => {
    expect(respell('clean watre -watre', 'watre', 'water')).to.equal('clean water -watre')
    expect(respell('party art', 'art', 'arts')).to.equal('party arts')
    expect(respell('abc', 'x', 'y')).to.equal('abc')
  })
})

describe('the query without a word', () => {
  it('[TX13] keeps all else as it was typed', () => {
    expect(withoutWord('clean water -lake', 'water')).to.equal('clean -lake')
    expect(withoutWord('北京政务数据', '政务')).to.equal('北京 数据')
    expect(withoutWord('"clean water" x', '"clean water"')).to.equal('x')
    expect(withoutWord('water', 'river')).to.equal('water')
  })
})
