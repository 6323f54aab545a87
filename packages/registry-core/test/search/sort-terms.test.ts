import { expect } from 'chai'
import fc from 'fast-check'
import { orderOfTerms } from '../../src/search/sort-terms.ts'

const unit = fc.constantFrom('a', 'b', 'z', '\u0000', '水', '质', '\ud83d', '\uffff')
const term = fc.array(unit, { maxLength: 6 }).map((units) => units.join(''))
/** Many that begin alike, also for longer than is looked at by numbers. */
const terms = fc.tuple(
  fc.constantFrom('', 'wat', 'a'.repeat(70)),
  fc.uniqueArray(term, { minLength: 0, maxLength: 200, size: 'max' }),
)

describe('the order of terms', () => {
  it('[SR25] is that of their code units, however many begin alike', () => {
    fc.assert(
      fc.property(terms, ([start, ends]) => {
        const all = [...ends, ...ends.map((end) => start + end)]
        const distinct = [...new Set(all)]
        const order = Array.from(orderOfTerms(distinct), (number) => distinct[number])
        expect(order).to.deep.equal([...distinct].sort())
      }),
    )
  })

  it('[SR25] leaves equal ones in the order of their numbers', () => {
    fc.assert(
      fc.property(terms, fc.integer({ min: 1, max: 4 }), ([start, ends], times) => {
        const all = Array.from({ length: times }, () => [...ends, start]).flat()
        const order = [...orderOfTerms(all)]
        const expected = [...all.keys()].sort((a, b) => {
          const [left, right] = [all[a] as string, all[b] as string]
          return left === right ? a - b : left < right ? -1 : 1
        })
        expect(order).to.deep.equal(expected)
      }),
    )
  })
})
