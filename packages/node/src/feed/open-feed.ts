/** Opens a feed in this thread; loads no more than that takes, since a thread of its own does. */
import { type FeedPart, partsOf, readFeed } from '@mulu/registry-core/feed'
import { sha256 } from '../sha256.ts'
import { feedText } from './feed-text.ts'

/**
 * What to read: the bytes of a file, which nobody else uses any more, the format they have, and
 * the name of their source.
 */
export type FeedInput = {
  readonly bytes: Uint8Array
  readonly format: 'auto' | 'dcat-us' | 'jsonl'
  readonly source?: string
}

/** A feed that is one, how many records it has, and those part by part. */
export type OpenFeed = {
  readonly format: string
  readonly total: number
  readonly parts: AsyncIterable<FeedPart> | Iterable<FeedPart>
}

/**
 * Records that are read, compared, written and reported together, as much as is planned at once
 * (log/author.ts); bounds the memory of a feed.
 */
const PART_RECORDS = 510
/** Those of half a commit, mostly (log/author.ts). */
const FIRST_PART_RECORDS = 85

/** Reads a feed in this thread; MULU_FEED_* when the bytes as a whole are none. */
export function openHere({ bytes, format, source }: FeedInput): OpenFeed & {
  readonly parts: Iterable<FeedPart>
} {
  const named = source === undefined ? {} : { source }
  const feed = readFeed(feedText(bytes), format, { hash: sha256, ...named })
  const parts = partsOf(feed, PART_RECORDS, FIRST_PART_RECORDS)
  return { format: feed.format, total: feed.total, parts }
}
