/**
 * Orders stand alike everywhere. What one names is on no disk of the agency once its nodes have
 * destroyed what they may; what none names is on every disk. Nobody lacks a body that somebody
 * else has.
 */
import {
  decodeHeader,
  type Erasure,
  isArchive,
  logText,
  toHex,
  utf8,
} from '../../../packages/registry-core/src/index.ts'
import type { Reference } from '../../../packages/registry-core/testing/reference.ts'
import type { SimNode } from '../sim-node.ts'
import type { World } from '../world.ts'
import type { Invariant } from './invariant.ts'

export const erasure: Invariant = {
  name: 'erasure',
  check: async ({ world, members, reference }) => {
    const lacking = world.isSlim ? undefined : lackingAlone(members)
    if (lacking !== undefined) return lacking
    const stands = new Map<string, boolean>()
    for (const node of members) {
      const { name } = node.identity
      await node.registry?.erasing.destroy()
      const orders = (await node.registry?.erasing.list()) ?? []
      for (const order of orders) {
        const id = toHex(order.id)
        const { isInForce, isSettled, isDestroyed, log } = order
        const counts = isInForce || isSettled
        if (isInForce && !reference.effective.has(id)) return `${name} follows a lost order`
        if ((stands.get(id) ?? counts) !== counts) return `an order counts otherwise at ${name}`
        stands.set(id, counts)
        const mayDestroy = counts && (isSettled || isOwn(world, node, log.ns))
        if (mayDestroy && !isDestroyed) return `${name} has not destroyed what it may`
      }
      const wrong = await wrongTexts(world, node, orders, reference)
      if (wrong !== undefined) return `${name} ${wrong}`
    }
    return undefined
  },
}

/** A node that lacks a body without an order, where another one has all of that commit. */
function lackingAlone(members: readonly SimNode[]): string | undefined {
  for (const node of members) {
    for (const hole of holesOf(node)) {
      const [log = '', seq = ''] = hole.split(' ')
      const other = members.find(
        (each) =>
          !holesOf(each).includes(hole) &&
          each.registry
            ?.heads()
            .some((head) => logText(head.log) === log && head.known.seq >= Number(seq)),
      )
      if (other !== undefined) {
        return `${node.identity.name} lacks a body of ${hole} that ${other.identity.name} has`
      }
    }
  }
  return undefined
}

function holesOf(node: SimNode): readonly string[] {
  return (node.registry?.holes() ?? []).map(({ log, seq }) => `${logText(log)} ${seq}`)
}

function isOwn(world: World, node: SimNode, ns: number): boolean {
  const { writers, namespaces } = world.state
  const agency = writers.get(node.identity.client)?.agency
  return agency !== undefined && namespaces.get(ns)?.owners.at(-1)?.agency === agency
}

/** A value of a person that is on a disk and should not be, or is not and should. */
async function wrongTexts(
  world: World,
  node: SimNode,
  orders: readonly Erasure[],
  { effective }: Reference,
): Promise<string | undefined> {
  const destroyed = new Set<string>()
  const named = new Set<string>()
  for (const order of orders.filter(({ isInForce, isSettled }) => isInForce || isSettled)) {
    for (const header of await world.headersAt(node, order.log, order.seq)) {
      for (const [, , id] of decodeHeader(header).erase) {
        named.add(toHex(id))
        if (order.isDestroyed) destroyed.add(toHex(id))
      }
    }
  }
  for (const [id, text] of world.personal) {
    const isHeld = node.disk.holds(utf8(text))
    if (destroyed.has(id) && isHeld) return `still holds "${text}"`
    // What was superseded may have been dropped, here or where it came from.
    const isWhole = node.registry !== undefined && isArchive(node.registry)
    const isDue = effective.has(id) && !named.has(id) && isWhole && holesOf(node).length === 0
    if (isDue && !isHeld) return `has lost "${text}" without an order`
  }
  return undefined
}
