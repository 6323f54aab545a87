import type { AgencyCounts } from './catalogue.ts'

/** The counts of an agency without records. */
export function noCounts(agency: number): AgencyCounts {
  return {
    agency,
    records: 0,
    published: 0,
    withdrawn: 0,
    problems: 0,
    conflicts: 0,
    newestMs: 0,
  }
}
