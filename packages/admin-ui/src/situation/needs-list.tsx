import { useTranslation } from 'react-i18next'
import type { AgencyRow, Status as NodeStatusAnswer } from '../api.ts'
import { useLanguage } from '../language.ts'
import { Status } from '../parts/status.tsx'
import { needsOf } from './needs.ts'

type Props = { readonly status: NodeStatusAnswer; readonly agencies: readonly AgencyRow[] }

/** What needs a person, each with its next step. */
export function NeedsList({ status, agencies }: Props) {
  const { t } = useTranslation()
  const needs = needsOf(status, agencies, t, useLanguage())
  return (
    <section className="panel" aria-labelledby="todo">
      <h2 id="todo">{t('need.title')}</h2>
      {needs.length === 0 ? (
        <p>
          <Status state="ok">{t('need.nothing')}</Status>
        </p>
      ) : (
        <ul className="todo">
          {needs.map((need) => (
            <li key={need.id}>
              <Status state={need.state}>{need.title}</Status>
              <span className="hint">{need.hint}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
