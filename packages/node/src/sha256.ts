import { hash } from 'node:crypto'

/**
 * SHA-256. The digest comes as text: 32 bytes then stand on the JavaScript heap, while memory that
 * OpenSSL allocates costs five times as much as the hashing of a short text.
 */
export function sha256(bytes: Uint8Array): Uint8Array {
  const text = hash('sha256', bytes, 'binary')
  const digest = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) digest[i] = text.charCodeAt(i)
  return digest
}
