/** The end of every simulation: all is repaired, everybody exchanges with everybody, and rests. */
import { hashToText, logText } from '../../packages/registry-core/src/index.ts'
import { isMember } from '../../packages/registry-core/src/sync/audience-rule.ts'
import { createChance } from '../../packages/registry-core/testing/history.ts'
import { giveUp } from './giving-up.ts'
import type { SimNode } from './sim-node.ts'
import { cutBack, pruneAt } from './steps/prune.ts'
import { attestAt, snapshotAt } from './steps/snapshot.ts'
import { partsAtOdds, subscribeToAll } from './steps/subscribe.ts'
import { writeAt } from './steps/write.ts'
import { LISTED_AUDIENCE, type World } from './world.ts'

const ROUNDS_MAX = 12
const WORK_MAX = 40_000
const ROUND_MS = 31_000

/**
 * Repairs everything, lets the nodes exchange until nothing moves, write once more, and rest; where
 * the plan concludes with a snapshot, one takes it, and all who may agree to it. What nobody has any
 * more is erased by who may order that. Where nodes drop
 * what is superseded they do it then, and a closing brings some of it back.
 */
export async function heal(world: World): Promise<void> {
  await world.heal()
  await rest(world)
  for (const [i, node] of world.up.entries()) {
    await writeAt(world, node, createChance(i + 1))
  }
  await rest(world)
  if (world.isSubscribing) await holdAll(world)
  await giveUpLost(world)
  if (!world.isConcluding && !world.isSlim) return
  await conclude(world)
  if (!world.isSlim) return
  // What is dropped now may count again after a closing that nobody could foresee.
  for (const node of world.up) await pruneAt(world, node)
  await cutBack(world, createChance(world.acknowledged.length + 1))
  await rest(world)
  await giveUpLost(world)
}

async function giveUpLost(world: World): Promise<void> {
  if (await giveUp(world, world.soundMembers)) await rest(world)
}

/** Looks at nodes that hold a part, and has them hold everything, as the others do. */
async function holdAll(world: World): Promise<void> {
  const whole = world.up.find(({ registry }) => registry?.holding.isWhole === true)?.registry
  const detail =
    whole &&
    (await partsAtOdds(
      whole,
      world.up.filter(({ isRotten }) => !isRotten),
    ))
  if (detail !== undefined) world.violations.push(detail)
  await subscribeToAll(world)
  await rest(world)
}

async function conclude(world: World): Promise<void> {
  const [first] = world.up
  if (first === undefined) return
  await snapshotAt(world, first)
  await rest(world)
  for (const node of world.up) await attestAt(world, node)
  await rest(world)
}

async function rest(world: World): Promise<void> {
  connectAll(world)
  for (let round = 0; round < ROUNDS_MAX; round++) {
    if ((await world.deliver(WORK_MAX)) === WORK_MAX) {
      world.violations.push('the exchange does not come to rest')
      return
    }
    const before = headsOf(world)
    world.pass(ROUND_MS)
    await world.deliver(WORK_MAX)
    // Who was refused by one that did not know it yet asks again before anybody may rest.
    if (!connectAll(world) && headsOf(world) === before) return
  }
  world.violations.push(`heads still move after ${ROUNDS_MAX} rounds`)
}

/**
 * Members in a ring, and all that share a namespace with each other, since what is internal goes
 * no other way; one stream joins the two namespaces that share an audience. Whoever is no member
 * asks the first, in vain. Where the others drop what is superseded, all hear the first one. Says
 * whether sound members were without a stream that they need.
 */
function connectAll(world: World): boolean {
  const { writers } = world.state
  const namespaceOf = ({ identity }: SimNode): number => {
    const writer = writers.get(identity.client)
    const isInside = writer !== undefined && isMember(writer)
    return isInside ? (writer.grants.find((grant) => grant.until === undefined)?.ns ?? 0) : 0
  }
  const members = world.up.filter((node) => namespaceOf(node) > 0)
  let isOpened = false
  const open = (a: SimNode, b: SimNode): void => {
    if (world.connect(a, b) && !a.isRotten && !b.isRotten) isOpened = true
  }
  for (const [i, node] of members.entries()) {
    const next = members[(i + 1) % members.length]
    if (next !== undefined) open(node, next)
    if (world.isSlim && members[0] !== undefined) open(node, members[0])
    for (const other of members) {
      // Where some hold a part, what is between them may have come through those that do not.
      if (world.isSubscribing || namespaceOf(other) === namespaceOf(node)) open(node, other)
    }
  }
  const [first, ...others] = LISTED_AUDIENCE.map((ns) => members.find((n) => namespaceOf(n) === ns))
  for (const other of others) {
    if (first !== undefined && other !== undefined) open(first, other)
  }
  // What an outsider has of orders is taken by a member that is not rotten.
  const asked = members.find(({ isRotten }) => !isRotten) ?? members[0]
  for (const node of world.up) {
    if (asked !== undefined && !members.includes(node)) world.connect(node, asked)
  }
  return isOpened
}

/** The ends of all logs at all nodes and what they lack, as text. */
export function headsOf(world: World): string {
  const lines = world.up.flatMap((node) => [
    `${node.registry?.holes().length} holes, ${node.registry?.pruning.lacked().length} lacked`,
    ...(node.registry?.heads() ?? []).map(
      ({ log, known, accepted, forkedAt, statements }) =>
        `${logText(log)} ${known.seq} ${accepted.seq} ${hashToText(accepted.id)} ${forkedAt} ${statements && hashToText(statements)}`,
    ),
  ])
  return lines.join('\n')
}
