/** Nodes that run the software of before for a while, and are brought up to date. */
import { pick, type StepKind } from '../step.ts'

export const older: StepKind = {
  name: 'older',
  weight: 2,
  isFault: true,
  run: async (world, chance) => {
    const node = pick(chance, world.up)
    if (node === undefined) return undefined
    node.isOlder = !node.isOlder
    await node.stop()
    await node.start()
    return `${node.identity.name} goes on with ${node.isOlder ? 'the first version' : 'the present version'}`
  },
}
