/** Counts of the records of each namespace, kept as records come, change and go. */
import type { AgencyCounts } from '../catalogue/catalogue.ts'
import type { Part } from './part.ts'

type Counts = {
  records: number
  published: number
  withdrawn: number
  problems: number
  conflicts: number
  newestMs: number
  /** Whether the newest record has gone, so that the next one has to be looked for. */
  isNewestGone: boolean
  /** Sum of the marks of what is indexed: equal sums, equal records (check-index.ts). */
  markLow: number
  markHigh: number
}

/** The counters of one index. */
export class NamespaceCounts {
  readonly #byNs = new Map<number, Counts>()

  /** Counts a document of a part in, or out again. */
  count(part: Part, doc: number, sign: 1 | -1): void {
    const { columns } = part
    const ns = nsOf(part, doc)
    const counts = this.#byNs.get(ns) ?? noCounts()
    this.#byNs.set(ns, counts)
    const state = columns.column('state')
    const [value] = state.combinations[state.of[doc] as number] as string[]
    counts.records += sign
    if (value === 'published') counts.published += sign
    if (value === 'withdrawn') counts.withdrawn += sign
    counts.problems += sign * (columns.problems[doc] as number)
    counts.conflicts += sign * (columns.conflicts[doc] as number)
    counts.markLow = (counts.markLow + sign * (columns.markLow[doc] as number)) | 0
    counts.markHigh = (counts.markHigh + sign * (columns.markHigh[doc] as number)) | 0
    const updatedMs = columns.updatedMs[doc] as number
    if (sign > 0) counts.newestMs = Math.max(counts.newestMs, updatedMs)
    else if (updatedMs === counts.newestMs) counts.isNewestGone = true
  }

  /** The sum of marks of each namespace that has records. */
  marks(): ReadonlyMap<number, { readonly low: number; readonly high: number }> {
    const found = new Map<number, { readonly low: number; readonly high: number }>()
    for (const [ns, { records, markLow, markHigh }] of this.#byNs) {
      if (records > 0) found.set(ns, { low: markLow, high: markHigh })
    }
    return found
  }

  /** The counts of every agency that has records, by agency number. */
  byAgency(agencyOf: (ns: number) => number, parts: readonly Part[]): readonly AgencyCounts[] {
    this.#findNewest(parts)
    const byAgency = new Map<number, AgencyCounts>()
    for (const [ns, counts] of this.#byNs) {
      if (counts.records === 0) continue
      const agency = agencyOf(ns)
      byAgency.set(agency, sum(agency, byAgency.get(agency), counts))
    }
    return [...byAgency.values()].sort((a, b) => a.agency - b.agency)
  }

  /** Only when the newest record of a namespace was replaced by an older one or has gone. */
  #findNewest(parts: readonly Part[]): void {
    const gone = [...this.#byNs].filter(([, counts]) => counts.isNewestGone)
    if (gone.length === 0) return
    const newest = new Map(gone.map(([ns]) => [ns, 0]))
    for (const part of parts) {
      for (let doc = 0; doc < part.columns.size; doc++) {
        if (!part.living.has(doc)) continue
        const ns = nsOf(part, doc)
        const known = newest.get(ns)
        const updatedMs = part.columns.updatedMs[doc] as number
        if (known !== undefined && updatedMs > known) newest.set(ns, updatedMs)
      }
    }
    for (const [ns, counts] of gone) {
      counts.newestMs = newest.get(ns) ?? 0
      counts.isNewestGone = false
    }
  }
}

function nsOf(part: Part, doc: number): number {
  const column = part.columns.column('agency')
  return Number((column.combinations[column.of[doc] as number] as string[])[0])
}

/** A mark as hexadecimal digits. */
export function markText(high: number, low: number): string {
  return [high, low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
}

function sum(agency: number, before: AgencyCounts | undefined, counts: Counts): AgencyCounts {
  return {
    agency,
    records: (before?.records ?? 0) + counts.records,
    published: (before?.published ?? 0) + counts.published,
    withdrawn: (before?.withdrawn ?? 0) + counts.withdrawn,
    problems: (before?.problems ?? 0) + counts.problems,
    conflicts: (before?.conflicts ?? 0) + counts.conflicts,
    newestMs: Math.max(before?.newestMs ?? 0, counts.newestMs),
  }
}

function noCounts(): Counts {
  return {
    records: 0,
    published: 0,
    withdrawn: 0,
    problems: 0,
    conflicts: 0,
    newestMs: 0,
    isNewestGone: false,
    markLow: 0,
    markHigh: 0,
  }
}
