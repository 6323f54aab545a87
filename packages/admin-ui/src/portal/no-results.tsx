import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { RecordList } from '../api.ts'
import { formatList } from '../format.ts'
import { useLanguage } from '../language.ts'
import { useSilentText } from '../parts/as-of-line.tsx'
import { type Try, useTries } from './nearest-searches.ts'
import { ResultCard } from './result-card.tsx'
import { chosenValues, type Search, searchToParams } from './search-state.ts'
import type { WordFor } from './vocabulary.ts'

type Props = { readonly search: Search; readonly list: RecordList; readonly wordFor: WordFor }

/** Which words and filters found nothing together, what was meant, what each nearest step finds. */
export function NoResults({ search, list, wordFor }: Props) {
  const { t } = useTranslation()
  const all = list.help?.steps ?? []
  const spellings = useTries(
    search,
    all.filter(({ kind }) => kind === 'spelling'),
    wordFor,
  )
  const steps = useTries(
    search,
    all.filter(({ kind }) => kind !== 'spelling'),
    wordFor,
  )
  const silent = useSilentText(list.asOf)
  const nearest = spellings[0] ?? steps[0]
  return (
    <>
      <div className="empty">
        <h3>{useTitle(search, list.words, wordFor)}</h3>
        <Missing words={list.help?.missing ?? []} isShown={list.words.length > 1} />
        {spellings.length === 0 ? null : (
          <>
            <p>{t('none.meant')}</p>
            <Steps steps={spellings} />
          </>
        )}
        <p>
          {nearest === undefined ? t('none.nothingNear') : null}
          {steps.length > 0 ? t('none.steps') : null}
          {silent === undefined ? null : t('none.silent', { silent })}
        </p>
        <Steps steps={steps}>
          <Link className="btn" to="/">
            {t('none.all')}
          </Link>
        </Steps>
      </div>
      {nearest === undefined ? null : (
        <section className="section" aria-labelledby="nearest">
          <h3 id="nearest">{t('none.nearest', { label: nearest.label })}</h3>
          <ol className="cards">
            {(list.help?.nearest ?? []).map((item) => (
              <li key={item.id}>
                <ResultCard item={item} wordFor={wordFor} />
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  )
}

/** The words to blame; with one word alone the title says it already. */
function Missing({ words, isShown }: { words: readonly string[]; isShown: boolean }) {
  const { t } = useTranslation()
  const quoted = useQuoted(words)
  return isShown && words.length > 0 ? <p>{t('none.missing', { words: quoted })}</p> : null
}

function Steps({ steps, children }: { steps: readonly Try[]; children?: ReactNode }) {
  const { t } = useTranslation()
  return (
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
      {children}
    </div>
  )
}

function useQuoted(words: readonly string[]): string {
  const { t } = useTranslation()
  const language = useLanguage()
  const isPhrase = (word: string): boolean => word.startsWith('"')
  return formatList(
    words.map((word) => t('none.quoted', { word: isPhrase(word) ? word.slice(1, -1) : word })),
    language,
  )
}

function useTitle(search: Search, words: readonly string[], wordFor: WordFor): string {
  const { t } = useTranslation()
  const language = useLanguage()
  // A query of exclusions or fields alone has no word of its own; it is named as it was typed.
  const quoted = useQuoted(words.length === 0 && search.q !== '' ? [search.q] : words)
  const filters = formatList(
    chosenValues(search).map(({ facet, value }) => wordFor(facet, value)),
    language,
  )
  if (quoted === '' && filters === '') return t('none.titleEmpty')
  if (filters === '') return t('none.titleWords', { words: quoted })
  if (quoted === '') return t('none.titleFilters', { filters })
  return t('none.titleBoth', { words: quoted, filters })
}
