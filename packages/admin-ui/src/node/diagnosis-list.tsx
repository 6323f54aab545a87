import { useTranslation } from 'react-i18next'
import type { State } from '../parts/state.ts'
import { Status } from '../parts/status.tsx'
import type { Diagnosis } from './diagnostics.ts'

const WORDS = {
  bad: 'check.state.bad',
  warn: 'check.state.warn',
  split: 'check.state.split',
  wait: 'check.state.wait',
  off: 'check.state.off',
  ok: 'check.state.ok',
} as const satisfies Record<State, string>

/** State, reason, next step: a card for each thing checked. */
export function DiagnosisList({ diagnoses }: { diagnoses: readonly Diagnosis[] }) {
  const { t } = useTranslation()
  return (
    <ul className="diags">
      {diagnoses.map((diagnosis) => (
        <li className="diag" data-state={diagnosis.state} key={diagnosis.id}>
          <div>
            <h3>{diagnosis.name}</h3>
            <Status state={diagnosis.state}>{t(WORDS[diagnosis.state])}</Status>
          </div>
          <p>{diagnosis.text}</p>
          {diagnosis.fix === undefined ? null : (
            <p className="fix">
              <b>{t('check.fix')}</b>
              {diagnosis.fix}
            </p>
          )}
        </li>
      ))}
    </ul>
  )
}
