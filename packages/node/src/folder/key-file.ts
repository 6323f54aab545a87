/**
 * Key files, mode 0600. Plain: one line, the 64 hexadecimal digits of a 32-byte seed. Protected by
 * a passphrase: one line of JSON
 *
 * {mulu: "key/1", public: "ed25519:…", kdf: "scrypt", n, r, p, salt, cipher: "aes-256-gcm",
 * nonce, sealed}, hex; `sealed` is the seed and the tag, authenticated together with `public`.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fromHex, keyToText, MuluError, toHex } from '@mulu/registry-core'
import { Ajv } from 'ajv'
import { createSigner, SEED_BYTES } from '../crypto.ts'
import { isNoFile, readIfThere, writeWhole } from './write-file.ts'

/** Gives the passphrase for a key file; rejects with MULU_KEY_LOCKED when there is none. */
export type PassphraseSource = (file: string) => Promise<string>

/** For places where nobody can be asked. */
export const NO_PASSPHRASE: PassphraseSource = (file) => {
  const reason = 'It is protected by a passphrase, and none was given.'
  return Promise.reject(new MuluError('MULU_KEY_LOCKED', { details: { file, reason } }))
}

/** What scrypt costs: blocks of memory, their size, and passes. */
export type ScryptCosts = { readonly n: number; readonly r: number; readonly p: number }

/** Costs of scrypt: 128 MiB and about half a second (OWASP's first choice for scrypt). */
const SCRYPT: ScryptCosts = { n: 131_072, r: 8, p: 1 }
const SCRYPT_N_MAX = 1_048_576
const TAG_BYTES = 16
const CIPHER = 'aes-256-gcm'

type Sealed = {
  readonly mulu: 'key/1'
  readonly public: string
  readonly kdf: 'scrypt'
  readonly n: number
  readonly r: number
  readonly p: number
  readonly salt: string
  readonly cipher: typeof CIPHER
  readonly nonce: string
  readonly sealed: string
}

const hexOf = (bytes: number): object => ({ type: 'string', pattern: `^[0-9a-f]{${bytes * 2}}$` })
const SEALED_SCHEMA: object = {
  type: 'object',
  additionalProperties: false,
  required: ['mulu', 'public', 'kdf', 'n', 'r', 'p', 'salt', 'cipher', 'nonce', 'sealed'],
  properties: {
    mulu: { const: 'key/1' },
    public: { type: 'string', pattern: '^ed25519:[0-9a-f]{64}$' },
    kdf: { const: 'scrypt' },
    n: { type: 'integer', minimum: 2, maximum: SCRYPT_N_MAX },
    r: { type: 'integer', minimum: 1, maximum: 16 },
    p: { type: 'integer', minimum: 1, maximum: 16 },
    salt: hexOf(16),
    cipher: { const: CIPHER },
    nonce: hexOf(12),
    sealed: hexOf(SEED_BYTES + TAG_BYTES),
  },
}

/** Makes a seed and keeps it in a file of its own, protected where a passphrase is given. */
export async function createKeyFile(path: string, passphrase?: string): Promise<Uint8Array> {
  const seed = Uint8Array.from(randomBytes(SEED_BYTES))
  await writeKeyFile(path, seed, passphrase)
  return seed
}

/** Writes a seed, plain or protected. */
export async function writeKeyFile(
  path: string,
  seed: Uint8Array,
  passphrase: string | undefined,
  costs: ScryptCosts = SCRYPT,
): Promise<void> {
  const text =
    passphrase === undefined ? toHex(seed) : JSON.stringify(await seal(seed, passphrase, costs))
  await writeWhole(path, `${text}\n`)
}

/** The seed in a key file; MULU_CONFIG, MULU_KEY_LOCKED or MULU_PASSPHRASE. */
export async function readKeyFile(
  path: string,
  passphrase: PassphraseSource = NO_PASSPHRASE,
): Promise<Uint8Array> {
  const content = await readContent(path)
  if (typeof content === 'string') return fromHex(content)
  return unseal(path, content, await passphrase(path))
}

/** The public key of a key file, without its passphrase. */
export async function readPublicKey(path: string): Promise<string> {
  const content = await readContent(path)
  if (typeof content !== 'string') return content.public
  return keyToText(createSigner(fromHex(content)).publicKey)
}

/** Whether a key file needs a passphrase. */
export async function isProtected(path: string): Promise<boolean> {
  return typeof (await readContent(path)) !== 'string'
}

async function readContent(path: string): Promise<string | Sealed> {
  const text = (await readIfThere(path))?.trim()
  if (text !== undefined && /^[0-9a-f]{64}$/.test(text)) return text
  const sealed = text?.startsWith('{') === true ? parseSealed(text) : undefined
  if (sealed !== undefined) return sealed
  const reason = text === undefined ? 'The key file is missing.' : 'The key file is damaged.'
  throw new MuluError('MULU_CONFIG', { details: { file: path, reason } })
}

function parseSealed(text: string): Sealed | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return new Ajv().validate(SEALED_SCHEMA, value) ? (value as Sealed) : undefined
  } catch {
    // What is no JSON is a damaged key file, and that is what the caller says.
    return undefined
  }
}

async function seal(seed: Uint8Array, passphrase: string, costs: ScryptCosts): Promise<Sealed> {
  const salt = randomBytes(16)
  const nonce = randomBytes(12)
  const publicKey = keyToText(createSigner(seed).publicKey)
  const cipher = createCipheriv(CIPHER, await stretch(passphrase, salt, costs), nonce)
  cipher.setAAD(Buffer.from(publicKey))
  const sealed = Buffer.concat([cipher.update(seed), cipher.final(), cipher.getAuthTag()])
  return {
    ...{ mulu: 'key/1', public: publicKey, kdf: 'scrypt', ...costs, salt: toHex(salt) },
    ...{ cipher: CIPHER, nonce: toHex(nonce), sealed: toHex(sealed) },
  }
}

async function unseal(path: string, sealed: Sealed, passphrase: string): Promise<Uint8Array> {
  const bytes = fromHex(sealed.sealed)
  const key = await stretch(passphrase, fromHex(sealed.salt), sealed)
  const decipher = createDecipheriv(CIPHER, key, fromHex(sealed.nonce))
  decipher.setAAD(Buffer.from(sealed.public))
  decipher.setAuthTag(bytes.subarray(SEED_BYTES))
  try {
    return Uint8Array.from(
      Buffer.concat([decipher.update(bytes.subarray(0, SEED_BYTES)), decipher.final()]),
    )
  } catch (cause) {
    throw new MuluError('MULU_PASSPHRASE', { cause, details: { file: path } })
  }
}

/** A secret of 32 bytes from a passphrase, at the costs of this version. */
export function stretchPassphrase(passphrase: string, salt: Uint8Array): Promise<Uint8Array> {
  return stretch(passphrase, salt, SCRYPT)
}

function stretch(passphrase: string, salt: Uint8Array, { n, r, p }: ScryptCosts): Promise<Buffer> {
  const options = { N: n, r, p, maxmem: 256 * n * r }
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, 32, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}

/** The paths of all key files in a folder, by name; empty when the folder is not here. */
export async function keyFilesIn(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir).catch((error: unknown): string[] => {
    if (isNoFile(error)) return []
    throw error
  })
  return names
    .filter((name) => name.endsWith('.key'))
    .sort()
    .map((name) => join(dir, name))
}
