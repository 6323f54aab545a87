import { expect } from 'chai'
import {
  ageOf,
  formatDateTime,
  formatDay,
  formatList,
  formatNumber,
  formatSourceDate,
  zoneName,
} from '../src/format.ts'

const AT = new Date(2026, 10, 3, 7, 5).getTime()

describe('dates and numbers', () => {
  it('[UI2] writes dates as each language does', () => {
    expect(formatDateTime(AT, 'zh-CN')).to.equal('2026-11-03 07:05')
    expect(formatDateTime(AT, 'en')).to.equal('3 Nov 2026, 07:05')
  })

  it('[UI2] leaves out the year where it is this one', () => {
    expect(formatDay(AT, AT, 'zh-CN')).to.equal('11-03')
    expect(formatDay(AT, AT, 'en')).to.equal('3 Nov')
    expect(formatDay(AT, new Date(2027, 0, 1).getTime(), 'en')).to.equal('3 Nov 2026')
  })

  it('[UI2] shows the date of a source in the reader’s form and leaves what is none', () => {
    expect(formatSourceDate('2024-03-01', 'en')).to.equal('1 Mar 2024')
    expect(formatSourceDate('2024-03', 'en')).to.equal('Mar 2024')
    expect(formatSourceDate('2024-03-01T20:52:00Z', 'zh-CN')).to.equal('2024-03-01 20:52')
    expect(formatSourceDate('R/P1D', 'en')).to.equal('R/P1D')
    expect(formatSourceDate('2024-13', 'en')).to.equal('2024-13')
  })

  it('[UI2] tells ages in the largest unit that fits', () => {
    const minute = 60_000
    expect(ageOf(0, 59_999)).to.deep.equal({ unit: 'now' })
    expect(ageOf(0, minute)).to.deep.equal({ unit: 'minute', count: 1 })
    expect(ageOf(0, 60 * minute)).to.deep.equal({ unit: 'hour', count: 1 })
    expect(ageOf(0, 12 * 24 * 60 * minute)).to.deep.equal({ unit: 'day', count: 12 })
    expect(ageOf(minute, 0)).to.deep.equal({ unit: 'now' })
  })

  it('[UI2] joins lists and groups digits by language', () => {
    expect(formatList(['a', 'b'], 'en')).to.equal('a, b')
    expect(formatList(['甲', '乙'], 'zh-CN')).to.equal('甲、乙')
    expect(formatNumber(12345, 'en')).to.equal('12,345')
  })

  it('[UI2] names the time zone by its offset', () => {
    expect(zoneName('Etc/GMT-3', AT)).to.equal('GMT+3')
    expect(zoneName('Asia/Shanghai', AT)).to.equal(undefined)
  })
})
