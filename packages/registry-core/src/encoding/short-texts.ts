/**
 * Short ASCII texts that come again and again (paths of fields, keys of objects), so that reading
 * one costs neither a decoder call nor memory. A table of fixed size; what falls out of it is
 * simply decoded again.
 */
import { utf8ToText } from './bytes.ts'

const PLACES = 2_048
const LENGTH_MAX = 64

/** Short texts that were read, by what their bytes come to. */
export type ShortTexts = string[]

/** A table for texts of one sort, so that those of another do not push them out. */
export function shortTexts(): ShortTexts {
  return new Array<string>(PLACES).fill('')
}

/**
 * The text that the bytes from `start` to before `end` are in UTF-8; throws when they are none.
 * Undefined for one that `accepts` refuses, which is asked once for a text that is kept.
 */
export function shortText(texts: ShortTexts, bytes: Uint8Array, start: number, end: number): string
export function shortText(
  texts: ShortTexts,
  bytes: Uint8Array,
  start: number,
  end: number,
  accepts: (text: string) => boolean,
): string | undefined
export function shortText(
  texts: ShortTexts,
  bytes: Uint8Array,
  start: number,
  end: number,
  accepts: (text: string) => boolean = () => true,
): string | undefined {
  const length = end - start
  let place = length
  if (length <= LENGTH_MAX) {
    for (let i = start; i < end; i++) place = (Math.imul(place, 31) + (bytes[i] ?? 0)) | 0
  }
  const index = (place ^ (place >>> 15)) & (PLACES - 1)
  const known = texts[index] ?? ''
  if (known.length === length && isAscii(known, bytes, start)) return known
  const text = utf8ToText(bytes.subarray(start, end))
  if (!accepts(text)) return undefined
  if (length <= LENGTH_MAX && text.length === length) texts[index] = text
  return text
}

/** Whether `text` is what the bytes say; a byte above ASCII never equals a unit kept here. */
function isAscii(text: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== bytes[start + i]) return false
  }
  return true
}
