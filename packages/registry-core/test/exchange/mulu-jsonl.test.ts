import { expect } from 'chai'
import type { Candidate } from '../../src/exchange/candidate.ts'
import { recordToLine } from '../../src/exchange/mulu-jsonl.ts'
import { CN_PORTALS_FEED, readWhole, sampleText, sha256 } from './sample-feed.ts'

function exportOf(candidates: readonly Candidate[]): string {
  return candidates
    .map((candidate) =>
      recordToLine({ ...candidate, id: `7/${candidate.kind}/${candidate.local}` }),
    )
    .join('')
}

describe('our own lines', () => {
  it('[EX14] reads back the same candidates that were exported', () => {
    const texts = [sampleText(CN_PORTALS_FEED), sampleText('dcat-us/cms.json')]
    for (const text of texts) {
      const { candidates } = readWhole(text, 'auto', { hash: sha256 })
      const back = readWhole(exportOf(candidates), 'auto', { hash: sha256 })
      expect(back.format).to.equal('mulu-jsonl')
      expect(back.errors).to.deep.equal([])
      expect(back.candidates).to.deep.equal(candidates)
    }
  }).timeout(20_000)

  it('[EX14] writes one canonical line, also for a key named __proto__', () => {
    const fields = JSON.parse('{"b":1,"__proto__":2,"a":null}')
    const line = recordToLine({ id: '1/r/a', kind: 'r', local: 'a', fields })
    expect(line).to.equal(
      '{"fields":{"__proto__":2,"a":null,"b":1},"id":"1/r/a","kind":"r","local":"a"}\n',
    )
    const [candidate] = readWhole(line, 'jsonl', { hash: sha256 }).candidates
    expect(Object.entries(candidate?.fields ?? {})).to.have.deep.members([
      ['__proto__', 2],
      ['a', null],
      ['b', 1],
    ])
    expect(candidate?.identifier).to.equal('a')
  })

  it('[EX3] names lines that are no record of ours', () => {
    const line = (changes: object): string =>
      JSON.stringify({ id: '1/r/a', kind: 'r', local: 'a', fields: {}, ...changes })
    const lines = [
      line({}),
      line({ local: 'b', extra: 1 }),
      line({ local: 'b c' }),
      line({ local: '' }),
      line({ local: 'd', fields: [] }),
      line({ local: 'e', fields: { 'a b': 1 } }),
      line({ local: 'f', fields: { a: 1, 'a/b': 1 } }),
      line({ local: 'g', kind: 3 }),
    ]
    const { candidates, errors } = readWhole(lines.join('\n'), 'auto', { hash: sha256 })
    expect(candidates).to.have.lengthOf(1)
    expect(errors.map(({ code, field, rec }) => `${code} ${field} ${rec}`)).to.deep.equal([
      'MULU_IMPORT_FIELD extra r/b',
      'MULU_IMPORT_FIELD local r/b c',
      'MULU_IMPORT_IDENTIFIER local null',
      'MULU_IMPORT_FIELD fields r/d',
      'MULU_IMPORT_FIELD a b r/e',
      'MULU_IMPORT_FIELD a/b r/f',
      'MULU_IMPORT_FIELD kind null',
    ])
  })
})
