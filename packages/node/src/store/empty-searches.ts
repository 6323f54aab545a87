/**
 * Searches that found nothing, counted by day, so that somebody can see what people look for and the
 * catalogue does not have. Nothing says who asked or when within the day; searches with something
 * like a number of a person or a mail address are not kept. Sublevel `work`:
 *
 * key    empty/<day, UTC>/<folded words in order of code units, separated by spaces>
 * value  how often, decimal
 */
import { type Database, foldWord } from '@mulu/registry-core'
import { workRowsOf } from './work-rows.ts'

/** What was looked for in vain, and how often. */
export type EmptySearch = { readonly words: string; readonly count: number; readonly days: number }

/** The counts of one node. */
export type EmptySearches = {
  /** Counts a search, as it was typed, by its words. */
  readonly count: (typed: string, words: readonly string[]) => Promise<void>
  /** Of the last days, today included: the most frequent first. */
  readonly list: (days: number) => Promise<readonly EmptySearch[]>
}

/** Days that are kept, and different searches of one day; further ones of that day are not. */
export const EMPTY_SEARCH_DAYS_MAX = 92
export const EMPTY_SEARCHES_OF_DAY_MAX = 500
const WORDS_CHARS_MAX = 120
/** Six digits in a row may belong to a person; so may what has an @. */
const MAY_BE_PERSONAL = /@|\d{6}/u
/** What people write between the digits of a number. */
const APART = /[\s.()-]/gu
const START = 'empty/'
const DAY_MS = 86_400_000

/** Counts kept in a database that may be opened again meanwhile. */
export function createEmptySearches(
  database: () => Promise<Database>,
  now: () => number,
  queue: { run<T>(work: () => Promise<T>): Promise<T> },
): EmptySearches {
  return {
    count: (typed, words) =>
      queue.run(async () => {
        const text = wordsText(words)
        if (text === '' || text.length > WORDS_CHARS_MAX) return
        if (MAY_BE_PERSONAL.test(typed.normalize('NFKC').replace(APART, ''))) return
        const rows = workRowsOf(await database())
        const day = `${START}${dayOf(now())}/`
        const known = await rows.get(day + text)
        if (known === undefined) {
          const others = await rows.keys({ gte: day, lt: `${day}\u{10ffff}` }).all()
          if (others.length >= EMPTY_SEARCHES_OF_DAY_MAX) return
          await rows.clear({ gte: START, lt: firstKey(now(), EMPTY_SEARCH_DAYS_MAX) })
        }
        await rows.put(day + text, String(Number(known ?? 0) + 1))
      }),
    list: async (days) => {
      const rows = workRowsOf(await database())
      const range = { gte: firstKey(now(), days), lt: `${START}\u{10ffff}` }
      const found = new Map<string, { count: number; days: number }>()
      for await (const [key, count] of rows.iterator(range)) {
        const words = key.slice(START.length + 11)
        const known = found.get(words) ?? { count: 0, days: 0 }
        found.set(words, { count: known.count + Number(count), days: known.days + 1 })
      }
      return [...found]
        .map(([words, counted]) => ({ words, ...counted }))
        .sort((a, b) => b.count - a.count || (a.words < b.words ? -1 : 1))
    },
  }
}

/** The same text for the same words in any order and spelling. */
function wordsText(words: readonly string[]): string {
  const folded = words.map((word) => foldWord(word.replace(/"/gu, '').normalize('NFKC')).trim())
  return [...new Set(folded)].sort().join(' ').trim()
}

function firstKey(nowMs: number, days: number): string {
  return `${START}${dayOf(nowMs - (days - 1) * DAY_MS)}/`
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
