import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { AsOf } from '../api.ts'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { useSilentText } from '../parts/as-of-line.tsx'
import { heldNames } from '../parts/held-words.ts'
import { feedAddress, type Search, SORTS, type Sort } from './search-state.ts'

const SORT_NAMES = {
  relevance: 'sort.relevance',
  modified: 'sort.modified',
  title: 'sort.title',
  quality: 'sort.quality',
} as const satisfies Record<Sort, string>

type Props = {
  readonly search: Search
  readonly total: number
  readonly asOf: AsOf
  readonly onSearch: (search: Search) => void
}

/** How many, in which order, and from which nodes. */
export function ResultHead({ search, total, asOf, onSearch }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const silent = useSilentText(asOf)
  const sorts = SORTS.filter((sort) => sort !== 'relevance' || search.q !== '')
  const number = formatNumber(total, language)
  return (
    <>
      <div className="count">
        <h2 aria-live="polite">
          {search.q === ''
            ? t('results.total', { count: total, number })
            : t('results.totalFor', { q: search.q, count: total, number })}
        </h2>
        <label>
          {t('sort.label')}
          <select
            className="select"
            value={search.sort}
            onChange={(event) => {
              const sort = sorts.find((known) => known === event.target.value)
              if (sort !== undefined) onSearch({ ...search, sort, pages: 1 })
            }}
          >
            {sorts.map((sort) => (
              <option key={sort} value={sort}>
                {t(SORT_NAMES[sort])}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p className="heard">
        {t('results.heard', { heard: asOf.heard, nodes: asOf.nodes })}
        {silent === undefined ? null : t('results.mayMiss', { silent })}
      </p>
      <Part asOf={asOf} />
      {search.day === null ? <Subscribe search={search} /> : null}
    </>
  )
}

/** Of a node that holds a part: which agencies the search looked at. */
function Part({ asOf }: { asOf: AsOf }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const { held } = asOf.share
  if (held === null) return null
  const { agencies, of } = held
  return (
    <p className="heard">
      <b>{t('held.searched', { agencies, of })}</b> {heldNames(held, t, language)}{' '}
      <Link to="/node#held">{t('held.which')}</Link>
    </p>
  )
}

/** The search as a feed: a link for people, and what programs look for in the head of the page. */
function Subscribe({ search }: { search: Search }) {
  const { t } = useTranslation()
  const address = feedAddress(search, useLanguage())
  return (
    <p className="heard">
      <link rel="alternate" type="application/atom+xml" title={t('feed.title')} href={address} />
      <a href={address}>{t('feed.subscribe')}</a> {t('feed.text')}
    </p>
  )
}
