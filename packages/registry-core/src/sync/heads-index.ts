/** The heads of a replica by log and by group, as both sides of an exchange read them. */
import { audienceText } from '../commit/audience.ts'
import { type Crypto, DOMAIN, type Hash, hash } from '../crypto.ts'
import { encodeCbor } from '../encoding/cbor.ts'
import { type LogHead, type LogKey, logText } from '../log/log.ts'
import type { BucketDigest } from './frame.ts'
import { type HeadNote, headToCbor } from './frame-parts.ts'
import { BUCKETS } from './sync-limits.ts'

/** Heads at one moment. */
export type HeadsIndex = {
  readonly byLog: ReadonlyMap<string, LogHead>
  /** One log of each group; who may hold one log of a group may hold them all. */
  readonly groups: ReadonlyMap<string, LogKey>
}

// A registry's heads are the same array until something changes; an index lives as long as they do.
const INDEXES = new WeakMap<readonly LogHead[], HeadsIndex>()

/** The index over the heads of a registry. */
export function headsIndex(heads: readonly LogHead[]): HeadsIndex {
  const known = INDEXES.get(heads)
  if (known !== undefined) return known
  const index = createIndex(heads)
  INDEXES.set(heads, index)
  return index
}

function createIndex(heads: readonly LogHead[]): HeadsIndex {
  const byLog = new Map<string, LogHead>()
  const groups = new Map<string, LogKey>()
  for (const head of heads) {
    byLog.set(logText(head.log), head)
    const group = groupOf(head.log)
    if (!groups.has(group)) groups.set(group, head.log)
  }
  return { byLog, groups }
}

/** The group of logs that one digest covers: see the header of frame.ts. */
export function groupOf(log: LogKey): string {
  return log.aud === 0 ? `0/${log.ns}` : audienceText(log.aud)
}

/** The bucket that a log falls into. */
export function bucketOf(text: string): number {
  let sum = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193)
  }
  return (sum ^ (sum >>> 8) ^ (sum >>> 16) ^ (sum >>> 24)) & 0xff
}

/**
 * What is said of a log to others. Of a forked one it is how far the branch goes that stands:
 * nodes that know different branches agree on that; and what counts beyond its fork.
 */
export function headNote({ log, known, accepted, forkedAt, statements }: LogHead): HeadNote {
  if (forkedAt === undefined) return { log, known, forkedAt, statements: undefined }
  return { log, known: accepted, forkedAt, statements }
}

/** The heads that pass, by bucket, each bucket in the order of the logs' texts. */
export function headsByBucket(
  index: HeadsIndex,
  isShown: (log: LogKey) => boolean,
): ReadonlyMap<number, readonly HeadNote[]> {
  const buckets = new Map<number, HeadNote[]>()
  const texts = [...index.byLog.keys()].sort()
  for (const text of texts) {
    const head = index.byLog.get(text)
    if (head === undefined || !isShown(head.log)) continue
    const bucket = bucketOf(text)
    const list = buckets.get(bucket)
    if (list === undefined) buckets.set(bucket, [headNote(head)])
    else list.push(headNote(head))
  }
  return buckets
}

/** The digest of each bucket that holds anything, from a bucket on. */
export function bucketDigests(
  crypto: Crypto,
  buckets: ReadonlyMap<number, readonly HeadNote[]>,
  from: number,
): readonly BucketDigest[] {
  const digests: BucketDigest[] = []
  for (let bucket = from; bucket < BUCKETS; bucket++) {
    const heads = buckets.get(bucket)
    if (heads !== undefined) digests.push({ bucket, digest: bucketDigest(crypto, heads) })
  }
  return digests
}

function bucketDigest(crypto: Crypto, heads: readonly HeadNote[]): Hash {
  return hash(crypto, DOMAIN.heads, encodeCbor(heads.map(headToCbor)))
}
