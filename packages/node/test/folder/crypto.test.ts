import { fromHex, toHex, verify } from '@mulu/registry-core'
import { expect } from 'chai'
import { createCrypto, createSigner } from '../../src/crypto.ts'

/** RFC 8032, section 7.1, tests 1 and 2. */
const VECTORS = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    key: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    key: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
]

describe('cryptography', () => {
  const crypto = createCrypto()

  it('[ND10] makes and checks the signatures of RFC 8032', () => {
    for (const { seed, key, message, signature } of VECTORS) {
      const signer = createSigner(fromHex(seed))
      expect(toHex(signer.publicKey)).to.equal(`01${key}`)
      expect(toHex(signer.sign(fromHex(message)))).to.equal(signature)
      const bytes = [fromHex(key), fromHex(message), fromHex(signature)] as const
      expect(crypto.verifyEd25519(...bytes)).to.equal(true)
    }
  })

  it('[ND11] says no to altered signatures and to bytes that are no key, and never throws', () => {
    const signer = createSigner(new Uint8Array(32).fill(7))
    const message = Uint8Array.of(1, 2, 3)
    const signature = signer.sign(message)
    const key = signer.publicKey.slice(1)
    for (let i = 0; i < signature.length; i++) {
      const altered = signature.slice()
      altered[i] = (altered[i] ?? 0) ^ 1
      expect(crypto.verifyEd25519(key, message, altered)).to.equal(false)
    }
    for (const bytes of [new Uint8Array(32).fill(255), new Uint8Array(31), new Uint8Array()]) {
      expect(crypto.verifyEd25519(bytes, message, signature)).to.equal(false)
    }
    expect(crypto.verifyEd25519(key, message, new Uint8Array())).to.equal(false)
    // A point of small order fits every message; the core refuses it before OpenSSL is asked.
    const identity = Uint8Array.of(1, 1, ...new Uint8Array(31))
    expect(verify(crypto, identity, new Uint8Array(), message, signature)).to.equal(false)
  })

  it('[ND12] hashes as SHA-256 does, into memory of its own', () => {
    const digest = crypto.sha256(new TextEncoder().encode('abc'))
    expect(toHex(digest)).to.equal(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
    expect(Buffer.isBuffer(digest)).to.equal(false)
    expect(digest.buffer.byteLength).to.equal(32)
  })
})
