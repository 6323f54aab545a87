import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { HistoryItem } from '../../api.ts'
import { formatList } from '../../format.ts'
import { useLanguage } from '../../language.ts'
import { DigestWords } from '../../parts/digest-words.tsx'
import { ErrorNotice } from '../../parts/error-notice.tsx'
import { LabelText } from '../../parts/label-text.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Status } from '../../parts/status.tsx'
import { historyQuery } from '../../queries.ts'
import { COMMIT_WORDS } from '../../words.ts'
import { useFieldLabel } from './field-label.ts'

const SHOWN_FIRST = 10
const PATHS_SHOWN = 4

/** Who changed what, newest first; what was refused stays in the list with its reason. */
export function HistorySection({ id }: { id: string }) {
  const { t } = useTranslation()
  const history = useQuery(historyQuery(id))
  const [isWhole, setWhole] = useState(false)
  const items = history.data ?? []
  const shown = isWhole ? items : items.slice(0, SHOWN_FIRST)
  return (
    <section className="section" aria-labelledby="history">
      <div className="section-head">
        <h2 id="history">{t('history.title')}</h2>
        <p>{t('history.text')}</p>
      </div>
      {history.isError ? (
        <ErrorNotice
          error={history.error}
          title={t('history.notRead')}
          onRetry={() => void history.refetch()}
        />
      ) : null}
      {items.length === 0 ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        <section className="scroll" aria-label={t('history.table')} tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('source.when')}</th>
                <th scope="col">{t('history.who')}</th>
                <th scope="col">{t('history.changed')}</th>
                <th scope="col">{t('source.commit')}</th>
                <th scope="col">{t('history.outcome')}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((item) => (
                <HistoryRow key={`${item.commit} ${item.seq} ${item.client}`} item={item} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {items.length > SHOWN_FIRST ? (
        <div className="after">
          <p>{t('history.count', { shown: shown.length, total: items.length })}</p>
          <Button className="btn btn-small" onPress={() => setWhole(!isWhole)}>
            {isWhole ? t('facet.fewer') : t('history.all', { count: items.length })}
          </Button>
        </div>
      ) : null}
    </section>
  )
}

function HistoryRow({ item }: { item: HistoryItem }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const label = useFieldLabel()
  const names = [...new Set(item.paths.map(label))]
  const rest = names.length - PATHS_SHOWN
  const listed = formatList(names.slice(0, PATHS_SHOWN), language)
  return (
    <tr>
      <th scope="row">
        <Moment ms={item.atMs} />
      </th>
      <td>
        <LabelText labels={item.node} />
        <span className="sub">{item.office ?? <LabelText labels={item.agency.name} />}</span>
      </td>
      <td className="wrap">
        {rest > 0 ? t('history.andMore', { listed, count: rest }) : listed}
        {item.reason === null ? null : <span className="sub">{item.reason}</span>}
      </td>
      <td>
        {t('source.number', { seq: item.seq })}{' '}
        <DigestWords value={item.commit} count={COMMIT_WORDS} />
      </td>
      <td>
        <Outcome item={item} />
      </td>
    </tr>
  )
}

const OUTCOMES = {
  'in force': { state: 'ok', key: 'outcome.inForce' },
  waits: { state: 'wait', key: 'outcome.waits' },
  ended: { state: 'off', key: 'outcome.ended' },
  void: { state: 'bad', key: 'outcome.void' },
  'void body': { state: 'bad', key: 'outcome.voidBody' },
} as const

function Outcome({ item }: { item: HistoryItem }) {
  const { t } = useTranslation()
  const known = Object.entries(OUTCOMES).find(([outcome]) => outcome === item.outcome)?.[1]
  return (
    <>
      <Status state={known?.state ?? 'off'}>
        {known === undefined ? item.outcome : t(known.key)}
      </Status>
      {item.code === null ? null : <span className="sub code">{item.code}</span>}
    </>
  )
}
