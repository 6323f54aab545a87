/** Nothing has left its audience: no byte of a private record on any disk that may not hold it. */
import { mayHold, parseLog, utf8 } from '../../../packages/registry-core/src/index.ts'
import type { SimNode } from '../sim-node.ts'
import type { World } from '../world.ts'
import type { Invariant } from './invariant.ts'

/** Whether some version of the roster let a node hold a scope. */
export function couldEverHold(world: World, node: SimNode, scope: string): boolean {
  const log = parseLog(`${scope}/${node.identity.client}`)
  return world.federation.rosters.some(({ state }) => mayHold(state, node.identity.client, log))
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
