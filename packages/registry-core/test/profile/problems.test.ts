import { expect } from 'chai'
import fc from 'fast-check'
import type { JsonValue } from '../../src/encoding/json.ts'
import { CN_GOV_PROFILE } from '../../src/profile/cn-gov.ts'
import { DCAT_PROFILE } from '../../src/profile/dcat.ts'
import { PROBLEMS_MAX, problemsOf } from '../../src/profile/problems.ts'
import { VALUE_FORMATS } from '../../src/profile/value-formats.ts'

type Flat = Record<string, JsonValue>

const WHOLE: Flat = {
  'title/zh-Hans': '水资源公报',
  'description/zh-Hans': '全省水资源情况',
  sharing: { type: 'unconditional' },
}

function codesOf(fields: Flat, profile = CN_GOV_PROFILE): readonly string[] {
  return problemsOf(profile, 'resource', fields).map(({ code, path }) => `${code} ${path}`)
}

describe('problems of a record', () => {
  it('[PR3] finds none in a whole record', () => {
    expect(codesOf(WHOLE)).to.deep.equal([])
  })

  it('[PR3] gives codes and paths only, sorted by path', () => {
    const fields = {
      ...WHOLE,
      theme: ['GOVE', 'unknown', 'cn:01-02'],
      region: '999999',
      modified: '2025-02-30',
      'distributions/d1': { order: 'a0', url: 7 },
      'keyword/en': 'water',
    }
    expect(codesOf(fields)).to.deep.equal([
      'type distributions/d1/url',
      'type keyword/en',
      'format modified',
      'enum region',
      'enum theme',
    ])
  })

  it('[PR3] names a kind that the profile does not have', () => {
    expect(problemsOf(DCAT_PROFILE, 'toString', WHOLE)).to.deep.equal([{ code: 'kind', path: '' }])
  })

  it('[PR3] lets unknown fields and explicit nulls of a source through', () => {
    const fields = { ...WHOLE, 'x/%40type': 'dcat:Dataset', rights: null, unknown: { a: 1 } }
    expect(codesOf(fields)).to.deep.equal([])
  })

  it('[PR4] asks for a title and a description in at least one language', () => {
    expect(codesOf({ sharing: { type: 'unconditional' } })).to.deep.equal([
      'required description',
      'required title',
    ])
    expect(codesOf({ ...WHOLE, 'title/en': '' })).to.deep.equal(['minLength title/en'])
    const english = { 'title/en': 'Water', 'description/en': 'Water' }
    expect(codesOf(english, DCAT_PROFILE)).to.deep.equal([])
  })

  it('[PR4] asks for sharing, with its condition, only in the Chinese profile', () => {
    const { sharing: _, ...rest } = WHOLE
    expect(codesOf(rest)).to.deep.equal(['required sharing'])
    expect(codesOf(rest, DCAT_PROFILE)).to.deep.equal([])
    expect(codesOf({ ...WHOLE, sharing: { type: 'conditional' } })).to.deep.equal([
      'required sharing/condition',
    ])
  })

  it('[PR5] names a longer path below a live shorter one', () => {
    expect(codesOf({ ...WHOLE, 'sharing/type': 'none' })).to.deep.equal(['prefix sharing/type'])
  })

  it('[PR6] stops at a bound and never throws, whatever the values are', () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [`distributions/d${i}`, i] as const),
    )
    expect(problemsOf(CN_GOV_PROFILE, 'resource', { ...WHOLE, ...many })).to.have.lengthOf(
      PROBLEMS_MAX,
    )
    const paths = fc.constantFrom(
      'title',
      'title/en',
      'theme',
      'sharing',
      'x',
      'items/a',
      'contact',
    )
    const fields = fc.dictionary(paths, fc.jsonValue() as fc.Arbitrary<JsonValue>)
    fc.assert(
      fc.property(fields, (flat) => {
        const reversed = Object.fromEntries(Object.entries(flat).reverse())
        expect(problemsOf(CN_GOV_PROFILE, 'resource', reversed)).to.deep.equal(
          problemsOf(CN_GOV_PROFILE, 'resource', flat),
        )
      }),
    )
  })
})

describe('formats of values', () => {
  const accepts = (format: string, text: string): boolean => VALUE_FORMATS[format]?.(text) === true

  it('[PR11] judges dates by the calendar alone', () => {
    for (const text of [
      '2024',
      '2024-02',
      '2024-02-29',
      '2015-09-17T10:00:00Z',
      '2020-01-01 10:00',
    ]) {
      expect(accepts('date', text), text).to.equal(true)
    }
    for (const text of [
      '2023-02-29',
      '2024-13',
      '24-01-01',
      '2024-1-1',
      'R/P1Y',
      '2024-01-01T25:00',
    ]) {
      expect(accepts('date', text), text).to.equal(false)
    }
    expect(accepts('change-date', 'R/P1Y')).to.equal(true)
  })

  it('[PR11] judges addresses and languages by their characters alone', () => {
    expect(accepts('web-address', 'https://例子.中国/目录?q=1')).to.equal(true)
    for (const text of ['example.org', 'https://a b', 'https:', 'https://a"b']) {
      expect(accepts('web-address', text), text).to.equal(false)
    }
    expect(accepts('language', 'zh-Hans')).to.equal(true)
    expect(accepts('language', 'z')).to.equal(false)
    expect(accepts('language', 'en_US')).to.equal(false)
  })
})
