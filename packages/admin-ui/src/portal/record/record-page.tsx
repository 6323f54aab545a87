import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useParams, useSearchParams } from 'react-router'
import type { RecordView } from '../../api.ts'
import { plainText } from '../../labels.ts'
import { useLanguage } from '../../language.ts'
import { ErrorNotice } from '../../parts/error-notice.tsx'
import { Loading } from '../../parts/loading.tsx'
import { usePageTitle } from '../../parts/page-title.ts'
import { provenanceQuery, recordQuery, statusQuery } from '../../queries.ts'
import { EraseSection } from './erase-section.tsx'
import { GROUP_NAMES } from './field-names.ts'
import { FieldRow } from './field-row.tsx'
import { HistorySection } from './history-section.tsx'
import { HowToGet } from './how-to-get.tsx'
import { NotHeldNotice } from './not-held.tsx'
import { NotHeldRecord, unheldOf } from './not-held-record.tsx'
import { PastNotice } from './past-notice.tsx'
import { RecordAside } from './record-aside.tsx'
import { Crumbs, labelsOf, RecordHead } from './record-head.tsx'
import { rowsOf } from './rows.ts'
import { useSettle } from './settle.ts'
import { SettleNotice } from './settle-notice.tsx'

/** One record: what it is, how to get it, then every field and where its value comes from. */
export function RecordPage() {
  const { t } = useTranslation()
  const language = useLanguage()
  const { namespace = '', kind = '', local = '' } = useParams()
  const id = [namespace, kind, local].map(encodeURIComponent).join('/')
  const [params] = useSearchParams()
  const day = params.get('asOf')
  const record = useQuery(recordQuery(id, day))
  const title =
    record.data === undefined
      ? t('record.title')
      : plainText(labelsOf(record.data.fields, 'title'), language, t('record.untitled'))
  usePageTitle(title)
  const unheld = unheldOf(record.error)
  return (
    <main id="main" className="page" tabIndex={-1}>
      <div className="inner">
        <Crumbs title={title} />
        {record.data === undefined ? <h1 className="vh">{title}</h1> : null}
        {unheld === undefined ? null : <NotHeldRecord details={unheld} />}
        {record.isError && unheld === undefined ? (
          <ErrorNotice
            error={record.error}
            title={t('record.notRead')}
            onRetry={() => void record.refetch()}
          />
        ) : null}
        {day === null ? null : <PastNotice day={day} />}
        {record.data === undefined ? null : <NotHeldNotice record={record.data} day={day} />}
        {record.isPending ? <Loading>{t('record.reading')}</Loading> : null}
        {record.data === undefined ? null : (
          <Shown
            record={record.data}
            key={`${id} ${day}`}
            day={day}
            onReload={() => void record.refetch()}
          />
        )}
      </div>
    </main>
  )
}

type ShownProps = {
  readonly record: RecordView
  readonly day: string | null
  readonly onReload: () => void
}

function Shown({ record, day, onReload }: ShownProps) {
  return (
    <>
      <RecordHead record={record} />
      <div className="record">
        <div>
          <HowToGet fields={record.fields} />
          <AllFields record={record} day={day} onReload={onReload} />
          <HistorySection id={record.id} />
          {day === null ? <EraseSection record={record} /> : null}
        </div>
        <RecordAside record={record} />
      </div>
    </>
  )
}

function AllFields({ record, day, onReload }: ShownProps) {
  const { t } = useTranslation()
  const provenance = useQuery(provenanceQuery(record.id, day))
  const status = useQuery(statusQuery)
  // What was is shown, never changed.
  const isOwn = day === null && status.data?.agency?.id === record.agency.id
  const settle = useSettle(record, isOwn)
  return (
    <section className="section" aria-labelledby="all">
      <div className="section-head">
        <h2 id="all">{t('record.allFields')}</h2>
        <p>{t('record.allFieldsText')}</p>
      </div>
      {day === null ? (
        <SettleNotice record={record} settle={settle} isOwn={isOwn} onReload={onReload} />
      ) : null}
      {provenance.isError ? (
        <ErrorNotice
          error={provenance.error}
          title={t('source.notRead')}
          onRetry={() => void provenance.refetch()}
        />
      ) : null}
      {rowsOf(record).map(([group, rows]) => (
        <div key={group}>
          <h3 className="fields-title">{t(GROUP_NAMES[group])}</h3>
          <dl className="fields">
            {rows.map((row) => (
              <FieldRow
                key={row.path}
                row={row}
                field={provenance.data?.get(row.path)}
                nowMs={record.asOf.nowMs}
                settle={settle}
              />
            ))}
          </dl>
        </div>
      ))}
    </section>
  )
}
