/**
 * The words of a view by where they stand. Positions are 16 bits and say the tier, since words
 * of the title count more than those of the keywords, the description and the rest:
 *
 * title 0.. · keywords 1,024.. · description 4,096.. · rest 20,480..65,535
 *
 * A word beyond its range is still found, at the last position of the range, where no phrase is.
 */
import { isJsonObject, type JsonValue } from '../encoding/json.ts'
import type { View } from '../record/view.ts'
import { pinyinTerms } from './text/pinyin.ts'
import { readTerms, type TermTaker } from './text/terms.ts'

/** The tiers of words, the weightiest first. */
export const TIERS = 4
const TIER_START: readonly number[] = [0, 1_024, 4_096, 20_480, 65_536]
/** No phrase reaches over the end of a text. */
const GAP = 2

/** The tier of a position. */
export function tierOf(position: number): number {
  if (position < 1_024) return 0
  if (position < 4_096) return 1
  return position < 20_480 ? 2 : 3
}

/**
 * Fields that are codes and no texts: a search for `open` or `public` would find every record that
 * is open to the public. Those that matter are filters.
 */
const CODES: ReadonlySet<string> = new Set([
  'state',
  'frequency',
  'language',
  'x/%40type',
  'x/accessLevel',
])
/** Objects whose `type` is a code. */
const TYPED: ReadonlySet<string> = new Set(['sharing', 'openness'])

/** Takes the words of a view. */
export interface WordTaker extends TermTaker {
  /** The next term stands at `from` and the others behind it, but none beyond `last`. */
  beginText(from: number, last: number): void
  /** How many terms came since. */
  readonly taken: number
  /** A term that stands at a position whatever came before it. */
  termAt(term: string, position: number): void
}

/** Hands every word of a view with fields of these paths to `taker`, in order of position. */
export function readWords(view: View, paths: readonly string[], taker: WordTaker): void {
  // The number of the namespace and the kind are no words of the record either.
  const texts: string[][] = [[], [], [], [view.local]]
  for (const path of paths) {
    if (CODES.has(path)) continue
    const value = view.fields[path]
    if (value === undefined) continue
    collect(TYPED.has(path) ? withoutType(value) : value, texts[tierOfPath(path)] as string[])
  }
  for (let tier = 0; tier < TIERS; tier++) {
    const end = readTexts(texts[tier] as string[], tier, taker)
    if (tier === 0) addPinyin(texts[0] as string[], end, taker)
  }
}

function readTexts(texts: readonly string[], tier: number, taker: WordTaker): number {
  const last = lastOf(tier)
  let start = TIER_START[tier] as number
  for (const text of texts) {
    taker.beginText(start, last)
    readTerms(text, taker)
    start = Math.min(start + Math.max(0, taker.taken - 1) + GAP, last)
  }
  return start
}

/** How a title sounds is found like a word of it, but is never part of a phrase. */
function addPinyin(titles: readonly string[], end: number, taker: WordTaker): void {
  const last = lastOf(0)
  let at = end + GAP
  for (const term of new Set(titles.flatMap((title) => pinyinTerms(title)))) {
    taker.termAt(term, Math.min(at, last))
    at += GAP
  }
}

/** Nothing stands right before or after the last position, so no phrase holds it. */
function lastOf(tier: number): number {
  return (TIER_START[tier + 1] as number) - 2
}

function tierOfPath(path: string): number {
  if (path.startsWith('title/')) return 0
  if (path.startsWith('keyword/')) return 1
  return path.startsWith('description/') ? 2 : 3
}

function withoutType(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value
  const { type: _, ...rest } = value
  return rest
}

function collect(value: JsonValue, texts: string[]): void {
  if (typeof value === 'string') texts.push(value)
  else if (Array.isArray(value)) for (const item of value) collect(item, texts)
  else if (isJsonObject(value)) for (const key in value) collect(value[key] as JsonValue, texts)
}
