/** Power cuts, now and in the middle of what comes next, and orderly restarts. */
import { pick, type StepKind } from '../step.ts'

export const crash: StepKind = {
  name: 'crash',
  weight: 4,
  isFault: true,
  run: async (world, chance) => {
    const node = pick(chance, world.up)
    if (node === undefined) return undefined
    const { unsynced } = node.disk
    node.crash(chance(unsynced + 1))
    return `the power of ${node.identity.name} is cut; ${unsynced} writes were not yet durable`
  },
}

export const crashLater: StepKind = {
  name: 'crash later',
  weight: 4,
  isFault: true,
  run: async (world, chance) => {
    const node = pick(chance, world.up)
    if (node === undefined) return undefined
    const writes = chance(12)
    node.disk.plan('power', writes, 1)
    return `the power of ${node.identity.name} will be cut at write ${writes + 1} from now`
  },
}

export const start: StepKind = {
  name: 'start',
  weight: 8,
  isFault: false,
  run: async (world, chance) => {
    const down = world.nodes.filter((node) => !node.isUp && node.gone === undefined)
    const node = pick(chance, down)
    if (node === undefined) return undefined
    return `${node.identity.name} ${(await node.start()) ? 'starts' : 'does not start'}`
  },
}

export const restart: StepKind = {
  name: 'restart',
  weight: 2,
  isFault: true,
  run: async (world, chance) => {
    const node = pick(chance, world.up)
    if (node === undefined) return undefined
    await node.stop()
    await node.start()
    return `${node.identity.name} is stopped and started`
  },
}
