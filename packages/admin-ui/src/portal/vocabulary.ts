import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Facet, FacetName, FilterName } from '../api.ts'
import { plainText } from '../labels.ts'
import { useLanguage } from '../language.ts'
import { vocabularyQuery } from '../queries.ts'

export type WordFor = (filter: FilterName, value: string) => string

/** Words for coded values: from the facets at hand, else from those of the whole catalogue. */
export function useVocabulary(facets?: Readonly<Record<FacetName, readonly Facet[]>>): WordFor {
  const { t } = useTranslation()
  const language = useLanguage()
  const { data } = useQuery(vocabularyQuery)
  return (filter, value) => {
    if (filter === 'modified') return value.replace('..', ' – ').trim()
    if (filter === 'license') return withoutScheme(value)
    if (filter === 'has') return value === 'conflicts' ? t('has.conflicts') : t('has.problems')
    const known = find(facets, filter, value) ?? find(data, filter, value)
    return known === undefined ? value : plainText(known.label, language, value)
  }
}

/** Licences are known by their addresses, of which the end tells them apart. */
function withoutScheme(address: string): string {
  return address.replace(/^https?:\/\/(www\.)?/u, '').replace(/\/$/u, '')
}

function find(
  facets: Readonly<Record<FacetName, readonly Facet[]>> | undefined,
  facet: FacetName,
  value: string,
): Facet | undefined {
  return facets?.[facet]?.find((known) => known.value === value)
}
