import { type FormEvent, useEffect, useState } from 'react'
import { Button, Input, Label, SearchField } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'react-router'
import { Icon } from '../parts/icon.tsx'
import { focusSearchBox, isSearchRequested, SEARCH_BOX_ID } from '../parts/shortcuts.ts'

type Props = { readonly q: string; readonly onSearch: (q: string) => void }

/** The question of the page: words, and one button. */
export function SearchBox({ q, onSearch }: Props) {
  const { t } = useTranslation()
  const [text, setText] = useState(q)
  useEffect(() => setText(q), [q])
  useFocusOnRequest()

  function submit(event: FormEvent): void {
    event.preventDefault()
    onSearch(text)
  }

  return (
    <div className="find">
      <div className="inner">
        <h1>{t('search.title')}</h1>
        <search>
          <form onSubmit={submit}>
            <SearchField
              className="box"
              value={text}
              onChange={setText}
              onClear={() => onSearch('')}
            >
              <Label className="vh">{t('search.words')}</Label>
              <Icon name="i-search" />
              <Input
                className="input"
                id={SEARCH_BOX_ID}
                name="q"
                autoComplete="off"
                aria-describedby="search-hint"
              />
              {text === '' ? null : (
                <Button className="clear" aria-label={t('search.clear')}>
                  <Icon name="i-x" isSmall />
                </Button>
              )}
            </SearchField>
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
