/** By which words a query names a filter: `region:440000`, `格式:csv`. */
import type { FilterName } from '../../catalogue/catalogue.ts'

const WORDS: Readonly<Record<FilterName, readonly string[]>> = {
  kind: ['kind', '类型'],
  agency: ['agency', 'publisher', '机构', '部门', '提供方'],
  region: ['region', '地区', '区域'],
  theme: ['theme', 'topic', '主题', '分类'],
  sharing: ['sharing', '共享', '共享属性'],
  openness: ['openness', '开放', '开放属性'],
  format: ['format', '格式'],
  state: ['state', '状态'],
}
const FILTER_BY_WORD: ReadonlyMap<string, FilterName> = new Map(
  Object.entries(WORDS).flatMap(([name, words]) =>
    words.map((word) => [word, name as FilterName] as const),
  ),
)

/** The filter that a word names, or undefined. */
export function filterOfWord(word: string): FilterName | undefined {
  return FILTER_BY_WORD.get(word.toLowerCase())
}
