/**
 * What counts and nobody has: an order fell whose giver had destroyed it already. Until somebody
 * who may has it erased anew, the whole federation lacks it.
 */

import type { Right } from '../../packages/registry-core/src/index.ts'
import { holderOf, type LackedEntry, lackedBy } from './lacked.ts'
import type { SimNode } from './sim-node.ts'
import { grantsOf } from './steps/erase.ts'
import { isRefusal, type World } from './world.ts'

/** Paths that no step writes, by class: an order for them names what is not here, and no more. */
const PATHS = ['description/fr', 'openness', 'contact/lost'] as const

/**
 * Has everything erased that nobody has, also by who gets the right to order it only now; what
 * nobody could order, `world.lost` names. Whether there was any.
 */
export async function giveUp(world: World, members: readonly SimNode[]): Promise<boolean> {
  const tried = new Set<string>()
  for (const node of members) {
    for (const lacked of await lackedBy(node)) {
      const name = nameOf(lacked)
      if (tried.has(name) || (await holderOf(members, lacked)) !== undefined) continue
      tried.add(name)
      if (await order(world, members, lacked)) world.lost.delete(name)
      else world.lost.add(name)
    }
  }
  return tried.size > 0
}

/** Record and class of what is lacked: what one order can name. */
export function nameOf({ log, rec, cls }: LackedEntry): string {
  return `${log.ns}/${rec} of class ${cls}`
}

/** Whether one of some nodes has ordered it, with the rights it has or that the root holders give. */
async function order(
  world: World,
  members: readonly SimNode[],
  lacked: LackedEntry,
): Promise<boolean> {
  const { ns } = lacked.log
  for (const node of members) {
    if (mayOrder(node, lacked) && (await orderAt(world, node, lacked))) return true
  }
  for (const node of members) {
    const grant = grantsOf(node, 'describe').find((each) => each.ns === ns)
    if (grant === undefined || mayOrder(node, lacked)) continue
    const { client } = node.identity
    const rights: readonly Right[] = ['describe', 'classify', 'erase']
    await world.changeRoster([{ type: 'grant', client, ns, auds: grant.auds, rights }], node)
    if (await orderAt(world, node, lacked)) return true
  }
  return false
}

function mayOrder(node: SimNode, { log: { ns }, cls }: LackedEntry): boolean {
  const rights = grantsOf(node, 'erase').find((grant) => grant.ns === ns)?.rights ?? []
  return rights.includes('erase') && (cls !== 1 || rights.includes('classify'))
}

async function orderAt(
  world: World,
  node: SimNode,
  { log: { ns }, rec, cls }: LackedEntry,
): Promise<boolean> {
  let isDone = false
  await world.atNode(node, async () => {
    try {
      const wanted = { ns, rec, path: PATHS[cls], order: 'lost', lacked: true, actor: 'p' }
      const done = await node.registry?.erasing.order(wanted)
      for (const commit of [...(done?.commits ?? []), ...(done?.orders ?? [])]) {
        world.acknowledged.push({ node, scope: `${ns}/1`, commit })
      }
      isDone = true
    } catch (error) {
      // Whose log has forked or was closed writes no more.
      if (!isRefusal(error, ['MULU_FORK', 'MULU_REVOKED'])) throw error
    }
  })
  return isDone
}
