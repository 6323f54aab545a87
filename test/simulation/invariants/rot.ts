/**
 * Rot is never silent: a node whose catalogue it changed is told so by its own logs, or says that
 * it lacks what counts. Nobody gives that to a node whose last grant was closed after it had dropped.
 */
import {
  allCommits,
  type Commit,
  hashToText,
  type Registry,
} from '../../../packages/registry-core/src/index.ts'
import type { SimNode } from '../sim-node.ts'
import type { Invariant } from './invariant.ts'
import { compareRebuilt } from './rebuild.ts'

export const rot: Invariant = {
  name: 'rot',
  check: async ({ world, members }) => {
    const sound = members[0]?.registry
    for (const node of world.up.filter((each) => each.isRotten)) {
      const { registry } = node
      if (registry === undefined || sound === undefined) continue
      const accepted = (each: typeof sound): string => hashToText(each.headsDigest('accepted', 1))
      if (accepted(registry) !== accepted(sound)) continue
      // It says by itself that values which count are not here, and states no digest meanwhile.
      if (registry.pruning.lackingRecords() > 0) continue
      const digests = [sound, registry].map((each) => each.catalogueDigest())
      const [a, b] = (await Promise.all(digests).catch(() => [])).map(hashToText)
      if (a === undefined || a === b) continue
      const noticed = await rebuiltOtherwise(node, registry).catch(() => 'it cannot be read')
      if (noticed === undefined) return `the catalogue of ${node.identity.name} rotted unnoticed`
    }
    return undefined
  },
}

async function rebuiltOtherwise(node: SimNode, registry: Registry): Promise<string | undefined> {
  const commits: Commit[] = []
  for await (const commit of allCommits(registry)) commits.push(commit)
  return compareRebuilt(node, commits, 1)
}
