import { expect } from 'chai'
import fc from 'fast-check'
import {
  and,
  andNot,
  bitsOf,
  type DocSet,
  firstDocs,
  listOf,
  or,
  PART_DOCS_MAX,
  setOfBits,
  setOfList,
} from '../../src/search/doc-set.ts'
import { createChance } from '../../testing/history.ts'

/** Sets from empty to nearly full, so that lists and bitmaps meet. */
const docs = fc
  .tuple(fc.integer(), fc.constantFrom(0, 1, 50, 4_096, 4_097, 20_000, PART_DOCS_MAX))
  .map(([seed, size]) => {
    const draw = createChance(seed)
    const chosen = new Set<number>()
    for (let i = 0; i < size; i++) chosen.add(draw(PART_DOCS_MAX))
    return Uint16Array.from([...chosen].sort((a, b) => a - b))
  })

function sorted(set: DocSet): readonly number[] {
  const list = Array.from(listOf(set))
  expect(list.length).to.equal(set.size)
  return list
}

describe('sets of documents', () => {
  it('[SR2] agree with plain sets, small and large, in every operation', function () {
    this.timeout(60_000)
    fc.assert(
      fc.property(docs, docs, (a, b) => {
        const [inA, inB] = [new Set(a), new Set(b)]
        const [x, y] = [setOfList(a), setOfList(b)]
        expect(sorted(x)).to.deep.equal(Array.from(a))
        expect(sorted(setOfBits(bitsOf(x)))).to.deep.equal(Array.from(a))
        expect(sorted(and(x, y))).to.deep.equal([...inA].filter((doc) => inB.has(doc)))
        expect(sorted(andNot(x, y))).to.deep.equal([...inA].filter((doc) => !inB.has(doc)))
        const either = [...new Set([...a, ...b])].sort((p, q) => p - q)
        expect(sorted(or([x, y]))).to.deep.equal(either)
        expect(sorted(firstDocs(a.length))).to.deep.equal(Array.from(a, (_, i) => i))
      }),
      { numRuns: 12 },
    )
  })
})
