/**
 * The local id of a harvested record: `h` and the lower-case base32 (RFC 4648, no padding) of
 * the first 16 bytes of H("mulu/harvest/1" 00 source 00 identifier), so that two offices that
 * import one feed make one record, and no title or code stands in an id.
 */
import { concat, utf8 } from '../encoding/bytes.ts'

/** SHA-256 of bytes, passed in. */
export type HashBytes = (bytes: Uint8Array) => Uint8Array

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
const PREFIX = utf8('mulu/harvest/1')
const ZERO = Uint8Array.of(0)
const LOCAL_BYTES = 16
const ELEMENT_BYTES = 8

/** The local id of the record that a source calls `identifier`. */
export function harvestLocal(hash: HashBytes, source: string, identifier: string): string {
  const digest = hash(concat(PREFIX, ZERO, utf8(source), ZERO, utf8(identifier)))
  return `h${base32(digest.subarray(0, LOCAL_BYTES))}`
}

/** The id of a list element that its source gives none: from what it points at. */
export function elementId(hash: HashBytes, prefix: string, text: string): string {
  return prefix + base32(hash(utf8(text)).subarray(0, ELEMENT_BYTES))
}

/** Lower-case base32 without padding. */
export function base32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET.charAt((value >>> bits) & 31)
    }
    value &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + ALPHABET.charAt((value << (5 - bits)) & 31)
}
