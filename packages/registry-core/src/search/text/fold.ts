/**
 * Characters as search sees them: what separates words, what belongs to a word, what is written
 * without spaces, and the form that stands for all variants of a character (width, case, accents,
 * traditional). Tables fill as characters are met; those of one code unit are two array reads.
 *
 * The forms come from normalisation and lower case, which Unicode never changes for a character it
 * has, and from OpenCC's table. So index terms differ between versions of Node only in characters
 * that the older one does not know.
 */
import traditionalToSimplified from 'opencc-js/dict/TSCharacters'

/** What a character is to search. */
export const SEPARATOR = 1
/** A letter, mark or digit of a script with spaces between words. */
export const LETTER = 2
/** A character of a script without spaces: Chinese, kana, Thai and their like. */
export const UNSPACED = 3
/** Nothing at all: an accent on its own, a soft hyphen. */
export const IGNORED = 4
/** The first half of a character of two code units. */
export const PAIR = 5

/** No single code unit stands for it: see `foldedText`. */
const SEVERAL = 0

const kinds = new Uint8Array(0x10000)
const forms = new Uint16Array(0x10000)
const longForms = new Map<number, string>()
const LONG_FORMS_MAX = 4_096

const UNSPACED_RANGES: readonly (readonly [number, number])[] = [
  [0x0e00, 0x0eff],
  [0x1000, 0x109f],
  [0x1780, 0x17ff],
  [0x3005, 0x3007],
  [0x3040, 0x312f],
  [0x31a0, 0x31bf],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa48f],
  [0xf900, 0xfaff],
  [0x20000, 0x3ffff],
]
const SIMPLIFIED = new Map(
  traditionalToSimplified.split('|').map((pair) => pair.split(' ') as [string, string]),
)
/** Letters that have no decomposition and are typed without their stroke. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ı: 'i',
  ł: 'l',
  ŧ: 't',
  þ: 'th',
}
const ZERO_WIDTH_SPACE = 0x200b
const SEPARATES = /[\p{P}\p{S}\p{Z}\p{Cc}\p{Co}\p{Cs}]/u
const LEAVES_NO_TRACE = /[\u0300-\u036f]|[\u3099\u309a]|\p{Cf}|[\ufe00-\ufe0f]/gu

/** The kind of a code unit. */
export function kindOf(unit: number): number {
  return kinds[unit] || learn(unit)
}

/** The form of a character of one code unit as a code unit, or 0 when it has none of its own. */
export function foldedUnit(unit: number): number {
  return forms[unit] ?? SEVERAL
}

/** The kind of a character of two code units. */
export function kindOfPair(point: number): number {
  return kindOfForm(foldedText(point))
}

/** The form of any character as text; empty for what is no part of a word. */
export function foldedText(point: number): string {
  const unit = point < 0x10000 ? foldedUnit(point) : SEVERAL
  if (unit !== SEVERAL) return String.fromCharCode(unit)
  const known = longForms.get(point)
  if (known !== undefined) return known
  const form = formOf(point)
  if (longForms.size < LONG_FORMS_MAX) longForms.set(point, form)
  return form
}

/** A word with every character in its form; what is no part of a word falls out. */
export function foldWord(text: string): string {
  return Array.from(text, (char) => foldedText(char.codePointAt(0) ?? 0)).join('')
}

function learn(unit: number): number {
  const kind = (unit & 0xfc00) === 0xd800 ? PAIR : kindOfUnit(unit)
  kinds[unit] = kind
  const form = kind === LETTER || kind === UNSPACED ? formOf(unit) : ''
  if (form.length === 1) forms[unit] = form.charCodeAt(0)
  return kind
}

function kindOfUnit(unit: number): number {
  const isNothing = plainOf(unit) === '' && unit !== ZERO_WIDTH_SPACE
  return isNothing ? IGNORED : kindOfForm(formOf(unit))
}

function kindOfForm(form: string): number {
  const point = form.codePointAt(0)
  if (point === undefined) return SEPARATOR
  return isUnspaced(point) ? UNSPACED : LETTER
}

function isUnspaced(point: number): boolean {
  return UNSPACED_RANGES.some(([from, to]) => point >= from && point <= to)
}

function formOf(point: number): string {
  return Array.from(plainOf(point), (char) => PLAIN[char] ?? simplified(char))
    .filter((char) => !SEPARATES.test(char))
    .join('')
}

/** What is simplified is itself simplified once more, so that a form is its own form. */
function simplified(char: string): string {
  const once = SIMPLIFIED.get(char) ?? char
  return SIMPLIFIED.get(once) ?? once
}

/** Without width, compatibility form, case and accent. */
function plainOf(point: number): string {
  return String.fromCodePoint(point)
    .normalize('NFKD')
    .toLowerCase()
    .replace(LEAVES_NO_TRACE, '')
    .normalize('NFC')
}
