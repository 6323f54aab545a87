import { useTranslation } from 'react-i18next'
import type { Labels, RecordView } from '../../api.ts'
import { formatList } from '../../format.ts'
import { plainText } from '../../labels.ts'
import { useLanguage } from '../../language.ts'
import { Notice } from '../../parts/notice.tsx'

/** Which nodes keep earlier values, as one sentence. */
export function useKeptBy(keptBy: readonly (Labels | string)[]): string {
  const { t } = useTranslation()
  const language = useLanguage()
  const names = formatList(
    keptBy.map((name) => plainText(name, language)),
    language,
  )
  return names === '' ? t('notHeld.nobody') : t('notHeld.keptBy', { names })
}

type NoticeProps = { readonly record: RecordView; readonly day: string | null }

/** Says that values which count, now or on the day that is shown, are not on this node. */
export function NotHeldNotice({ record: { notHeld }, day }: NoticeProps) {
  const { t } = useTranslation()
  const keptBy = useKeptBy(notHeld?.keptBy ?? [])
  if (notHeld === null || notHeld.counting === 0) return null
  return (
    <Notice state={day === null ? 'wait' : 'warn'}>
      <p>
        {day === null
          ? t('notHeld.now', { count: notHeld.counting })
          : t('notHeld.then', { count: notHeld.counting })}{' '}
        {keptBy}
      </p>
    </Notice>
  )
}
