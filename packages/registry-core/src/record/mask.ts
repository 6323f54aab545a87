/**
 * What of an entry's `over` counts: only slots in entries of commits its author had seen, and of
 * entries with legal effect only when the author may classify (DESIGN-REVIEW section 2, Mask).
 * Everything needed stands in headers and roster, which are never erased.
 */
import type { ClockRange, Over } from '../commit/over.ts'
import type { Row } from './document.ts'

/** What the author of a commit had seen and may do. */
export type Sight = {
  /** The highest position of a writer's log that the author had seen. */
  readonly past: (client: number) => number
  readonly mayClassify: boolean
}

/** The part of `over` that counts, in canonical form. */
export function maskOver(over: Over, rows: readonly Row[], sight: Sight): Over {
  const masked: [number, readonly ClockRange[]][] = []
  for (const [client, ranges] of over) {
    const seen = rows
      .filter((row) => row.client === client && row.seq <= sight.past(client))
      .filter((row) => row.cls !== 1 || sight.mayClassify)
      .sort((a, b) => a.clock - b.clock)
    const counted = intersect(ranges, seen)
    if (counted.length > 0) masked.push([client, counted])
  }
  return masked
}

/** The overlap of ranges with rows, merged; both are ascending, so one pass is enough. */
function intersect(ranges: readonly ClockRange[], rows: readonly Row[]): readonly ClockRange[] {
  const result: [number, number][] = []
  let first = 0
  for (const [clock, n] of ranges) {
    while (first < rows.length && endOf(rows[first]) <= clock) first++
    for (let i = first; i < rows.length; i++) {
      const row = rows[i]
      if (row === undefined || row.clock >= clock + n) break
      const start = Math.max(clock, row.clock)
      add(result, start, Math.min(clock + n, endOf(row)) - start)
    }
  }
  return result
}

function endOf(row: Row | undefined): number {
  return row === undefined ? 0 : row.clock + row.len
}

function add(ranges: [number, number][], clock: number, n: number): void {
  const last = ranges.at(-1)
  if (last !== undefined && last[0] + last[1] === clock) last[1] += n
  else ranges.push([clock, n])
}
