/** The kept orders of a replica by bucket, as both sides of an exchange compare them. */
import type { Crypto } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { digestOfMarks, type MarkedOrders, type OrderMark } from '../roster/order-marks.ts'
import type { BucketDigest } from './frame.ts'
import { BUCKETS, ORDER_MARKS_MAX } from './sync-limits.ts'

/** The bucket that the number of an order falls into. */
export function bucketOfNumber(number: number): number {
  return (number ^ (number >>> 10)) & 0xff
}

/** The digest of each bucket that holds any marks, from a bucket on. */
export function markDigests(
  crypto: Crypto,
  orders: MarkedOrders,
  from: number,
): readonly BucketDigest[] {
  return [...marksByBucket(orders.marks, from)].map(([bucket, marks]) => ({
    bucket,
    digest: digestOfMarks(crypto, marks),
  }))
}

/** The marks of the buckets in which a peer has others, and the bucket that comes after them. */
export function marksThatDiffer(
  crypto: Crypto,
  orders: MarkedOrders,
  from: number,
  theirs: readonly BucketDigest[],
): { readonly marks: readonly OrderMark[]; readonly next: number } {
  const known = new Map(theirs.map(({ bucket, digest }) => [bucket, digest]))
  const marks: OrderMark[] = []
  for (const [bucket, own] of marksByBucket(orders.marks, from)) {
    const digest = known.get(bucket)
    if (digest !== undefined && equalBytes(digest, digestOfMarks(crypto, own))) continue
    if (marks.length > 0 && marks.length + own.length > ORDER_MARKS_MAX) {
      return { marks, next: bucket }
    }
    marks.push(...own)
  }
  return { marks: marks.slice(0, ORDER_MARKS_MAX), next: BUCKETS }
}

/** The numbers of which a peer has an order that changes something here. */
export function numbersLacking(
  orders: MarkedOrders,
  theirs: readonly OrderMark[],
): readonly number[] {
  return theirs
    .filter(({ number, id }) => {
      const [first, ...more] = orders.byNumber.get(number) ?? []
      if (first === undefined) return true
      return more.length === 0 && (id === undefined || !equalBytes(id, first.id))
    })
    .map(({ number }) => number)
}

function marksByBucket(
  marks: readonly OrderMark[],
  from: number,
): ReadonlyMap<number, readonly OrderMark[]> {
  const buckets = new Map<number, OrderMark[]>()
  for (const mark of marks) {
    const bucket = bucketOfNumber(mark.number)
    if (bucket < from) continue
    const list = buckets.get(bucket)
    if (list === undefined) buckets.set(bucket, [mark])
    else list.push(mark)
  }
  return new Map([...buckets].sort(([a], [b]) => a - b))
}
