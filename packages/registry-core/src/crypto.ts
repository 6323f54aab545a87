/**
 * Hashes, keys and signatures with their algorithm tags. The core computes none of them itself:
 * the shell passes a `Crypto`. Tags are one byte, so that SM3 and SM2 can join later without
 * a change of any signed format.
 *
 * Hash: tag (1 = SHA-256, 2 = SM3) and 32 bytes. Public key: tag (1 = Ed25519, 2 = SM2) and bytes.
 * As text: `sha256:<hex>` and `ed25519:<hex>`.
 */

import { ByteWriter } from './encoding/byte-writer.ts'
import { concat, fromHex, toHex, utf8 } from './encoding/bytes.ts'
import { MuluError } from './errors.ts'

/** A tagged hash: 33 bytes. */
export type Hash = Uint8Array
/** A tagged public key: 33 bytes for Ed25519. */
export type PublicKey = Uint8Array

/** What the core needs of cryptography. All synchronous and pure. */
export type Crypto = {
  /** SHA-256 of the bytes, untagged, 32 bytes. */
  readonly sha256: (bytes: Uint8Array) => Uint8Array
  /** Whether `signature` is that of `message` under an untagged Ed25519 public key. */
  readonly verifyEd25519: (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean
}

/** Signs a message with one key. */
export type Signer = {
  readonly publicKey: PublicKey
  readonly sign: (message: Uint8Array) => Uint8Array
}

/** Length of a tagged hash. */
export const HASH_BYTES = 33
const SHA256 = 1
const ED25519 = 1
const KEY_BYTES = 33

type Purpose =
  | 'commit'
  | 'body'
  | 'bodies'
  | 'roster'
  | 'rosterState'
  | 'join'
  | 'profile'
  | 'leaf'
  | 'tree'
  | 'heads'
  | 'base'

/** Domain prefixes: a signature or hash for one purpose is none for another. */
export const DOMAIN: Readonly<Record<Purpose, Uint8Array>> = {
  commit: utf8('mulu/commit/1'),
  body: utf8('mulu/body/1'),
  bodies: utf8('mulu/bodies/1'),
  roster: utf8('mulu/roster/1'),
  rosterState: utf8('mulu/roster-state/1'),
  join: utf8('mulu/join/1'),
  profile: utf8('mulu/profile/1'),
  leaf: utf8('mulu/leaf/1'),
  tree: utf8('mulu/tree/1'),
  heads: utf8('mulu/heads/1'),
  base: utf8('mulu/base/1'),
}

const scratch = new ByteWriter()

/** The tagged SHA-256 of all parts in a row. */
export function hash(crypto: Crypto, ...parts: readonly Uint8Array[]): Hash {
  scratch.reset()
  for (const part of parts) scratch.raw(part)
  return tagged(crypto.sha256(scratch.view()))
}

/** The tagged SHA-256 of a domain and the UTF-8 of a text. */
export function hashOfText(crypto: Crypto, domain: Uint8Array, text: string): Hash {
  return tagged(crypto.sha256(scratch.reset().raw(domain).text(text).view()))
}

/** The tagged SHA-256 of a domain and of what `write` writes after it. */
export function hashWritten(
  crypto: Crypto,
  domain: Uint8Array,
  write: (writer: ByteWriter) => void,
): Hash {
  write(scratch.reset().raw(domain))
  return tagged(crypto.sha256(scratch.view()))
}

function tagged(digest: Uint8Array): Hash {
  const value = new Uint8Array(HASH_BYTES)
  value[0] = SHA256
  value.set(digest, 1)
  return value
}

/** Whether bytes have the form of a tagged hash whose algorithm this version knows. */
export function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES && bytes[0] === SHA256
}

/** A hash as text, `sha256:<hex>`. */
export function hashToText(value: Hash): string {
  return `sha256:${toHex(value.subarray(1))}`
}

/** The hash that a text stands for; undefined when it is none. */
export function textToHash(text: string): Hash | undefined {
  if (!/^sha256:[0-9a-f]{64}$/.test(text)) return undefined
  return concat(Uint8Array.of(SHA256), fromHex(text.slice(7)))
}

/** A public key as text, `ed25519:<hex>`. */
export function keyToText(key: PublicKey): string {
  return `ed25519:${toHex(key.subarray(1))}`
}

/** Tags the 32 bytes of an Ed25519 public key. */
export function ed25519Key(bytes: Uint8Array): PublicKey {
  return concat(Uint8Array.of(ED25519), bytes)
}

/**
 * The y coordinates of the eight points of small order on Ed25519 and their encodings that are
 * not reduced, sign bit cleared (RFC 8032; with such a key one signature fits every message).
 */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
])

/** Whether a key is tagged, of the right length and not of small order. */
export function isAcceptableKey(key: PublicKey): boolean {
  if (key.length !== KEY_BYTES || key[0] !== ED25519) return false
  const point = key.slice(1)
  point[31] = (point[31] ?? 0) & 0x7f
  return !SMALL_ORDER.has(toHex(point))
}

/** Whether a signature over `domain` and `message` is good; false for anything malformed. */
export function verify(
  crypto: Crypto,
  key: PublicKey,
  domain: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (!isAcceptableKey(key) || signature.length !== 64) return false
  return crypto.verifyEd25519(key.subarray(1), concat(domain, message), signature)
}

/** Signs `message` for the purpose that `domain` names. */
export function signFor(signer: Signer, domain: Uint8Array, message: Uint8Array): Uint8Array {
  const signature = signer.sign(concat(domain, message))
  if (signature.length !== 64) throw new MuluError('MULU_KEY_WEAK')
  return signature
}
