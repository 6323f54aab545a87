import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Status } from '../api.ts'
import { ErrorNotice } from '../parts/error-notice.tsx'
import { Loading } from '../parts/loading.tsx'
import { usePageTitle } from '../parts/page-title.ts'
import { Polite } from '../parts/polite.tsx'
import { agenciesQuery, statusQuery, vocabularyQuery } from '../queries.ts'
import { AgenciesTable } from './agencies-table.tsx'
import { Agreement } from './agreement.tsx'
import { Erasures } from './erasures.tsx'
import { NeedsList } from './needs-list.tsx'
import { NodesTable } from './nodes-table.tsx'
import { OrdersSection } from './orders-section.tsx'
import { Shares } from './shares.tsx'
import { SnapshotSection } from './snapshot-section.tsx'
import { Totals } from './totals.tsx'

/** Whether the nodes agree, what needs a person, how much there is. */
export function SituationPage() {
  const { t } = useTranslation()
  const status = useQuery(statusQuery)
  usePageTitle(t('situation.title'))
  return (
    <main id="main" className="page" tabIndex={-1}>
      <div className="inner">
        <div className="page-head">
          <h1>{t('situation.title')}</h1>
          <p>{t('situation.text')}</p>
        </div>
        {status.isError ? (
          <ErrorNotice
            error={status.error}
            title={t(status.data === undefined ? 'situation.notRead' : 'situation.stale')}
            onRetry={() => void status.refetch()}
          />
        ) : null}
        {status.isPending ? <Loading>{t('situation.reading')}</Loading> : null}
        {status.data === undefined ? null : <Shown status={status.data} isLost={status.isError} />}
      </div>
    </main>
  )
}

function Shown({ status, isLost }: { status: Status; isLost: boolean }) {
  const { t } = useTranslation()
  const agencies = useQuery(agenciesQuery)
  const vocabulary = useQuery(vocabularyQuery)
  const rows = agencies.data?.items ?? []
  const { asOf, catalogue } = status
  return (
    <>
      <Polite
        sentence={t('situation.sentence', {
          agree: asOf.agree,
          nodes: asOf.nodes,
          records: catalogue.records,
          conflicts: catalogue.conflicts,
        })}
      />
      <div className="first">
        <Agreement status={status} />
        <NeedsList status={status} agencies={rows} />
      </div>
      <Totals status={status} />
      <NodesTable status={status} />
      <SnapshotSection status={status} />
      <Erasures />
      <OrdersSection status={status} />
      {agencies.isError && !isLost ? (
        <ErrorNotice
          error={agencies.error}
          title={t('agencies.notRead')}
          onRetry={() => void agencies.refetch()}
        />
      ) : null}
      {rows.length === 0 ? null : <AgenciesTable agencies={rows} nowMs={status.nowMs} />}
      {vocabulary.data === undefined ? null : (
        <div className="section shares">
          <Shares
            id="regions"
            title={t('situation.regions')}
            facet="region"
            values={vocabulary.data.region}
          />
          <Shares
            id="themes"
            title={t('situation.themes')}
            facet="theme"
            values={vocabulary.data.theme}
          />
        </div>
      )}
    </>
  )
}
