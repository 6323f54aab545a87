import type { TFunction } from 'i18next'
import type { State } from '../parts/state.ts'
import type { BundleReport } from './upload-bundle.ts'

/** One thing to tell of a bundle that came in, and what to do about it. */
export type ReportLine = { readonly state: State; readonly text: string; readonly code?: string }

/** What the codes of commits mean that have no effect or were refused. */
const WORDS = {
  MULU_GRANT_MISSING: 'taken.code.grant',
  MULU_RIGHT_MISSING: 'taken.code.right',
  MULU_NOT_ADMITTED: 'taken.code.notAdmitted',
  MULU_REVOKED: 'taken.code.revoked',
  MULU_FORK: 'taken.code.fork',
  MULU_SIGNATURE: 'taken.code.signature',
  MULU_KEY_NOT_BOUND: 'taken.code.signature',
} as const

/** What stands over the report: whether all is in, and else what is lacking. */
export function verdictOf(report: BundleReport): { readonly state: State; readonly key: Verdict } {
  if (report.problem !== null) return { state: 'warn', key: 'taken.part' }
  if (report.refused > 0) return { state: 'warn', key: 'taken.someRefused' }
  if (report.waiting > 0) return { state: 'wait', key: 'taken.someWait' }
  const isNothing = report.new === 0 && report.rosters === 0 && report.orders === 0
  return { state: 'ok', key: isNothing ? 'taken.nothingNew' : 'taken.whole' }
}

export type Verdict =
  | 'taken.part'
  | 'taken.someRefused'
  | 'taken.someWait'
  | 'taken.nothingNew'
  | 'taken.whole'

/** What a person should know beside the four counts, what asks for something first. */
export function reportLines(report: BundleReport, t: TFunction): readonly ReportLine[] {
  const lines: ReportLine[] = []
  if (report.problem === 'MULU_BUNDLE_CUT') lines.push({ state: 'warn', text: t('taken.cut') })
  if (report.damaged > 0) {
    lines.push({ state: 'warn', text: t('taken.damaged', { count: report.damaged }) })
  }
  if (report.postponed > 0) {
    lines.push({ state: 'warn', text: t('taken.postponed', { count: report.postponed }) })
  }
  lines.push(...codeLines(report, t))
  if (report.waiting > 0) {
    lines.push({ state: 'wait', text: t('taken.waiting', { count: report.waiting }) })
  }
  if (report.rosters > 0) {
    lines.push({ state: 'ok', text: t('taken.rosters', { count: report.rosters }) })
  }
  if (report.orders > 0) {
    lines.push({ state: 'ok', text: t('taken.orders', { count: report.orders }) })
  }
  if (report.erased > 0) {
    lines.push({ state: 'ok', text: t('taken.erased', { count: report.erased }) })
  }
  if (report.notHeld > 0) {
    lines.push({ state: 'ok', text: t('taken.notHeld', { count: report.notHeld }) })
  }
  return lines
}

function codeLines({ codes }: BundleReport, t: TFunction): readonly ReportLine[] {
  return Object.entries(codes)
    .filter(([code]) => code !== 'MULU_WAITING_FULL')
    .map(([code, count]): ReportLine => {
      const known = Object.entries(WORDS).find(([name]) => name === code)
      const text = t(known?.[1] ?? 'taken.code.other', { count })
      return { state: 'warn', text, code }
    })
}
