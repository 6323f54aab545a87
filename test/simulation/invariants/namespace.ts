/** No record carries a value of a writer that never had a grant in its namespace. */

import type { Invariant } from './invariant.ts'

export const namespace: Invariant = {
  name: 'namespace',
  check: async ({ world, members, reference, contents }) => {
    const { writers } = world.state
    for (const [scope, records] of reference.records) {
      const ns = Number(scope.split('/')[0])
      const strangers = [...writers.values()].filter((w) => !w.grants.some((g) => g.ns === ns))
      for (const node of members) {
        if (records.size === 0) continue
        const { text } = contents(node, scope)
        const found = strangers.find(({ client }) => text.includes(`"client":${client},`))
        if (found !== undefined)
          return `writer ${found.client} stands in ${scope} at ${node.identity.name}`
      }
    }
    return undefined
  },
}
