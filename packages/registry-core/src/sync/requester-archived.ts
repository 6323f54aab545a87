/** What a requester notes of peers that keep everything: it may drop what they have. */
import { equalBytes } from '../encoding/bytes.ts'
import type { Remote, RequesterEffect } from './requester-state.ts'
import type { SyncContext } from './sync-context.ts'

/** What a peer that keeps everything has, where that is what stands here. */
export function archivedBy(
  { replica, heads }: SyncContext,
  { archive, accepted }: Remote,
): readonly RequesterEffect[] {
  const theirs = accepted.find(({ group }) => group === '1')?.digest
  const isKept = replica.keepsAll && replica.holding.subscription === undefined
  if (isKept || !archive || theirs === undefined) return []
  if (!equalBytes(theirs, replica.headsDigest('accepted', 1))) return []
  return [{ type: 'archived', heads: heads.filter(({ log }) => log.aud === 1) }]
}
