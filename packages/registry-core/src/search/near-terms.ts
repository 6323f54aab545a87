/** The terms of an index among which the spelling of a word is looked for. */
import type { Store } from '../store/store.ts'
import { ByteReader } from './byte-writer.ts'
import type { Indexed } from './indexed.ts'
import { MissingBlock } from './lookup.ts'
import { type Postings, readPostings } from './postings.ts'
import { entriesOf, type Segment } from './segment.ts'

/** Letters more or less than the word has. */
const LENGTH_STEPS = 2
/** Blocks of one segment that are read; a letter with more terms is looked through in part. */
const BLOCKS_MAX = 512

/**
 * Terms of titles and keywords that begin like a word and are about as long, with the number of
 * documents that have them. The first letter is seldom wrong, and it bounds what is read.
 */
export async function termsLike(
  store: Store,
  indexed: Indexed,
  word: string,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  const first = word.slice(0, 1)
  if (first === '') return counts
  const isLike = (term: string): boolean =>
    term.startsWith(first) && Math.abs(term.length - word.length) <= LENGTH_STEPS
  const add = (term: string, { tiers }: Postings): void => {
    const count = (tiers[0]?.size ?? 0) + (tiers[1]?.size ?? 0)
    if (count > 0) counts.set(term, (counts.get(term) ?? 0) + count)
  }
  for (const segment of indexed.segments) await addOf(store, segment, first, isLike, add)
  for (const tail of indexed.tails) {
    for (const term of tail.terms()) if (isLike(term)) add(term, tail.postings(term))
  }
  return counts
}

async function addOf(
  store: Store,
  segment: Segment,
  first: string,
  isLike: (term: string) => boolean,
  add: (term: string, postings: Postings) => void,
): Promise<void> {
  const blocks = segment.blocksOfPrefix(first).slice(0, BLOCKS_MAX)
  const keys = blocks.map((block) => segment.postingsKey(block))
  for (const stored of await store.search.getMany(keys)) {
    if (stored === undefined) throw new MissingBlock()
    for (const { term, value } of entriesOf(stored)) {
      if (isLike(term)) add(term, readPostings(new ByteReader(value)))
    }
  }
}
