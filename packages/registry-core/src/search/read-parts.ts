/** Reads what a query needs of every part, and gives readers that answer from memory. */

import { parseRecordId, recOf } from '../record/record-id.ts'
import { recordKey } from '../store/store.ts'
import { type Asked, leavesOf } from './asked.ts'
import { and, type DocSet, firstDocs, NO_DOCS } from './doc-set.ts'
import { oneDoc, type PartReader } from './evaluate.ts'
import { filtered } from './facet-counts.ts'
import type { Surroundings } from './filters.ts'
import type { Indexed } from './indexed.ts'
import { type LoadedPostings, type Lookup, unionOf } from './lookup.ts'
import type { Part } from './part.ts'
import type { Postings } from './postings.ts'
import type { Segment } from './segment.ts'
import type { Tail } from './tail.ts'

type Phrases = ReadonlyMap<string, readonly Uint32Array[]>

/** Reads what is stored, then gives a reader for each part. */
export async function readParts(
  indexed: Indexed,
  asked: Asked,
  around: Surroundings,
): Promise<() => readonly PartReader[]> {
  const needs = needsOf(asked)
  const { segments, lookup } = indexed
  const loaded = await lookup.load(segments, needs.terms, needs.prefixes)
  const phrases = new Map<Segment, Phrases>()
  for (const segment of segments) {
    phrases.set(segment, await loadPhrases(segment, needs, lookup, loaded))
  }
  const ordinals = new Map<string, number | undefined>()
  for (const id of needs.ids) ordinals.set(id, await placeOf(indexed, id))
  const common = (part: Part): Pick<PartReader, 'part' | 'field' | 'id'> => ({
    part,
    field: ({ name, value }) =>
      filtered(
        part,
        firstDocs(part.columns.size),
        name,
        new Set(around.names().valuesNamed(name, value)),
        around.ownerOf,
      ),
    id: (id) => docWith(part, ordinals.get(id)),
  })
  const ofSegment = (segment: Segment): PartReader => ({
    ...common(indexed.partOf(segment)),
    term: (term) => loaded.of(segment, term),
    prefix: (prefix) => loaded.of(segment, `${prefix}*`),
    phrase: (terms) => phrases.get(segment)?.get(phraseKey(terms)) ?? [],
  })
  return () => [
    ...segments.map(ofSegment),
    ...indexed.tails.map((tail) => ofTail(tail, common(indexed.partOf(tail)))),
  ]
}

function ofTail(tail: Tail, common: Pick<PartReader, 'part' | 'field' | 'id'>): PartReader {
  return {
    ...common,
    term: (term) => tail.postings(term),
    prefix: (prefix) => {
      const terms = [...tail.terms()].filter((term) => term.startsWith(prefix))
      return unionOf(terms.map((term) => tail.postings(term)))
    },
    phrase: (terms) => terms.map((term) => tail.occurrences(term)),
  }
}

type Needs = {
  readonly terms: ReadonlySet<string>
  readonly prefixes: ReadonlySet<string>
  readonly phrases: readonly (readonly string[])[]
  readonly pairs: readonly (readonly string[])[]
  readonly ids: ReadonlySet<string>
}

function needsOf(asked: Asked): Needs {
  const terms = new Set<string>()
  const prefixes = new Set<string>()
  const ids = new Set<string>()
  const phrases: (readonly string[])[] = []
  for (const leaf of leavesOf(asked.node)) {
    if (leaf.kind === 'term') terms.add(leaf.term)
    if (leaf.kind === 'prefix') prefixes.add(leaf.prefix)
    if (leaf.kind === 'id') ids.add(leaf.id)
    if (leaf.kind === 'phrase') phrases.push(leaf.terms)
  }
  for (const term of phrases.flat()) terms.add(term)
  return { terms, prefixes, ids, phrases, pairs: asked.pairs }
}

/** Pairs are only looked for in titles; a phrase anywhere. */
async function loadPhrases(
  segment: Segment,
  needs: Needs,
  lookup: Lookup,
  loaded: LoadedPostings,
): Promise<Phrases> {
  const found = new Map<string, readonly Uint32Array[]>()
  const read = async (
    terms: readonly string[],
    docsOf: (postings: Postings) => DocSet,
  ): Promise<void> => {
    const key = phraseKey(terms)
    const docs = allOf(terms.map((term) => docsOf(loaded.of(segment, term))))
    if (docs.size === 0 || found.has(key)) return
    found.set(key, await lookup.occurrences(segment, terms, docs, loaded))
  }
  for (const terms of needs.phrases) await read(terms, (postings) => postings.all)
  for (const pair of needs.pairs) await read(pair, (postings) => postings.tiers[0] as DocSet)
  return found
}

function allOf(sets: readonly DocSet[]): DocSet {
  const [first, ...rest] = [...sets].sort((a, b) => a.size - b.size)
  return first === undefined ? NO_DOCS : rest.reduce(and, first)
}

function phraseKey(terms: readonly string[]): string {
  return terms.join('\n')
}

async function placeOf(indexed: Indexed, id: string): Promise<number | undefined> {
  try {
    const record = parseRecordId(id)
    return await indexed.placeOf(recordKey({ ns: record.ns, aud: 1 }, recOf(record)))
  } catch {
    // A text that is no id of ours names no record.
    return undefined
  }
}

function docWith(part: Part, ordinal: number | undefined): DocSet {
  const doc = ordinal === undefined ? undefined : part.columns.docOf(ordinal)
  return doc === undefined ? NO_DOCS : oneDoc(doc)
}
