import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'
import type { Fields, Labels, RecordView } from '../../api.ts'
import { chooseText } from '../../labels.ts'
import { useLanguage } from '../../language.ts'
import { ForeignTag, LabelText } from '../../parts/label-text.tsx'
import { Status } from '../../parts/status.tsx'
import { useVocabulary } from '../vocabulary.ts'

/** The texts of a field that exists once per language. */
export function labelsOf(fields: Fields, head: 'title' | 'description'): Labels {
  const texts: Record<string, string> = {}
  for (const [path, value] of Object.entries(fields)) {
    const [first, lang] = path.split('/')
    if (first === head && lang !== undefined && typeof value === 'string') texts[lang] = value
  }
  return texts
}

/** What it is: call number, title, who answers for it, abstract, how it stands. */
export function RecordHead({ record }: { record: RecordView }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const wordFor = useVocabulary()
  const titles = labelsOf(record.fields, 'title')
  const title = chooseText(titles, language)
  const description = chooseText(labelsOf(record.fields, 'description'), language)
  const region = record.fields['region']
  return (
    <div className="record-head">
      <p className="call">
        {typeof region === 'string' ? <b>{region}</b> : null}
        {typeof region === 'string' ? <span>{wordFor('region', region)}</span> : null}
        <span>{wordFor('kind', record.kind)}</span>
      </p>
      <h1 lang={title?.lang}>{title?.text ?? t('record.untitled')}</h1>
      <p className="by">
        <LabelText labels={record.agency.name} />
      </p>
      {description === undefined ? null : (
        <p className="sum prose" lang={description.lang}>
          {description.text}
        </p>
      )}
      <p className="tags">
        <ForeignTag labels={titles} />
        <State record={record} />
        {record.conflicts.length === 0 ? null : (
          <Status state="split" isTag>
            {t('record.conflicts', { count: record.conflicts.length })}
          </Status>
        )}
        {record.problems.length === 0 ? null : (
          <Status state="warn" isTag>
            {t('record.problems', { count: record.problems.length })}
          </Status>
        )}
      </p>
    </div>
  )
}

function State({ record }: { record: RecordView }) {
  const { t } = useTranslation()
  switch (record.fields['state']) {
    case 'published':
      return (
        <Status state="ok" isTag>
          {t('state.published')}
        </Status>
      )
    case 'withdrawn':
      return (
        <Status state="off" isTag>
          {t('state.withdrawn')}
        </Status>
      )
    default:
      return null
  }
}

/** The way back to the search that led here, where there was one. */
export function Crumbs({ title }: { title: string }) {
  const { t } = useTranslation()
  const { state } = useLocation()
  const from = typeof state === 'object' && state !== null && 'search' in state ? state.search : ''
  const query = typeof from === 'string' ? from : ''
  const q = new URLSearchParams(query).get('q')
  return (
    <nav className="crumbs" aria-label={t('crumbs.label')}>
      <ol>
        <li>
          <Link to={{ pathname: '/', search: query }}>
            {q === null || q === '' ? t('crumbs.search') : t('search.resultsFor', { q })}
          </Link>
        </li>
        <li aria-current="page">{title}</li>
      </ol>
    </nav>
  )
}
