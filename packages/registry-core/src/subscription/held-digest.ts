/** Digests over what nodes say that they hold, which is what they can compare. */
import type { Hash } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import type { Registry } from '../registry.ts'
import { type Subscription, subscribedNamespaces } from './subscription.ts'

/** The digest over what this node says that it holds. */
export function heldDigest(registry: Registry): Promise<Hash> {
  const { holding, roster, author } = registry
  const { subscription } = holding
  if (subscription === undefined || roster === undefined || author === undefined) {
    return registry.catalogueDigest()
  }
  return digestOver(registry, author.client, subscription)
}

type Kept = { readonly whole: Hash; readonly digest: Hash }
const KEPT = new WeakMap<ReadonlySet<number>, Kept>()

/**
 * The digest over what the node of a writer says that it holds; `whole` is that over everything
 * here, so that it is computed once for each state of the catalogue.
 */
export async function digestOver(
  registry: Registry,
  client: number,
  subscription: Subscription,
  whole?: Hash,
): Promise<Hash> {
  const state = registry.roster?.state
  if (state === undefined) return registry.catalogueDigest()
  const namespaces = subscribedNamespaces(state, client, subscription)
  const kept = KEPT.get(namespaces)
  if (whole !== undefined && kept !== undefined && equalBytes(kept.whole, whole)) return kept.digest
  const digest = await registry.holding.digestOver((ns) => namespaces.has(ns))
  if (whole !== undefined) KEPT.set(namespaces, { whole, digest })
  return digest
}
