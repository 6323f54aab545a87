import { useTranslation } from 'react-i18next'
import type { Step } from '../api.ts'
import { formatList } from '../format.ts'
import { useLanguage } from '../language.ts'
import { FACET_NAMES } from './facet-names.ts'
import { type Search, withFilter, withoutFilters, withWords } from './search-state.ts'
import type { WordFor } from './vocabulary.ts'

/** A search to try instead, and what it is called. */
export type Try = { readonly label: string; readonly search: Search; readonly count: number }

/** The search that a step of the node stands for. */
export function searchOfStep(search: Search, { kind, q, filter }: Step): Search {
  if (kind === 'filter' && filter !== undefined) return withFilter(search, filter, [])
  if (kind === 'filters') return withoutFilters(search)
  return withWords(kind === 'spelling' || kind === 'word' ? search : withoutFilters(search), q)
}

/** Names the steps of the node. */
export function useTries(search: Search, steps: readonly Step[], wordFor: WordFor): readonly Try[] {
  const { t } = useTranslation()
  const language = useLanguage()
  const labelOf = ({ kind, q, word = '', filter }: Step): string => {
    switch (kind) {
      case 'spelling':
        return t('none.quoted', { word: q })
      case 'filter': {
        if (filter === undefined) return t('none.withoutFilters')
        const values = search.filters[filter].map((value) => wordFor(filter, value))
        const name = t(FACET_NAMES[filter])
        return t('none.withoutFilter', { name, values: formatList(values, language) })
      }
      case 'word':
        return t('none.withoutWord', { word })
      case 'filters':
        return t('none.withoutFilters')
      case 'alone':
        return t('none.onlyWord', { word })
      case 'any':
        return t('none.anyWord')
      case 'part':
        return t('none.partOf', { word })
    }
  }
  return steps.map((step) => ({
    label: labelOf(step),
    search: searchOfStep(search, step),
    count: step.total,
  }))
}
