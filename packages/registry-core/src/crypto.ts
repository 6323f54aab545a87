/**
 * Hashes, keys and signatures with their algorithm tags. The core computes none of them itself:
 * the shell passes a `Crypto`. Tags are one byte, so that another algorithm joins without a change
 * of any signed format.
 *
 * Hash: tag (1 = SHA-256, 2 = SM3) and 32 bytes; every hash is made with SHA-256 today.
 * Public key: tag 1 and the 32 bytes of Ed25519, or tag 2 and the 33 bytes of an SM2 point,
 * compressed. A signature is 64 bytes under both. The roster admits SM2 keys from rules version 2
 * on, so that no node meets them before all nodes can verify them.
 * As text: `sha256:<hex>`, `sm3:<hex>`, `ed25519:<hex>`, `sm2:<hex>`.
 */

import { ByteWriter } from './encoding/byte-writer.ts'
import { concat, fromHex, toHex, utf8 } from './encoding/bytes.ts'
import { MuluError } from './errors.ts'

/** A tagged hash: 33 bytes. */
export type Hash = Uint8Array
/** A tagged public key: 33 bytes for Ed25519, 34 for SM2. */
export type PublicKey = Uint8Array

/** What the core needs of cryptography. All synchronous and pure. */
export type Crypto = {
  /** SHA-256 of the bytes, untagged, 32 bytes. */
  readonly sha256: (bytes: Uint8Array) => Uint8Array
  /** SM3 of the bytes (GB/T 32905), untagged, 32 bytes. */
  readonly sm3: (bytes: Uint8Array) => Uint8Array
  /** Whether `signature` is that of `message` under an untagged Ed25519 public key. */
  readonly verifyEd25519: (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean
  /** The same for an untagged, compressed SM2 key; `signature` is r and s (GB/T 32918.2). */
  readonly verifySm2: (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean
}

/** Signs a message with one key. */
export type Signer = {
  readonly publicKey: PublicKey
  readonly sign: (message: Uint8Array) => Uint8Array
}

/** Length of a tagged hash. */
export const HASH_BYTES = 33
const SHA256 = 1
const SM3 = 2
const ED25519 = 1
const SM2 = 2
const ED25519_KEY_BYTES = 33
const SM2_KEY_BYTES = 34
/** The rules version from which a roster may list SM2 keys. */
export const SM2_RULES = 2

type Purpose =
  | 'commit'
  | 'body'
  | 'bodies'
  | 'roster'
  | 'rosterState'
  | 'join'
  | 'handover'
  | 'profile'
  | 'leaf'
  | 'tree'
  | 'heads'
  | 'base'
  | 'bundle'
  | 'order'
  | 'administrator'
  | 'part'

/** Domain prefixes: a signature or hash for one purpose is none for another. */
export const DOMAIN: Readonly<Record<Purpose, Uint8Array>> = {
  commit: utf8('mulu/commit/1'),
  body: utf8('mulu/body/1'),
  bodies: utf8('mulu/bodies/1'),
  roster: utf8('mulu/roster/1'),
  rosterState: utf8('mulu/roster-state/1'),
  join: utf8('mulu/join/1'),
  handover: utf8('mulu/handover/1'),
  profile: utf8('mulu/profile/1'),
  leaf: utf8('mulu/leaf/1'),
  tree: utf8('mulu/tree/1'),
  heads: utf8('mulu/heads/1'),
  base: utf8('mulu/base/1'),
  bundle: utf8('mulu/bundle/1'),
  order: utf8('mulu/order/1'),
  administrator: utf8('mulu/administrator/1'),
  part: utf8('mulu/part/1'),
}

const scratch = new ByteWriter()

/** The tagged SHA-256 of all parts in a row. */
export function hash(crypto: Crypto, ...parts: readonly Uint8Array[]): Hash {
  scratch.reset()
  for (const part of parts) scratch.raw(part)
  return tagged(SHA256, crypto.sha256(scratch.view()))
}

/** The tagged SHA-256 of a domain and the UTF-8 of a text. */
export function hashOfText(crypto: Crypto, domain: Uint8Array, text: string): Hash {
  return tagged(SHA256, crypto.sha256(scratch.reset().raw(domain).text(text).view()))
}

/** The tagged SHA-256 of a domain and of what `write` writes after it. */
export function hashWritten(
  crypto: Crypto,
  domain: Uint8Array,
  write: (writer: ByteWriter) => void,
): Hash {
  write(scratch.reset().raw(domain))
  return tagged(SHA256, crypto.sha256(scratch.view()))
}

/** The tagged SM3 of all parts in a row. */
export function sm3Hash(crypto: Crypto, ...parts: readonly Uint8Array[]): Hash {
  return tagged(SM3, crypto.sm3(concat(...parts)))
}

function tagged(tag: number, digest: Uint8Array): Hash {
  const bytes = new Uint8Array(HASH_BYTES)
  bytes[0] = tag
  bytes.set(digest, 1)
  return bytes
}

/** Whether bytes have the form of a tagged hash whose algorithm this version makes. */
export function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES && bytes[0] === SHA256
}

/** A hash as text, `sha256:<hex>`. */
export function hashToText(value: Hash): string {
  return `${value[0] === SM3 ? 'sm3' : 'sha256'}:${toHex(value.subarray(1))}`
}

/** The hash that a text stands for; undefined when it is none. */
export function textToHash(text: string): Hash | undefined {
  const [, name, hex = ''] = /^(sha256|sm3):([0-9a-f]{64})$/.exec(text) ?? []
  if (name === undefined) return undefined
  return concat(Uint8Array.of(name === 'sm3' ? SM3 : SHA256), fromHex(hex))
}

/** A public key as text, `ed25519:<hex>`. */
export function keyToText(key: PublicKey): string {
  return `${key[0] === SM2 ? 'sm2' : 'ed25519'}:${toHex(key.subarray(1))}`
}

/** The public key that a text stands for; undefined when it is none. */
export function textToKey(text: string): PublicKey | undefined {
  const [, name, hex = ''] = /^(ed25519|sm2):((?:[0-9a-f]{2}){32,33})$/.exec(text) ?? []
  if (name === undefined) return undefined
  const key = concat(Uint8Array.of(name === 'sm2' ? SM2 : ED25519), fromHex(hex))
  return isKeyForm(key) ? key : undefined
}

/** Tags the 32 bytes of an Ed25519 public key. */
export function ed25519Key(bytes: Uint8Array): PublicKey {
  return concat(Uint8Array.of(ED25519), bytes)
}

/** Tags the 33 bytes of a compressed SM2 point. */
export function sm2Key(bytes: Uint8Array): PublicKey {
  return concat(Uint8Array.of(SM2), bytes)
}

function isKeyForm(key: PublicKey): boolean {
  if (key[0] === ED25519) return key.length === ED25519_KEY_BYTES
  return key[0] === SM2 && key.length === SM2_KEY_BYTES && (key[1] === 2 || key[1] === 3)
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

/**
 * Whether a key is tagged, of the right length and not of small order. The order of SM2's group
 * is prime, so that only Ed25519 has such points.
 */
export function isAcceptableKey(key: PublicKey): boolean {
  if (!isKeyForm(key)) return false
  if (key[0] === SM2) return true
  const point = key.slice(1)
  point[31] = (point[31] ?? 0) & 0x7f
  return !SMALL_ORDER.has(toHex(point))
}

/** Whether a roster under this rules version may list a key. */
export function isKeyAllowed(key: PublicKey, rules: number): boolean {
  return isAcceptableKey(key) && (key[0] === ED25519 || rules >= SM2_RULES)
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
  const signed = concat(domain, message)
  return key[0] === SM2
    ? crypto.verifySm2(key.subarray(1), signed, signature)
    : crypto.verifyEd25519(key.subarray(1), signed, signature)
}

/** Signs `message` for the purpose that `domain` names. */
export function signFor(signer: Signer, domain: Uint8Array, message: Uint8Array): Uint8Array {
  const signature = signer.sign(concat(domain, message))
  if (signature.length !== 64) throw new MuluError('MULU_KEY_WEAK')
  return signature
}
