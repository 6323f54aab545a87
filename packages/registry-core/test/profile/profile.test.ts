import { expect } from 'chai'
import { CN_GOV_PROFILE } from '../../src/profile/cn-gov.ts'
import { DCAT_PROFILE } from '../../src/profile/dcat.ts'
import { classOf, type Profile, rankOf } from '../../src/profile/profile.ts'

const PROFILES: readonly Profile[] = [CN_GOV_PROFILE, DCAT_PROFILE]

describe('classes and ranks of a profile', () => {
  it('[PR1] gives the class of the exact path, else of its first segment, else descriptive', () => {
    for (const profile of PROFILES) {
      for (const path of ['state', 'sharing', 'openness', 'authoritative']) {
        expect(classOf(profile, 'resource', path), path).to.equal(1)
      }
      expect(classOf(profile, 'resource', 'contact/c1')).to.equal(2)
      expect(classOf(profile, 'resource', 'contact')).to.equal(0)
      expect(classOf(profile, 'resource', 'title/en')).to.equal(0)
      expect(classOf(profile, 'resource', 'sharing/x')).to.equal(0)
    }
  })

  it('[PR1] calls every field of an unknown kind descriptive', () => {
    expect(classOf(CN_GOV_PROFILE, 'nothing', 'sharing')).to.equal(0)
    expect(classOf(CN_GOV_PROFILE, 'constructor', 'sharing')).to.equal(0)
  })

  it('[PR2] ranks values from least to most restrictive', () => {
    const rank = (path: string, value: string | boolean | { type: string }): number =>
      rankOf(CN_GOV_PROFILE, 'service', path, value)
    expect(rank('sharing', { type: 'unconditional' })).to.equal(0)
    expect(rank('sharing', { type: 'conditional' })).to.equal(1)
    expect(rank('sharing', { type: 'none' })).to.equal(2)
    expect(rank('openness', { type: 'closed' })).to.equal(2)
    expect(rank('state', 'withdrawn')).to.equal(1)
    expect(rank('authoritative', false)).to.equal(1)
  })

  it('[PR2] ranks absent, removed and unknown values as the most restrictive', () => {
    const highest = 3
    for (const value of [undefined, null, 'open', { type: 'public' }, {}, [], 7]) {
      expect(rankOf(DCAT_PROFILE, 'resource', 'sharing', value)).to.equal(highest)
    }
    expect(rankOf(DCAT_PROFILE, 'resource', 'state', undefined)).to.equal(2)
  })
})

describe('labels of a profile', () => {
  it('[PR9] names every kind, field and coded value in Chinese and English', () => {
    for (const profile of PROFILES) {
      const labels = [
        profile.label,
        ...Object.values(profile.kinds).map((kind) => kind.label),
        ...Object.values(profile.kinds)
          .flatMap((kind) => Object.values(kind.fields))
          .map((f) => f.label),
        ...Object.values(profile.vocabularies).map((vocabulary) => vocabulary.label),
        ...Object.values(profile.vocabularies)
          .flatMap((v) => v.terms)
          .map((term) => term.label),
      ]
      for (const label of labels) {
        expect(label['zh-Hans']).to.match(/\S/)
        expect(label.en).to.match(/\S/)
      }
    }
  })

  it('[PR9] lists every code once, and every broader code is listed', () => {
    for (const vocabulary of Object.values(DCAT_PROFILE.vocabularies)) {
      const codes = vocabulary.terms.map((term) => term.code)
      expect(new Set(codes).size).to.equal(codes.length)
      for (const { broader } of vocabulary.terms) {
        if (broader !== undefined) expect(codes).to.include(broader)
      }
    }
    expect(DCAT_PROFILE.vocabularies['themes']?.terms).to.have.lengthOf(13 + 21 + 133)
  })

  it('[PR9] refers only to vocabularies that the profile has', () => {
    for (const profile of PROFILES) {
      for (const kind of Object.values(profile.kinds)) {
        for (const { vocabulary } of Object.values(kind.fields)) {
          if (vocabulary !== undefined) expect(profile.vocabularies).to.have.property(vocabulary)
        }
      }
    }
  })

  it('[PR10] states the 13 core elements with their source and how sure each obligation is', () => {
    const notes = Object.values(CN_GOV_PROFILE.kinds['resource']?.fields ?? {})
    const elements = notes.flatMap((note) => (note.element === undefined ? [] : [note]))
    const numbers = new Set(elements.map((note) => Number.parseInt(note.element ?? '', 10)))
    expect([...numbers].sort((a, b) => a - b)).to.deep.equal([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
    ])
    for (const note of elements) {
      expect(note.source).to.match(/1272/)
      expect(note.confidence).to.be.oneOf(['confirmed', 'secondary', 'unconfirmed'])
    }
  })
})
