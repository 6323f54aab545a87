import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'
import type { State } from './state.ts'

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
