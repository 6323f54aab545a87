/** From the tree of a query to the documents of one part, each with the tier it matches in. */
import { and, andNot, type DocSet, NO_DOCS, setOfList } from './doc-set.ts'
import { unionOf } from './lookup.ts'
import type { Part } from './part.ts'
import { followedBy, NO_POSTINGS, type Postings, postingsOfOccurrences } from './postings.ts'
import type { QueryNode } from './text/query.ts'

/** What a part says of the leaves of a query. */
export type PartReader = {
  readonly part: Part
  readonly term: (term: string) => Postings
  readonly prefix: (prefix: string) => Postings
  /** The occurrences of a phrase's terms in the documents that have all of them. */
  readonly phrase: (terms: readonly string[]) => readonly Uint32Array[]
  /** The documents that a filter with one value lets through. */
  readonly field: (node: QueryNode & { readonly kind: 'field' }) => DocSet
  readonly id: (id: string) => DocSet
}

/** What a query, or a part of it, matches. Out of date documents may be among it. */
export function evaluate(node: QueryNode, reader: PartReader): Postings {
  switch (node.kind) {
    case 'term':
      return reader.term(node.term)
    case 'prefix':
      return reader.prefix(node.prefix)
    case 'phrase':
      return phraseOf(node.terms, reader)
    case 'any':
      return unionOf(node.of.map((each) => evaluate(each, reader)))
    case 'all':
      return inLastTier(allOf(node.of, reader))
    case 'not':
      return inLastTier(andNot(reader.part.living.set, evaluate(node.of, reader).all))
    case 'field':
      return inLastTier(reader.field(node))
    case 'id': {
      const found = reader.id(node.id)
      return { tiers: [found, NO_DOCS, NO_DOCS, NO_DOCS], all: found }
    }
  }
}

/** What all nodes match; those that exclude are taken out at the end. */
function allOf(nodes: readonly QueryNode[], reader: PartReader): DocSet {
  const wanted = nodes
    .filter((node) => node.kind !== 'not')
    .map((node) => evaluate(node, reader).all)
  wanted.sort((a, b) => a.size - b.size)
  let found = wanted[0] ?? reader.part.living.set
  for (const set of wanted.slice(1)) found = and(found, set)
  for (const node of nodes) {
    if (node.kind === 'not') found = andNot(found, evaluate(node.of, reader).all)
  }
  return found
}

function phraseOf(terms: readonly string[], reader: PartReader): Postings {
  const [first, ...rest] = reader.phrase(terms)
  if (first === undefined) return NO_POSTINGS
  let found = first
  for (const [i, occurrences] of rest.entries()) found = followedBy(found, occurrences, i + 1)
  return found.length === 0 ? NO_POSTINGS : postingsOfOccurrences(found)
}

function inLastTier(all: DocSet): Postings {
  return { tiers: [NO_DOCS, NO_DOCS, NO_DOCS, all], all }
}

/** The set of one document. */
export function oneDoc(doc: number): DocSet {
  return setOfList(Uint16Array.of(doc))
}
