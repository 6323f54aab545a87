import type { useTranslation } from 'react-i18next'
import type { Status } from '../api.ts'
import { formatDate, formatList } from '../format.ts'
import { plainText } from '../labels.ts'
import type { Language } from '../language.ts'
import { conditionOf, isOfParts } from '../parts/node-state.ts'
import { orderCodeKey } from '../parts/order-words.ts'
import { compareStates, type State } from '../parts/state.ts'
import { DIGEST_WORDS, wordsOf } from '../words.ts'

type Translate = ReturnType<typeof useTranslation>['t']

/** One thing checked: how it stands, why, and what to do where a person must. */
export type Diagnosis = {
  readonly id: string
  readonly name: string
  readonly state: State
  readonly text: string
  readonly fix?: string
}

/** A clock further off than this confuses readers of dates. */
const CLOCK_OFF_MS = 60_000

type Context = { readonly status: Status; readonly t: Translate; readonly language: Language }

/** Everything this page checks, what needs a person first. */
export function diagnosesOf(
  status: Status,
  browserMs: number,
  t: Translate,
  language: Language,
): readonly Diagnosis[] {
  const context = { status, t, language }
  return [
    membership(context),
    agreement(context),
    connections(context),
    held(context),
    roster(context),
    refusals(context),
    conflicts(context),
    problems(context),
    clock(context, browserMs),
  ].sort((left, right) => compareStates(left.state, right.state))
}

function membership({ status, t }: Context): Diagnosis {
  const base = { id: 'membership', name: t('check.membership') }
  const { fallenOrder } = status.node
  if (fallenOrder !== null) {
    const why = t(orderCodeKey(fallenOrder.code ?? ''))
    const text = t('check.fallenOrder', { number: fallenOrder.number, why })
    return { ...base, state: 'bad', text, fix: t('check.fallenOrderFix') }
  }
  if (!status.node.admitted) {
    return { ...base, state: 'bad', text: t('check.notAdmitted'), fix: t('check.notAdmittedFix') }
  }
  if (status.node.offline) {
    return { ...base, state: 'off', text: t('check.offline'), fix: t('check.offlineFix') }
  }
  return { ...base, state: 'ok', text: t('check.admitted') }
}

function agreement({ status, t, language }: Context): Diagnosis {
  const base = { id: 'agreement', name: t('check.agreement') }
  const differing = status.peers.filter((peer) => conditionOf(peer, status) === 'differs')
  const { agree, nodes } = status.asOf
  if (differing.length > 0) {
    const names = formatList(
      differing.map((peer) => plainText(peer.name, language)),
      language,
    )
    return {
      ...base,
      state: 'bad',
      text: t('check.differs', { names }),
      fix: t('check.differsFix'),
    }
  }
  if (nodes < 2) return { ...base, state: 'ok', text: t('check.alone') }
  if (agree === nodes) {
    const key = isOfParts(status) ? 'check.allAgreePart' : 'check.allAgree'
    return { ...base, state: 'ok', text: t(key, { nodes }) }
  }
  const text = t('asOf.agree', { agree, nodes })
  return { ...base, state: 'wait', text: t('check.agree', { text }) }
}

function connections({ status, t, language }: Context): Diagnosis {
  const base = { id: 'connections', name: t('check.connections') }
  const others = status.peers.filter((peer) => !peer.self)
  const connected = others.filter((peer) => peer.connected).length
  const silent = others.filter((peer) => ['silent', 'never'].includes(conditionOf(peer, status)))
  const text = t('check.connected', { connected, total: others.length })
  if (status.node.offline) return { ...base, state: 'off', text: t('check.noneOffline') }
  if (others.length === 0) return { ...base, state: 'ok', text: t('check.alone') }
  if (silent.length === 0) return { ...base, state: 'ok', text }
  const names = formatList(
    silent.map((peer) => plainText(peer.name, language)),
    language,
  )
  return {
    ...base,
    state: 'warn',
    text: t('check.silent', { text, names }),
    fix: t('check.silentFix'),
  }
}

function held({ status, t }: Context): Diagnosis {
  const base = { id: 'held', name: t('check.held') }
  const count = status.heads.waiting
  if (count === 0) return { ...base, state: 'ok', text: t('check.noneHeld') }
  return { ...base, state: 'wait', text: t('check.someHeld', { count }) }
}

function roster({ status, t, language }: Context): Diagnosis {
  const base = { id: 'roster', name: t('check.roster') }
  const { version, stampMs, alarms } = status.roster
  const fork = alarms.find((alarm) => alarm.type === 'fork')
  if (fork !== undefined) {
    const words = [fork.kept, fork.other].map(
      (hash) => wordsOf(hash, DIGEST_WORDS, language) ?? hash,
    )
    const [kept = '', other = ''] = words
    const text = t('check.rosterFork', { version: fork.version, kept, other })
    return { ...base, state: 'bad', text, fix: t('check.rosterForkFix') }
  }
  const behind = alarms.find((alarm) => alarm.type === 'behind')
  if (behind !== undefined) {
    const { newest } = behind
    return { ...base, state: 'wait', text: t('check.rosterOld', { version, newest }) }
  }
  const date = formatDate(stampMs, language)
  const old = alarms.find((alarm) => alarm.type === 'old')
  if (old !== undefined) {
    const text = t('check.rosterStale', { version, date, count: old.days })
    return { ...base, state: 'warn', text, fix: t('check.rosterStaleFix') }
  }
  return { ...base, state: 'ok', text: t('check.rosterNew', { version, date }) }
}

function refusals({ status, t, language }: Context): Diagnosis {
  const base = { id: 'refused', name: t('check.refused') }
  const senders = status.peers.filter((peer) => peer.refused.length > 0)
  if (senders.length === 0) return { ...base, state: 'ok', text: t('check.noneRefused') }
  const entries = senders.flatMap((peer) => peer.refused)
  const count = entries.reduce((sum, entry) => sum + entry.count, 0)
  const names = formatList(
    senders.map((peer) => plainText(peer.name, language)),
    language,
  )
  const codes = formatList([...new Set(entries.map((entry) => entry.code))], language)
  return {
    ...base,
    state: 'warn',
    text: t('check.someRefused', { count, names }),
    fix: t('check.refusedFix', { codes }),
  }
}

function conflicts({ status, t }: Context): Diagnosis {
  const base = { id: 'conflicts', name: t('total.conflicts') }
  const count = status.catalogue.conflicts
  if (count === 0) return { ...base, state: 'ok', text: t('check.noConflicts') }
  return { ...base, state: 'split', text: t('check.someConflicts', { count }) }
}

function problems({ status, t }: Context): Diagnosis {
  const base = { id: 'problems', name: t('total.problems') }
  const count = status.catalogue.problems
  if (count === 0) return { ...base, state: 'ok', text: t('check.noProblems') }
  return { ...base, state: 'warn', text: t('check.someProblems', { count }) }
}

function clock({ status, t }: Context, browserMs: number): Diagnosis {
  const base = { id: 'clock', name: t('check.clock') }
  const offMs = status.nowMs - browserMs
  if (Math.abs(offMs) < CLOCK_OFF_MS) return { ...base, state: 'ok', text: t('check.clockFine') }
  const count = Math.round(Math.abs(offMs) / 60_000)
  return {
    ...base,
    state: 'warn',
    text: offMs > 0 ? t('check.clockAhead', { count }) : t('check.clockBehind', { count }),
    fix: t('check.clockFix'),
  }
}
