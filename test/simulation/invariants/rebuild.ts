/** A registry that gets the same commits in another order comes to the same. */
import { type Commit, hashToText } from '../../../packages/registry-core/src/index.ts'
import { createChance } from '../../../packages/registry-core/testing/history.ts'
import type { SimNode } from '../sim-node.ts'
import { shuffled } from '../step.ts'
import type { Invariant } from './invariant.ts'

export const rebuild: Invariant = {
  name: 'rebuild',
  check: async ({ world, members, held }) => {
    const seed = world.acknowledged.length
    const node = members[seed % members.length]
    if (node === undefined) return undefined
    const commits = (held.get(node) ?? []).map(({ commit }) => commit)
    return compareRebuilt(node, commits, seed)
  },
}

/** Rebuilds a node from the commits of its logs; says how the outcome differs. */
export async function compareRebuilt(
  node: SimNode,
  commits: readonly Commit[],
  seed: number,
): Promise<string | undefined> {
  const { registry } = node
  if (registry === undefined) return undefined
  const rebuilt = await node.rebuilt()
  for (const acceptance of await rebuilt.accept(shuffled(createChance(seed), commits), {
    leftOut: true,
  })) {
    if (acceptance.outcome.kind === 'dropped') return `${node.identity.name} holds a broken commit`
  }
  for (const which of ['accepted', 'known'] as const) {
    const [a, b] = [registry, rebuilt].map((each) => hashToText(each.headsDigest(which, 1)))
    if (a !== b) return `${node.identity.name}: ${which} heads differ from those of its logs`
  }
  if (
    hashToText(await registry.catalogueDigest()) !== hashToText(await rebuilt.catalogueDigest())
  ) {
    return `${node.identity.name}: the catalogue differs from its logs`
  }
  for await (const view of registry.catalogue.views()) {
    const again = await rebuilt.catalogue.record(view)
    if (JSON.stringify(again) !== JSON.stringify(view)) {
      return `${node.identity.name}: ${view.id} differs from its logs`
    }
  }
  return undefined
}
