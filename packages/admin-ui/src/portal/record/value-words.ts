const STATES = {
  published: 'state.published',
  withdrawn: 'state.withdrawn',
  draft: 'state.draft',
} as const

/** ISO 8601 repeating intervals that feeds use, and the words for them. */
const FREQUENCIES = {
  'R/P10Y': 'frequency.tenYears',
  'R/P4Y': 'frequency.fourYears',
  'R/P3Y': 'frequency.threeYears',
  'R/P2Y': 'frequency.twoYears',
  'R/P1Y': 'frequency.year',
  'R/P6M': 'frequency.halfYear',
  'R/P4M': 'frequency.fourMonths',
  'R/P3M': 'frequency.quarter',
  'R/P2M': 'frequency.twoMonths',
  'R/P1M': 'frequency.month',
  'R/P0.5M': 'frequency.halfMonth',
  'R/P2W': 'frequency.twoWeeks',
  'R/P1W': 'frequency.week',
  'R/P3.5D': 'frequency.halfWeek',
  'R/P1D': 'frequency.day',
  'R/PT1H': 'frequency.hour',
  'R/PT1S': 'frequency.always',
  irregular: 'frequency.irregular',
} as const

export type StateKey = (typeof STATES)[keyof typeof STATES]
export type FrequencyKey = (typeof FREQUENCIES)[keyof typeof FREQUENCIES]

export function stateKey(value: string): StateKey | undefined {
  return Object.entries(STATES).find(([known]) => known === value)?.[1]
}

export function frequencyKey(value: string): FrequencyKey | undefined {
  return Object.entries(FREQUENCIES).find(([known]) => known === value)?.[1]
}
