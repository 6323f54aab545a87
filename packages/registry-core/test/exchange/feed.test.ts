import { expect } from 'chai'
import { isMuluError } from '../../src/errors.ts'
import { CN_PORTALS_FEED, readWhole, sampleText, sha256, type WholeFeed } from './sample-feed.ts'

type Dataset = Record<string, unknown>

const GOOD: Dataset = { identifier: 'a', title: 'Water', description: 'Rivers' }

function read(text: string, format: 'auto' | 'dcat-us' | 'jsonl' = 'auto'): WholeFeed {
  return readWhole(text, format, { hash: sha256 })
}

function readDatasets(...dataset: readonly unknown[]): WholeFeed {
  return read(JSON.stringify({ dataset }))
}

function refusalOf(text: string, format: 'auto' | 'dcat-us' | 'jsonl' = 'auto'): string {
  try {
    read(text, format)
  } catch (error) {
    if (isMuluError(error)) return error.code
    throw error
  }
  return 'accepted'
}

function errorsOf(feed: WholeFeed): readonly string[] {
  return feed.errors.map(({ index, identifier, code, field }) =>
    [index, identifier, code, field].join(' '),
  )
}

describe('the format of a feed', () => {
  it('[EX1] tells catalogues, our own lines and lines of portals apart', () => {
    expect(readDatasets(GOOD).format).to.equal('dcat-us')
    const own = '{"id":"1/resource/a","kind":"resource","local":"a","fields":{}}'
    expect(read(own).format).to.equal('mulu-jsonl')
    expect(read(`\n${own}\r\n\n`, 'jsonl').candidates).to.have.lengthOf(1)
    const portal = { id: 'p', name: 'P', link: 'https://p', catalog_type: 'Open data portal' }
    expect(read(JSON.stringify(portal)).format).to.equal('cn-portals')
    expect(read(JSON.stringify(portal, null, 2), 'jsonl').candidates).to.have.lengthOf(1)
  })

  it('[EX1] reads a text that begins with a byte order mark', () => {
    expect(read(`\ufeff${JSON.stringify({ dataset: [GOOD] })}`).candidates).to.have.lengthOf(1)
  })

  it('[EX2] refuses what is no feed as a whole, with a code for each reason', () => {
    expect(refusalOf('')).to.equal('MULU_FEED_EMPTY')
    expect(refusalOf(' \n')).to.equal('MULU_FEED_EMPTY')
    expect(refusalOf('<html>')).to.equal('MULU_FEED_NOT_JSON')
    expect(refusalOf(JSON.stringify({ dataset: [GOOD] }).slice(0, -3))).to.equal(
      'MULU_FEED_NOT_JSON',
    )
    expect(refusalOf('{"dataset":', 'dcat-us')).to.equal('MULU_FEED_NOT_JSON')
    expect(refusalOf('{}')).to.equal('MULU_FEED_NO_DATASETS')
    expect(refusalOf('{"dataset":[]}')).to.equal('MULU_FEED_NO_DATASETS')
    expect(refusalOf('{"dataset":{}}')).to.equal('MULU_FEED_NO_DATASETS')
    expect(refusalOf('[1]')).to.equal('MULU_FEED_FORMAT')
    expect(refusalOf('{"a":1}\n{"a":2}')).to.equal('MULU_FEED_FORMAT')
  })
})

describe('bad records of a feed', () => {
  it('[EX3] names each bad record with field and reason and reads the rest', () => {
    const feed = readDatasets(
      GOOD,
      { title: 'No identifier' },
      { ...GOOD, identifier: 7 },
      { ...GOOD, identifier: 'b', title: null },
      { ...GOOD, identifier: 'c', keyword: 'water' },
      { ...GOOD, identifier: 'd', distribution: ['x'] },
      'text',
      { ...GOOD, identifier: 'e' },
    )
    expect(feed.candidates.map((candidate) => candidate.identifier)).to.deep.equal(['a', 'e'])
    expect(errorsOf(feed)).to.deep.equal([
      '1  MULU_IMPORT_IDENTIFIER identifier',
      '2  MULU_IMPORT_FIELD identifier',
      '3 b MULU_IMPORT_FIELD title',
      '4 c MULU_IMPORT_FIELD keyword',
      '5 d MULU_IMPORT_FIELD distribution',
      '6  MULU_IMPORT_FIELD ',
    ])
    expect(feed.errors[3]?.reason).to.equal('expected a list of texts, found a text')
    expect(feed.errors[3]?.rec).to.match(/^resource\/h[a-z2-7]{26}$/)
    expect(feed.errors[0]?.rec).to.equal(null)
  })

  it('[EX3] names a line that is not JSON and reads the other lines', () => {
    const lines = sampleText(CN_PORTALS_FEED).split('\n').slice(0, 3)
    const feed = read([lines[0], lines[1]?.slice(0, 40), lines[2]].join('\n'))
    expect(feed.candidates).to.have.lengthOf(2)
    expect(errorsOf(feed)).to.deep.equal(['1  MULU_IMPORT_FIELD '])
  })

  it('[EX4] takes the first of two records with one identifier and names the second', () => {
    const feed = readDatasets(GOOD, { ...GOOD, title: 'Other' })
    expect(feed.candidates).to.have.lengthOf(1)
    expect(feed.candidates[0]?.fields['title/en']).to.equal('Water')
    expect(errorsOf(feed)).to.deep.equal(['1 a MULU_IMPORT_DUPLICATE identifier'])
  })

  it('[EX5] refuses a field over its limit and says the limit', () => {
    const feed = readDatasets({ ...GOOD, description: '水'.repeat(5_461) })
    expect(errorsOf(feed)).to.deep.equal(['0 a MULU_IMPORT_SIZE description/en'])
    expect(feed.errors[0]?.reason).to.include('16384')
    expect(readDatasets({ ...GOOD, description: '水'.repeat(5_460) }).errors).to.deep.equal([])
  })

  it('[EX5] refuses a record over its limit, in bytes or in fields, and says the limit', () => {
    const distribution = (count: number, size: number): unknown[] =>
      Array.from({ length: count }, (_, i) => ({ downloadURL: `u${i}`, title: 'x'.repeat(size) }))
    const heavy = readDatasets({ ...GOOD, distribution: distribution(20, 14_000) })
    expect(errorsOf(heavy)).to.deep.equal(['0 a MULU_IMPORT_SIZE '])
    expect(heavy.errors[0]?.reason).to.include('262144')
    const wide = readDatasets({ ...GOOD, distribution: distribution(1_025, 1) })
    expect(wide.errors[0]?.reason).to.include('1024')
  })

  it('[EX6] names a whole number that would lose digits, by what the text says', () => {
    const text = `{"dataset":[
      {"identifier":"a","title":"12345678901234567890","size":9007199254740991},
      {"identifier":"b","title":"\\"","x":{"size":[1,9007199254740993]}},
      {"identifier":"c","size":1e400},
      {"identifier":"d","size":0.12345678901234567}]}`
    const feed = read(text)
    expect(errorsOf(feed)).to.deep.equal([
      '1 b MULU_IMPORT_NUMBER x',
      '2 c MULU_IMPORT_NUMBER size',
    ])
    expect(feed.errors[0]?.reason).to.include('9007199254740993')
    const line = '{"id":"1/r/a","kind":"r","local":"a","fields":{"n":-9007199254740993}}'
    expect(errorsOf(read(line))).to.deep.equal(['0 a MULU_IMPORT_NUMBER fields'])
  })

  it('[EX7] names a text with half a surrogate pair', () => {
    const feed = read(
      '{"dataset":[{"identifier":"a","note":["\\ud83d"]},{"identifier":"b\\udc00"}]}',
    )
    expect(feed.errors.map(({ code, field }) => `${code} ${field}`)).to.deep.equal([
      'MULU_IMPORT_TEXT note',
      'MULU_IMPORT_TEXT identifier',
    ])
  })

  it('[EX7] names a value that is too deep or has a key no value may have', () => {
    const deep = `${'['.repeat(17)}${']'.repeat(17)}`
    const abyss = `${'['.repeat(5_000)}${']'.repeat(5_000)}`
    const feed = read(`{"dataset":[
      {"identifier":"a","deep":${deep}},{"identifier":"b","deep":${abyss}},
      {"identifier":"c","x":{"__proto__":1}},{"identifier":"d","deep":${deep.slice(1, -1)}}]}`)
    expect(errorsOf(feed)).to.deep.equal([
      '0 a MULU_IMPORT_SIZE deep',
      '1 b MULU_IMPORT_SIZE deep',
      '2 c MULU_IMPORT_FIELD x',
    ])
  })
})

describe('local ids of harvested records', () => {
  it('[EX8] makes the id from source and identifier alone, by a fixed rule', () => {
    const [candidate] = readDatasets(GOOD).candidates
    expect(candidate?.kind).to.equal('resource')
    expect(candidate?.local).to.equal('h3xlf7drzevdmpmxgrw53gfbpxm')
    const other = readWhole(JSON.stringify({ dataset: [GOOD] }), 'auto', {
      hash: sha256,
      source: 'elsewhere',
    })
    expect(other.candidates[0]?.local).to.not.equal(candidate?.local)
    const changed = readDatasets({ ...GOOD, title: 'Changed' })
    expect(changed.candidates[0]?.local).to.equal(candidate?.local)
  })
})
