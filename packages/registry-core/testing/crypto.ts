import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { type Crypto, ed25519Key, type Signer } from '../src/crypto.ts'
import { concat, toHex } from '../src/encoding/bytes.ts'

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex')

/** Cryptography for tests, from Node's own. */
export const testCrypto: Crypto = {
  sha256: (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest()),
  sm3: (bytes) => new Uint8Array(createHash('sm3').update(bytes).digest()),
  verifySm2: () => false,
  verifyEd25519: (key, message, signature) => {
    return verify(null, message, publicKeyOf(key), signature)
  },
}

const PUBLIC_KEYS = new Map<string, KeyObject>()
const REMEMBERED_MAX = 10_000

/** Parsing a key costs as much as a signature; tests have few. */
function publicKeyOf(key: Uint8Array): KeyObject {
  const name = toHex(key)
  const known = PUBLIC_KEYS.get(name)
  if (known !== undefined) return known
  const der = Buffer.concat([SPKI_ED25519, key])
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
  if (PUBLIC_KEYS.size >= REMEMBERED_MAX) PUBLIC_KEYS.clear()
  PUBLIC_KEYS.set(name, publicKey)
  return publicKey
}

/** Cryptography that computes each signature check once, for tests with many replicas. */
export function rememberingCrypto(): Crypto {
  const verdicts = new Map<string, boolean>()
  return {
    ...testCrypto,
    sha256: (bytes) => new Uint8Array(hash('sha256', bytes, 'buffer')),
    verifyEd25519: (key, message, signature) => {
      const name = hash('sha256', concat(key, signature, message), 'base64')
      const known = verdicts.get(name)
      if (known !== undefined) return known
      const verdict = testCrypto.verifyEd25519(key, message, signature)
      if (verdicts.size >= REMEMBERED_MAX) verdicts.clear()
      verdicts.set(name, verdict)
      return verdict
    },
  }
}

const SIGNERS = new Map<number, Signer>()

/** The same key for the same number. */
export function testSigner(seed: number): Signer {
  const known = SIGNERS.get(seed)
  if (known !== undefined) return known
  const signer = createSigner(seed)
  SIGNERS.set(seed, signer)
  return signer
}

function createSigner(seed: number): Signer {
  const raw = createHash('sha256').update(`test key ${seed}`).digest()
  const der = Buffer.concat([PKCS8_ED25519, raw])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return {
    publicKey: ed25519Key(new Uint8Array(spki.subarray(-32))),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  }
}
