import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'
import type { State } from './state.ts'

const ICONS: Readonly<Record<State | 'info', IconName>> = {
  bad: 's-bad',
  warn: 's-warn',
  split: 's-split',
  wait: 's-wait',
  off: 's-off',
  ok: 's-ok',
  info: 's-info',
}

type Props = {
  readonly state: State | 'info'
  readonly icon?: IconName
  readonly isAlert?: boolean
  readonly children: ReactNode
}

/** Something the reader must know before going on. */
export function Notice({ state, icon, isAlert = false, children }: Props) {
  return (
    <div className="notice" data-state={state} role={isAlert ? 'alert' : undefined}>
      <Icon name={icon ?? ICONS[state]} />
      {children}
    </div>
  )
}
