/**
 * Whether every record is in the index in its present version. The mark of a record is 64 bits of
 * its id and ETag; the index keeps their sum for each namespace, and the check adds them up again
 * from the records as they stood at one moment.
 */
import { scopeOfKey } from '../store/store.ts'
import { markOf } from './columns.ts'
import { markText } from './namespace-counts.ts'
import type { SearchIndex } from './search-index.ts'
import type { ViewReader } from './view-reader.ts'

/** What was found of one agency: the sums of marks agree when nothing is missing or stale. */
export type IndexCheck = {
  readonly agency: number
  readonly records: number
  /** Sum over the records, 16 hexadecimal digits. */
  readonly digest: string
  readonly indexed: string
}

type Begun = {
  readonly views: ReturnType<ViewReader['all']>
  readonly marks: ReadonlyMap<number, Mark>
}
type Mark = { readonly low: number; readonly high: number }
type Sums = { records: number; low: number; high: number; indexedLow: number; indexedHigh: number }

/** Fixes the moment that is checked; nothing may be written meanwhile. */
export function beginCheck(views: ViewReader, index: SearchIndex): Begun {
  return { views: views.all(), marks: index.marks() }
}

/** Adds up the records of that moment. */
export async function finishCheck(
  { views, marks }: Begun,
  agencyOf: (ns: number) => number,
): Promise<readonly IndexCheck[]> {
  const byAgency = new Map<number, Sums>()
  const sumsOf = (ns: number): Sums => {
    const agency = agencyOf(ns)
    const sums = byAgency.get(agency) ?? newSums()
    byAgency.set(agency, sums)
    return sums
  }
  for await (const [key, view] of views) {
    const { ns, aud } = scopeOfKey(key)
    if (aud !== 1) continue
    const [low, high] = markOf(view)
    const sums = sumsOf(ns)
    sums.records += 1
    sums.low = (sums.low + low) | 0
    sums.high = (sums.high + high) | 0
  }
  for (const [ns, { low, high }] of marks) {
    const sums = sumsOf(ns)
    sums.indexedLow = (sums.indexedLow + low) | 0
    sums.indexedHigh = (sums.indexedHigh + high) | 0
  }
  return [...byAgency].sort(([a], [b]) => a - b).map(([agency, sums]) => checkOf(agency, sums))
}

/** The digest of what is indexed of every agency. */
export function indexDigests(
  index: SearchIndex,
  agencyOf: (ns: number) => number,
): ReadonlyMap<number, string> {
  const sums = new Map<number, { low: number; high: number }>()
  for (const [ns, { low, high }] of index.marks()) {
    const agency = agencyOf(ns)
    const before = sums.get(agency) ?? { low: 0, high: 0 }
    sums.set(agency, { low: (before.low + low) | 0, high: (before.high + high) | 0 })
  }
  return new Map([...sums].map(([agency, { low, high }]) => [agency, markText(high, low)]))
}

function checkOf(agency: number, sums: Sums): IndexCheck {
  return {
    agency,
    records: sums.records,
    digest: markText(sums.high, sums.low),
    indexed: markText(sums.indexedHigh, sums.indexedLow),
  }
}

function newSums(): Sums {
  return { records: 0, low: 0, high: 0, indexedLow: 0, indexedHigh: 0 }
}
