/** How a responder answers who holds a part and compares: with the digest over that part. */
import type { Hash } from '../crypto.ts'
import { type Subscription, subscribedNamespaces } from '../subscription/subscription.ts'
import type { Response } from './frame.ts'
import type { SyncContext } from './sync-context.ts'

/** The namespaces of what the peer holds, where all of it is here as well. */
export function comparable(
  { peer, replica }: SyncContext,
  holds: Subscription,
): ReadonlySet<number> | undefined {
  const state = replica.roster?.state
  if (state === undefined || peer === undefined) return undefined
  const namespaces = subscribedNamespaces(state, peer, holds)
  const isHere = [...namespaces].every((ns) => replica.holding.holds({ ns, aud: 1 }))
  return isHere ? namespaces : undefined
}

/** The answer; without a digest where not all of the part is here. */
export function digestFrame({ replica }: SyncContext, digest: Hash | undefined): Response {
  const accepted = replica.headsDigest('accepted', 1)
  return { t: 'digest', ...(digest === undefined ? {} : { digest }), accepted }
}
