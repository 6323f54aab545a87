/**
 * Encryption of a bundle: AES-256-GCM under a key of its own, block by block, each bound to its
 * place and to the opening of the file. The key comes from a passphrase (scrypt at fixed costs, so
 * that a file cannot ask for more), or from X25519 with the receiver's writer key, which the roster
 * names: the Ed25519 key is mapped to its Curve25519 form.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { MuluError, type PublicKey } from '@mulu/registry-core'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import type { OwnSigner } from '../crypto.ts'
import { stretchPassphrase } from '../folder/key-file.ts'

/** How a bundle is closed. */
export type SealWith =
  | { readonly kind: 'plain' }
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'key'; readonly receiver: PublicKey }

/** What the opening of a file says of its seal. */
export type SealNote =
  | { readonly seal: 'plain' }
  | { readonly seal: 'passphrase'; readonly salt: Uint8Array; readonly check: Uint8Array }
  | { readonly seal: 'key'; readonly point: Uint8Array; readonly check: Uint8Array }

/** What a reader has to open with. */
export type Opener = {
  readonly signer?: Pick<OwnSigner, 'agree' | 'publicKey'> | undefined
  readonly passphrase?: string | undefined
}

/** Closes or opens blocks; `open` gives undefined for a damaged one. */
export type BlockCipher = {
  readonly close: (index: number, opening: Uint8Array, block: Uint8Array) => Uint8Array
  readonly open: (index: number, opening: Uint8Array, bytes: Uint8Array) => Uint8Array | undefined
}

/** Bytes that closing adds to a block. */
export const SEAL_BYTES = 32
export const CHECK_BYTES = 16
export const SALT_BYTES = 16
export const POINT_BYTES = 32
const TAG_BYTES = 16
const KEY_BYTES = 32
const ED25519_TAG = 1

/** Draws what a seal needs; MULU_BUNDLE_RECEIVER for a key that cannot be encrypted to. */
export async function createSeal(
  seal: SealWith,
): Promise<{ readonly note: SealNote; readonly cipher: BlockCipher }> {
  if (seal.kind === 'plain') return { note: { seal: 'plain' }, cipher: PLAIN }
  if (seal.kind === 'passphrase') {
    const salt = Uint8Array.from(randomBytes(SALT_BYTES))
    const secret = await stretchPassphrase(seal.passphrase, salt)
    return { note: { seal: 'passphrase', salt, check: checkOf(secret) }, cipher: cipherOf(secret) }
  }
  const own = Uint8Array.from(randomBytes(KEY_BYTES))
  const point = x25519.getPublicKey(own)
  const receiver = pointOf(seal.receiver)
  const secret = mix(x25519.getSharedSecret(own, receiver), point, receiver)
  return { note: { seal: 'key', point, check: checkOf(secret) }, cipher: cipherOf(secret) }
}

/** Opens a seal; MULU_KEY_LOCKED, MULU_PASSPHRASE or MULU_BUNDLE_KEY. */
export async function openSeal(note: SealNote, opener: Opener): Promise<BlockCipher> {
  if (note.seal === 'plain') return PLAIN
  if (note.seal === 'passphrase') {
    if (opener.passphrase === undefined) {
      const reason = 'The bundle is encrypted with a passphrase, and none was given.'
      throw new MuluError('MULU_KEY_LOCKED', { details: { file: 'bundle', reason } })
    }
    const secret = await stretchPassphrase(opener.passphrase, note.salt)
    if (!isSame(checkOf(secret), note.check)) {
      throw new MuluError('MULU_PASSPHRASE', { details: { file: 'bundle' } })
    }
    return cipherOf(secret)
  }
  const secret = secretOf(note.point, opener.signer)
  if (secret === undefined || !isSame(checkOf(secret), note.check)) {
    const reason = 'It opens only on the node it was made for, with the key that node had then.'
    throw new MuluError('MULU_BUNDLE_KEY', { details: { reason } })
  }
  return cipherOf(secret)
}

function secretOf(point: Uint8Array, signer: Opener['signer']): Uint8Array | undefined {
  if (signer === undefined) return undefined
  try {
    return mix(signer.agree(point), point, pointOf(signer.publicKey))
  } catch {
    // A point of small order agrees with nobody: nothing was encrypted with it.
    return undefined
  }
}

/** The Curve25519 form of a writer key. */
function pointOf(key: PublicKey): Uint8Array {
  if (key[0] === ED25519_TAG) return ed25519.utils.toMontgomery(key.subarray(1))
  const reason = 'The key of this node is not Ed25519; encrypt with a passphrase.'
  throw new MuluError('MULU_BUNDLE_RECEIVER', { details: { reason } })
}

function mix(shared: Uint8Array, point: Uint8Array, receiver: Uint8Array): Uint8Array {
  return derive(shared, Buffer.concat([point, receiver]), 'mulu/bundle/1 secret')
}

function checkOf(secret: Uint8Array): Uint8Array {
  return derive(secret, Buffer.alloc(0), 'mulu/bundle/1 check').subarray(0, CHECK_BYTES)
}

function derive(secret: Uint8Array, salt: Uint8Array, info: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, info, KEY_BYTES))
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** A plain block goes behind the hash of opening, place and block, so that damage is seen. */
const PLAIN: BlockCipher = {
  close: (index, opening, block) => Buffer.concat([sum(index, opening, block), block]),
  open: (index, opening, bytes) => {
    const block = bytes.subarray(SEAL_BYTES)
    return isSame(bytes.subarray(0, SEAL_BYTES), sum(index, opening, block)) ? block : undefined
  },
}

function sum(index: number, opening: Uint8Array, block: Uint8Array): Uint8Array {
  return createHash('sha256').update(opening).update(nonceOf(index)).update(block).digest()
}

function cipherOf(secret: Uint8Array): BlockCipher {
  const key = derive(secret, Buffer.alloc(0), 'mulu/bundle/1 blocks')
  return {
    close: (index, opening, block) => {
      const cipher = createCipheriv('aes-256-gcm', key, nonceOf(index)).setAAD(opening)
      return Buffer.concat([cipher.update(block), cipher.final(), cipher.getAuthTag()])
    },
    open: (index, opening, bytes) => {
      if (bytes.length < TAG_BYTES) return undefined
      const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(index)).setAAD(opening)
      decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
      try {
        const sealed = bytes.subarray(0, bytes.length - TAG_BYTES)
        return Buffer.concat([decipher.update(sealed), decipher.final()])
      } catch {
        // The tag does not fit: the block was damaged or is another one.
        return undefined
      }
    },
  }
}

/** The place of a block; each file has a key of its own, so that no nonce comes twice. */
function nonceOf(index: number): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(index, 6, 6)
  return nonce
}
