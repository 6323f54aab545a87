import { expect } from 'chai'
import { wordsOf } from '../src/words.ts'

const ZEROS = `sha256:${'00'.repeat(32)}`
const ONES = `sha256:${'ff'.repeat(32)}`

describe('words for digests and keys', () => {
  it('[UI1] reads 11 bits a word, most significant first', () => {
    // 0x00 0x20 0x04 …: index 1, then index 1 again.
    expect(wordsOf('sha256:002004000000', 2, 'en')).to.equal('ability ability')
    expect(wordsOf(ZEROS, 4, 'en')).to.equal('abandon abandon abandon abandon')
    expect(wordsOf(ONES, 4, 'en')).to.equal('zoo zoo zoo zoo')
  })

  it('[UI1] gives both languages the same index', () => {
    const chinese = wordsOf(ZEROS, 1, 'zh-CN')
    expect(chinese).to.equal('的')
    expect(wordsOf(ONES, 1, 'zh-CN')).to.equal('歇')
  })

  it('[UI1] reads hex and base64url alike', () => {
    const bytes = Array.from({ length: 32 }, (_, index) => (index * 37) % 256)
    const hex = `ed25519:${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
    const base64 = `ed25519:${Buffer.from(bytes).toString('base64url')}`
    expect(wordsOf(hex, 8, 'en')).to.equal(wordsOf(base64, 8, 'en'))
  })

  it('[UI1] gives no words for what is no digest or is too short', () => {
    expect(wordsOf('sha256:??', 4, 'en')).to.equal(undefined)
    expect(wordsOf('sha256:00', 4, 'en')).to.equal(undefined)
    expect(wordsOf('', 4, 'en')).to.equal(undefined)
  })
})
