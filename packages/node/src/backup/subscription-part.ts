/**
 * What a part of a backup says of the subscription of its node: a part `rows` with the name
 * `subscription` and one row, JSON {agencies, regions}, or null of a node that held everything.
 */
import { type Part, type Registry, type Subscription, subscriptionOf } from '@mulu/registry-core'

const NAME = 'subscription'

/** The part; the last one of a chain counts. */
export function subscriptionPart(subscription: Subscription | undefined): Part {
  return { t: 'rows', name: NAME, rows: [[NAME, JSON.stringify(subscription ?? null)]] }
}

/** Subscribes a registry that is being restored, where a part says to what. */
export async function takeSubscription(registry: Registry, part: Part): Promise<void> {
  if (part.t !== 'rows' || part.name !== NAME) return
  const said = JSON.parse(part.rows[0]?.[1] ?? 'null') as Subscription | null
  const subscription = said === null ? undefined : subscriptionOf(said.agencies, said.regions)
  await registry.holding.subscribe(subscription)
}
