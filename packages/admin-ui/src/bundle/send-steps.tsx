import { useEffect, useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { formatDate } from '../format.ts'
import { useLanguage } from '../language.ts'
import { Status } from '../parts/status.tsx'
import type { Prepared, Wanted } from './prepare-bundle.ts'
import type { Receiver } from './receivers.ts'

type Props = {
  readonly prepared: Prepared
  readonly wanted: Wanted
  /** Undefined for every member. */
  readonly receiver: Receiver | undefined
  readonly onAgain: () => void
}

/** The file is decided: save it, carry it; the browser streams it to wherever it is saved. */
export function SendSteps({ prepared, wanted, receiver, onAgain }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const [isSaved, setSaved] = useState(false)
  const save = useRef<HTMLHeadingElement>(null)
  const carry = useRef<HTMLHeadingElement>(null)
  useEffect(() => (isSaved ? carry : save).current?.focus(), [isSaved])
  const { path, name, commits, sinceMs } = prepared
  const whom = receiver?.name ?? t('send.everybody')
  return (
    <ol className="steps">
      <li data-step="done">
        <h3>
          {t('send.to')} <Status state="ok">{t('send.stepDone')}</Status>
        </h3>
        <p className="hint">
          {sinceMs === null
            ? t(receiver === undefined ? 'send.holdsShared' : 'send.holdsAll', { name: whom })
            : t('send.holdsSince', { name: whom, date: formatDate(sinceMs, language) })}
        </p>
        <p className="hint">{t(PROTECTED[wanted.protection.kind], { name: whom })}</p>
      </li>
      <li data-step={isSaved ? 'done' : 'now'} aria-current={isSaved ? undefined : 'step'}>
        <h3 tabIndex={-1} ref={save}>
          {t('send.save')}
          {isSaved ? <Status state="ok">{t('send.handedOver')}</Status> : null}
        </h3>
        <p>{t(commits === 0 ? 'send.nothingLacking' : 'send.commits', { count: commits })}</p>
        <p className="code">{name}</p>
        {isSaved ? null : (
          <div className="btns">
            {/* The browser fetches it once, by itself; a press on the link is all there is to see. */}
            <a
              className="btn btn-primary"
              href={path}
              download={name}
              onClick={() => setTimeout(() => setSaved(true))}
            >
              {t('send.saveIt')}
            </a>
          </div>
        )}
        <p className="hint">{t(isSaved ? 'send.savedHint' : 'send.saveHint')}</p>
      </li>
      <li data-step={isSaved ? 'now' : 'next'} aria-current={isSaved ? 'step' : undefined}>
        <h3 tabIndex={-1} ref={carry}>
          {t('send.carry', { name: whom })}
        </h3>
        {isSaved ? (
          <>
            <p>{t('send.carryHint')}</p>
            {receiver === undefined ? null : <p>{t('send.returnTrip', { name: whom })}</p>}
          </>
        ) : null}
        <div className="btns">
          <Button className="btn" onPress={onAgain}>
            {t(isSaved ? 'send.another' : 'send.back')}
          </Button>
        </div>
      </li>
    </ol>
  )
}

const PROTECTED = {
  key: 'send.isKey',
  passphrase: 'send.isPassphrase',
  open: 'send.isOpen',
} as const
