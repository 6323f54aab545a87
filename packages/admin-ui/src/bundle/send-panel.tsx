import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAccessKey } from '../access-key.ts'
import type { Status } from '../api.ts'
import { useLanguage } from '../language.ts'
import { ErrorNotice } from '../parts/error-notice.tsx'
import { rosterQuery } from '../queries.ts'
import { bundleErrorKey } from './bundle-error.ts'
import { prepareBundle, type Wanted } from './prepare-bundle.ts'
import { receiversOf } from './receivers.ts'
import { SendForm } from './send-form.tsx'
import { SendSteps } from './send-steps.tsx'

type Props = {
  readonly status: Status
  /** The node that an answer is for. */
  readonly to: number | undefined
}

/** Writing a bundle: for whom, the file, and what happens to it then. */
export function SendPanel({ status, to }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const key = useAccessKey()
  const roster = useQuery(rosterQuery(status.roster.version, status.orders.digest))
  const receivers = receiversOf(status, roster.data, language)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (to !== undefined) heading.current?.focus()
  }, [to])
  const [wanted, setWanted] = useState<Wanted | undefined>(undefined)
  const prepared = useMutation({
    mutationFn: (order: Wanted) => prepareBundle(order, key ?? ''),
  })
  return (
    <section className="panel" aria-labelledby="send">
      <h2 id="send" tabIndex={-1} ref={heading}>
        {t('send.title')}
      </h2>
      {prepared.error === null ? null : (
        <ErrorNotice
          error={prepared.error}
          title={t('send.notDone')}
          reason={t(bundleErrorKey(prepared.error))}
        />
      )}
      {receivers.length === 0 ? (
        <p className="empty">{t('send.nobody')}</p>
      ) : prepared.data !== undefined && wanted !== undefined ? (
        <SendSteps
          prepared={prepared.data}
          wanted={wanted}
          receiver={receivers.find(({ client }) => client === wanted.to)}
          onAgain={prepared.reset}
        />
      ) : roster.isPending ? (
        <p className="hint">{t('nodePage.reading')}</p>
      ) : (
        <SendForm
          receivers={receivers}
          to={wanted?.to ?? to}
          isBusy={prepared.isPending}
          onSend={(order) => {
            setWanted(order)
            prepared.mutate(order)
          }}
        />
      )}
    </section>
  )
}
