import { isMuluError, textToHash } from '@mulu/registry-core'
import { expect } from 'chai'
import { checkFingerprint, fingerprintOf } from '../../src/federation/fingerprint.ts'

const FED = textToHash(`sha256:${'7f'.repeat(16)}${'00'.repeat(16)}`) ?? new Uint8Array()
const OTHER = textToHash(`sha256:${'7f'.repeat(15)}${'00'.repeat(17)}`) ?? new Uint8Array()

function codeOf(work: () => void): string {
  try {
    work()
    return 'none'
  } catch (error) {
    return isMuluError(error) ? error.code : String(error)
  }
}

describe('the fingerprint of a federation', () => {
  it('[KY3] is twelve words of BIP 39 in English and in Chinese, with its check', () => {
    const { en, 'zh-Hans': zh } = fingerprintOf(FED)
    // The second vector of BIP 39: 16 bytes of 7f.
    expect(en).to.equal(
      'legal winner thank year wave sausage worth useful legal winner thank yellow',
    )
    expect(zh.split(' ')).to.have.length(12)
    expect([...zh.replaceAll(' ', '')]).to.have.length(12)
  })

  it('[KY3] is accepted as it is read out, in either language, and nothing else is', () => {
    const { en, 'zh-Hans': zh } = fingerprintOf(FED)
    const given = [
      en,
      `  ${en.toUpperCase()} `,
      en.split(' ').join(', '),
      zh,
      zh.replaceAll(' ', ''),
    ]
    for (const text of [...given, `sha256:${'7f'.repeat(16)}${'00'.repeat(16)}`]) {
      expect(
        codeOf(() => checkFingerprint(FED, text)),
        text,
      ).to.equal('none')
      expect(
        codeOf(() => checkFingerprint(OTHER, text)),
        text,
      ).to.equal('MULU_FINGERPRINT')
    }
    for (const text of ['', 'legal winner', en.replace('yellow', 'zoo'), `${en} legal`]) {
      expect(
        codeOf(() => checkFingerprint(FED, text)),
        text,
      ).to.equal('MULU_FINGERPRINT')
    }
  })
})
