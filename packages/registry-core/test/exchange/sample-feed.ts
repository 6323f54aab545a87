import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Candidate, FeedError } from '../../src/exchange/candidate.ts'
import { type Feed, type FeedEntry, readFeed } from '../../src/exchange/feed.ts'
import { type FeedPart, partsOf } from '../../src/exchange/feed-parts.ts'

/** SHA-256 as the shell passes it in. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest())
}

/** The committed feeds of DCAT-US. */
export const DCAT_US_FEEDS: readonly string[] = [
  'cms',
  'consumerfinance',
  'dhs',
  'dol',
  'energy',
  'gsa',
  'opm',
].map((agency) => `dcat-us/${agency}.json`)

/** The committed registry of portals. */
export const CN_PORTALS_FEED = 'cn-portals/cn_portals.jsonl'

/** The text of a committed sample. */
export function sampleText(name: string): string {
  return readFileSync(new URL(`../../../../samples/${name}`, import.meta.url), 'utf8')
}

/** A feed that was walked to its end. */
export type WholeFeed = Pick<Feed, 'format'> & {
  readonly candidates: readonly Candidate[]
  readonly errors: readonly FeedError[]
}

/** Reads a feed whole. */
export function readWhole(...input: Parameters<typeof readFeed>): WholeFeed {
  const feed = readFeed(...input)
  const entries = [...feed.entries()]
  return {
    format: feed.format,
    candidates: entries.flatMap((entry) => ('candidate' in entry ? [entry.candidate] : [])),
    errors: entries.flatMap((entry) => ('error' in entry ? [entry.error] : [])),
  }
}

/** Candidates as the one part of a feed. */
export function partOf(candidates: readonly Candidate[]): FeedPart {
  const entries = (): Iterable<FeedEntry> => candidates.map((candidate) => ({ candidate }))
  const feed: Feed = { format: 'mulu-jsonl', total: candidates.length, entries }
  const [part] = partsOf(feed, candidates.length)
  if (part === undefined) throw new Error('no candidates')
  return part
}
