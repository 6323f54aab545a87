import { useTranslation } from 'react-i18next'
import type { Labels } from '../api.ts'
import { chooseText } from '../labels.ts'
import { useLanguage } from '../language.ts'

/** A text of the server in the reader's language, else in the one it has, marked as such. */
export function LabelText({ labels, otherwise }: { labels: Labels | string; otherwise?: string }) {
  const shown = chooseText(labels, useLanguage())
  if (shown === undefined) return <>{otherwise ?? '—'}</>
  return <span lang={shown.lang}>{shown.text}</span>
}

/** The tag of a record whose title is not in the reader's language. */
export function ForeignTag({ labels }: { labels: Labels }) {
  const { t } = useTranslation()
  const shown = chooseText(labels, useLanguage())
  if (shown === undefined || !shown.isForeign) return null
  if (shown.lang === 'en') return <span className="tag">{t('language.onlyEnglish')}</span>
  if (shown.lang === 'zh-Hans') return <span className="tag">{t('language.onlyChinese')}</span>
  return <span className="tag">{t('language.onlyOther', { tag: shown.lang })}</span>
}
