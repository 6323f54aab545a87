/**
 * The federation's first roster as words to be read out by phone: the first 128 bits of its hash
 * as the 12 words of BIP 39, whose last word carries a check of 4 bits. The Chinese and the
 * English list have the same index, so that two people with different languages compare the same
 * bits. The pages show the first words of the same row. The lists are those of BIP 39, as
 * `@scure/bip39` (MIT) carries them.
 */
import { type Hash, MuluError, textToHash } from '@mulu/registry-core'
import { entropyToMnemonic } from '@scure/bip39'
import { wordlist as english } from '@scure/bip39/wordlists/english.js'
import { wordlist as chinese } from '@scure/bip39/wordlists/simplified-chinese.js'

const ENTROPY_BYTES = 16

/** A fingerprint in both languages. */
export type Fingerprint = { readonly 'zh-Hans': string; readonly en: string }

/** The words of a federation. */
export function fingerprintOf(fed: Hash): Fingerprint {
  const entropy = Uint8Array.from(fed.subarray(1, 1 + ENTROPY_BYTES))
  return {
    'zh-Hans': entropyToMnemonic(entropy, chinese),
    en: entropyToMnemonic(entropy, english),
  }
}

/**
 * Compares what somebody read out with the federation of a ticket: words of either language, with
 * or without spaces between Chinese ones, or the hash itself. MULU_FINGERPRINT when it differs.
 */
export function checkFingerprint(fed: Hash, given: string): void {
  const words = fingerprintOf(fed)
  const whole = textToHash(given.trim())
  const isSame =
    whole === undefined
      ? [words.en, words['zh-Hans']].some((row) => squeezed(row) === squeezed(given))
      : Buffer.from(whole).equals(Buffer.from(fed))
  if (!isSame) throw new MuluError('MULU_FINGERPRINT', { details: { given, ticket: words } })
}

/** Without spaces, commas and case; no two rows of words become one by that in practice. */
function squeezed(text: string): string {
  return text.toLowerCase().replace(/[\s,,、.;-]+/g, '')
}
