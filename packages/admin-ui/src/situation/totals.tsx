import { useTranslation } from 'react-i18next'
import type { Status } from '../api.ts'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'

/** The figures of the catalogue that this node holds; they change in place. */
export function Totals({ status }: { status: Status }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const { catalogue, heads, roster } = status
  const { held } = status.asOf.share
  const figures = [
    { name: t('total.records'), value: catalogue.records },
    { name: t('state.published'), value: catalogue.published },
    { name: t('state.withdrawn'), value: catalogue.withdrawn },
    { name: t('total.problems'), value: catalogue.problems },
    { name: t('total.conflicts'), value: catalogue.conflicts },
    { name: t('total.agencies'), value: roster.agencies },
    { name: t('total.commits'), value: heads.commits },
    { name: t('total.waiting'), value: heads.waiting },
  ]
  return (
    <section className="section" aria-labelledby="totals">
      <div className="section-head">
        <h2 id="totals">{t('total.title')}</h2>
        {held === null ? null : <p>{t('total.part', { agencies: held.agencies, of: held.of })}</p>}
      </div>
      <dl className="stats">
        {figures.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <b>{formatNumber(value, language)}</b>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
