/** How a responder hands out a commit that is longer than what it was asked for. */
import type { Crypto } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import type { Part, Request } from './frame.ts'
import { partSum } from './requester-parts.ts'

/** What was asked for: how much, and what of which commit is there already. */
export type PartAsked = Pick<Extract<Request, { t: 'part-pull' }>, 'max' | 'sum' | 'at'>

/** The part that answers; undefined when whole commits do. */
export function partOf(
  crypto: Crypto,
  { max, sum, at }: PartAsked,
  commits: readonly Uint8Array[],
): Part | undefined {
  const [bytes, ...others] = commits
  // Both sides of a fork go together, whole.
  if (bytes === undefined || others.length > 0 || (at === 0 && bytes.length <= max))
    return undefined
  const own = partSum(crypto, bytes)
  const isMore = at > 0 && at < bytes.length && equalBytes(own, sum)
  if (!isMore && bytes.length <= max) return undefined
  const start = isMore ? at : 0
  const { length } = bytes
  return { t: 'part', sum: own, length, at: start, bytes: bytes.subarray(start, start + max) }
}
