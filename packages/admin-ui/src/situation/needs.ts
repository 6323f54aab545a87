import type { AgencyRow, Peer, Status } from '../api.ts'
import { ageOf, formatList, formatNumber } from '../format.ts'
import { plainText } from '../labels.ts'
import type { Language } from '../language.ts'
import { conditionOf } from '../parts/node-state.ts'
import { compareStates } from '../parts/state.ts'
import { conductNeeds } from './conduct-needs.ts'
import type { Need, Translate } from './need.ts'
import { orderNeeds } from './order-needs.ts'
import { rotNeeds } from './rot-needs.ts'
import { snapshotNeeds } from './snapshot-needs.ts'

const NAMED_MAX = 3

/** What needs a person, the worst first. */
export function needsOf(
  status: Status,
  agencies: readonly AgencyRow[],
  t: Translate,
  language: Language,
): readonly Need[] {
  return [
    ...rotNeeds(status, t, language),
    ...differing(status, t, language),
    ...silent(status, t, language),
    ...olderRosters(status, t, language),
    ...refused(status, t, language),
    ...conductNeeds(status, t, language),
    ...orderNeeds(status, t, language),
    ...snapshotNeeds(status, t, language),
    ...conflicts(agencies, t, language),
    ...problems(agencies, t, language),
    ...waiting(status, t),
  ].sort((left, right) => compareStates(left.state, right.state))
}

function differing(status: Status, t: Translate, language: Language): readonly Need[] {
  return status.peers
    .filter((peer) => conditionOf(peer, status) === 'differs')
    .map((peer) => ({
      id: `differs ${peer.client}`,
      state: 'bad',
      title: t('need.differs', { name: plainText(peer.name, language) }),
      hint: t('need.differsHint'),
    }))
}

function silent(status: Status, t: Translate, language: Language): readonly Need[] {
  const peers = status.peers.filter((peer) => isSilent(peer, status))
  const [first, ...rest] = peers
  if (first === undefined) return []
  if (peers.length > NAMED_MAX) {
    return [
      {
        id: 'silent',
        state: 'warn',
        title: t('need.manySilent', { count: peers.length }),
        hint: t('need.manySilentHint', {
          names: formatList(
            peers.map((peer) => plainText(peer.name, language)),
            language,
          ),
        }),
      },
    ]
  }
  return [first, ...rest].map((peer) => ({
    id: `silent ${peer.client}`,
    state: 'warn',
    title: silentTitle(peer, status, t, language),
    hint: t('need.silentHint'),
  }))
}

function isSilent(peer: Peer, status: Status): boolean {
  const condition = conditionOf(peer, status)
  return condition === 'silent' || condition === 'never'
}

function silentTitle(peer: Peer, status: Status, t: Translate, language: Language): string {
  const name = plainText(peer.name, language)
  if (peer.lastHeardMs === null) return t('asOf.neverHeard', { name })
  const age = ageOf(peer.lastHeardMs, status.nowMs)
  if (age.unit === 'day') return t('asOf.silentDays', { name, count: age.count })
  if (age.unit === 'hour') return t('asOf.silentHours', { name, count: age.count })
  return t('asOf.silentMinutes', { name, count: age.unit === 'minute' ? age.count : 1 })
}

function olderRosters(status: Status, t: Translate, language: Language): readonly Need[] {
  const { version } = status.roster
  const peers = status.peers.filter(
    (peer) => !peer.self && peer.reported !== null && peer.reported.roster < version,
  )
  if (peers.length === 0) return []
  const names = peers.map((peer) => plainText(peer.name, language))
  return [
    {
      id: 'roster',
      state: 'wait',
      title: t('need.roster', { count: peers.length, version }),
      hint: t('need.rosterHint', { names: formatList(names, language) }),
    },
  ]
}

function refused(status: Status, t: Translate, language: Language): readonly Need[] {
  return status.peers
    .filter((peer) => peer.refused.length > 0)
    .map((peer) => ({
      id: `refused ${peer.client}`,
      state: 'warn',
      title: t('need.refused', {
        name: plainText(peer.name, language),
        count: peer.refused.reduce((sum, entry) => sum + entry.count, 0),
      }),
      hint: t('need.refusedHint', {
        codes: formatList([...new Set(peer.refused.map((entry) => entry.code))], language),
      }),
    }))
}

function conflicts(
  agencies: readonly AgencyRow[],
  t: Translate,
  language: Language,
): readonly Need[] {
  const count = agencies.reduce((sum, agency) => sum + agency.conflicts, 0)
  if (count === 0) return []
  const breakdown = breakdownOf(agencies, (agency) => agency.conflicts, t, language)
  return [
    {
      id: 'conflicts',
      state: 'split',
      title: t('need.conflicts', { count }),
      hint: t('need.conflictsHint', { breakdown }),
    },
  ]
}

function problems(
  agencies: readonly AgencyRow[],
  t: Translate,
  language: Language,
): readonly Need[] {
  const count = agencies.reduce((sum, agency) => sum + agency.problems, 0)
  if (count === 0) return []
  const breakdown = breakdownOf(agencies, (agency) => agency.problems, t, language)
  return [
    {
      id: 'problems',
      state: 'warn',
      title: t('need.problems', { count }),
      hint: t('need.problemsHint', { breakdown }),
    },
  ]
}

function waiting(status: Status, t: Translate): readonly Need[] {
  const count = status.heads.waiting
  if (count === 0) return []
  return [
    {
      id: 'waiting',
      state: 'wait',
      title: t('need.waiting', { count }),
      hint: t('need.waitingHint'),
    },
  ]
}

/** `Anhui 3, Jiangxi 1`: the agencies with the most first. */
function breakdownOf(
  agencies: readonly AgencyRow[],
  countOf: (agency: AgencyRow) => number,
  t: Translate,
  language: Language,
): string {
  const sorted = agencies
    .filter((agency) => countOf(agency) > 0)
    .sort((left, right) => countOf(right) - countOf(left))
  const named = sorted
    .slice(0, NAMED_MAX)
    .map(
      (agency) => `${plainText(agency.name, language)} ${formatNumber(countOf(agency), language)}`,
    )
  const listed = formatList(named, language)
  return sorted.length > NAMED_MAX ? t('need.andOthers', { listed }) : listed
}
