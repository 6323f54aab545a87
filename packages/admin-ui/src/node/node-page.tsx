import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'react-router'
import type { Status } from '../api.ts'
import { formatClock } from '../format.ts'
import { ownName, plainText } from '../labels.ts'
import { useLanguage } from '../language.ts'
import { ErrorNotice } from '../parts/error-notice.tsx'
import { Loading } from '../parts/loading.tsx'
import { usePageTitle } from '../parts/page-title.ts'
import { statusQuery } from '../queries.ts'
import { AccessSection } from './access-section.tsx'
import { DiagnosisList } from './diagnosis-list.tsx'
import { diagnosesOf } from './diagnostics.ts'
import { HeldSection } from './held-section.tsx'
import { HelpSection } from './help-section.tsx'
import { IdentitySection } from './identity-section.tsx'
import { PeersTable } from './peers-table.tsx'
import { RosterSection } from './roster-section.tsx'
import { ShareSection } from './share-section.tsx'

/** What is wrong here and what to do; then peers, roster, identity. */
export function NodePage() {
  const { t } = useTranslation()
  const status = useQuery(statusQuery)
  const language = useLanguage()
  const name = status.data === undefined ? undefined : plainText(ownName(status.data), language)
  usePageTitle(name === undefined ? t('frame.node') : t('nodePage.named', { name }))
  useScrollToHash(status.isSuccess)
  return (
    <main id="main" className="page" tabIndex={-1}>
      <div className="inner">
        {status.isPending ? <Loading>{t('nodePage.reading')}</Loading> : null}
        {status.isError ? (
          <ErrorNotice
            error={status.error}
            title={t(status.data === undefined ? 'situation.notRead' : 'situation.stale')}
            onRetry={() => void status.refetch()}
          />
        ) : null}
        {status.data === undefined ? (
          <h1 className="vh">{t('frame.node')}</h1>
        ) : (
          <Shown
            status={status.data}
            readAtMs={status.dataUpdatedAt}
            onCheck={() => void status.refetch()}
          />
        )}
      </div>
    </main>
  )
}

type ShownProps = {
  readonly status: Status
  readonly readAtMs: number
  readonly onCheck: () => void
}

function Shown({ status, readAtMs, onCheck }: ShownProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  const diagnoses = diagnosesOf(status, readAtMs, t, language)
  const urgent = diagnoses.filter(({ state }) => ['bad', 'warn', 'split'].includes(state)).length
  const name = plainText(ownName(status), language)
  return (
    <>
      <div className="page-head">
        <h1>{t('frame.node')}</h1>
        <p>
          {urgent === 0
            ? t('nodePage.allFine', { name, count: diagnoses.length })
            : t('nodePage.some', { name, count: urgent, rest: diagnoses.length - urgent })}
        </p>
      </div>
      <section aria-labelledby="checks">
        <div className="section-head">
          <h2 id="checks">{t('check.title')}</h2>
          <Button className="btn btn-small" onPress={onCheck}>
            {t('check.again')}
          </Button>
          <p>{t('check.text', { time: formatClock(status.nowMs) })}</p>
        </div>
        <DiagnosisList diagnoses={diagnoses} />
      </section>
      <HeldSection status={status} />
      <ShareSection status={status} />
      <PeersTable status={status} />
      <AccessSection />
      <IdentitySection status={status} />
      <RosterSection status={status} />
      <HelpSection />
    </>
  )
}

/** A link to a section of this page works although its content arrives later. */
function useScrollToHash(isReady: boolean): void {
  const { hash } = useLocation()
  useEffect(() => {
    if (isReady && hash !== '') document.getElementById(hash.slice(1))?.scrollIntoView()
  }, [isReady, hash])
}
