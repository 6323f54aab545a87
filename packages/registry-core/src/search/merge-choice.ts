import { PART_DOCS_MAX } from './doc-set.ts'
import type { Part } from './part.ts'

const RUN_MIN = 4
/** So many documents together are worth it however few the segments: little joins them again. */
const LAST_MIN = PART_DOCS_MAX / 2
const REWRITE_MIN = 1_024

/**
 * Which neighbouring segments to make one of: four or more that fit into one, of which none is
 * larger than the others together, so that a document is rewritten a few times at most; fewer that
 * fill half of it and more, of which none is larger than twice the others; or one that is half out
 * of date. Undefined when there is nothing to do.
 */
export function chooseMerge(
  segments: readonly Part[],
): readonly [from: number, to: number] | undefined {
  for (const [i, { columns, living }] of segments.entries()) {
    if (columns.size >= REWRITE_MIN && living.size * 2 < columns.size) return [i, i + 1]
  }
  for (let from = 0; from < segments.length - 1; from++) {
    let total = 0
    let largest = 0
    let to = from
    for (; to < segments.length; to++) {
      const living = (segments[to] as Part).living.size
      if (total + living > PART_DOCS_MAX) break
      total += living
      largest = Math.max(largest, living)
    }
    const others = total - largest
    if (to - from >= RUN_MIN && largest <= others) return [from, to]
    if (to - from > 1 && total >= LAST_MIN && largest <= others * 2) return [from, to]
  }
  return undefined
}
