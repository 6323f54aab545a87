import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { useLocation, useNavigate } from 'react-router'
import type { FacetName, Suggestion } from '../api.ts'
import { Icon } from '../parts/icon.tsx'
import { focusSearchBox, isSearchRequested, SEARCH_BOX_ID } from '../parts/shortcuts.ts'
import { optionId, SuggestionList } from './suggestion-list.tsx'
import { useSuggestions } from './suggestions.ts'

type Props = {
  readonly q: string
  readonly onSearch: (q: string) => void
  /** The name of a value was chosen instead of words. */
  readonly onFilter: (facet: FacetName, value: string) => void
}

/** The question of the page: words, and one button; what may be meant is listed while typing. */
export function SearchBox({ q, onSearch, onFilter }: Props) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [text, setText] = useState(q)
  const list = useSuggestions(text)
  const listId = useId()
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => setText(q), [q])
  useFocusOnRequest()

  function submit(event: FormEvent): void {
    event.preventDefault()
    list.close()
    onSearch(text)
  }

  function clear(): void {
    list.close()
    setText('')
    onSearch('')
    input.current?.focus()
  }

  function pick(chosen: Suggestion): void {
    list.close()
    if (chosen.type === 'record') {
      void navigate(`/records/${chosen.id}`)
    } else if (chosen.type === 'name') {
      setText('')
      onFilter(chosen.filter, chosen.value)
    } else {
      setText(chosen.text)
      onSearch(chosen.text)
    }
  }

  function onKey(event: KeyboardEvent<HTMLInputElement>): void {
    // While characters are being composed the keys belong to the input method.
    if (event.nativeEvent.isComposing) return
    const chosen = list.items[list.active]
    if (event.key === 'ArrowDown' && !list.isOpen) list.open()
    else if (event.key === 'ArrowDown') list.move(1)
    else if (event.key === 'ArrowUp' && list.isOpen) list.move(-1)
    else if (event.key === 'Enter' && chosen !== undefined) pick(chosen)
    else if (event.key === 'Escape' && list.isOpen) list.close()
    else if (event.key === 'Escape' && text !== '') clear()
    else return
    event.preventDefault()
  }

  return (
    <div className="find">
      <div className="inner">
        <h1>{t('search.title')}</h1>
        <search>
          <form onSubmit={submit}>
            <div className="box">
              <label className="vh" htmlFor={SEARCH_BOX_ID}>
                {t('search.words')}
              </label>
              <Icon name="i-search" />
              <input
                ref={input}
                className="input"
                id={SEARCH_BOX_ID}
                name="q"
                type="search"
                role="combobox"
                autoComplete="off"
                aria-describedby="search-hint"
                aria-autocomplete="list"
                aria-expanded={list.isOpen}
                aria-controls={listId}
                aria-activedescendant={list.active < 0 ? undefined : optionId(listId, list.active)}
                value={text}
                onChange={(event) => {
                  setText(event.target.value)
                  list.open()
                }}
                onKeyDown={onKey}
                onBlur={list.close}
              />
              {text === '' ? null : (
                <Button className="clear" aria-label={t('search.clear')} onPress={clear}>
                  <Icon name="i-x" isSmall />
                </Button>
              )}
              <SuggestionList id={listId} list={list} onPick={pick} />
            </div>
            <Button className="btn btn-primary" type="submit">
              {t('search.button')}
            </Button>
          </form>
        </search>
        <p className="hint" id="search-hint">
          {t('search.hint')}
        </p>
      </div>
    </div>
  )
}

/** The `/` key pressed on another page leads here and into the box. */
function useFocusOnRequest(): void {
  const { state } = useLocation()
  const isRequested = isSearchRequested(state)
  useEffect(() => {
    if (isRequested) focusSearchBox()
  }, [isRequested])
}
