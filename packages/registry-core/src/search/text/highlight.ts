/** Where a text matches a query, to be marked when it is shown. */
import { UNSPACED } from './fold.ts'
import type { QueryNode } from './query.ts'
import { forEachTerm, kindAt } from './terms.ts'

/** Code units of a text, `end` exclusive. */
export type TextRange = { readonly start: number; readonly end: number }

/**
 * The ranges of a text that words of a query match, in order and apart from each other. What a
 * query excludes, its fields, and what only sounds like it have none.
 */
export function matchRanges(text: string, node: QueryNode | undefined): readonly TextRange[] {
  const wanted = wantedBy(node)
  const terms: string[] = []
  const ranges: TextRange[] = []
  forEachTerm(text, (term, _, start, end) => {
    terms.push(term)
    ranges.push({ start, end })
  })
  return merge(terms.flatMap((term, at) => rangesAt(text, term, at)))

  function rangesAt(of: string, term: string, at: number): readonly TextRange[] {
    const range = ranges[at]
    if (range === undefined) return []
    const phrase = wanted.phrases.find((words) => words.every((word, i) => terms[at + i] === word))
    const last = ranges[at + (phrase?.length ?? 1) - 1]
    if (phrase !== undefined && last !== undefined) return [{ start: range.start, end: last.end }]
    if (wanted.terms.has(term)) return [range]
    const isBegun = wanted.prefixes.some((prefix) => term.startsWith(prefix))
    return isBegun ? [begunRange(of, range)] : []
  }
}

type Wanted = {
  readonly terms: ReadonlySet<string>
  readonly prefixes: readonly string[]
  readonly phrases: readonly (readonly string[])[]
}

function wantedBy(node: QueryNode | undefined): Wanted {
  const leaves = node === undefined ? [] : leavesOf(node)
  return {
    terms: new Set(leaves.flatMap((leaf) => (leaf.kind === 'term' ? [leaf.term] : []))),
    prefixes: leaves.flatMap((leaf) => (leaf.kind === 'prefix' ? [leaf.prefix] : [])),
    phrases: leaves.flatMap((leaf) => (leaf.kind === 'phrase' ? [leaf.terms] : [])),
  }
}

function leavesOf(node: QueryNode): readonly QueryNode[] {
  if (node.kind === 'not') return []
  return node.kind === 'all' || node.kind === 'any' ? node.of.flatMap(leavesOf) : [node]
}

/** A Chinese term is two characters, of which the prefix means the first. */
function begunRange(text: string, range: TextRange): TextRange {
  if (kindAt(text, range.start) !== UNSPACED) return range
  const width = (text.codePointAt(range.start) ?? 0) > 0xffff ? 2 : 1
  return { start: range.start, end: range.start + width }
}

function merge(ranges: readonly TextRange[]): readonly TextRange[] {
  const merged: { start: number; end: number }[] = []
  for (const { start, end } of ranges) {
    const last = merged.at(-1)
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end)
    else merged.push({ start, end })
  }
  return merged
}
