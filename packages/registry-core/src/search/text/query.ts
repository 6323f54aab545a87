import type { FilterName } from '../filters.ts'
import { MuluError } from '../../errors.ts'
import { analyse } from './analyse.ts'

/** What a query asks for. */
export type QueryNode =
  | { readonly kind: 'all'; readonly of: readonly QueryNode[] }
  | { readonly kind: 'any'; readonly of: readonly QueryNode[] }
  | { readonly kind: 'not'; readonly of: QueryNode }
  | { readonly kind: 'term'; readonly term: string }
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'phrase'; readonly terms: readonly string[] }
  | { readonly kind: 'field'; readonly name: FilterName; readonly value: string }
  | { readonly kind: 'id'; readonly id: string }

const QUERY_CHARS_MAX = 1_024

/** Reads a query: words that all have to match. */
export function parseQuery(
  q: string,
  _options: {
    readonly prefixLast?: boolean
    readonly synonyms?: ReadonlyMap<string, readonly string[]>
  } = {},
): { readonly node: QueryNode | undefined; readonly words: readonly string[] } {
  if (q.length > QUERY_CHARS_MAX) {
    throw new MuluError('MULU_QUERY', { details: { parameter: 'q', limit: QUERY_CHARS_MAX } })
  }
  const words = q.split(/\s+/u).filter((word) => word !== '')
  const of = words.flatMap((word): readonly QueryNode[] => {
    const terms = analyse(word).map((token) => token.term)
    const [first] = terms
    if (first === undefined) return []
    return [terms.length === 1 ? { kind: 'term', term: first } : { kind: 'phrase', terms }]
  })
  return { node: of.length === 0 ? undefined : { kind: 'all', of }, words }
}
