/**
 * No acknowledged write is lost: it stands in its author's log for as long as the disk does, and
 * counts everywhere unless the roster or a fork has ended the log before it.
 */
import { equalBytes, parseLog, toHex } from '../../../packages/registry-core/src/index.ts'
import { isMember } from '../../../packages/registry-core/src/sync/audience-rule.ts'
import { testSigner } from '../../../packages/registry-core/testing/crypto.ts'
import { scopeText } from '../../../packages/registry-core/testing/reference.ts'
import type { SimNode } from '../sim-node.ts'
import type { World } from '../world.ts'
import type { HeldCommit } from './held-commits.ts'
import type { Invariant } from './invariant.ts'

export const acknowledged: Invariant = {
  name: 'acknowledged',
  check: async ({ world, held, reference }) => {
    const positions = new Map<SimNode, ReadonlyMap<string, string>>()
    for (const { node, scope, commit } of world.acknowledged) {
      if (node.gone !== undefined || node.isRotten || node.registry === undefined) continue
      if (!isBound(world, node)) continue
      const own = positions.get(node) ?? positionsOf(held.get(node) ?? [])
      positions.set(node, own)
      const position = own.get(toHex(commit))
      if (position === undefined) return `${node.identity.name} has lost a write in ${scope}`
      if (reference.effective.has(toHex(commit))) continue
      // On a branch that the roster, or a settled snapshot, has ruled out another one stands there.
      if (hasRival(own, position, reference.effective)) continue
      const [log = '', seq = ''] = position.split(' ')
      const end = Math.min(closedAt(world, log), reference.ends.get(log) ?? Infinity)
      if (Number(seq) <= end) {
        return `${position}, acknowledged by ${node.identity.name}, has no effect`
      }
    }
    return undefined
  },
}

/** Whether the number of a node is its own; where an order gave it again nobody is told of its logs. */
function isBound(world: World, { identity }: SimNode): boolean {
  const writer = world.state.writers.get(identity.client)
  return writer === undefined || equalBytes(writer.key, testSigner(identity.key).publicKey)
}

/** By id, log and position of every commit that a node holds. */
function positionsOf(held: readonly HeldCommit[]): ReadonlyMap<string, string> {
  return new Map(held.map(({ id, position }) => [id, position]))
}

/** Whether a commit that counts stands at a position. */
function hasRival(
  held: ReadonlyMap<string, string>,
  position: string,
  effective: ReadonlySet<string>,
): boolean {
  return [...held].some(([id, at]) => at === position && effective.has(id))
}

/**
 * The lowest position at which the newest roster closes a grant of a log; 0 for one who is no
 * member any more and reaches nobody.
 */
function closedAt(world: World, text: string): number {
  const log = parseLog(text)
  const { writers } = world.state
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
