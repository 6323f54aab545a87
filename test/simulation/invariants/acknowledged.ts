/**
 * No acknowledged write is lost: it stands in its author's log for as long as the disk does, and
 * counts everywhere unless the roster or a fork has ended the log before it.
 */
import {
  commitId,
  decodeCommit,
  decodeHeader,
  logText,
  parseLog,
  type Registry,
  toHex,
} from '../../../packages/registry-core/src/index.ts'
import { isMember } from '../../../packages/registry-core/src/sync/audience-rule.ts'
import { scopeText } from '../../../packages/registry-core/testing/reference.ts'
import type { SimNode } from '../sim-node.ts'
import type { World } from '../world.ts'
import type { Invariant } from './invariant.ts'

export const acknowledged: Invariant = {
  name: 'acknowledged',
  check: async ({ world, reference }) => {
    const held = new Map<SimNode, ReadonlyMap<string, string>>()
    for (const { node, scope, commit } of world.acknowledged) {
      if (node.gone !== undefined || node.isRotten || node.registry === undefined) continue
      const own = held.get(node) ?? (await commitsOf(world, node.registry))
      held.set(node, own)
      const position = own.get(toHex(commit))
      if (position === undefined) return `${node.identity.name} has lost a write in ${scope}`
      if (reference.effective.has(toHex(commit))) continue
      const [log = '', seq = ''] = position.split(' ')
      const end = Math.min(closedAt(world, log), reference.ends.get(log) ?? Infinity)
      if (Number(seq) <= end) {
        return `${position}, acknowledged by ${node.identity.name}, has no effect`
      }
    }
    return undefined
  },
}

/**
 * The lowest position at which the newest roster closes a grant of a log; 0 for one who is no
 * member any more and reaches nobody.
 */
function closedAt(world: World, text: string): number {
  const log = parseLog(text)
  const { writers } = world.federation.newest.state
  const writer = writers.get(log.writer)
  if (writer === undefined || !isMember(writer)) return 0
  const closings = writer.grants
    .filter((grant) => grant.ns === log.ns)
    .flatMap((grant) => grant.until ?? [])
  const ends = closings.map(
    ({ ends: list }) => list.find((end) => scopeText(end) === scopeText(log))?.seq ?? 0,
  )
  return Math.min(Infinity, ...ends)
}

/** By id, log and position of every commit a node holds. */
async function commitsOf(world: World, registry: Registry): Promise<ReadonlyMap<string, string>> {
  const held = new Map<string, string>()
  for (const { log } of registry.heads()) {
    for (let from = 1, more = true; more; ) {
      const page = await registry.readLog(log, from, 4_194_304)
      for (const bytes of page.commits) {
        const { header } = decodeCommit(bytes)
        const { seq } = decodeHeader(header)
        from = seq + 1
        held.set(toHex(commitId(world.crypto, header)), `${logText(log)} ${seq}`)
      }
      more = page.more
    }
  }
  return held
}
