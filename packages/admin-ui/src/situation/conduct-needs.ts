import type { Conduct, Status } from '../api.ts'
import { formatDateTime, formatList } from '../format.ts'
import { plainText } from '../labels.ts'
import type { Language } from '../language.ts'
import type { Need, Translate } from './need.ts'

const REASONS = {
  commits: 'throttle.commits',
  bytes: 'throttle.bytes',
  requests: 'throttle.requests',
  connections: 'throttle.connections',
  waiting: 'throttle.waiting',
} as const

/** Who is slowed down or cut off, whose log has forked, whose commits count for nothing. */
export function conductNeeds(status: Status, t: Translate, language: Language): readonly Need[] {
  return status.conduct.flatMap((conduct) => [
    ...forked(conduct, t, language),
    ...cutOff(conduct, t, language),
    ...ineffective(conduct, t, language),
    ...throttled(conduct, t, language),
  ])
}

function forked(conduct: Conduct, t: Translate, language: Language): readonly Need[] {
  if (conduct.forks.length === 0) return []
  return [
    {
      id: `forked ${conduct.client}`,
      state: 'bad',
      title: t('need.forked', {
        name: plainText(conduct.name, language),
        positions: formatList(
          conduct.forks.map(({ log, at }) => `${log}#${at}`),
          language,
        ),
      }),
      hint: t('need.forkedHint'),
    },
  ]
}

function cutOff(conduct: Conduct, t: Translate, language: Language): readonly Need[] {
  if (conduct.cutOff === null) return []
  const { code, untilMs } = conduct.cutOff
  return [
    {
      id: `cut off ${conduct.client}`,
      state: 'bad',
      title: t('need.cutOff', {
        name: plainText(conduct.name, language),
        until: formatDateTime(untilMs, language),
      }),
      hint: t('need.cutOffHint', { code }),
    },
  ]
}

function ineffective(conduct: Conduct, t: Translate, language: Language): readonly Need[] {
  // What a member's node sent is told with the nodes, of which a revoked one is none.
  const entries = [...conduct.ineffective, ...(conduct.revoked ? conduct.refused : [])]
  if (entries.length === 0) return []
  return [
    {
      id: `ineffective ${conduct.client}`,
      state: 'warn',
      title: t('need.ineffective', {
        name: plainText(conduct.name, language),
        count: entries.reduce((sum, entry) => sum + entry.count, 0),
      }),
      hint: t(conduct.revoked ? 'need.ineffectiveRevoked' : 'need.ineffectiveHint', {
        codes: formatList(
          entries.map((entry) => entry.code),
          language,
        ),
      }),
    },
  ]
}

function throttled(conduct: Conduct, t: Translate, language: Language): readonly Need[] {
  if (conduct.throttled.length === 0) return []
  const sinceMs = Math.min(...conduct.throttled.map((throttle) => throttle.sinceMs))
  const reasons = [...new Set(conduct.throttled.map(({ why }) => t(REASONS[why])))]
  return [
    {
      id: `throttled ${conduct.client}`,
      state: 'warn',
      title: t('need.throttled', {
        name: plainText(conduct.name, language),
        since: formatDateTime(sinceMs, language),
        reasons: formatList(reasons, language),
      }),
      hint: t('need.throttledHint'),
    },
  ]
}
