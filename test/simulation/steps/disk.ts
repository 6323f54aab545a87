/** Disks that refuse writes, are full, rot, or burn with the machine. */
import { pick, type StepKind } from '../step.ts'

export const writeError: StepKind = {
  name: 'write error',
  weight: 4,
  isFault: true,
  run: async (world, chance) => {
    const node = pick(chance, world.up)
    if (node === undefined) return undefined
    const writes = chance(12)
    node.disk.plan('error', writes, 1)
    return `write ${writes + 1} from now fails at ${node.identity.name}`
  },
}

export const diskFull: StepKind = {
  name: 'disk full',
  weight: 3,
  isFault: true,
  run: async (world, chance) => {
    const node = pick(chance, world.up)
    if (node === undefined) return undefined
    node.disk.plan('full', chance(6), Number.MAX_SAFE_INTEGER)
    return `the disk of ${node.identity.name} is full`
  },
}

export const diskSpace: StepKind = {
  name: 'disk space',
  weight: 4,
  isFault: false,
  run: async (world, chance) => {
    const node = pick(chance, world.nodes)
    if (node === undefined) return undefined
    node.disk.repair()
    return `there is space on the disk of ${node.identity.name}`
  },
}

export const rot: StepKind = {
  name: 'rot',
  weight: 1,
  isFault: true,
  run: async (world, chance) => {
    const node = pick(chance, world.nodes.slice(1))
    const key = node && pick(chance, node.disk.keys())
    if (node === undefined || key === undefined) return undefined
    node.isRotten = true
    node.disk.rot(key, chance(1 << 20), 1 << chance(8))
    return `a bit of ${key} flips on the disk of ${node.identity.name}`
  },
}

export const burn: StepKind = {
  name: 'burn',
  weight: 1,
  isFault: true,
  run: async (world, chance) => {
    const standing = world.nodes.filter((node) => node.gone === undefined)
    const node = pick(chance, standing.slice(1))
    if (node === undefined || standing.length < 4) return undefined
    node.lose('burnt')
    return `${node.identity.name} burns down with its disk`
  },
}
