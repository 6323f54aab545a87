import { wordlist as english } from '@scure/bip39/wordlists/english.js'
import { wordlist as chinese } from '@scure/bip39/wordlists/simplified-chinese.js'
import type { Language } from './language.ts'

const BITS_PER_WORD = 11

/** How many words stand for what: enough for the eye, enough for the phone, enough beside a number. */
export const DIGEST_WORDS = 4
export const IDENTITY_WORDS = 8
export const COMMIT_WORDS = 3

/**
 * The first bits of a digest or key as words, 11 bits a word, most significant first. Both lists have
 * the same index, so two people with different languages compare the same bits. Undefined where the
 * text after the algorithm tag is neither hex nor base64url, or holds too few bits.
 */
export function wordsOf(value: string, count: number, language: Language): string | undefined {
  const bytes = bytesOf(value.slice(value.indexOf(':') + 1))
  if (bytes === undefined || bytes.length * 8 < count * BITS_PER_WORD) return undefined
  const list = language === 'en' ? english : chinese
  return Array.from({ length: count }, (_, index) => list[bitsAt(bytes, index)]).join(' ')
}

function bitsAt(bytes: readonly number[], index: number): number {
  let value = 0
  for (let bit = index * BITS_PER_WORD; bit < (index + 1) * BITS_PER_WORD; bit += 1) {
    const byte = bytes[bit >> 3] ?? 0
    value = (value << 1) | ((byte >> (7 - (bit & 7))) & 1)
  }
  return value
}

function bytesOf(text: string): readonly number[] | undefined {
  if (/^(?:[0-9a-f]{2})+$/i.test(text)) {
    return (text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
  }
  if (!/^[A-Za-z0-9_-]+={0,2}$/.test(text)) return undefined
  return Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0))
}
