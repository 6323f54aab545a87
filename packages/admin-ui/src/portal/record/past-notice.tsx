import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { Notice } from '../../parts/notice.tsx'

/** Says that the page shows a day in the past, and leads back to now. */
export function PastNotice({ day }: { day: string }) {
  const { t } = useTranslation()
  return (
    <Notice state="info">
      <p>
        {t('past.shown', { day })} <Link to="?">{t('past.now')}</Link>
      </p>
    </Notice>
  )
}

/** Chooses the day that the record is shown as of. */
export function PastDay() {
  const { t } = useTranslation()
  const [params, setParams] = useSearchParams()
  return (
    <label>
      {t('past.label')}{' '}
      <input
        className="input"
        type="date"
        value={params.get('asOf') ?? ''}
        onChange={(event) => {
          const day = event.target.value
          setParams(day === '' ? {} : { asOf: day }, { preventScrollReset: true })
        }}
      />
    </label>
  )
}
