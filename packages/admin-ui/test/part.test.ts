import { expect } from 'chai'
import type { AgencyRow, HeldPart } from '../src/api.ts'
import {
  isInRegions,
  isNationwide,
  isSamePart,
  partOf,
  regionStart,
  regionsOf,
} from '../src/node/part/part.ts'

describe('the part that an office chooses', () => {
  const held = (agencies: readonly string[], regions: readonly string[]): HeldPart => ({
    ...{ agencies: 1, of: 9, names: [], leaving: 0, lacking: 0, isWitness: false },
    subscribed: { agencies: agencies.map((code) => ({ code })), regions },
  })
  const agency = (region: string | null, regionName: AgencyRow['regionName']) =>
    ({ region, regionName }) as AgencyRow

  it('[SB21] begins with what is held, and knows what is no change', () => {
    expect(partOf(null)).to.deep.equal({ isAll: true, agencies: [], regions: [] })
    const part = partOf(held(['A', 'B'], ['33']))
    expect(part).to.deep.equal({ isAll: false, agencies: ['A', 'B'], regions: ['33'] })
    expect(isSamePart(part, { ...part, agencies: ['B', 'A'] })).to.equal(true)
    expect(isSamePart(part, { ...part, agencies: ['A'] })).to.equal(false)
    expect(isSamePart(part, { ...part, regions: [] })).to.equal(false)
    expect(isSamePart(part, partOf(null))).to.equal(false)
    expect(isSamePart({ ...part, isAll: true }, partOf(null))).to.equal(true)
  })

  it('[SB21] names a region by what the codes below it begin with', () => {
    const starts = ['330000', '330100', '330106', '100000', 'US-CA', '000000'].map(regionStart)
    expect(starts).to.deep.equal(['33', '3301', '330106', '10', 'US-CA', '000000'])
    expect(['CN', '000000', '33'].map(isNationwide)).to.deep.equal([true, true, false])
    const zhejiang = { 'zh-Hans': '浙江省' }
    const agencies = [agency('330000', zhejiang), agency(null, null), agency('', null)]
    expect([...regionsOf(agencies, ['11'])]).to.deep.equal([
      ['11', null],
      ['33', zhejiang],
    ])
    expect(isInRegions('330106', ['33'])).to.equal(true)
    expect(isInRegions('340000', ['33'])).to.equal(false)
    expect(isInRegions(null, ['33'])).to.equal(false)
  })
})
