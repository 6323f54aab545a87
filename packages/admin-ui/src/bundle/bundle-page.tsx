import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAccessKey } from '../access-key.ts'
import type { Status } from '../api.ts'
import { AccessSection } from '../node/access-section.tsx'
import { ErrorNotice } from '../parts/error-notice.tsx'
import { Loading } from '../parts/loading.tsx'
import { Notice } from '../parts/notice.tsx'
import { usePageTitle } from '../parts/page-title.ts'
import { statusQuery } from '../queries.ts'
import { SendPanel } from './send-panel.tsx'
import { TakeInPanel } from './take-in-panel.tsx'

/** Carrying commits by hand: a file to take away, files to bring in. */
export function BundlePage() {
  const { t } = useTranslation()
  const status = useQuery(statusQuery)
  usePageTitle(t('bundle.title'))
  return (
    <main id="main" className="page" tabIndex={-1}>
      <div className="inner">
        <div className="page-head">
          <h1>{t('bundle.title')}</h1>
          <p>{t('bundle.text')}</p>
        </div>
        {status.isPending ? <Loading>{t('nodePage.reading')}</Loading> : null}
        {status.isError ? (
          <ErrorNotice
            error={status.error}
            title={t(status.data === undefined ? 'situation.notRead' : 'situation.stale')}
            onRetry={() => void status.refetch()}
          />
        ) : null}
        {status.data === undefined ? null : <Shown status={status.data} />}
      </div>
    </main>
  )
}

/** The node that the form of sending begins with; each answer is a form of its own. */
type Answer = { readonly to: number | undefined; readonly turn: number }

function Shown({ status }: { status: Status }) {
  const { t } = useTranslation()
  const key = useAccessKey()
  const [answer, setAnswer] = useState<Answer>({ to: undefined, turn: 0 })
  if (key === undefined) {
    return (
      <>
        <Notice state="info">
          <p>
            <b>{t('bundle.who')}</b>
          </p>
          <p>{t('bundle.whoText')}</p>
        </Notice>
        <AccessSection />
      </>
    )
  }
  return (
    <div className="stick">
      <SendPanel key={answer.turn} status={status} to={answer.to} />
      <TakeInPanel
        status={status}
        onAnswer={(to) => setAnswer(({ turn }) => ({ to, turn: turn + 1 }))}
      />
    </div>
  )
}
