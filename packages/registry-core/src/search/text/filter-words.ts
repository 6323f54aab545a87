/** By which words a query names a filter: `region:440000`, `格式:csv`. */
import { FILTERS, type FilterName } from '../filters.ts'

const FILTER_BY_WORD: ReadonlyMap<string, FilterName> = new Map(
  FILTERS.flatMap(({ name, words }) => [name, ...words].map((word) => [word, name] as const)),
)

/** The filter that a word names, or undefined. */
export function filterOfWord(word: string): FilterName | undefined {
  return FILTER_BY_WORD.get(word.toLowerCase())
}
