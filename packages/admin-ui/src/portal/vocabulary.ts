import { useQuery } from '@tanstack/react-query'
import type { Facet, FacetName } from '../api.ts'
import { plainText } from '../labels.ts'
import { useLanguage } from '../language.ts'
import { vocabularyQuery } from '../queries.ts'

export type WordFor = (facet: FacetName, value: string) => string

/** Words for coded values: from the facets at hand, else from those of the whole catalogue. */
export function useVocabulary(facets?: Readonly<Record<FacetName, readonly Facet[]>>): WordFor {
  const language = useLanguage()
  const { data } = useQuery(vocabularyQuery)
  return (facet, value) => {
    const known = find(facets, facet, value) ?? find(data, facet, value)
    return known === undefined ? value : plainText(known.label, language, value)
  }
}

function find(
  facets: Readonly<Record<FacetName, readonly Facet[]>> | undefined,
  facet: FacetName,
  value: string,
): Facet | undefined {
  return facets?.[facet]?.find((known) => known.value === value)
}
