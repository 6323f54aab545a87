import type { useTranslation } from 'react-i18next'
import type { State } from '../parts/state.ts'

export type Translate = ReturnType<typeof useTranslation>['t']

/** One thing that a person should look at: state, reason, next step. */
export type Need = {
  readonly id: string
  readonly state: State
  readonly title: string
  readonly hint: string
}
