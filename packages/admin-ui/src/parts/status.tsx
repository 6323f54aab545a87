import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'

/** What a state asks of a person; the order is the order of lists. */
export const STATES = ['bad', 'warn', 'split', 'wait', 'off', 'ok'] as const
export type State = (typeof STATES)[number]

const ICONS: Readonly<Record<State, IconName>> = {
  bad: 's-bad',
  warn: 's-warn',
  split: 's-split',
  wait: 's-wait',
  off: 's-off',
  ok: 's-ok',
}

type Props = {
  readonly state: State
  readonly icon?: IconName
  readonly isTag?: boolean
  readonly children: ReactNode
}

/** Shape and word together; colour only repeats them. */
export function Status({ state, icon, isTag = false, children }: Props) {
  return (
    <span className={isTag ? 'tag status' : 'status'} data-state={state}>
      <Icon name={icon ?? ICONS[state]} />
      <span>{children}</span>
    </span>
  )
}

/** Sorts what needs a person first. */
export function compareStates(left: State, right: State): number {
  return STATES.indexOf(left) - STATES.indexOf(right)
}
