/** Every node has what the reference says: ends of logs, live slots, conflicts, values shown. */

import type { View } from '../../../packages/registry-core/src/index.ts'
import { canonicalJson } from '../../../packages/registry-core/src/index.ts'
import { etagOfLive } from '../../../packages/registry-core/testing/history.ts'
import type { ReferenceRecord } from '../../../packages/registry-core/testing/reference.ts'
import { acceptedOf } from './contents.ts'
import { holdersOf } from './convergence.ts'
import type { Healed, Invariant } from './invariant.ts'

export const model: Invariant = {
  name: 'model',
  check: async (healed) => {
    for (const [scope, records] of healed.reference.records) {
      for (const node of holdersOf(healed, scope)) {
        const name = `${node.identity.name} in ${scope}`
        const { registry } = node
        const accepted = registry === undefined ? '' : acceptedOf(registry, scope)
        const wanted = wantedHeads(healed, scope)
        if (accepted !== wanted) return `${name} stands on\n${accepted}\nand not on\n${wanted}`
        const { views } = healed.contents(node, scope)
        const difference = compareRecords(views, records)
        if (difference !== undefined) return `${name}: ${difference}`
      }
    }
    return undefined
  },
}

function wantedHeads({ reference }: Healed, scope: string): string {
  return [...reference.accepted]
    .filter(([text]) => text.startsWith(`${scope}/`))
    .map(([text, head]) => `${text} ${head.seq} ${head.id}`)
    .sort()
    .join('\n')
}

function compareRecords(
  views: ReadonlyMap<string, View>,
  records: ReadonlyMap<string, ReferenceRecord>,
): string | undefined {
  if ([...views.keys()].sort().join() !== [...records.keys()].sort().join()) {
    return `has ${[...views.keys()].join()} instead of ${[...records.keys()].join()}`
  }
  for (const [rec, { live, conflicts, shown }] of records) {
    const view = views.get(rec)
    if (view === undefined) continue
    if (view.etag !== etagOfLive(live))
      return `${rec} has other live slots than ${[...live].join()}`
    const paths = view.conflicts.map((conflict) => conflict.path).sort()
    if (paths.join() !== conflicts.join()) {
      return `${rec} has conflicts in ${paths.join()} instead of ${conflicts.join()}`
    }
    for (const [path, text] of shown) {
      const value = view.fields[path]
      const own = value === undefined ? '' : canonicalJson(value)
      if (own !== text) return `${rec} shows ${path} as ${own} instead of ${text}`
    }
  }
  return undefined
}
