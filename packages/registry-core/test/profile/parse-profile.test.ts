import { expect } from 'chai'
import { canonicalJson, type JsonObject, type JsonValue } from '../../src/encoding/json.ts'
import { isMuluError } from '../../src/errors.ts'
import { CN_GOV_PROFILE } from '../../src/profile/cn-gov.ts'
import { DCAT_PROFILE } from '../../src/profile/dcat.ts'
import { parseProfile } from '../../src/profile/parse-profile.ts'
import { problemsOf } from '../../src/profile/problems.ts'

const LABEL = { 'zh-Hans': '测试', en: 'Test' }

function profileWith(kind: JsonObject): JsonObject {
  const note = { label: LABEL, schema: { type: 'object' }, classes: {}, ranks: [], fields: {} }
  return {
    id: 't',
    version: 1,
    label: LABEL,
    kinds: { note: { ...note, ...kind } },
    vocabularies: {},
    synonyms: [],
  }
}

function refusalOf(json: unknown): string {
  try {
    parseProfile(json)
  } catch (error) {
    if (isMuluError(error) && error.code === 'MULU_PROFILE') return String(error.details['at'])
    throw error
  }
  return 'accepted'
}

describe('reading a profile', () => {
  it('[PR7] reads back from canonical JSON what was written, and judges alike', () => {
    for (const profile of [CN_GOV_PROFILE, DCAT_PROFILE]) {
      const text = canonicalJson(profile as unknown as JsonValue)
      const parsed = parseProfile(JSON.parse(text))
      expect(canonicalJson(parsed as unknown as JsonValue)).to.equal(text)
      const fields = { sharing: { type: 'conditional' }, theme: ['none'], 'title/en': '' }
      expect(problemsOf(parsed, 'resource', fields)).to.deep.equal(
        problemsOf(profile, 'resource', fields),
      )
    }
  })

  it('[PR7] refuses what is no profile and says where', () => {
    expect(refusalOf(profileWith({}))).to.equal('accepted')
    expect(refusalOf(null)).to.equal('')
    expect(refusalOf({ ...profileWith({}), version: 0 })).to.equal('version')
    expect(refusalOf({ ...profileWith({}), label: { en: 'Test' } })).to.equal('label.zh-Hans')
    expect(refusalOf(profileWith({ classes: { sharing: 3 } }))).to.equal(
      'kinds.note.classes.sharing',
    )
    expect(refusalOf(profileWith({ classes: { 'a b': 0 } }))).to.equal('kinds.note.classes.a b')
    expect(refusalOf(profileWith({ ranks: [{ path: 'a', order: [] }] }))).to.equal(
      'kinds.note.ranks.0.order',
    )
    expect(refusalOf(profileWith({ schema: { type: 'nothing' } }))).to.equal('kinds.note.schema')
    expect(refusalOf(profileWith({ schema: { type: 'string', format: 'email' } }))).to.equal(
      'kinds.note.schema',
    )
  })

  it('[PR7] refuses synonyms that are no groups of different texts', () => {
    const withSynonyms = (synonyms: unknown): string => refusalOf({ ...profileWith({}), synonyms })
    expect(
      withSynonyms([
        ['tax', '税'],
        ['a', 'b', 'c'],
      ]),
    ).to.equal('accepted')
    expect(withSynonyms(undefined)).to.equal('synonyms')
    expect(withSynonyms([['tax', '税'], 'tax'])).to.equal('synonyms.1')
    expect(withSynonyms([['tax']])).to.equal('synonyms.0')
    expect(withSynonyms([['tax', 'tax']])).to.equal('synonyms.0')
    expect(withSynonyms([Array.from({ length: 17 }, (_, n) => `w${n}`)])).to.equal('synonyms.0')
    expect(withSynonyms([['tax', '']])).to.equal('synonyms.0.1')
    expect(withSynonyms([['tax', 1]])).to.equal('synonyms.0.1')
    expect(withSynonyms([['tax', 'x'.repeat(65)]])).to.equal('synonyms.0.1')
  })

  it('[PR7] refuses a field with legal effect that has no rank', () => {
    expect(refusalOf(profileWith({ classes: { sharing: 1 } }))).to.equal('kinds.note.ranks')
  })

  it('[PR8] refuses patterns that could be slow or vary, and references', () => {
    for (const pattern of ['(a+)+$', '(a|b)*', '(?=a)', '(a)\\1', '\\p{L}']) {
      expect(refusalOf(profileWith({ schema: { type: 'string', pattern } })), pattern).to.equal(
        'kinds.note.schema.pattern',
      )
    }
    expect(refusalOf(profileWith({ schema: { $ref: '#/a' } }))).to.equal('kinds.note.schema.$ref')
    expect(refusalOf(profileWith({ schema: { $async: true } }))).to.equal(
      'kinds.note.schema.$async',
    )
    expect(refusalOf(profileWith({ schema: { type: 'string', pattern: '^[a-z]+$' } }))).to.equal(
      'accepted',
    )
  })
})
