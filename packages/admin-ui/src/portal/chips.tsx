import type { Key } from 'react-aria-components'
import { Button, Label, Tag, TagGroup, TagList } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { Facet, FilterName, RecordList } from '../api.ts'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { Icon } from '../parts/icon.tsx'
import { FACET_NAMES } from './facet-names.ts'
import { chosenValues, type Search, withFilter, withoutFilters } from './search-state.ts'
import type { WordFor } from './vocabulary.ts'

const WITHDRAWN = 'withdrawn'

type Chip = {
  readonly id: string
  readonly name: string
  readonly word: string
  readonly count: number | undefined
}

type Props = {
  readonly search: Search
  readonly facets: RecordList['facets'] | undefined
  readonly wordFor: WordFor
  readonly onSearch: (search: Search) => void
}

/** The filters in force, each with its count and removable. */
export function Chips({ search, facets, wordFor, onSearch }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const chips = useChips(search, facets, wordFor)
  if (chips.length === 0) return null
  return (
    <div className="chips">
      <TagGroup className="chip-group" onRemove={(ids) => onSearch(without(search, ids))}>
        <Label className="vh">{t('chips.label')}</Label>
        <TagList className="chip-list" items={chips}>
          {(chip) => (
            <Tag className="chip" textValue={chipText(chip)}>
              <span>
                {chip.name}
                <b>{chip.word}</b>
                {chip.count === undefined ? null : (
                  <span className="n">{formatNumber(chip.count, language)}</span>
                )}
              </span>
              {/* The name of the chip is added to this one by the tag itself. */}
              <Button slot="remove" aria-label={t('chips.remove')}>
                <Icon name="i-x" isSmall />
              </Button>
            </Tag>
          )}
        </TagList>
      </TagGroup>
      <Button className="btn btn-quiet btn-small" onPress={() => onSearch(withoutFilters(search))}>
        {t('chips.clear')}
      </Button>
    </div>
  )
}

function useChips(search: Search, facets: Props['facets'], wordFor: WordFor): readonly Chip[] {
  const { t } = useTranslation()
  const chips = chosenValues(search).map(({ facet, value }) => ({
    id: `${facet}:${value}`,
    name: t('chips.name', { name: t(FACET_NAMES[facet]) }),
    word: wordFor(facet, value),
    count: facet === 'modified' ? undefined : countOf(facets?.[facet], value),
  }))
  if (!search.withWithdrawn) return chips
  return [...chips, { id: WITHDRAWN, name: '', word: t('filters.withdrawn'), count: undefined }]
}

function countOf(values: readonly Facet[] | undefined, value: string): number | undefined {
  return values?.find((known) => known.value === value)?.count
}

function chipText(chip: Chip): string {
  return `${chip.name}${chip.word}`
}

function without(search: Search, ids: ReadonlySet<Key>): Search {
  let next = ids.has(WITHDRAWN) ? { ...search, withWithdrawn: false, pages: 1 } : search
  for (const { facet, value } of chosenValues(search)) {
    if (ids.has(`${facet}:${value}`)) next = withoutValue(next, facet, value)
  }
  return next
}

function withoutValue(search: Search, facet: FilterName, value: string): Search {
  return withFilter(
    search,
    facet,
    search.filters[facet].filter((other) => other !== value),
  )
}
