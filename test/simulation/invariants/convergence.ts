/** Nodes that may hold the same have the same: heads, digests, views and conflicts. */
import { hashToText, mayHold, parseLog } from '../../../packages/registry-core/src/index.ts'
import type { SimNode } from '../sim-node.ts'
import type { Healed, Invariant } from './invariant.ts'

/** The members that may hold a scope under the newest roster. */
export function holdersOf({ world, members }: Healed, scope: string): readonly SimNode[] {
  const { state } = world
  return members.filter(({ identity }) =>
    mayHold(state, identity.client, parseLog(`${scope}/${identity.client}`)),
  )
}

export const convergence: Invariant = {
  name: 'convergence',
  check: async (healed) => {
    for (const scope of healed.reference.records.keys()) {
      const holders = holdersOf(healed, scope)
      const seen = new Map<string, SimNode>()
      for (const node of holders) seen.set(summaryOf(healed, node, scope), node)
      if (seen.size > 1) {
        const [[a, one], [b, other]] = [...seen] as [[string, SimNode], [string, SimNode]]
        const where = `${one.identity.name} and ${other.identity.name} differ in ${scope}`
        return `${where}: ${firstDifference(a, b)}`
      }
    }
    const digests = new Set<string>()
    for (const { registry } of healed.members) {
      if (registry !== undefined) digests.add(hashToText(await registry.catalogueDigest()))
    }
    return digests.size > 1 ? 'catalogue digests differ' : undefined
  },
}

function summaryOf({ contents }: Healed, node: SimNode, scope: string): string {
  const { registry } = node
  if (registry === undefined) return ''
  const { ns, aud } = parseLog(`${scope}/1`)
  const lines = [
    `roster ${registry.roster?.version}`,
    `orders ${hashToText(registry.ordersDigest())}`,
    `accepted ${hashToText(registry.headsDigest('accepted', aud, ns))}`,
    `known ${hashToText(registry.headsDigest('known', aud, ns))}`,
  ]
  lines.push(contents(node, scope).text)
  return lines.join('\n')
}

function firstDifference(a: string, b: string): string {
  const [left, right] = [a.split('\n'), b.split('\n')]
  const at = left.findIndex((line, i) => line !== right[i])
  return `${left[at] ?? 'nothing'} / ${right[at] ?? 'nothing'}`
}
