import { useTranslation } from 'react-i18next'
import { ageOf, formatDateTime, formatDay } from '../format.ts'
import { useLanguage } from '../language.ts'

/** A point in time, with the exact one for machines. */
export function Moment({ ms }: { ms: number }) {
  const language = useLanguage()
  return (
    <time className="num" dateTime={new Date(ms).toISOString()}>
      {formatDateTime(ms, language)}
    </time>
  )
}

/** A day, with its year where it is not this one. */
export function Day({ ms, nowMs }: { ms: number; nowMs: number }) {
  const language = useLanguage()
  return (
    <time className="num" dateTime={new Date(ms).toISOString()}>
      {formatDay(ms, nowMs, language)}
    </time>
  )
}

/** How long ago somebody was heard. */
export function Ago({ ms, nowMs }: { ms: number | null; nowMs: number }) {
  const { t } = useTranslation()
  if (ms === null) return <>{t('time.never')}</>
  const age = ageOf(ms, nowMs)
  return <time dateTime={new Date(ms).toISOString()}>{agoText(age)}</time>

  function agoText(value: ReturnType<typeof ageOf>): string {
    switch (value.unit) {
      case 'now':
        return t('time.now')
      case 'minute':
        return t('time.minutesAgo', { count: value.count })
      case 'hour':
        return t('time.hoursAgo', { count: value.count })
      case 'day':
        return t('time.daysAgo', { count: value.count })
    }
  }
}
