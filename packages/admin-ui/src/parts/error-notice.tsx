import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { errorKey } from '../error-words.ts'
import { ApiError } from '../request.ts'
import { Notice } from './notice.tsx'

type Props = {
  readonly error: unknown
  /** What was not done, in one line. */
  readonly title: string
  /** Why, and what to do, where the page knows more than the table of errors. */
  readonly reason?: string
  readonly onRetry?: () => void
}

/** What was not done, why, what to do; the code last, for the phone call. */
export function ErrorNotice({ error, title, reason, onRetry }: Props) {
  const { t } = useTranslation()
  const key = errorKey(error)
  const code = error instanceof ApiError ? error.code : 'BROWSER'
  const detail = error instanceof ApiError ? error.problem['detail'] : undefined
  return (
    <Notice state={code === 'MULU_UNREACHED' ? 'off' : 'bad'} isAlert>
      <p>
        <b>{title}</b>
      </p>
      <p>{reason ?? t(key)}</p>
      {reason === undefined && typeof detail === 'string' ? <p lang="en">{detail}</p> : null}
      <div className="btns">
        {onRetry === undefined ? null : (
          <Button className="btn btn-small" onPress={onRetry}>
            {t('error.retry')}
          </Button>
        )}
        <span className="hint">
          {t('error.code')} <span className="code">{code}</span>
        </span>
      </div>
    </Notice>
  )
}
