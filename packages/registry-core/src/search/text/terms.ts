/**
 * From text to index terms, one pass over its code units.
 *
 * | script | terms |
 * |---|---|
 * | with spaces | each word: folded, plural to singular, at most 64 code units |
 * | without spaces | each two neighbouring characters, and the last one of a run alone |
 *
 * A word and an unspaced character each take one position. Any unspaced text of two or more
 * characters is found as consecutive terms, a single character as the prefix of a term.
 */
import {
  foldedText,
  foldedUnit,
  IGNORED,
  kindOf,
  kindOfPair,
  LETTER,
  PAIR,
  SEPARATOR,
  UNSPACED,
} from './fold.ts'
import { stem } from './stem.ts'

/** A term is cut to this many code units, so that no text makes a key without bound. */
export const TERM_CHARS_MAX = 64

/** Gets each term with its position and the code units of the text that it stands for. */
export type TermVisitor = (term: string, position: number, start: number, end: number) => void

/** From this length on V8 makes a piece of a string without copying it. */
const SLICE_CHARS_MIN = 13
const APOSTROPHE = 0x27
const TYPOGRAPHIC_APOSTROPHE = 0x2019
/** A letter that lower case changes; a kind of its own beside those of fold.ts. */
const UPPER = 0x80
const ascii = new Uint8Array(0x80).fill(SEPARATOR)
for (let unit = 0x30; unit <= 0x39; unit += 1) ascii[unit] = LETTER
for (let unit = 0x61; unit <= 0x7a; unit += 1) ascii[unit] = LETTER
for (let unit = 0x41; unit <= 0x5a; unit += 1) ascii[unit] = UPPER

/** Calls `visit` for every term of a text, in order. */
export function forEachTerm(text: string, visit: TermVisitor): void {
  const { length } = text
  let position = 0
  let at = 0
  while (at < length) {
    const unit = text.charCodeAt(at)
    const kind = unit < 0x80 ? ascii[unit] : kindAt(text, at)
    if (kind === SEPARATOR || kind === IGNORED) {
      at += 1
    } else if (kind === UNSPACED) {
      const from = at
      at = endOfRun(text, at)
      position += visitRun(text, from, at, position, visit)
    } else {
      at = visitWord(text, at, position, visit)
      position += 1
    }
  }
}

/** The kind of the character that begins here (fold.ts); the second half of a pair separates. */
export function kindAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  if (unit < 0x80) return ascii[unit] === SEPARATOR ? SEPARATOR : LETTER
  const kind = kindOf(unit)
  return kind === PAIR ? kindOfPair(text.codePointAt(at) ?? unit) : kind
}

function visitWord(text: string, start: number, position: number, visit: TermVisitor): number {
  const { length } = text
  let at = start
  let hasUpper = false
  let unit = 0
  for (; at < length; at += 1) {
    unit = text.charCodeAt(at)
    const kind = unit < 0x80 ? ascii[unit] : SEPARATOR
    if (kind === SEPARATOR) break
    if (kind === UPPER) hasUpper = true
  }
  const mayGoOn = at < length && (unit >= 0x80 || unit === APOSTROPHE)
  if (mayGoOn && goesOn(text, at)) return visitFoldedWord(text, start, position, visit)
  const word = text.slice(start, at - start > TERM_CHARS_MAX ? start + TERM_CHARS_MAX : at)
  visit(stem(hasUpper ? word.toLowerCase() : ownCopy(word)), position, start, at)
  return at
}

/** V8 keeps the whole text alive for a long piece of it; a term must not, for it outlives the text. */
function ownCopy(word: string): string {
  return word.length < SLICE_CHARS_MIN ? word : ` ${word}`.slice(1)
}

/** Whether the word has a character that has to be folded or left out. */
function goesOn(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  if (unit === APOSTROPHE || unit === TYPOGRAPHIC_APOSTROPHE) {
    return at + 1 < text.length && kindAt(text, at + 1) === LETTER
  }
  if (unit < 0x80) return false
  const kind = kindAt(text, at)
  return kind === LETTER || kind === IGNORED
}

function visitFoldedWord(
  text: string,
  start: number,
  position: number,
  visit: TermVisitor,
): number {
  let word = ''
  let at = start
  while (at < text.length) {
    const kind = kindAt(text, at)
    if (kind !== LETTER && !goesOn(text, at)) break
    const point = text.codePointAt(at) ?? 0
    if (kind === LETTER && word.length < TERM_CHARS_MAX) word += foldedText(point)
    at += point > 0xffff ? 2 : 1
  }
  visit(stem(word.slice(0, TERM_CHARS_MAX)), position, start, at)
  return at
}

function endOfRun(text: string, start: number): number {
  let at = start
  while (at < text.length) {
    const kind = kindAt(text, at)
    if (kind !== UNSPACED && kind !== IGNORED) break
    at += kindOf(text.charCodeAt(at)) === PAIR ? 2 : 1
  }
  return at
}

/** Returns how many characters the run has. */
function visitRun(
  text: string,
  start: number,
  end: number,
  position: number,
  visit: TermVisitor,
): number {
  let count = 0
  let before = 0
  let beforeAt = start
  let beforeEnd = start
  for (let at = start; at < end; ) {
    const unit = text.charCodeAt(at)
    const kind = kindOf(unit)
    const next = at + (kind === PAIR ? 2 : 1)
    if (kind !== IGNORED) {
      const point = foldedUnit(unit) || foldedPoint(text, at)
      if (count > 0) visit(pairOf(before, point), position + count - 1, beforeAt, next)
      count += 1
      before = point
      beforeAt = at
      beforeEnd = next
    }
    at = next
  }
  visit(String.fromCodePoint(before), position + count - 1, beforeAt, beforeEnd)
  return count
}

function foldedPoint(text: string, at: number): number {
  return foldedText(text.codePointAt(at) ?? 0).codePointAt(0) ?? 0
}

function pairOf(first: number, second: number): string {
  return first < 0x10000 && second < 0x10000
    ? String.fromCharCode(first, second)
    : String.fromCodePoint(first, second)
}
