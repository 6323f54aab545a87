import { useTranslation } from 'react-i18next'
import { type NodeCondition, stateOf } from './node-state.ts'
import { Status } from './status.tsx'

const WORDS = {
  differs: 'node.state.differs',
  silent: 'node.state.silent',
  never: 'node.state.never',
  'catching-up': 'node.state.catchingUp',
  unreported: 'node.state.unreported',
  'other-part': 'node.state.otherPart',
  offline: 'node.state.offline',
  agrees: 'node.state.agrees',
} as const

/** How a node stands: shape and word. */
export function NodeStatus({ condition }: { condition: NodeCondition }) {
  const { t } = useTranslation()
  return <Status state={stateOf(condition)}>{t(WORDS[condition])}</Status>
}
