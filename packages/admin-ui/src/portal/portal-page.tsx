import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { ErrorNotice } from '../parts/error-notice.tsx'
import { Loading } from '../parts/loading.tsx'
import { usePageTitle } from '../parts/page-title.ts'
import { searchQuery } from '../queries.ts'
import { Chips } from './chips.tsx'
import { Filters } from './filters.tsx'
import { NoResults } from './no-results.tsx'
import { PastSearch } from './past-search.tsx'
import { ResultCard } from './result-card.tsx'
import { ResultHead } from './result-head.tsx'
import { SearchBox } from './search-box.tsx'
import {
  parseSearch,
  type Search,
  searchToParams,
  withDay,
  withValue,
  withWords,
} from './search-state.ts'
import { useVocabulary } from './vocabulary.ts'

/** Search in the whole catalogue, as far as this node has heard it. */
export function PortalPage() {
  const { t } = useTranslation()
  const [params, setParams] = useSearchParams()
  const search = parseSearch(params)
  const results = useResults(search)
  const list = results.data?.pages[0]
  const wordFor = useVocabulary(list?.facets)
  usePageTitle(search.q === '' ? t('search.title') : t('search.resultsFor', { q: search.q }))

  function show(next: Search, isSamePlace = false): void {
    // At once: a box that was ticked must not wait for the answer to show its tick.
    setParams(searchToParams(next), {
      preventScrollReset: true,
      replace: isSamePlace,
      flushSync: true,
    })
  }

  return (
    <main id="main" className="page page-find" tabIndex={-1}>
      <SearchBox
        q={search.q}
        onSearch={(q) => show(withWords(search, q))}
        onFilter={(facet, value) => show(withValue(withWords(search, ''), facet, value))}
      />
      <div className="inner">
        <div className="browse">
          <Filters
            search={search}
            facets={list?.facets}
            wordFor={wordFor}
            onSearch={(next) => show(next)}
          />
          <section aria-label={t('results.label')} aria-busy={results.isFetching}>
            {search.day === null ? null : (
              <PastSearch day={search.day} onNow={() => show(withDay(search, null))} />
            )}
            <Chips search={search} facets={list?.facets} wordFor={wordFor} onSearch={show} />
            {results.isError ? (
              <ErrorNotice
                error={results.error}
                title={t('results.notRead')}
                onRetry={() => void results.refetch()}
              />
            ) : null}
            {results.isPending ? (
              <Loading>
                {search.q === '' ? t('results.reading') : t('results.readingFor', { q: search.q })}
              </Loading>
            ) : null}
            {list === undefined ? null : (
              <>
                <ResultHead search={search} total={list.total} asOf={list.asOf} onSearch={show} />
                {list.total === 0 && !results.isPlaceholderData ? (
                  <NoResults search={search} list={list} wordFor={wordFor} />
                ) : null}
                <Cards results={results} search={search} wordFor={wordFor} />
                <More
                  results={results}
                  pages={search.pages}
                  onMore={() => show({ ...search, pages: search.pages + 1 }, true)}
                />
              </>
            )}
          </section>
        </div>
      </div>
    </main>
  )
}

type Results = ReturnType<typeof useResults>

/** Reads as many pages as the address asks for, one after the other; old results stay meanwhile. */
function useResults(search: Search) {
  const results = useInfiniteQuery({
    ...searchQuery(search),
    placeholderData: keepPreviousData,
  })
  const { data, hasNextPage, isFetching, isPlaceholderData, isError, fetchNextPage } = results
  const loaded = data?.pages.length ?? 0
  const isShort =
    loaded > 0 &&
    loaded < search.pages &&
    hasNextPage &&
    !isFetching &&
    !isPlaceholderData &&
    !isError
  useEffect(() => {
    if (isShort) void fetchNextPage()
  }, [isShort, fetchNextPage])
  return results
}

function Cards(props: {
  results: Results
  search: Search
  wordFor: ReturnType<typeof useVocabulary>
}) {
  const { results, search, wordFor } = props
  const items = results.data?.pages.slice(0, search.pages).flatMap((page) => page.items) ?? []
  if (items.length === 0) return null
  return (
    <ol className="cards">
      {items.map((item) => (
        <li key={item.id}>
          <ResultCard item={item} wordFor={wordFor} />
        </li>
      ))}
    </ol>
  )
}

function More(props: { results: Results; pages: number; onMore: () => void }) {
  const { results, pages, onMore } = props
  const { t } = useTranslation()
  const language = useLanguage()
  const read = results.data?.pages ?? []
  const total = read[0]?.total ?? 0
  const shown = read.slice(0, pages).reduce((sum, page) => sum + page.items.length, 0)
  const hasMore = read.length > pages || results.hasNextPage
  if (total === 0) return null
  return (
    <div className="after">
      <p>
        {shown >= total
          ? t('results.allShown', { count: total, number: formatNumber(total, language) })
          : t('results.someShown', {
              shown: formatNumber(shown, language),
              total: formatNumber(total, language),
            })}
      </p>
      {hasMore ? (
        <Button className="btn" onPress={onMore} isDisabled={results.isFetchingNextPage}>
          {t('results.more')}
        </Button>
      ) : null}
    </div>
  )
}
