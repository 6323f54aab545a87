/**
 * Nobody lacks a value that counts, whatever was dropped before it counted again; and nodes that
 * have dropped something show what the others show, which the other invariants compare.
 */
import type { Invariant } from './invariant.ts'

export const pruning: Invariant = {
  name: 'pruning',
  check: async ({ members }) => {
    for (const { identity, registry } of members) {
      const lacked = registry?.pruning.lackingRecords() ?? 0
      if (lacked > 0) return `${identity.name} lacks values of ${lacked} records that count`
    }
    return undefined
  },
}
