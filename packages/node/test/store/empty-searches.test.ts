import { type Database, Queue } from '@mulu/registry-core'
import { expect } from 'chai'
import { MemoryLevel } from 'memory-level'
import {
  createEmptySearches,
  EMPTY_SEARCH_DAYS_MAX,
  EMPTY_SEARCHES_OF_DAY_MAX,
  type EmptySearches,
} from '../../src/store/empty-searches.ts'

const DAY_MS = 86_400_000

describe('searches without results', () => {
  let nowMs: number
  let searches: EmptySearches
  const count = (...words: string[]): Promise<void> => searches.count(words.join(' '), words)

  beforeEach(() => {
    nowMs = Date.UTC(2026, 5, 1, 12)
    const db = new MemoryLevel<string, string>({ storeEncoding: 'view' }) as unknown as Database
    searches = createEmptySearches(
      async () => db,
      () => nowMs,
      new Queue(),
    )
  })

  it('[ND39] are counted by their words, in any order and spelling, day by day', async () => {
    await Promise.all([count('Flood', 'maps'), count('maps', 'ＦＬＯＯＤ')])
    await count('洪水')
    nowMs += DAY_MS
    await count('flood', 'maps')
    expect(await searches.list(30)).to.deep.equal([
      { words: 'flood maps', count: 3, days: 2 },
      { words: '洪水', count: 1, days: 1 },
    ])
    expect(await searches.list(1)).to.deep.equal([{ words: 'flood maps', count: 1, days: 1 }])
  })

  it('[ND39] keep nothing that looks like a number or an address of a person', async () => {
    for (const words of [
      '440301199001011234',
      'call 138-0013 8000',
      'a@b.cn',
      '',
      'x'.repeat(500),
    ]) {
      await count(...words.split(' '))
    }
    expect(await searches.list(30)).to.deep.equal([])
  })

  it('[ND39] are bounded by different searches a day, and by days', async () => {
    for (let i = 0; i < EMPTY_SEARCHES_OF_DAY_MAX + 5; i++) await count(`w${i}`)
    await count('w0')
    const all = await searches.list(1)
    expect(all).to.have.length(EMPTY_SEARCHES_OF_DAY_MAX)
    expect(all[0]).to.deep.equal({ words: 'w0', count: 2, days: 1 })
    nowMs += EMPTY_SEARCH_DAYS_MAX * DAY_MS
    await count('later')
    expect(await searches.list(10_000)).to.deep.equal([{ words: 'later', count: 1, days: 1 }])
  })
})
