import { expect } from 'chai'
import {
  createAdministratorRequest,
  parseAdministratorRequest,
} from '../../src/roster/administrator-request.ts'
import { createJoinRequest } from '../../src/roster/join-request.ts'
import { testCrypto } from '../../testing/crypto.ts'
import { ADMIN, ID, NEXT_ADMIN } from '../../testing/orders.ts'

const CLAIM = { fed: ID, agency: '91440000MA5XXXXX0X' }

function codeOf(text: string): unknown {
  try {
    parseAdministratorRequest(testCrypto, text)
    return undefined
  } catch (error) {
    return (error as { readonly code?: string }).code
  }
}

/** The request with a part replaced. */
function altered(part: object): string {
  return JSON.stringify({ ...JSON.parse(createAdministratorRequest(ADMIN, CLAIM)), ...part })
}

describe('the request to name an administrator key', () => {
  it('[ND45] reads back whole and shows that the key is held', () => {
    const text = createAdministratorRequest(ADMIN, CLAIM)
    expect(parseAdministratorRequest(testCrypto, text)).to.deep.equal({
      ...CLAIM,
      key: ADMIN.publicKey,
    })
    const other = JSON.parse(createAdministratorRequest(NEXT_ADMIN, CLAIM))
    for (const part of [
      { agency: 'A' },
      { fed: `sha256:${'02'.repeat(32)}` },
      { key: other.key },
    ]) {
      expect(codeOf(altered(part)), JSON.stringify(part)).to.equal('MULU_SIGNATURE')
    }
    expect(codeOf(altered({ proof: other.proof }))).to.equal('MULU_SIGNATURE')
  })

  it('[ND45] is refused when it is cut, of another kind, or of a key that anybody could sign for', () => {
    const text = createAdministratorRequest(ADMIN, CLAIM)
    const claim = { fed: ID, peers: [], agency: { code: 'A', names: { en: 'A' }, region: '' } }
    const join = createJoinRequest(ADMIN, { ...claim, office: '' })
    for (const bad of ['', 'null', text.slice(0, -4), join, altered({ more: 1 })]) {
      expect(codeOf(bad), bad).to.equal('MULU_REQUEST_SHAPE')
    }
    for (const part of [{ agency: ' ' }, { fed: 'x' }, { proof: '00' }, { key: 'ed25519:00' }]) {
      expect(codeOf(altered(part)), JSON.stringify(part)).to.equal('MULU_REQUEST_SHAPE')
    }
    expect(codeOf(altered({ key: `ed25519:01${'00'.repeat(31)}` }))).to.equal('MULU_KEY_WEAK')
  })
})
