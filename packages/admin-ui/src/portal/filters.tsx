import { useState } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { RecordList } from '../api.ts'
import { Icon } from '../parts/icon.tsx'
import { FacetGroup } from './facet-group.tsx'
import { FACET_NAMES } from './facet-names.ts'
import {
  chosenValues,
  datesOf,
  FACETS,
  type Search,
  withDates,
  withDay,
  withFilter,
} from './search-state.ts'
import type { WordFor } from './vocabulary.ts'

const FIRST_DAY = '1970-01-01'

type Props = {
  readonly search: Search
  readonly facets: RecordList['facets'] | undefined
  readonly wordFor: WordFor
  readonly onSearch: (search: Search) => void
}

/** The filters: beside the results where there is room, else folded behind one button. */
export function Filters({ search, facets, wordFor, onSearch }: Props) {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  const chosen = chosenValues(search).length + (search.withWithdrawn ? 1 : 0)
  return (
    <div className="filters" data-open={isOpen ? '' : undefined}>
      <Button
        className="btn filters-open"
        aria-expanded={isOpen}
        aria-controls="filters"
        onPress={() => setOpen(!isOpen)}
      >
        <Icon name="i-filter" isSmall />
        {chosen === 0 ? t('filters.open') : t('filters.openChosen', { count: chosen })}
      </Button>
      <section className="filters-body" id="filters" aria-label={t('filters.label')}>
        {FACETS.map((facet) => (
          <FacetGroup
            key={facet}
            facet={facet}
            values={facets?.[facet] ?? []}
            chosen={search.filters[facet]}
            wordFor={wordFor}
            onChange={(values) => onSearch(withFilter(search, facet, values))}
          />
        ))}
        <DateRange search={search} onSearch={onSearch} />
        <AsOfDay search={search} onSearch={onSearch} />
        <fieldset className="facet">
          <legend>{t('filters.state')}</legend>
          <label>
            <input
              className="check"
              type="checkbox"
              checked={search.withWithdrawn}
              onChange={(event) =>
                onSearch({ ...search, withWithdrawn: event.target.checked, pages: 1 })
              }
            />
            <span>{t('filters.withdrawn')}</span>
          </label>
        </fieldset>
      </section>
    </div>
  )
}

/** The day at whose end the catalogue is searched as it was. */
function AsOfDay({ search, onSearch }: Pick<Props, 'search' | 'onSearch'>) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState<string>()
  return (
    <fieldset className="facet">
      <legend>{t('past.filter')}</legend>
      <label>
        <span>{t('past.day')}</span>
        <input
          className="input"
          type="date"
          value={typed ?? search.day ?? ''}
          onChange={(event) => {
            const day = event.target.value
            // A year on its way to four digits is not asked for.
            const isPart = day !== '' && day < FIRST_DAY
            setTyped(isPart ? day : undefined)
            if (!isPart) onSearch(withDay(search, day === '' ? null : day))
          }}
        />
      </label>
    </fieldset>
  )
}

/** The dates between which a record says that it changed; either may stay open. */
function DateRange({ search, onSearch }: Pick<Props, 'search' | 'onSearch'>) {
  const { t } = useTranslation()
  const { from, to } = datesOf(search)
  const fields = [
    { label: t('filters.from'), value: from, to: (date: string) => withDates(search, date, to) },
    { label: t('filters.to'), value: to, to: (date: string) => withDates(search, from, date) },
  ]
  return (
    <fieldset className="facet">
      <legend>{t(FACET_NAMES.modified)}</legend>
      {fields.map(({ label, value, to: next }) => (
        <label key={label}>
          <span>{label}</span>
          <input
            className="input"
            type="date"
            value={value}
            onChange={(event) => onSearch(next(event.target.value))}
          />
        </label>
      ))}
    </fieldset>
  )
}
