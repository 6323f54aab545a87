import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { JsonObject, Labels } from '../../api.ts'
import { plainText } from '../../labels.ts'
import { useLanguage } from '../../language.ts'
import { Notice } from '../../parts/notice.tsx'
import { ApiError, isObject } from '../../request.ts'
import { useKeptBy } from './not-held.tsx'

/** What a refusal tells of a record that is known here by its headers alone. */
export function unheldOf(error: unknown): JsonObject | undefined {
  if (!(error instanceof ApiError) || error.code !== 'MULU_RECORD_NOT_HELD') return undefined
  const details = error.problem['details']
  return isObject(details) ? details : {}
}

/** A record that exists and whose agency this node does not hold: whose it is, and who has it. */
export function NotHeldRecord({ details }: { readonly details: JsonObject }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const agency = details['agency']
  const labels = isObject(agency) ? agency['name'] : undefined
  const keptBy = Array.isArray(details['keptBy']) ? details['keptBy'] : []
  const sentence = useKeptBy(keptBy as readonly Labels[])
  const name = isObject(labels) ? plainText(labels as Labels, language) : ''
  return (
    <Notice state="warn" isAlert>
      <p>
        <b>{t('unheld.title')}</b>
      </p>
      <p>
        {name === '' ? t('unheld.text') : t('unheld.textOf', { name })} {sentence}
      </p>
      <p>
        <Link to="/node#held">{t('unheld.link')}</Link>
      </p>
    </Notice>
  )
}
