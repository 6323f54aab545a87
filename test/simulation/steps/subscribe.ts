/** Offices that hold a part of the catalogue, another one every while, or all of it again. */
import {
  hashToText,
  type Registry,
  subscribedNamespaces,
  subscriptionOf,
  whyWhole,
} from '../../../packages/registry-core/src/index.ts'
import type { SimNode } from '../sim-node.ts'
import { pick, type StepKind } from '../step.ts'
import type { World } from '../world.ts'

export const subscribe: StepKind = {
  name: 'subscribe',
  weight: 12,
  isFault: true,
  run: async (world, chance) => {
    const node = pick(chance, world.up.filter(mayHoldPart))
    const { registry } = node ?? {}
    if (node === undefined || registry === undefined) return undefined
    world.isSubscribing = true
    const agencies = [...(registry.roster?.state.agencies.keys() ?? [])]
    const named = agencies.filter(() => chance(3) === 0)
    const subscription = chance(5) === 0 ? undefined : subscriptionOf(named, [])
    await world.atNode(node, () => registry.holding.subscribe(subscription))
    const what = subscription === undefined ? 'everything' : `agencies ${named.join(', ')}`
    return `${node.identity.name} is to hold ${what}`
  },
}

function mayHoldPart({ identity, registry }: SimNode): boolean {
  const state = registry?.roster?.state
  if (state?.writers.has(identity.client) !== true) return false
  return whyWhole(state, identity.client) === undefined
}

/** What is wrong with nodes that hold a part, beside one that holds everything. */
export async function partsAtOdds(
  whole: Registry,
  nodes: readonly SimNode[],
): Promise<string | undefined> {
  for (const { identity, registry } of nodes) {
    const state = registry?.roster?.state
    const subscription = registry?.holding.subscription
    if (registry === undefined || state === undefined || subscription === undefined) continue
    const { name, client } = identity
    if (registry.holding.leaving().length > 0) return `${name} holds on to what is to go`
    if (registry.pruning.lacked().length > 0) return `${name} lacks something of its part`
    const namespaces = subscribedNamespaces(state, client, subscription)
    const digestOf = async ({ holding }: Registry): Promise<string> =>
      hashToText(await holding.digestOver((ns) => namespaces.has(ns)))
    for (const which of ['known', 'accepted'] as const) {
      const [own, theirs] = [registry, whole].map((each) => hashToText(each.headsDigest(which, 1)))
      if (own !== theirs) return `${name} has other ${which} heads`
    }
    if ((await digestOf(registry)) !== (await digestOf(whole))) return `${name} holds another part`
    const isStray = (await registry.catalogueDigest()).join() !== (await digestHeld(registry))
    if (isStray) return `${name} shows records that it does not hold`
  }
  return undefined
}

/** The digest over what is held, as bytes in words. */
async function digestHeld({ holding }: Registry): Promise<string> {
  return (await holding.digestOver((ns) => holding.holds({ ns, aud: 1 }))).join()
}

/** Has every node hold everything again. */
export async function subscribeToAll(world: World): Promise<void> {
  for (const node of world.up) {
    const { registry } = node
    if (registry === undefined || registry.holding.isWhole) continue
    await world.atNode(node, () => registry.holding.subscribe(undefined))
  }
}
