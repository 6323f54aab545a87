import { expect } from 'chai'
import type { JsonObject, JsonValue } from '../../src/encoding/json.ts'
import type { Fields } from '../../src/exchange/candidate.ts'
import { portalToFields } from '../../src/exchange/cn-portals.ts'
import { portalFromFields } from '../../src/exchange/cn-portals-line.ts'
import { CN_GOV_PROFILE } from '../../src/profile/cn-gov.ts'
import { DCAT_PROFILE } from '../../src/profile/dcat.ts'
import { problemsOf } from '../../src/profile/problems.ts'
import { CN_PORTALS_FEED, readWhole, sampleText, sha256 } from './sample-feed.ts'

const PORTAL: JsonObject = {
  id: 'p',
  name: '安徽数据 Anhui',
  description: 'Data of Anhui',
  link: 'https://p.example',
  catalog_type: 'Open data portal',
  access_mode: ['open'],
  tags: ['data', '数据', 'open'],
  owner: { name: 'Anhui', location: { subregion: { id: 'CN-AH' }, country: { id: 'CN' } } },
  coverage: [{ location: { country: { id: 'CN' } } }],
  langs: [{ id: 'CN', name: 'Chinese' }],
  topics: [
    { id: 'ENVI', name: 'Environment', type: 'eudatatheme' },
    { id: 'Location', name: 'Location', type: 'iso19115' },
  ],
  endpoints: [{ type: 'ckan', url: 'https://p.example/api', note: 1 }],
  _re3data: { re3data_id: 'r', contact_email: 'person@example.cn' },
}

function fieldsOf(portal: JsonObject): Fields {
  return portalToFields(portal, 'p', sha256)
}

function edited(changes: Record<string, JsonValue>): JsonObject {
  return portalFromFields({ ...fieldsOf(PORTAL), ...changes })
}

describe('registries of portals', () => {
  it('[EX12] gives back every portal of the sample as it was', () => {
    const text = sampleText(CN_PORTALS_FEED)
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as JsonObject)
    const { candidates, errors, format } = readWhole(text, 'jsonl', { hash: sha256 })
    expect(format).to.equal('cn-portals')
    expect(errors).to.deep.equal([])
    expect(candidates).to.have.lengthOf(469)
    for (const [index, { kind, fields }] of candidates.entries()) {
      expect(kind).to.equal('service')
      expect(portalFromFields(fields)).to.deep.equal(lines[index])
      expect(problemsOf(DCAT_PROFILE, kind, fields)).to.deep.equal([])
      expect(problemsOf(CN_GOV_PROFILE, kind, fields)).to.deep.equal([])
    }
    const regions = new Set(candidates.map(({ fields }) => fields['region']))
    expect(regions.size).to.equal(32)
  }).timeout(20_000)

  it('[EX12] gives back odd but readable portals as they were', () => {
    const odd = { id: 'p', name: 'P', link: 'l', tags: [], endpoints: [], langs: null, topics: [] }
    for (const portal of [PORTAL, odd, { id: 'p', access_mode: ['unheard'], _re3data: 1 }]) {
      expect(portalFromFields(fieldsOf(portal))).to.deep.equal(portal)
    }
  })

  it('[EX13] tells the language of each text by its script', () => {
    const fields = fieldsOf(PORTAL)
    expect(fields['title/zh-Hans']).to.equal(PORTAL['name'])
    expect(fields['description/en']).to.equal(PORTAL['description'])
    expect(fields['keyword/zh-Hans']).to.deep.equal(['数据'])
    expect(fields['keyword/en']).to.deep.equal(['data', 'open'])
    expect(fields['language']).to.deep.equal(['zh'])
  })

  it('[EX13] finds the province in the coverage, else in the owner, else takes the country', () => {
    const { owner: _, ...rest } = PORTAL
    const covered = [{ location: { subregion: { id: 'CN-SC' } } }]
    expect(fieldsOf(PORTAL)['region']).to.equal('340000')
    expect(fieldsOf({ ...PORTAL, coverage: covered })['region']).to.equal('510000')
    expect(fieldsOf(rest)['region']).to.equal('CN')
    expect(fieldsOf({ id: 'p' })).to.not.have.property('region')
  })

  it('[EX13] shares without conditions only when every word of access says open', () => {
    const sharing = (...words: string[]): JsonValue | undefined =>
      fieldsOf({ ...PORTAL, access_mode: words })['sharing']
    expect(sharing('open')).to.deep.equal({ type: 'unconditional' })
    expect(sharing('open', 'limited')).to.deep.equal({
      type: 'conditional',
      condition: 'open, limited',
    })
    expect(sharing('closed')).to.deep.equal({ type: 'none', condition: 'closed' })
    expect(sharing('unheard')).to.equal(undefined)
    expect(sharing()).to.equal(undefined)
  })

  it('[EX11] lets a change made here win over what the source said', () => {
    expect(edited({ openness: { type: 'closed' } })['access_mode']).to.deep.equal(['closed'])
    expect(edited({ theme: ['TRAN'] })['topics']).to.deep.equal([
      { id: 'TRAN', name: 'Transport', type: 'eudatatheme' },
      { id: 'Location', name: 'Location', type: 'iso19115' },
    ])
    expect(edited({ 'keyword/en': ['new'] })['tags']).to.deep.equal(['数据', 'new'])
    expect(edited({ language: ['en'] })['langs']).to.deep.equal([{ id: 'EN', name: 'en' }])
    const { openness: _, ...closed } = fieldsOf(PORTAL)
    expect(portalFromFields(closed)['access_mode']).to.deep.equal(['closed'])
  })

  it('[EX21] puts the mail address of a person where it can be erased', () => {
    const { 'contact/re3data': contact, ...rest } = fieldsOf(PORTAL)
    expect(contact).to.deep.equal({ email: 'person@example.cn' })
    expect(JSON.stringify(rest)).to.not.include('person@example.cn')
  })
})
