/** What every decoder promises: a coded refusal or a value whose encoding reads back the same. */

import { equalBytes, utf8 } from '../packages/registry-core/src/encoding/bytes.ts'
import { isMuluError } from '../packages/registry-core/src/errors.ts'
import type { Fate } from './target.ts'

/** Runs a decoder whose refusals carry codes; anything else it throws is a broken promise. */
export function coded<T>(decode: () => T, check: (value: T) => void = () => undefined): Fate {
  let value: T
  try {
    value = decode()
  } catch (error) {
    if (isMuluError(error) && error.code !== 'MULU_INTERNAL') return 'refused'
    throw error
  }
  check(value)
  return 'taken'
}

/** Throws unless the two are the same bytes. */
export function wantSame(actual: Uint8Array, expected: Uint8Array, what: string): void {
  if (!equalBytes(actual, expected)) throw new Error(`${what} has another encoding`)
}

/** Throws unless both are the same as JSON. */
export function wantEqual(actual: unknown, expected: unknown, what: string): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) throw new Error(`${what} has changed`)
}

/** Input as text, as it comes over HTTP: bytes that are no UTF-8 are replaced. */
export function textOf(input: Uint8Array): string {
  return new TextDecoder().decode(input)
}

/** Texts as inputs. */
export function bytesOf(...texts: readonly string[]): readonly Uint8Array[] {
  return texts.map(utf8)
}
