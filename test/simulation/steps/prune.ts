/** Nodes that keep only what is live, and drop the rest; the first goes on keeping everything. */
import type { SimNode } from '../sim-node.ts'
import { type Chance, pick, type StepKind } from '../step.ts'
import type { World } from '../world.ts'

export const slim: StepKind = {
  name: 'slim',
  weight: 2,
  isFault: true,
  run: async (world) => {
    if (world.isSlim || !world.hasArchive) return undefined
    world.isSlim = true
    for (const node of world.nodes.slice(1)) {
      node.keeps = 'live'
      if (!node.isUp) continue
      await node.stop()
      await node.start()
    }
    return 'all but the first keep only what is live from now on'
  },
}

/** A node drops what it may; a broken disk or a power cut in the middle is part of the world. */
export const prune: StepKind = {
  name: 'prune',
  weight: 5,
  isFault: true,
  run: async (world, chance) => {
    const node = pick(chance, world.up.slice(1))
    return node === undefined ? undefined : pruneAt(world, node)
  },
}

/** Has a node drop what it may; in words, undefined where it keeps everything. */
export async function pruneAt(world: World, node: SimNode): Promise<string | undefined> {
  if (node.keeps === 'all' || node.registry?.pruning.keepsAll !== false) return undefined
  let outcome = 'breaks off'
  await world.atNode(node, async () => {
    const pruned = await node.registry?.pruning.prune()
    world.dropped += pruned?.bodies ?? 0
    outcome = `drops ${pruned?.bodies} bodies`
  })
  return `${node.identity.name} ${outcome}`
}

/** The roster ends the logs of a writer at positions that everybody had left behind. */
export async function cutBack(world: World, chance: Chance): Promise<void> {
  const [first] = world.up
  const heads = (first?.registry?.heads() ?? []).filter(
    ({ log, accepted }) => log.aud === 1 && accepted.seq > 1 && !world.isArchive(log.writer),
  )
  const head = pick(chance, heads)
  const { writers } = world.federation.newest.state
  const grant = writers
    .get(head?.log.writer ?? 0)
    ?.grants.find(({ ns, until }) => ns === head?.log.ns && until === undefined)
  if (first?.registry === undefined || head === undefined || grant === undefined) return
  const { log, accepted } = head
  const seq = 1 + chance(accepted.seq - 1)
  const at = await first.registry.commitsAt(log, seq)
  const standing = at.find(({ outcome: { kind } }) => kind === 'in force' || kind === 'void')
  if (standing === undefined) return
  const { ns, writer: client } = log
  const ends = [{ ns, aud: 1 as const, seq, id: standing.id }]
  const change = { type: 'close', client, ns, from: grant.from, ends, final: true } as const
  await world.changeRoster([{ ...change, why: 'test' }], first)
}
