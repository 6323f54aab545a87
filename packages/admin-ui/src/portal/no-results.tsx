import { useQueries } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { AsOf } from '../api.ts'
import { formatList } from '../format.ts'
import { useLanguage } from '../language.ts'
import { useSilentText } from '../parts/as-of-line.tsx'
import { countQuery } from '../queries.ts'
import { FACET_NAMES } from './facet-names.ts'
import { wordsOfQuery } from './matches.ts'
import {
  chosenValues,
  FACETS,
  type Search,
  searchToParams,
  withFilter,
  withoutFilters,
  withWords,
} from './search-state.ts'
import type { WordFor } from './vocabulary.ts'

const TRIES_MAX = 8

type Props = { readonly search: Search; readonly asOf: AsOf; readonly wordFor: WordFor }
type Try = { readonly label: string; readonly search: Search }

/** Which words and filters found nothing together, what each nearest step would find. */
export function NoResults({ search, asOf, wordFor }: Props) {
  const { t } = useTranslation()
  const tries = useTries(search, wordFor)
  const counts = useQueries({ queries: tries.map((step) => countQuery(step.search)) })
  const steps = tries
    .map((step, index) => ({ ...step, count: counts[index]?.data?.total ?? 0 }))
    .filter((step) => step.count > 0)
  const silent = useSilentText(asOf)
  const isCounted = counts.every((count) => !count.isPending)
  return (
    <div className="empty">
      <h3>{useTitle(search, wordFor)}</h3>
      <p>
        {isCounted && steps.length === 0 ? t('none.nothingNear') : t('none.steps')}
        {silent === undefined ? null : t('none.silent', { silent })}
      </p>
      <div className="btns">
        {steps.map((step) => (
          <Link
            key={step.label}
            className="btn"
            to={{ pathname: '/', search: searchToParams(step.search).toString() }}
          >
            {t('none.try', { label: step.label, count: step.count })}
          </Link>
        ))}
        <Link className="btn" to="/">
          {t('none.all')}
        </Link>
      </div>
    </div>
  )
}

/** The search without one word, without one filter, without all filters: the nearest first. */
function useTries(search: Search, wordFor: WordFor): readonly Try[] {
  const { t } = useTranslation()
  const language = useLanguage()
  const words = wordsOfQuery(search.q)
  const byWord = words.map((word, index) => ({
    label: t('none.withoutWord', { word }),
    search: withWords(search, words.filter((_, other) => other !== index).join(' ')),
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

function useTitle(search: Search, wordFor: WordFor): string {
  const { t } = useTranslation()
  const language = useLanguage()
  const words = formatList(
    wordsOfQuery(search.q).map((word) => t('none.quoted', { word })),
    language,
  )
  const filters = formatList(
    chosenValues(search).map(({ facet, value }) => wordFor(facet, value)),
    language,
  )
  if (words === '' && filters === '') return t('none.titleEmpty')
  if (filters === '') return t('none.titleWords', { words })
  if (words === '') return t('none.titleFilters', { filters })
  return t('none.titleBoth', { words, filters })
}
