import { useTranslation } from 'react-i18next'
import type { Suggestion } from '../api.ts'
import { LabelText } from '../parts/label-text.tsx'
import { FACET_NAMES } from './facet-names.ts'
import type { SuggestionList as List } from './suggestions.ts'

const TYPE_NAMES = {
  keyword: 'suggest.keyword',
  record: 'suggest.record',
} as const satisfies Record<Exclude<Suggestion['type'], 'name'>, string>

type Props = { readonly id: string; readonly list: List; readonly onPick: (of: Suggestion) => void }

/** The id of the option at a place, which the search box points to. */
export function optionId(listId: string, at: number): string {
  return `${listId}-${at}`
}

/** What may be meant, each with what it is; the focus stays in the search box. */
export function SuggestionList({ id, list, onPick }: Props) {
  const { t } = useTranslation()
  const { items, isOpen, active } = list
  return (
    <>
      <div
        className="suggestions"
        id={id}
        role="listbox"
        aria-label={t('suggest.label')}
        hidden={!isOpen}
      >
        {items.map((item, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the search box
          <div
            key={keyOf(item)}
            id={optionId(id, at)}
            className="suggestion"
            role="option"
            tabIndex={-1}
            aria-selected={at === active}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onPick(item)}
          >
            <SuggestionText item={item} />
            <span className="hint">
              {item.type === 'name' ? t(FACET_NAMES[item.filter]) : t(TYPE_NAMES[item.type])}
            </span>
          </div>
        ))}
      </div>
      <p className="vh" role="status">
        {isOpen ? t('suggest.count', { count: items.length }) : ''}
      </p>
    </>
  )
}

function SuggestionText({ item }: { item: Suggestion }) {
  if (item.type === 'keyword') return <span lang={item.language}>{item.text}</span>
  return <LabelText labels={item.type === 'name' ? item.label : item.title} />
}

function keyOf(item: Suggestion): string {
  if (item.type === 'name') return `${item.filter}:${item.value}`
  return item.type === 'keyword' ? `keyword:${item.text}` : item.id
}
