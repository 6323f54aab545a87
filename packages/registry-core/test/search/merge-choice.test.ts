import { expect } from 'chai'
import { chooseMerge } from '../../src/search/merge-choice.ts'
import type { Part } from '../../src/search/part.ts'

function partsOf(sizes: readonly number[], living = sizes): readonly Part[] {
  return sizes.map(
    (size, i) => ({ columns: { size }, living: { size: living[i] } }) as unknown as Part,
  )
}

describe('merging of segments', () => {
  it('[SR26] joins four neighbours, or fewer that fill half a part, and no large one for the sake of a small one', () => {
    for (const [sizes, expected] of [
      [
        [16_000, 16_000, 16_000, 16_000],
        [0, 4],
      ],
      [
        [600, 700, 800, 900, 100],
        [0, 5],
      ],
      [[600, 700, 800], undefined],
      [
        [32_256, 32_767],
        [0, 2],
      ],
      [
        [60_000, 32_700, 32_300],
        [1, 3],
      ],
      [[60_000, 3_000], undefined],
      [[65_000, 65_000], undefined],
      [
        [24_000, 24_500, 24_000],
        [0, 2],
      ],
      [[16_000, 16_000], undefined],
    ] as const) {
      expect(chooseMerge(partsOf(sizes)), sizes.join()).to.deep.equal(expected)
    }
  })

  it('[SR26] rewrites a part that is half out of date', () => {
    expect(chooseMerge(partsOf([2_000, 2_000], [2_000, 999]))).to.deep.equal([1, 2])
    expect(chooseMerge(partsOf([2_000, 500], [2_000, 100]))).to.equal(undefined)
  })
})
