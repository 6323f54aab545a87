import { expect } from 'chai'
import fc from 'fast-check'
import { splitMatches, wordsOfQuery } from '../src/portal/matches.ts'

describe('marked words', () => {
  it('[UI11] are found whatever their case and in both scripts', () => {
    const marked = (text: string, q: string): readonly string[] =>
      splitMatches(text, wordsOfQuery(q))
        .filter((piece) => piece.isMatch)
        .map((piece) => piece.text)
    expect(marked('Map Services and service', 'SERVICE')).to.deep.equal(['Service', 'service'])
    expect(marked('地理信息服务', '服务 信息')).to.deep.equal(['信息', '服务'])
    expect(marked('abc', 'b bc')).to.deep.equal(['bc'])
    expect(marked('abc', ' ')).to.deep.equal([])
  })

  it('[UI11] never change the text', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string({ minLength: 1 })), (text, words) => {
        const joined = splitMatches(text, words)
          .map((piece) => piece.text)
          .join('')
        expect(joined).to.equal(text)
      }),
    )
  })
})
