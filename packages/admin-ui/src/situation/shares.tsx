import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Facet } from '../api.ts'
import { chooseText } from '../labels.ts'
import { useLanguage } from '../language.ts'
import { Count } from '../parts/count.tsx'
import { FACET_NAMES } from '../portal/facet-names.ts'

type Props = {
  readonly id: string
  readonly title: string
  readonly facet: 'region' | 'theme'
  readonly values: readonly Facet[]
}

/** Records by region or theme: every bar stands beside its number, every name leads to the records. */
export function Shares({ id, title, facet, values }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const most = Math.max(1, ...values.map((value) => value.count))
  if (values.length === 0) return null
  return (
    <section aria-labelledby={id}>
      <div className="section-head">
        <h2 id={id}>{title}</h2>
      </div>
      <div className="scroll">
        <table className="table" data-density="compact">
          <thead>
            <tr>
              <th scope="col">{t(FACET_NAMES[facet])}</th>
              <th scope="col" className="num">
                {t('total.records')}
              </th>
              <td />
            </tr>
          </thead>
          <tbody>
            {values.map((value) => {
              const name = chooseText(value.label, language)
              return (
                <tr key={value.value}>
                  <th scope="row">
                    <Link
                      to={{ pathname: '/', search: `${facet}=${encodeURIComponent(value.value)}` }}
                      lang={name?.lang}
                    >
                      {name?.text ?? value.value}
                    </Link>
                  </th>
                  <td className="num">
                    <Count value={value.count} />
                  </td>
                  <td className="bar-cell" aria-hidden="true">
                    <svg
                      className="share"
                      viewBox="0 0 100 10"
                      preserveAspectRatio="none"
                      role="presentation"
                    >
                      <rect width={(value.count / most) * 100} height="10" />
                    </svg>
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </section>
  )
}
