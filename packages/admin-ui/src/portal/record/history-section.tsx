import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { History, HistoryItem } from '../../api.ts'
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
import { useKeptBy } from './not-held.tsx'

const SHOWN_FIRST = 10
const PATHS_SHOWN = 4
const NO_HISTORY: History = { items: [], keptBy: [] }

/** Who changed what, newest first; what was refused stays in the list with its reason. */
export function HistorySection({ id }: { id: string }) {
  const { t } = useTranslation()
  const history = useQuery(historyQuery(id))
  const [isWhole, setWhole] = useState(false)
  const { items, keptBy } = history.data ?? NO_HISTORY
  const shown = isWhole ? items : items.slice(0, SHOWN_FIRST)
  return (
    <section className="section" aria-labelledby="history">
      <div className="section-head">
        <h2 id="history">{t('history.title')}</h2>
        <p>{t('history.text')}</p>
        <NotHeldText items={items} keptBy={keptBy} />
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

/** Where this node has dropped superseded values: that it has, and who still has them. */
function NotHeldText({ items, keptBy }: History) {
  const { t } = useTranslation()
  const who = useKeptBy(keptBy)
  if (items.every(({ notHeld }) => notHeld === 0)) return null
  return (
    <p>
      {t('history.dropped')} {who}
    </p>
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
        {item.notHeld === 0 ? null : (
          <span className={names.length === 0 ? undefined : 'sub'}>
            {t('history.notHeld', { count: item.notHeld })}
          </span>
        )}
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
