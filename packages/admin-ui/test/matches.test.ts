import { expect } from 'chai'
import fc from 'fast-check'
import { splitMatches } from '../src/portal/matches.ts'

describe('marked words', () => {
  it('[UI11] are the ranges that the node names, in their order', () => {
    const marked = (text: string, marks: readonly (readonly [number, number])[]): string =>
      splitMatches(text, marks)
        .map((piece) => (piece.isMatch ? `[${piece.text}]` : piece.text))
        .join('')
    expect(
      marked('Map Services and service', [
        [4, 12],
        [17, 24],
      ]),
    ).to.equal('Map [Services] and [service]')
    expect(marked('地理信息服务', [[2, 6]])).to.equal('地理[信息服务]')
    expect(marked('abc', [])).to.equal('abc')
    expect(marked('', [])).to.equal('')
  })

  it('[UI11] never change the text, whatever the marks are', () => {
    const mark = fc.tuple(fc.integer({ min: -5, max: 40 }), fc.integer({ min: -5, max: 40 }))
    fc.assert(
      fc.property(fc.string(), fc.array(mark), (text, marks) => {
        const joined = splitMatches(text, marks)
          .map((piece) => piece.text)
          .join('')
        expect(joined).to.equal(text)
      }),
    )
  })
})
