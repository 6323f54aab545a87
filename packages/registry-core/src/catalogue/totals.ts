/** What a replica holds of the federation, counted. */
import type { LogState } from '../log/log-state.ts'
import type { Totals } from '../registry.ts'
import type { AgencyCounts } from './catalogue.ts'

/** Sums the counts of all agencies, and those of the commits of federation logs. */
export function totalsOf(counts: readonly AgencyCounts[], logs: readonly LogState[]): Totals {
  const sum = (name: 'records' | 'published' | 'withdrawn' | 'problems' | 'conflicts'): number =>
    counts.reduce((total, agency) => total + agency[name], 0)
  const shared = logs.filter(({ log }) => log.aud === 1)
  return {
    records: sum('records'),
    published: sum('published'),
    withdrawn: sum('withdrawn'),
    problems: sum('problems'),
    conflicts: sum('conflicts'),
    waiting: shared.reduce((n, log) => n + waitingIn(log), 0),
    commits: shared.reduce((n, log) => n + log.known.seq, 0),
  }
}

/** Beyond the end of a log nothing waits any more. */
function waitingIn(log: LogState): number {
  return log.ended ? 0 : log.known.seq - log.judged.seq + log.held
}
