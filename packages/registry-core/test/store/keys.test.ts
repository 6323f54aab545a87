import { expect } from 'chai'
import { commitKey } from '../../src/store/store.ts'

const LOG = { ns: 1, aud: 1, writer: 2 } as const

describe('keys of the store', () => {
  it('[LG20] keep apart two commits of one position, however alike their ids are', () => {
    const id = new Uint8Array(33).fill(7)
    const key = commitKey(LOG, 3, id)
    for (let at = 1; at < id.length; at++) {
      const other = id.slice()
      other[at] = 8
      expect(commitKey(LOG, 3, other), `byte ${at}`).to.not.equal(key)
    }
    expect(key).to.equal(`00000001/1/00000002/000000000003/${'07'.repeat(32)}`)
  })
})
