import { useTranslation } from 'react-i18next'
import type { RecordList } from '../api.ts'
import { formatList } from '../format.ts'
import { useLanguage } from '../language.ts'
import { FACET_NAMES } from './facet-names.ts'
import { withoutWord } from './matches.ts'
import { FACETS, type Search, withFilter, withoutFilters, withWords } from './search-state.ts'
import type { WordFor } from './vocabulary.ts'

const TRIES_MAX = 8
const SPELLINGS_MAX = 4

/** A search to try instead, and what it is called. */
export type Try = { readonly label: string; readonly search: Search }

/** The search with another spelling of a word that no record has. */
export function useSpellings(search: Search, list: RecordList): readonly Try[] {
  const { t } = useTranslation()
  return (list.help?.spellings ?? [])
    .map(({ q }) => ({ label: t('none.quoted', { word: q }), search: withWords(search, q) }))
    .slice(0, SPELLINGS_MAX)
}

/** The search without one word, without one filter, without all filters: the nearest first. */
export function useTries(
  search: Search,
  words: readonly string[],
  wordFor: WordFor,
): readonly Try[] {
  const { t } = useTranslation()
  const language = useLanguage()
  const byWord = words.map((word) => ({
    label: t('none.withoutWord', { word }),
    search: withWords(search, withoutWord(search.q, word)),
  }))
  const byFilter = FACETS.filter((facet) => search.filters[facet].length > 0).map((facet) => ({
    label: t('none.withoutFilter', {
      name: t(FACET_NAMES[facet]),
      values: formatList(
        search.filters[facet].map((value) => wordFor(facet, value)),
        language,
      ),
    }),
    search: withFilter(search, facet, []),
  }))
  const all = { label: t('none.withoutFilters'), search: withoutFilters(search) }
  const eachAlone = words.map((word) => ({
    label: t('none.onlyWord', { word }),
    search: withWords(withoutFilters(search), word),
  }))
  return [
    ...byFilter,
    ...(words.length > 1 ? byWord : []),
    ...(byFilter.length > 1 ? [all] : []),
    ...(words.length > 1 && byFilter.length > 0 ? eachAlone : []),
  ].slice(0, TRIES_MAX)
}
