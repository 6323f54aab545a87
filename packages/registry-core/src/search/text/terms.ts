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

/**
 * Takes the terms of a text, one call for each in order. Most are handed over as what they are made
 * of: who met them before needs no string to know them again.
 */
export interface TermTaker {
  /**
   * A word of ASCII alone, at most 15 code units: `termOfWord`. Three numbers spell it, the last
   * five letters and digits in `low`, those before in `middle` and `high`: equal numbers, equal
   * words whatever their case.
   */
  word(text: string, start: number, end: number, low: number, middle: number, high: number): void
  /** Two neighbouring characters of a script without spaces, as folded code points: `pairOf`. */
  pair(first: number, second: number, start: number, end: number): void
  /** Any other term. */
  term(term: string, start: number, end: number): void
}

/** Gets each term with its position and the code units of the text that it stands for. */
export type TermVisitor = (term: string, position: number, start: number, end: number) => void

/** From this length on V8 makes a piece of a string without copying it. */
const SLICE_CHARS_MIN = 13
const APOSTROPHE = 0x27
const TYPOGRAPHIC_APOSTROPHE = 0x2019
/** ASCII letters and digits by number, the same for both cases; 0 for what separates words. */
const codes = new Uint8Array(0x80)
for (let unit = 0x30; unit <= 0x39; unit += 1) codes[unit] = unit - 0x2f
for (let unit = 0x61; unit <= 0x7a; unit += 1) {
  codes[unit] = unit - 0x56
  codes[unit - 0x20] = unit - 0x56
}
const CODE_BITS = 6
/** Five codes: numbers of up to 30 bits V8 keeps without a place of their own. */
const SPELLING_BITS = 30
const SPELLING_MASK = 2 ** SPELLING_BITS - 1
const CARRY = SPELLING_BITS - CODE_BITS
/** The code units that three numbers spell. */
export const SPELLED_CHARS_MAX = 15

/** Calls `visit` for every term of a text, in order. */
export function forEachTerm(text: string, visit: TermVisitor): void {
  readTerms(text, new Visits(visit))
}

/** Hands every term of a text to `taker`, in order. */
export function readTerms(text: string, taker: TermTaker): void {
  const { length } = text
  let at = 0
  while (at < length) {
    const unit = text.charCodeAt(at)
    const kind = unit < 0x80 ? kindOfAscii(unit) : kindAt(text, at)
    if (kind === SEPARATOR || kind === IGNORED) {
      at += 1
    } else if (kind === UNSPACED) {
      const from = at
      at = endOfRun(text, at)
      readRun(text, from, at, taker)
    } else {
      at = readWord(text, at, taker)
    }
  }
}

/** The term of a word of ASCII alone. */
export function termOfWord(text: string, start: number, end: number): string {
  const word = text.slice(start, end)
  const lowered = word.toLowerCase()
  return stem(lowered === word ? ownCopy(word) : lowered)
}

/** The term of two neighbouring characters. */
export function pairOf(first: number, second: number): string {
  return first < 0x10000 && second < 0x10000
    ? String.fromCharCode(first, second)
    : String.fromCodePoint(first, second)
}

/** The kind of the character that begins here (fold.ts); the second half of a pair separates. */
export function kindAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  if (unit < 0x80) return kindOfAscii(unit)
  const kind = kindOf(unit)
  return kind === PAIR ? kindOfPair(text.codePointAt(at) ?? unit) : kind
}

/** Makes every term a string. */
class Visits implements TermTaker {
  readonly #visit: TermVisitor
  #position = 0

  constructor(visit: TermVisitor) {
    this.#visit = visit
  }

  word(text: string, start: number, end: number): void {
    this.term(termOfWord(text, start, end), start, end)
  }

  pair(first: number, second: number, start: number, end: number): void {
    this.term(pairOf(first, second), start, end)
  }

  term(term: string, start: number, end: number): void {
    this.#visit(term, this.#position++, start, end)
  }
}

function kindOfAscii(unit: number): number {
  return codes[unit] === 0 ? SEPARATOR : LETTER
}

/** Returns where the word ends. */
function readWord(text: string, start: number, taker: TermTaker): number {
  const { length } = text
  let low = 0
  let middle = 0
  let high = 0
  let at = start
  let unit = 0
  for (; at < length; at += 1) {
    unit = text.charCodeAt(at)
    const code = unit < 0x80 ? (codes[unit] as number) : 0
    if (code === 0) break
    high = ((high << CODE_BITS) & SPELLING_MASK) | (middle >>> CARRY)
    middle = ((middle << CODE_BITS) & SPELLING_MASK) | (low >>> CARRY)
    low = ((low << CODE_BITS) & SPELLING_MASK) | code
  }
  const mayGoOn = at < length && (unit >= 0x80 || unit === APOSTROPHE)
  if (mayGoOn && goesOn(text, at)) return readFoldedWord(text, start, taker)
  if (at - start <= SPELLED_CHARS_MAX) taker.word(text, start, at, low, middle, high)
  else taker.term(termOfWord(text, start, Math.min(at, start + TERM_CHARS_MAX)), start, at)
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

/** Returns where the word ends. */
function readFoldedWord(text: string, start: number, taker: TermTaker): number {
  let word = ''
  let isMixed = false
  let at = start
  while (at < text.length) {
    const kind = kindAt(text, at)
    if (kind !== LETTER && !goesOn(text, at)) break
    const point = text.codePointAt(at) ?? 0
    if (kind === LETTER && word.length < TERM_CHARS_MAX) {
      const form = foldedText(point)
      isMixed ||= form.length > 1 && hasUnspaced(form)
      word += form
    }
    at += point > 0xffff ? 2 : 1
  }
  const cut = cutOff(word)
  // A sign such as ㋀ stands for digits and Chinese, and is found as those are.
  if (isMixed) readTerms(cut, new Within(taker, start, at))
  else taker.term(stem(cut), start, at)
  return at
}

/** As much of a word as a term has, without half a pair at its end. */
function cutOff(word: string): string {
  const isHalf = (word.charCodeAt(TERM_CHARS_MAX - 1) & 0xfc00) === 0xd800
  return word.slice(0, isHalf ? TERM_CHARS_MAX - 1 : TERM_CHARS_MAX)
}

function hasUnspaced(form: string): boolean {
  for (let at = 0; at < form.length; at++) if (kindAt(form, at) === UNSPACED) return true
  return false
}

/** Hands on the terms of what stands for a piece of a text. */
class Within implements TermTaker {
  readonly #taker: TermTaker
  readonly #start: number
  readonly #end: number

  constructor(taker: TermTaker, start: number, end: number) {
    this.#taker = taker
    this.#start = start
    this.#end = end
  }

  word(text: string, start: number, end: number): void {
    this.term(termOfWord(text, start, end))
  }

  pair(first: number, second: number): void {
    this.#taker.pair(first, second, this.#start, this.#end)
  }

  term(term: string): void {
    this.#taker.term(term, this.#start, this.#end)
  }
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

function readRun(text: string, start: number, end: number, taker: TermTaker): void {
  let before = 0
  let beforeAt = start
  let beforeEnd = start
  for (let at = start; at < end; ) {
    const unit = text.charCodeAt(at)
    const kind = kindOf(unit)
    const next = at + (kind === PAIR ? 2 : 1)
    if (kind !== IGNORED) {
      const point = foldedUnit(unit) || foldedPoint(text, at)
      if (beforeEnd > start) taker.pair(before, point, beforeAt, next)
      before = point
      beforeAt = at
      beforeEnd = next
    }
    at = next
  }
  taker.term(String.fromCodePoint(before), beforeAt, beforeEnd)
}

function foldedPoint(text: string, at: number): number {
  return foldedText(text.codePointAt(at) ?? 0).codePointAt(0) ?? 0
}
