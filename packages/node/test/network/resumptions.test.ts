import type { Resumption } from '@mulu/registry-core'
import { expect } from 'chai'
import { Resumptions } from '../../src/network/resumptions.ts'

function resumption(next: number): Resumption {
  return { begun: undefined, size: { next, asked: next, atMs: 0 } }
}

describe('what an exchange leaves to the next one', () => {
  it('[NW40] is kept for its peer alone and given once', () => {
    const kept = new Resumptions()
    kept.keep('a', resumption(1))
    kept.keep('a', resumption(2))
    expect(kept.take('b')).to.equal(undefined)
    expect(kept.take('a')).to.deep.equal(resumption(2))
    expect(kept.take('a')).to.equal(undefined)
  })

  it('[NW40] is bounded: of nine peers the one whose exchange ended first is forgotten', () => {
    const kept = new Resumptions()
    for (let i = 0; i < 9; i++) kept.keep(`peer ${i}`, resumption(i))
    expect(kept.take('peer 0')).to.equal(undefined)
    for (let i = 1; i < 9; i++) expect(kept.take(`peer ${i}`)?.size.next).to.equal(i)
  })
})
