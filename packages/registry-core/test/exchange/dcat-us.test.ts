import { expect } from 'chai'
import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../src/encoding/json.ts'
import type { Fields } from '../../src/exchange/candidate.ts'
import { datasetToFields } from '../../src/exchange/dcat-us.ts'
import { datasetFromFields } from '../../src/exchange/dcat-us-dataset.ts'
import { orderKey } from '../../src/exchange/order-key.ts'
import { DCAT_PROFILE } from '../../src/profile/dcat.ts'
import { problemsOf } from '../../src/profile/problems.ts'
import { isPath } from '../../src/record/path.ts'
import { DCAT_US_FEEDS, readWhole, sampleText, sha256 } from './sample-feed.ts'

const DATASET: JsonObject = {
  '@type': 'dcat:Dataset',
  identifier: 'a',
  title: 'Water',
  description: 'Rivers',
  keyword: ['water'],
  modified: 'R/P1Y',
  accrualPeriodicity: 'R/P1M',
  accessLevel: 'restricted public',
  rights: null,
  theme: ['Energy', 'geospatial'],
  contactPoint: { fn: 'Office', hasEmail: 'mailto:office@example.gov' },
  publisher: { name: 'Agency' },
  distribution: [
    { '@type': 'dcat:Distribution', downloadURL: 'https://a', mediaType: 'text/csv' },
    { accessURL: 'https://b', order: 7, url: 'u', x: { x: 1 }, title: null },
    { accessURL: 'https://b' },
    {},
  ],
}

function fieldsOf(dataset: JsonObject): Fields {
  return datasetToFields(dataset, String(dataset['identifier']), sha256)
}

function edited(changes: Record<string, JsonValue>): JsonObject {
  return datasetFromFields({ ...fieldsOf(DATASET), ...changes })
}

function without(path: string): JsonObject {
  const rest = Object.entries(fieldsOf(DATASET)).filter(([key]) => key !== path)
  return datasetFromFields(Object.fromEntries(rest))
}

describe('DCAT-US 1.1', () => {
  it('[EX9] gives back every dataset of every sample feed as it was', () => {
    let count = 0
    for (const name of DCAT_US_FEEDS) {
      const text = sampleText(name)
      const { dataset } = JSON.parse(text) as { dataset: readonly JsonObject[] }
      const { candidates, errors } = readWhole(text, 'auto', { hash: sha256 })
      expect(errors).to.deep.equal([])
      expect(candidates).to.have.lengthOf(dataset.length)
      for (const [index, { fields }] of candidates.entries()) {
        expect(datasetFromFields(fields)).to.deep.equal(dataset[index])
        expect(Object.keys(fields).every(isPath)).to.equal(true)
        expect(problemsOf(DCAT_PROFILE, 'resource', fields)).to.deep.equal([])
        count += 1
      }
    }
    expect(count).to.equal(2_663)
  }).timeout(20_000)

  it('[EX9] gives back odd but readable datasets as they were', () => {
    const empty = { identifier: 'a', distribution: [], keyword: null, theme: [], license: {} }
    const { distribution: _, ...plain } = DATASET
    for (const dataset of [DATASET, empty, plain, { identifier: 'a', accessLevel: 'PUBLIC' }]) {
      expect(datasetFromFields(fieldsOf(dataset))).to.deep.equal(dataset)
    }
  })

  it('[EX10] keeps members it does not know untouched, whatever their names and values', () => {
    const known = Object.keys(DATASET)
    const name = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((key) => !known.includes(key))
    fc.assert(
      fc.property(fc.dictionary(name, fc.jsonValue() as fc.Arbitrary<JsonValue>), (extra) => {
        const dataset = { ...extra, identifier: 'a', title: 'Water' }
        let fields: Fields
        try {
          fields = fieldsOf(dataset)
        } catch {
          // A generated name may be one the mapping needs with another type; that is refused.
          return
        }
        expect(datasetFromFields(fields)).to.deep.equal(dataset)
      }),
    )
  })

  it('[EX11] lets a change made here win over what the source said', () => {
    expect(edited({ 'title/en': 'New' })['title']).to.equal('New')
    expect(edited({ frequency: 'WEEKLY' })['accrualPeriodicity']).to.equal('R/P1W')
    expect(edited({ openness: { type: 'closed' } })['accessLevel']).to.equal('non-public')
    expect(edited({ theme: ['ENVI'] })['theme']).to.deep.equal(['ENVI'])
    expect(without('frequency')).to.not.have.property('accrualPeriodicity')
    expect(without('title/en')).to.not.have.property('title')
    expect(datasetFromFields({ 'title/zh-Hans': '水' })['title']).to.equal('水')
  })

  it('[EX11] exports access that is nowhere in force as non-public', () => {
    expect(without('openness')['accessLevel']).to.equal('non-public')
    expect(edited({ openness: { type: 'unheard' } })['accessLevel']).to.equal('non-public')
  })

  it('[EX15] keeps the id of a distribution that moves or changes, and orders by its key', () => {
    const first = fieldsOf(DATASET)
    const list = DATASET['distribution'] as readonly JsonObject[]
    const moved = fieldsOf({
      ...DATASET,
      distribution: [
        { downloadURL: 'https://new' },
        { ...list[0], mediaType: 'text/plain' },
        ...list.slice(1),
      ],
    })
    const idsOf = (fields: Fields): readonly string[] =>
      Object.keys(fields).filter((path) => path.startsWith('distributions/'))
    expect(idsOf(moved)).to.have.lengthOf(5)
    expect(idsOf(moved)).to.include.members([...idsOf(first)])
    const shuffled = Object.fromEntries(Object.entries(first).reverse())
    expect(datasetFromFields(shuffled)['distribution']).to.deep.equal(list)
  })

  it('[EX15] makes order keys that sort as their positions do', () => {
    const keys = Array.from({ length: 5_000 }, (_, position) => orderKey(position))
    expect([...keys].sort()).to.deep.equal(keys)
    expect(new Set(keys).size).to.equal(keys.length)
    expect([orderKey(0), orderKey(61), orderKey(62), orderKey(3_906)]).to.deep.equal([
      'a0',
      'az',
      'b00',
      'c000',
    ])
  })

  it('[EX21] puts the contact point where it can be erased', () => {
    const { 'contact/c1': contact, ...rest } = fieldsOf(DATASET)
    expect(contact).to.deep.equal(DATASET['contactPoint'])
    expect(JSON.stringify(rest)).to.not.include('office@example.gov')
  })
})
