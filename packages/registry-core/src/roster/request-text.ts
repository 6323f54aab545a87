/** Readers for values of request files, which people carry as JSON; each gives the value or throws. */
import { fromBase64 } from 'lib0/buffer'
import { type PublicKey, textToHash, textToKey } from '../crypto.ts'
import { fromHex } from '../encoding/bytes.ts'
import { readText } from '../encoding/shape.ts'

/** The hash of a federation; empty for the one that is being founded. */
export function readFederationText(value: unknown): Uint8Array {
  const text = readText(value, 128, 'fed')
  if (text === '') return new Uint8Array()
  const fed = textToHash(text)
  if (fed === undefined) throw new Error('fed is not a hash')
  return fed
}

/** A public key with its algorithm. */
export function readKeyText(value: unknown): PublicKey {
  const key = textToKey(readText(value, 256, 'key'))
  if (key === undefined) throw new Error('key is not a public key')
  return key
}

/** So many bytes as hexadecimal digits. */
export function readHex(value: unknown, bytes: number, what: string): Uint8Array {
  const text = readText(value, bytes * 2, what)
  if (text.length !== bytes * 2 || !/^[0-9a-f]*$/.test(text)) throw new Error(`${what} is not hex`)
  return fromHex(text)
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** At most so many bytes in base64. */
export function readBase64(value: unknown, bytesMax: number): Uint8Array {
  const text = readText(value, bytesMax * 2, 'base64')
  if (!BASE64.test(text)) throw new Error('not base64')
  return Uint8Array.from(fromBase64(text))
}

/** A text that says something. */
export function readNonEmpty(value: unknown, max: number, what: string): string {
  const text = readText(value, max, what)
  if (text.trim() === '') throw new Error(`${what} is empty`)
  return text
}
