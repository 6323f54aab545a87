/**
 * Reads from the store what a query needs of each segment, so that the query itself runs in one
 * go over all parts. Postings that were read lately are kept, up to a number of bytes.
 */
import type { Store } from '../store/store.ts'
import { ByteReader } from './byte-writer.ts'
import { andNot, bitsOf, type DocSet, emptyBits, listOf, or, setOfBits } from './doc-set.ts'
import { TIERS } from './indexed-text.ts'
import { addStored, NO_POSTINGS, type Postings, postingsOf, readOccurrences } from './postings.ts'
import { entriesOf, findInBlock, positionsInBlock, type Segment } from './segment.ts'

const CACHE_BYTES = 50_331_648
const ENTRY_BYTES = 200

type Known = {
  readonly postings: Postings
  readonly block: number
  readonly index: number
  readonly bytes: number
}

/** What is read of the segments of one index. */
export class Lookup {
  readonly #store: Store
  /** By segment and term; the entry that was used longest ago comes first. */
  readonly #known = new Map<string, Known>()
  #bytes = 0

  constructor(store: Store) {
    this.#store = store
  }

  /** Reads the postings of terms and of prefixes in all segments. */
  async load(
    segments: readonly Segment[],
    terms: Iterable<string>,
    prefixes: Iterable<string>,
  ): Promise<LoadedPostings> {
    const loaded = new LoadedPostings()
    await this.#loadTerms(segments, [...terms], loaded)
    for (const prefix of prefixes) {
      for (const segment of segments) await this.#loadPrefix(segment, prefix, loaded)
    }
    return loaded
  }

  async #loadTerms(
    segments: readonly Segment[],
    terms: readonly string[],
    loaded: LoadedPostings,
  ): Promise<void> {
    const wanted: { readonly segment: Segment; readonly term: string; readonly block: number }[] =
      []
    for (const segment of segments) {
      for (const term of terms) {
        const known = this.#recall(keyOf(segment, term))
        const block = known === undefined ? segment.blockOf(term) : -1
        if (known !== undefined) loaded.set(segment, term, known)
        else if (block >= 0) wanted.push({ segment, term, block })
      }
    }
    const keys = wanted.map(({ segment, block }) => segment.postingsKey(block))
    const blocks = await this.#store.search.getMany([...new Set(keys)])
    const byKey = new Map([...new Set(keys)].map((key, i) => [key, blocks[i]]))
    for (const [i, { segment, term, block }] of wanted.entries()) {
      const stored = byKey.get(keys[i] as string)
      if (stored === undefined) throw new MissingBlock()
      const { index, postings } = findInBlock(stored, term)
      loaded.set(segment, term, this.#keep(keyOf(segment, term), { postings, block, index }))
    }
  }

  async #loadPrefix(segment: Segment, prefix: string, loaded: LoadedPostings): Promise<void> {
    const key = keyOf(segment, `${prefix}*`)
    const recalled = this.#recall(key)
    if (recalled !== undefined) return loaded.set(segment, `${prefix}*`, recalled)
    const bits = Array.from({ length: TIERS }, emptyBits)
    const keys = segment.blocksOfPrefix(prefix).map((block) => segment.postingsKey(block))
    for (const stored of await this.#store.search.getMany(keys)) {
      if (stored === undefined) throw new MissingBlock()
      for (const { term, value } of entriesOf(stored)) {
        if (term.startsWith(prefix)) addStored(bits, new ByteReader(value))
      }
    }
    const postings = postingsOf(apart(bits.map(setOfBits)))
    const known = { postings, block: -1, index: -1 }
    loaded.set(segment, `${prefix}*`, this.#keep(key, known))
  }

  /** Reads the occurrences of terms in those documents of a segment. */
  async occurrences(
    segment: Segment,
    terms: readonly string[],
    docs: DocSet,
    loaded: LoadedPostings,
  ): Promise<readonly Uint32Array[]> {
    const known = terms.map((term) => loaded.known(segment, term))
    const keys = known.map((entry) => segment.positionsKey(entry?.block ?? -1))
    const blocks = await this.#store.search.getMany(keys)
    const wanted = bitsOf(docs)
    return known.map((entry, i) => {
      const stored = blocks[i]
      if (entry === undefined || entry.index < 0) return new Uint32Array()
      if (stored === undefined) throw new MissingBlock()
      const positions = positionsInBlock(stored, entry.index)
      return readOccurrences(positions, listOf(entry.postings.all), wanted)
    })
  }

  #recall(key: string): Known | undefined {
    const known = this.#known.get(key)
    if (known === undefined) return undefined
    this.#known.delete(key)
    this.#known.set(key, known)
    return known
  }

  #keep(key: string, found: Omit<Known, 'bytes'>): Known {
    const known = { ...found, bytes: ENTRY_BYTES + bytesOf(found.postings) }
    this.#known.set(key, known)
    this.#bytes += known.bytes
    for (const [oldest, { bytes }] of this.#known) {
      if (this.#bytes <= CACHE_BYTES) break
      this.#known.delete(oldest)
      this.#bytes -= bytes
    }
    return known
  }
}

/** A segment was replaced while it was read; the query starts over. */
export class MissingBlock extends Error {}

/** The postings read for one query. */
export class LoadedPostings {
  readonly #known = new Map<string, Known>()

  set(segment: Segment, term: string, known: Known): void {
    this.#known.set(keyOf(segment, term), known)
  }

  known(segment: Segment, term: string): Known | undefined {
    return this.#known.get(keyOf(segment, term))
  }

  of(segment: Segment, term: string): Postings {
    return this.known(segment, term)?.postings ?? NO_POSTINGS
  }
}

function keyOf(segment: Segment, term: string): string {
  return `${segment.id}\n${term}`
}

function bytesOf({ tiers, all }: Postings): number {
  const bytes = (set: DocSet): number => (set.list ?? set.bits).byteLength
  return tiers.reduce((n, tier) => n + bytes(tier), bytes(all))
}

/** What any of several terms has: each document by the best tier one of them has it in. */
export function unionOf(found: readonly Postings[]): Postings {
  const [first] = found
  if (found.length === 1 && first !== undefined) return first
  const tiers: DocSet[] = []
  for (let tier = 0; tier < TIERS; tier++) {
    tiers.push(or(found.map((postings) => postings.tiers[tier] as DocSet)))
  }
  return postingsOf(apart(tiers))
}

/** Takes out of each tier what a better one has. */
function apart(tiers: readonly DocSet[]): readonly DocSet[] {
  const found: DocSet[] = []
  for (const tier of tiers) found.push(found.reduce((rest, better) => andNot(rest, better), tier))
  return found
}
