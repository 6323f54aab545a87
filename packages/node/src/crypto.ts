/**
 * Hashes and Ed25519 signatures by Node's own OpenSSL. Keys are raw 32-byte seeds and points;
 * OpenSSL wants them in PKCS #8 and SPKI, whose prefixes for Ed25519 are constant (RFC 8410).
 */
import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomFillSync,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto'
import { type Crypto, ed25519Key, type Signer } from '@mulu/registry-core'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { sha256 } from './sha256.ts'
import { sm3, verifySm2 } from './sm2.ts'

const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
/** Public keys kept parsed; parsing one costs about as much as a verification. */
const KEYS_CACHED_MAX = 4_096
const RANDOM_PORTION_BYTES = 4_096
/** Length of an Ed25519 seed. */
export const SEED_BYTES = 32

/** Cryptography for the core, over Node's own. */
export function createCrypto(): Crypto {
  const keyFor = createKeyCache()
  return {
    sha256,
    sm3: (bytes) => sm3(bytes),
    verifySm2,
    verifyEd25519: (key, message, signature) => {
      try {
        return verifyBytes(null, message, keyFor(key), signature)
      } catch {
        // OpenSSL throws for bytes that are no point of the curve: such a key signed nothing.
        return false
      }
    },
  }
}

/** A key of this node: it signs, and agrees on secrets with whoever has its public half. */
export type OwnSigner = Signer & {
  /** X25519 of the key's Curve25519 form and a point; throws for a point of small order. */
  readonly agree: (point: Uint8Array) => Uint8Array
}

/** Signs with the key that a seed stands for. */
export function createSigner(seed: Uint8Array): OwnSigner {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return {
    publicKey: ed25519Key(plain(spki.subarray(SPKI_PREFIX.length))),
    sign: (message) => plain(signBytes(null, message, privateKey)),
    agree: (point) => x25519.getSharedSecret(ed25519.utils.toMontgomerySecret(seed), point),
  }
}

/** Random bytes, drawn from the system in larger portions, since each drawing has a price. */
export function createRandomBytes(): (length: number) => Uint8Array {
  const portion = new Uint8Array(RANDOM_PORTION_BYTES)
  let used = portion.length
  return (length) => {
    if (length > portion.length) return randomFillSync(new Uint8Array(length))
    if (used + length > portion.length) {
      randomFillSync(portion)
      used = 0
    }
    const drawn = portion.slice(used, used + length)
    portion.fill(0, used, used + length)
    used += length
    return drawn
  }
}

/** Parsed public keys, the most recently used ones kept. */
function createKeyCache(): (key: Uint8Array) => KeyObject {
  const keysByHex = new Map<string, KeyObject>()
  return (bytes) => {
    const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
    const known = keysByHex.get(hex)
    const key = known ?? parsePublicKey(bytes)
    keysByHex.delete(hex)
    keysByHex.set(hex, key)
    const oldest = keysByHex.keys().next()
    if (keysByHex.size > KEYS_CACHED_MAX && oldest.done !== true) keysByHex.delete(oldest.value)
    return key
  }
}

function parsePublicKey(bytes: Uint8Array): KeyObject {
  const der = Buffer.concat([SPKI_PREFIX, bytes])
  return createPublicKey({ key: der, format: 'der', type: 'spki' })
}

/** A copy that is no Buffer, whose `slice` would share memory. */
function plain(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes)
}
