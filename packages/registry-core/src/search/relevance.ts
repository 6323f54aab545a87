/**
 * How well a document answers the words of a query. Each concept (a word, a phrase, a word with
 * its synonyms) adds its weight, higher for rare ones, times a factor of the tier it stands in:
 * title over keywords over description over the rest. Small additions for words that stand side
 * by side in the title in the order of the query, for short titles and for quality decide between
 * documents of equal words, and never lift one over a better tier of its rarest word; after them
 * the one comes first that says it changed later, then the one that was written later.
 */

import type { Best } from './best.ts'
import { and, andNot, type DocSet, listOf, or } from './doc-set.ts'
import type { Part } from './part.ts'
import type { Postings } from './postings.ts'
import type { QueryNode } from './text/query.ts'

const TIER_FACTORS: readonly number[] = [8, 4, 2, 1]
const NEIGHBOURS = 1.5
const SHORT_TITLE = 1
const QUALITY = 0.0625
/** The most that all small additions together can be; less than one step between tiers. */
const ADDITIONS_MAX = NEIGHBOURS + SHORT_TITLE + QUALITY * 7
/** Scores are multiples of this, so that they are the same wherever they are added up. */
const STEP = 64

/** What a query asks for that can be met better or worse, in its order. */
export function conceptsOf(node: QueryNode | undefined): readonly QueryNode[] {
  if (node === undefined) return []
  if (node.kind === 'all') return node.of.flatMap(conceptsOf)
  return node.kind === 'not' || node.kind === 'field' ? [] : [node]
}

/** Concepts that follow each other in a query and may do so in a title: pairs of single words. */
export function pairsOf(concepts: readonly QueryNode[]): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = []
  for (const [i, node] of concepts.entries()) {
    const next = concepts[i + 1]
    const [from, to] = [lastWord(node), firstWord(next)]
    if (from !== undefined && to !== undefined) pairs.push([from, to])
  }
  return pairs
}

/** What was typed comes first among words that mean the same. */
function lastWord(node: QueryNode): string | undefined {
  if (node.kind === 'any' && node.of[0] !== undefined) return lastWord(node.of[0])
  if (node.kind === 'term') return node.term
  return node.kind === 'phrase' ? node.terms.at(-1) : undefined
}

function firstWord(node: QueryNode | undefined): string | undefined {
  if (node?.kind === 'any') return firstWord(node.of[0])
  if (node?.kind === 'term') return node.term
  return node?.kind === 'phrase' ? node.terms[0] : undefined
}

/** The weight of a concept that `documents` of `all` documents have. */
export function weightOf(documents: number, all: number): number {
  return Math.round((1 + Math.log2(1 + all / (documents + 1))) * STEP) / STEP
}

/** What one part has of the concepts of a query. */
export type PartConcepts = {
  readonly part: Part
  /** What is to be ranked. */
  readonly matches: DocSet
  readonly concepts: readonly Postings[]
  /** For each pair, the documents that have it in the title. */
  readonly neighbours: readonly DocSet[]
}

const scores = new Float64Array(65_536)

/**
 * Offers the matches of all parts by score. What has every concept in a good tier is looked at
 * first; the rest only while it could still get in.
 */
export function rank(parts: readonly PartConcepts[], weights: readonly number[], best: Best): void {
  const top = weights.reduce((sum, weight) => sum + weight * (TIER_FACTORS[0] as number), 0)
  const least = Math.min(...weights)
  const done = parts.map((): DocSet | undefined => undefined)
  for (let tier = 0; tier < TIER_FACTORS.length; tier++) {
    for (const [i, part] of parts.entries()) {
      const within = withinTier(part, tier)
      const before = done[i]
      score(part, before === undefined ? within : andNot(within, before), weights, best)
      done[i] = within
    }
    const next = TIER_FACTORS[tier + 1]
    if (next === undefined) return
    const outside = top - least * ((TIER_FACTORS[0] as number) - next) + ADDITIONS_MAX
    if (-best.worst > outside) return
  }
}

/** The matches that have every concept in this tier or a better one. */
function withinTier({ matches, concepts }: PartConcepts, tier: number): DocSet {
  if (tier === TIER_FACTORS.length - 1) return matches
  let found = matches
  for (const { tiers } of concepts) found = and(found, or(tiers.slice(0, tier + 1)))
  return found
}

function score(
  { part, concepts, neighbours }: PartConcepts,
  docs: DocSet,
  weights: readonly number[],
  best: Best,
): void {
  const list = listOf(docs)
  const { quality, titleWords } = part.columns
  for (const doc of list) {
    const shortness = SHORT_TITLE / Math.max(1, titleWords[doc] as number)
    scores[doc] = shortness + QUALITY * (quality[doc] as number)
  }
  for (const [i, { tiers }] of concepts.entries()) {
    for (const [tier, set] of tiers.entries()) {
      const add = (weights[i] as number) * (TIER_FACTORS[tier] as number)
      addTo(listOf(and(docs, set)), add)
    }
  }
  for (const set of neighbours) addTo(listOf(and(docs, set)), NEIGHBOURS / neighbours.length)
  for (const doc of list) {
    best.offer(part, doc, -Math.round((scores[doc] as number) * STEP) / STEP)
  }
}

function addTo(docs: Uint16Array, add: number): void {
  for (let i = 0; i < docs.length; i++) {
    const doc = docs[i] as number
    scores[doc] = (scores[doc] as number) + add
  }
}
