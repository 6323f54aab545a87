import type { HeadNote } from '@mulu/registry-core'
import { expect } from 'chai'
import { ToldHeads } from '../../src/network/told-heads.ts'

const HEAD: HeadNote = {
  log: { ns: 1, aud: 1, writer: 1 },
  known: { seq: 9, id: new Uint8Array(32) },
  forkedAt: undefined,
  statements: undefined,
}

describe('what peers told of', () => {
  it('[ND55] is kept over the end of a stream, until a newer one of that peer has been compared', () => {
    const told = new ToldHeads()
    expect(told.with([])).to.deep.equal({ isCompared: false, heads: [] })
    told.keep('a', { isCompared: true, heads: [HEAD] })
    expect(told.with([])).to.deep.equal({ isCompared: true, heads: [HEAD] })
    const begun = { isCompared: false, heads: [] }
    expect(told.with([['a', begun]]).heads).to.deep.equal([HEAD])
    expect(told.with([['a', { isCompared: true, heads: [] }]]).heads).to.deep.equal([])
    expect(told.with([]).heads).to.deep.equal([])
  })

  it('[ND55] is forgotten once somebody has no more than is here', () => {
    const told = new ToldHeads()
    told.keep('a', { isCompared: true, heads: [HEAD] })
    told.level()
    expect(told.with([])).to.deep.equal({ isCompared: true, heads: [] })
  })
})
