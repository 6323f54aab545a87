import { expect } from 'chai'
import fc from 'fast-check'
import { extraName, extraPath } from '../../src/exchange/extra-path.ts'
import { isPath } from '../../src/record/path.ts'

const name = fc.string({ unit: 'binary', maxLength: 40 })

describe('names of extra fields', () => {
  it('[EX10] gives every name that fits a path of its own, and the name back', () => {
    fc.assert(
      fc.property(name, (text) => {
        const path = extraPath(text)
        if (path === undefined) return
        expect(isPath(path), path).to.equal(true)
        expect(extraName(path)).to.equal(text)
      }),
    )
  })

  it('[EX10] puts no name above another', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        const [first, second] = [extraPath(a), extraPath(b)]
        if (first === undefined || second === undefined || a === b) return
        expect(second.startsWith(`${first}/`) || first === second).to.equal(false)
      }),
    )
  })

  it('[EX10] encodes as the grammar of paths wants', () => {
    expect(extraPath('@type')).to.equal('x/%40type')
    expect(extraPath('a:b.c_d-e')).to.equal('x/a:b.c_d-e')
    expect(extraPath("!~*'()")).to.equal('x/%21%7E%2A%27%28%29')
    expect(extraPath('目')).to.equal('x/%E7%9B%AE')
    expect(extraPath('')).to.equal('x/%')
    expect(extraPath('a'.repeat(65))).to.equal(`x/%-/${'a'.repeat(64)}/a`)
    expect(extraPath(`${'a'.repeat(63)}目`)).to.equal(`x/%-/${'a'.repeat(63)}/%E7%9B%AE`)
    expect(extraPath('a'.repeat(129))).to.equal(undefined)
    expect(extraPath('\ud800')).to.equal(undefined)
  })

  it('[EX10] reads paths that no name makes as they are', () => {
    expect(extraName('x/%zz')).to.equal('%zz')
    expect(extraName('title/en')).to.equal(undefined)
  })
})
