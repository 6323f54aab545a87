/** What one side of the search benchmark measured. */
export type SearchResult = {
  readonly records: number
  readonly jsonBytes: number
  readonly indexBytes: number
  readonly insertMs: number
  /** Microseconds a record around the first 10,000 records, and at the end. */
  readonly earlyUs: number
  readonly lateUs: number
  readonly openMs: number
  readonly residentIdle: number
  readonly residentPeak: number
  readonly queries: readonly {
    readonly kind: string
    readonly q: string
    readonly ms: number
    readonly total: number
  }[]
  /** Milliseconds of each suggestion while typing; FTS5 has nothing like it. */
  readonly suggestionMs?: readonly number[]
}

/** The value below which `share` of the numbers lie. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

/** Runs one side in a process of its own and hands its result to the parent. */
export function report(result: Partial<SearchResult>): void {
  process.send?.(result)
  process.disconnect?.()
}
