/** Nothing has left its audience: no byte of a private record on any disk that may not hold it. */
import { mayHold, parseLog, utf8, withOrders } from '../../../packages/registry-core/src/index.ts'
import type { SimNode } from '../sim-node.ts'
import type { World } from '../world.ts'
import type { Invariant } from './invariant.ts'

/** Whether some version of the roster, or an order that was ever signed, let a node hold a scope. */
export function couldEverHold(world: World, node: SimNode, scope: string): boolean {
  const log = parseLog(`${scope}/${node.identity.client}`)
  const { rosters } = world.federation
  const ordered = world.orders.map((order) => {
    const chain = rosters.slice(0, order.roster[0])
    return withOrders(world.crypto, chain, [order]).rosters.at(-1)
  })
  return [...rosters, ...ordered].some(
    (roster) => roster !== undefined && mayHold(roster.state, node.identity.client, log),
  )
}

export const audience: Invariant = {
  name: 'audience',
  check: async ({ world }) => {
    for (const [scope, secrets] of world.secrets) {
      for (const node of world.nodes) {
        if (couldEverHold(world, node, scope) || secrets.length === 0) continue
        if (node.disk.holds(utf8(`secret ${scope} `))) {
          return `${node.identity.name} holds values of ${scope}`
        }
        const [ns = '', aud = ''] = scope.split('/')
        const key = `${Number(ns).toString(16).padStart(8, '0')}/${aud}/`
        if (node.disk.holds(utf8(key))) return `${node.identity.name} knows of logs of ${scope}`
      }
    }
    return undefined
  },
}
