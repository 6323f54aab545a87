/**
 * What reads a feed, apart from the rest of the core: a thread that only does that has loaded this
 * in a tenth of the time.
 */
export { type ErrorCode, type ErrorDetails, isMuluError, MuluError } from './errors.ts'
export { readFeed } from './exchange/feed.ts'
export { type FeedPart, partsOf } from './exchange/feed-parts.ts'
export { memoryOf } from './exchange/slot-table.ts'
