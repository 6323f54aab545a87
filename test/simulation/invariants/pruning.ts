/**
 * Nobody lacks a value that counts and that another one has, whatever was dropped before it counted
 * again. What nobody has is lacked only where nobody may have it erased (`../giving-up.ts`). And
 * nodes that have dropped something show what the others show, which the other invariants compare.
 */
import { nameOf } from '../giving-up.ts'
import { holderOf, lackedBy } from '../lacked.ts'
import type { Invariant } from './invariant.ts'

export const pruning: Invariant = {
  name: 'pruning',
  check: async ({ world, members }) => {
    for (const node of members) {
      for (const lacked of await lackedBy(node)) {
        const what = `${node.identity.name} lacks ${nameOf(lacked)}`
        const holder = await holderOf(members, lacked)
        if (holder !== undefined) return `${what}, which ${holder.identity.name} has`
        if (!world.lost.has(nameOf(lacked))) return `${what}, which could have been erased`
      }
    }
    return undefined
  },
}
