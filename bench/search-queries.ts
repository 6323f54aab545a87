/** The queries of the search benchmark, each as both sides understand it. */
import { forEachTerm } from '../packages/registry-core/src/search/text/terms.ts'
import { createRandom, type SearchRecords } from './search-records.ts'

/** What a query is made of; words are already terms of the index. */
export type BenchQuery = {
  readonly kind: string
  readonly q: string
  /** The same in the syntax of FTS5. */
  readonly match: string
  readonly theme: string | undefined
}

const EACH = 12

/** Queries of every kind in the mix, every third with a filter. */
export function benchQueries(
  records: SearchRecords,
  total: number,
  seed: number,
): readonly BenchQuery[] {
  const random = createRandom(seed)
  const rank = (from: number, to: number): string =>
    records.english(Math.floor(from + random() * (to - from)))
  const kinds: Readonly<Record<string, () => Pick<BenchQuery, 'q' | 'match'>>> = {
    rare: () => words([rank(15_000, 40_000)]),
    common: () => words([rank(60, 400), rank(60, 400)]),
    'very common': () => words([rank(0, 12)]),
    'very common, two': () => words([rank(0, 25), rank(0, 25)]),
    chinese: () => chinese(records.chinese(Math.floor(random() * 60))),
    'chinese, long': () => chinese(pieceOf(records, total, random, true)),
    phrase: () => phrase(pieceOf(records, total, random, false)),
    prefix: () => prefix(rank(200, 5_000).slice(0, 5)),
  }
  return Array.from({ length: EACH }).flatMap((_, i) =>
    Object.entries(kinds).map(([kind, make]): BenchQuery => {
      const hasFilter = i % 3 === 2
      return { kind, ...make(), theme: hasFilter ? `cn:0${1 + (i % 3)}-01` : undefined }
    }),
  )
}

/**
 * What stands in a search box, character by character: words of every rank, two words, Chinese, and
 * the first letters of how it sounds.
 */
export function benchTyped(records: SearchRecords, seed: number): readonly string[] {
  const random = createRandom(seed)
  const word = (to: number): string => records.english(Math.floor(random() * to))
  const wholes = Array.from({ length: EACH }).flatMap(() => [
    word(12),
    word(400),
    word(40_000),
    `${word(25)} ${word(400)}`,
    records.chinese(Math.floor(random() * 60)),
    records.chinese(Math.floor(random() * 4_000)),
  ])
  return wholes.flatMap((whole) => Array.from(whole, (_, i) => whole.slice(0, i + 1)))
}

function words(list: readonly string[]): Pick<BenchQuery, 'q' | 'match'> {
  return { q: list.join(' '), match: list.map((word) => `"${word}"`).join(' AND ') }
}

function phrase(text: string): Pick<BenchQuery, 'q' | 'match'> {
  return { q: `"${text}"`, match: `"${text}"` }
}

function prefix(text: string): Pick<BenchQuery, 'q' | 'match'> {
  return { q: `${text}*`, match: `${text}*` }
}

/** Pairs of neighbouring characters that follow each other, as both sides index them. */
function chinese(text: string): Pick<BenchQuery, 'q' | 'match'> {
  const terms: string[] = []
  forEachTerm(text, (term) => terms.push(term))
  const pairs = terms.slice(0, -1)
  return { q: `"${text}"`, match: `"${pairs.join(' ')}"` }
}

/** Some neighbouring words out of a record. */
function pieceOf(
  records: SearchRecords,
  total: number,
  random: () => number,
  isChinese: boolean,
): string {
  for (;;) {
    const { fields } = records.view(Math.floor(random() * total))
    const text = fields[isChinese ? 'description/zh-Hans' : 'description/en']
    if (typeof text !== 'string') continue
    if (!isChinese) {
      const all = text.split(' ')
      const at = Math.floor(random() * (all.length - 1))
      return all.slice(at, at + 2).join(' ')
    }
    const run = text.split('，').find((each) => each.length >= 4)
    if (run !== undefined) return run.slice(0, 4)
  }
}
