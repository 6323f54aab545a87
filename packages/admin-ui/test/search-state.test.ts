import { FACETS as COUNTED } from '@mulu/registry-core'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  datesOf,
  FACETS,
  feedAddress,
  parseSearch,
  type Search,
  searchToParams,
  searchToQuery,
  withDates,
  withDay,
  withFilter,
  withoutFilters,
  withWords,
} from '../src/portal/search-state.ts'

const EMPTY = parseSearch(new URLSearchParams())
const values = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 6 }), { maxLength: 3 })

const searches: fc.Arbitrary<Search> = fc
  .record({
    q: fc.string({ maxLength: 12 }),
    region: values,
    theme: values,
    sort: fc.constantFrom('relevance', 'modified', 'title', 'quality'),
    withdrawn: fc.boolean(),
    day: fc.constantFrom(null, '2024-02-29'),
    pages: fc.integer({ min: 1, max: 25 }),
  })
  .map(({ q, region, theme, sort, withdrawn, day, pages }) => {
    const filtered = withFilter(withFilter(EMPTY, 'region', region), 'theme', theme)
    const worded = withWords(filtered, q)
    const fits = sort !== 'relevance' || worded.q !== ''
    return {
      ...worded,
      sort: fits ? sort : 'modified',
      withWithdrawn: withdrawn,
      day,
      pages,
    } satisfies Search
  })

describe('a search in the address bar', () => {
  it('[UI3] comes back from its address as it was', () => {
    fc.assert(
      fc.property(searches, (search) => {
        const address = searchToParams(search).toString()
        expect(parseSearch(new URLSearchParams(address))).to.deep.equal(search)
      }),
    )
  })

  it('[UI3] leaves defaults out of the address', () => {
    expect(searchToParams(EMPTY).toString()).to.equal('')
    expect(searchToParams(withWords(EMPTY, ' water ')).toString()).to.equal('q=water')
  })

  it('[UI3] reads a damaged address as the nearest valid search', () => {
    const search = parseSearch(new URLSearchParams('sort=relevance&pages=-4&region=&region=34&x=1'))
    expect(search).to.deep.equal({ ...EMPTY, filters: { ...EMPTY.filters, region: ['34'] } })
    expect(parseSearch(new URLSearchParams('pages=9999')).pages).to.equal(25)
    expect(parseSearch(new URLSearchParams('sort=size')).sort).to.equal('modified')
  })

  it('[UI3] starts on the first page after every change of the question', () => {
    const deep = { ...EMPTY, q: 'a', pages: 4 }
    expect(withWords(deep, 'b').pages).to.equal(1)
    expect(withFilter(deep, 'kind', ['service']).pages).to.equal(1)
    expect(withoutFilters(deep).pages).to.equal(1)
  })

  it('[UI3] sorts by fit when words come in and by date when they go, unless a sort was chosen', () => {
    expect(withWords(EMPTY, 'a').sort).to.equal('relevance')
    expect(withWords(withWords(EMPTY, 'a'), '').sort).to.equal('modified')
    expect(withWords({ ...EMPTY, sort: 'title' }, 'a').sort).to.equal('title')
  })

  it('[UI30] offers every filter that the core counts, and no other', () => {
    expect([...FACETS]).to.have.members([...COUNTED])
  })

  it('[UI30] takes dates from one day to another, either of which may be open', () => {
    const dated = withDates(EMPTY, '2024-01-01', '')
    expect(searchToParams(dated).toString()).to.equal('modified=2024-01-01..')
    const back = parseSearch(new URLSearchParams('modified=2024-01-01..2024-02-01'))
    expect(datesOf(back)).to.deep.equal({ from: '2024-01-01', to: '2024-02-01' })
    expect(datesOf(dated)).to.deep.equal({ from: '2024-01-01', to: '' })
    expect(withDates(dated, '', '')).to.deep.equal(EMPTY)
  })

  it('[UI31] has a feed with its words and filters, and no order or place', () => {
    const search = { ...withWords(withFilter(EMPTY, 'has', ['problems']), 'water'), pages: 3 }
    expect(feedAddress(search, 'en')).to.equal('/feed.atom?q=water&has=problems&lang=en')
  })

  it('[UI43] asks for the catalogue of a day with the address, words and filters of any search, but not in its feed', () => {
    const search = withDay(withWords({ ...EMPTY, pages: 3 }, 'water'), '2024-05-01')
    expect(searchToParams(search).toString()).to.equal('q=water&asOf=2024-05-01')
    expect(searchToQuery(search, null).get('asOf')).to.equal('2024-05-01')
    expect(withoutFilters(search).day).to.equal('2024-05-01')
    expect(feedAddress(search, 'en')).to.equal('/feed.atom?q=water&lang=en')
    expect(withDay(search, null)).to.deep.equal(withWords(EMPTY, 'water'))
    for (const damaged of ['2024-13-01', 'yesterday', '']) {
      expect(parseSearch(new URLSearchParams({ asOf: damaged })).day, damaged).to.equal(null)
    }
  })

  it('[UI3] asks the node with parameters of its contract only', () => {
    const query = searchToQuery({ ...EMPTY, withWithdrawn: true }, 'cursor', 5)
    expect(query.toString()).to.equal(
      'state=published%2Cwithdrawn&sort=modified&limit=5&after=cursor',
    )
  })
})
