/** From the parts of an index to what a query shows: how many, which first, and the counts. */
import type { Asked, Wanted } from './asked.ts'
import { Best, type Ranked } from './best.ts'
import { and, type DocSet, listOf } from './doc-set.ts'
import { evaluate, type PartReader } from './evaluate.ts'
import { FacetCounts, filtered } from './facet-counts.ts'
import type { FilterName, Owner } from './filters.ts'
import type { Part } from './part.ts'
import { type PartConcepts, rank, weightOf } from './relevance.ts'
import type { QueryNode } from './text/query.ts'

/** What matches in one part. */
export type PartMatches = { readonly part: Part; readonly docs: DocSet }

/** What a query comes to, before any record is read. */
export type Answer = {
  readonly total: number
  readonly matches: readonly PartMatches[]
  readonly facets: ReadonlyMap<FilterName, FacetCounts>
  /** One more than the page has, to know whether there is another; none where titles are sorted. */
  readonly ranked: readonly Ranked[]
  readonly weights: readonly number[]
}

/** Answers a query over all parts. */
export function answer(
  asked: Asked,
  readers: readonly PartReader[],
  ownerOf: (ns: number) => Owner,
): Answer {
  const facets = new Map(
    asked.counted.map((name) => [name, new FacetCounts(name, ownerOf)] as const),
  )
  const matches = readers.map((reader): PartMatches => {
    const { part } = reader
    const living = part.living.set
    const words = asked.node === undefined ? living : and(living, evaluate(asked.node, reader).all)
    return { part, docs: countFacets(part, words, asked.filters, facets, ownerOf) }
  })
  const weights = asked.after?.weights ?? weightsOf(asked, readers)
  return {
    total: matches.reduce((n, { docs }) => n + docs.size, 0),
    matches,
    facets,
    ranked: first(asked, readers, matches, weights),
    weights,
  }
}

/** A facet counts what all filters but its own let through; gives what all of them do. */
function countFacets(
  part: Part,
  words: DocSet,
  filters: Wanted,
  facets: ReadonlyMap<FilterName, FacetCounts>,
  ownerOf: (ns: number) => Owner,
): DocSet {
  const pass = (docs: DocSet, wanted: Wanted): DocSet =>
    wanted.reduce((left, [name, values]) => filtered(part, left, name, values, ownerOf), docs)
  const base = pass(
    words,
    filters.filter(([name]) => !facets.has(name)),
  )
  const ofFacets = filters.filter(([name]) => facets.has(name))
  const all = pass(base, ofFacets)
  for (const [name, counts] of facets) {
    const others = ofFacets.filter(([other]) => other !== name)
    counts.add(part, others.length === ofFacets.length ? all : pass(base, others))
  }
  return all
}

function weightsOf(asked: Asked, readers: readonly PartReader[]): readonly number[] {
  if (asked.sort !== 'relevance') return []
  const living = readers.reduce((n, { part }) => n + part.living.size, 0)
  return asked.concepts.map((node) => {
    const having = readers.reduce((n, reader) => n + livingWith(node, reader), 0)
    return weightOf(having, living)
  })
}

/** What is out of date counts no more, so weights are those of the records and not of segments. */
function livingWith(node: QueryNode, reader: PartReader): number {
  const { columns, living } = reader.part
  const { all } = evaluate(node, reader)
  return living.size === columns.size ? all.size : and(living.set, all).size
}

function first(
  asked: Asked,
  readers: readonly PartReader[],
  matches: readonly PartMatches[],
  weights: readonly number[],
): readonly Ranked[] {
  if (asked.sort === 'title') return []
  const best = new Best(asked.limit + 1, asked.after?.key.numbers)
  if (asked.sort === 'relevance') {
    rank(
      readers.map((reader, i) => conceptsIn(asked, reader, matches[i] as PartMatches)),
      weights,
      best,
    )
    return best.found
  }
  for (const { part, docs } of matches) {
    const { updatedMs, quality } = part.columns
    const of: { readonly [doc: number]: number } = asked.sort === 'quality' ? quality : updatedMs
    const list = listOf(docs)
    for (let i = 0; i < list.length; i++) {
      const doc = list[i] as number
      best.offer(part, doc, -(of[doc] as number))
    }
  }
  return best.found
}

function conceptsIn(asked: Asked, reader: PartReader, { part, docs }: PartMatches): PartConcepts {
  return {
    part,
    matches: docs,
    concepts: asked.concepts.map((node) => evaluate(node, reader)),
    neighbours: asked.pairs.map((terms) => {
      const found = evaluate({ kind: 'phrase', terms }, reader)
      return found.tiers[0] as DocSet
    }),
  }
}
