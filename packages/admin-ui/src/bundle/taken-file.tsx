import { useEffect, useRef } from 'react'
import { Button, Label, ProgressBar } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { Status as NodeStatus } from '../api.ts'
import { formatBytes } from '../format.ts'
import { useLanguage } from '../language.ts'
import { ErrorNotice } from '../parts/error-notice.tsx'
import { Notice } from '../parts/notice.tsx'
import { Status } from '../parts/status.tsx'
import { bundleErrorKey, isStopped, lockOf, mayPass } from './bundle-error.ts'
import { PassphraseForm } from './passphrase-form.tsx'
import type { TakeIn, Taken } from './take-in.ts'
import { TakenReport } from './taken-report.tsx'

type Props = {
  readonly taken: Taken
  readonly takeIn: TakeIn
  readonly status: NodeStatus
  readonly onAnswer: (client: number) => void
}

/** One file: its name, and how far it is or what became of it. */
export function TakenFile({ taken, takeIn, status, onAnswer }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const heading = useRef<HTMLHeadingElement>(null)
  const { file, stage } = taken
  const isOver = stage.at === 'done' || stage.at === 'failed'
  const isLast = takeIn.files.every(({ stage: { at } }) => at === 'done' || at === 'failed')
  useEffect(() => {
    if (isOver && isLast) heading.current?.focus()
  }, [isOver, isLast])
  return (
    <article aria-label={file.name}>
      <h3 tabIndex={-1} ref={heading}>
        <span className="code">{file.name}</span>{' '}
        <span className="hint">{formatBytes(file.size, language)}</span>
      </h3>
      {stage.at === 'waiting' ? <Status state="wait">{t('take.inTurn')}</Status> : null}
      {stage.at === 'running' ? (
        <Running bytes={stage.bytes} total={file.size} onStop={takeIn.stop} />
      ) : null}
      {stage.at === 'done' ? (
        <TakenReport report={stage.report} status={status} onAnswer={onAnswer} />
      ) : null}
      {stage.at === 'failed' ? (
        <Failed error={stage.error} onRetry={(word) => takeIn.retry(taken.id, word)} />
      ) : null}
    </article>
  )
}

type RunningProps = {
  readonly bytes: number
  readonly total: number
  readonly onStop: () => void
}

function Running({ bytes, total, onStop }: RunningProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  const [done, all] = [formatBytes(bytes, language), formatBytes(total, language)]
  const text = bytes < total ? t('take.progress', { done, total: all }) : t('take.storing')
  return (
    <>
      <ProgressBar value={bytes} maxValue={total} valueLabel={text}>
        {({ percentage = 0 }) => (
          <>
            <Label className="label">
              <Status state="wait">{t('take.running')}</Status>
            </Label>
            <span className="track">
              <span style={{ inlineSize: `${percentage}%` }} />
            </span>
            <span className="num hint">{text}</span>
          </>
        )}
      </ProgressBar>
      <div className="btns">
        <Button className="btn btn-small" onPress={onStop}>
          {t('take.stop')}
        </Button>
        <p className="hint">{t('take.safe')}</p>
      </div>
    </>
  )
}

type FailedProps = {
  readonly error: unknown
  readonly onRetry: (passphrase?: string) => void
}

function Failed({ error, onRetry }: FailedProps) {
  const { t } = useTranslation()
  const lock = lockOf(error)
  if (lock !== undefined) return <PassphraseForm isWrong={lock === 'wrong'} onOpen={onRetry} />
  if (isStopped(error)) {
    return (
      <Notice state="info">
        <p>{t('bundleError.stopped')}</p>
        <div className="btns">
          <Button className="btn btn-small" onPress={() => onRetry()}>
            {t('take.goOn')}
          </Button>
        </div>
      </Notice>
    )
  }
  return (
    <ErrorNotice
      error={error}
      title={t(mayPass(error) ? 'take.notWhole' : 'take.notDone')}
      reason={t(bundleErrorKey(error))}
      {...(mayPass(error) ? { onRetry: () => onRetry() } : {})}
    />
  )
}
