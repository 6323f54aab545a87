/**
 * What an order in force names is shown nowhere (the model says so too), and once the nodes of
 * the agency have destroyed what they may, it is on none of their disks. Nobody lacks a body that
 * somebody has and no order names.
 */
import { decodeHeader, logText, toHex, utf8 } from '../../../packages/registry-core/src/index.ts'
import type { SimNode } from '../sim-node.ts'
import type { World } from '../world.ts'
import type { Invariant } from './invariant.ts'

export const erasure: Invariant = {
  name: 'erasure',
  check: async ({ world, members, reference }) => {
    const lacking = lackingAlone(members)
    if (lacking !== undefined) return lacking
    for (const node of members) {
      const orders = (await node.registry?.erasing.list()) ?? []
      const strange = orders.find(
        ({ id, isInForce }) => isInForce !== reference.effective.has(toHex(id)),
      )
      if (strange !== undefined) return `an order is judged otherwise at ${node.identity.name}`
      await node.registry?.erasing.destroy()
      const own = orders.filter(({ log, isInForce }) => isInForce && isOwn(world, node, log.ns))
      const after = (await node.registry?.erasing.list()) ?? []
      const left = own.filter(({ id }) =>
        after.some((each) => toHex(each.id) === toHex(id) && !each.isDestroyed),
      )
      if (left.length > 0) return `${node.identity.name} has not destroyed what it may`
      for (const text of await erasedTexts(
        world,
        node,
        own.map(({ id }) => toHex(id)),
      )) {
        if (node.disk.holds(utf8(text))) return `${node.identity.name} still holds "${text}"`
      }
    }
    return undefined
  },
}

/** A node that lacks a body without an order, where another one has all of that commit. */
function lackingAlone(members: readonly SimNode[]): string | undefined {
  const holesOf = (node: SimNode): readonly string[] =>
    (node.registry?.holes() ?? []).map(({ log, seq }) => `${logText(log)} ${seq}`)
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

function isOwn(world: World, node: SimNode, ns: number): boolean {
  const { writers, namespaces } = world.federation.newest.state
  const agency = writers.get(node.identity.client)?.agency
  return agency !== undefined && namespaces.get(ns)?.owners.at(-1)?.agency === agency
}

/** Personal values that the orders name. */
async function erasedTexts(
  world: World,
  node: SimNode,
  orders: readonly string[],
): Promise<readonly string[]> {
  const texts: string[] = []
  for (const { id, log, seq } of (await node.registry?.erasing.list()) ?? []) {
    if (!orders.includes(toHex(id)) || log.aud !== 1) continue
    const headers = await world.headersAt(node, log, seq)
    for (const header of headers) {
      for (const [, , named] of decodeHeader(header).erase) {
        const text = world.personal.get(toHex(named))
        if (text !== undefined) texts.push(text)
      }
    }
  }
  return texts
}
