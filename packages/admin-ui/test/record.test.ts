import { expect } from 'chai'
import type { Conflict, ConflictValue, RecordView } from '../src/api.ts'
import { differenceOf } from '../src/portal/record/difference.ts'
import { nameOf, readableName } from '../src/portal/record/field-names.ts'
import { rowsOf } from '../src/portal/record/rows.ts'
import { mayLoosen } from '../src/portal/record/settle.ts'
import { isWebAddress, mailOf, waysOf } from '../src/portal/record/ways.ts'

const SOURCE = {
  atMs: 0,
  client: 1,
  node: {},
  agency: { id: 1, name: {} },
  office: null,
  commit: 'sha256:00',
  seq: 1,
  roster: 1,
  reason: null,
}

function value(of: ConflictValue['value'], removed = false): ConflictValue {
  return { ...SOURCE, value: of, removed }
}

describe('a record on the page', () => {
  it('[UI7] shows every field, every conflict and every missing field once', () => {
    const conflict: Conflict = { path: 'rights', legal: false, inForce: null, values: [] }
    const record: RecordView = {
      id: '1/resource/a',
      namespace: 1,
      kind: 'resource',
      local: 'a',
      agency: { id: 1, name: {} },
      fields: { 'x/bureauCode': ['1'], 'title/en': 'A', unknown: 1 },
      conflicts: [conflict],
      problems: [
        { code: 'required', path: 'license' },
        { code: 'type', path: 'unknown' },
      ],
      updatedMs: 0,
      notHeld: null,
      past: null,
      etag: '"1"',
      asOf: {
        nowMs: 0,
        nodes: 1,
        heard: 1,
        agree: 1,
        silent: [],
        share: { state: 'level', held: null, ownRegion: null, rest: null, regions: [] },
      },
    }
    const paths = rowsOf(record).flatMap(([, rows]) => rows.map((row) => row.path))
    expect(paths).to.deep.equal(['title/en', 'license', 'rights', 'unknown', 'x/bureauCode'])
  })

  it('[UI7] names imported fields as a person would write them', () => {
    expect(readableName('accessLevel')).to.equal('Access level')
    expect(readableName('api_status')).to.equal('Api status')
    expect(readableName('@type')).to.equal('Type')
    expect(nameOf('x/%E4%B8%BB%E9%A2%98').rest).to.equal('主题')
    expect(nameOf('x/%').rest).to.equal('%')
  })

  it('[UI8] lists downloads, services and the page in the owner’s order', () => {
    const ways = waysOf({
      landingPage: 'https://a.example/page',
      'endpoint/e1': { url: 'https://a.example/api', type: 'rest' },
      'distributions/b': { order: 'a1', download: 'https://a.example/1.csv' },
      'distributions/a': { order: 'a2', url: 'https://a.example/2' },
    })
    expect(ways.map((way) => way.path)).to.deep.equal([
      'distributions/b',
      'distributions/a',
      'endpoint/e1',
      'landingPage',
    ])
    expect(ways[0]?.kind).to.equal('download')
  })

  it('[UI8] makes no link of an address that could run something', () => {
    expect(isWebAddress('javascript:alert(1)')).to.equal(false)
    expect(isWebAddress('data:text/html,x')).to.equal(false)
    expect(waysOf({ landingPage: 'javascript:alert(1)' })).to.deep.equal([])
    expect(mailOf({ 'contact/a': { hasEmail: 'mailto:a@b.example?bcc=c@d.example' } })).to.equal(
      undefined,
    )
    expect(mailOf({ 'contact/a': { hasEmail: 'mailto:a@b.example' } })).to.equal('a@b.example')
  })

  it('[UI9] asks once more before a pick that may loosen what is in force', () => {
    const strict = { type: 'conditional' }
    const conflict: Conflict = { path: 'sharing', legal: true, inForce: strict, values: [] }
    expect(mayLoosen(conflict, value({ type: 'conditional' }))).to.equal(false)
    expect(mayLoosen(conflict, value({ type: 'unconditional' }))).to.equal(true)
    expect(mayLoosen(conflict, value(null, true))).to.equal(true)
    expect(mayLoosen({ ...conflict, legal: false }, value(1))).to.equal(false)
  })

  it('[UI9] marks the words that one of two texts has alone', () => {
    const only = (text: string, other: string): readonly string[] =>
      differenceOf(text, other)
        .filter((piece) => piece.isOnly)
        .map((piece) => piece.text.trim())
    expect(only('the red house', 'the house')).to.deep.equal(['red'])
    expect(only('每季度更新', '每月更新')).to.deep.equal(['季度'])
    expect(only('same', 'same')).to.deep.equal([])
    expect(
      differenceOf('a b c', 'b')
        .map((piece) => piece.text)
        .join(''),
    ).to.equal('a b c')
  })
})
