/** Commits that reach a node by hand: what one node holds and the other may hold, shuffled. */
import {
  allCommits,
  type Commit,
  decodeHeader,
  mayHold,
} from '../../packages/registry-core/src/index.ts'
import type { SimNode } from './sim-node.ts'
import { type Chance, pick, shuffled } from './step.ts'
import type { World } from './world.ts'

/** Carries some commits from one node to another. */
export async function carryCommits(world: World, chance: Chance): Promise<string | undefined> {
  const from = pick(chance, world.up)
  const to = pick(chance, world.up)
  if (from === undefined || to === undefined || from === to) return undefined
  const commits = shuffled(chance, await heldFor(world, from, to)).filter(() => chance(3) > 0)
  const twice = commits.filter(() => chance(5) === 0)
  await world.atNode(to, async () => {
    await to.registry?.accept([...commits, ...twice])
  })
  const count = commits.length + twice.length
  return `${count} commits of ${from.identity.name} are carried to ${to.identity.name} in any order`
}

/** What a node holds and, by its own roster, another may hold. */
async function heldFor(world: World, from: SimNode, to: SimNode): Promise<readonly Commit[]> {
  const held: Commit[] = []
  await world.atNode(from, async () => {
    const { registry } = from
    if (registry?.roster === undefined) return
    for await (const commit of allCommits(registry)) {
      const { ns, aud, writer } = decodeHeader(commit.header)
      if (mayHold(registry.roster.state, to.identity.client, { ns, aud, writer })) held.push(commit)
    }
  })
  return held
}
