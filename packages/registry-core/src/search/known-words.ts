/** Which words of a query some record has, so that those are not also read as sounds. */
import { and, type DocSet } from './doc-set.ts'
import type { Indexed } from './indexed.ts'
import type { Segment } from './segment.ts'
import type { Tail } from './tail.ts'
import { parseQuery, type QueryOptions } from './text/query.ts'

/** Gives the question that reading a query asks of the index; undefined where it asks nothing. */
export async function knownWords(
  q: string,
  options: QueryOptions,
  indexed: Indexed,
): Promise<(term: string) => boolean> {
  const asked = new Set<string>()
  parseQuery(q, { ...options, isKnown: (term) => asked.add(term).has(term) })
  const { segments, tails, lookup } = indexed
  const living = (part: Segment | Tail): DocSet => indexed.partOf(part).living.set
  const loaded = await lookup.load(segments, asked, [])
  const known = new Set(
    [...asked].filter(
      (term) =>
        segments.some((part) => and(loaded.of(part, term).all, living(part)).size > 0) ||
        tails.some((part) => and(part.postings(term).all, living(part)).size > 0),
    ),
  )
  return (term) => known.has(term)
}
