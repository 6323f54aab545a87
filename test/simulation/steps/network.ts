/** The network: streams open, frames travel, and bad weather comes and goes. */
import { pick, type StepKind } from '../step.ts'

export const connect: StepKind = {
  name: 'connect',
  weight: 14,
  isFault: false,
  run: async (world, chance) => {
    const a = pick(chance, world.up)
    const b = pick(chance, world.up)
    if (a === undefined || b === undefined || !world.connect(a, b)) return undefined
    return `${a.identity.name} and ${b.identity.name} open streams`
  },
}

export const deliver: StepKind = {
  name: 'deliver',
  weight: 24,
  isFault: false,
  run: async (world, chance) => {
    const done = await world.deliver(1 + chance(40))
    return done === 0 ? undefined : `${done} pieces of waiting work are done`
  },
}

export const breakStream: StepKind = {
  name: 'break',
  weight: 4,
  isFault: true,
  run: async (world, chance) => {
    const link = pick(chance, world.links)
    if (link === undefined) return undefined
    const name = (side: object): string => world.nodeOf(side)?.identity.name ?? '?'
    link.cut()
    return `the stream from ${name(link.requester)} to ${name(link.responder)} breaks`
  },
}

export const weather: StepKind = {
  name: 'weather',
  weight: 3,
  isFault: true,
  run: async (world, chance) => {
    const level = (): number => (chance(2) === 0 ? 0 : chance(120))
    world.weather = { drop: level(), repeat: level(), overtake: level(), damage: level() }
    const { drop, repeat, overtake, damage } = world.weather
    return `of 1000 frames ${drop} are lost, ${repeat} come twice, ${overtake} overtake, ${damage} are damaged`
  },
}

export const partition: StepKind = {
  name: 'partition',
  weight: 3,
  isFault: true,
  run: async (world, chance) => {
    if (world.partition.size > 0 && chance(2) === 0) {
      world.divide(new Set())
      return 'everybody can reach everybody again'
    }
    const apart = new Set(world.nodes.filter(() => chance(2) === 0))
    world.divide(apart)
    const days = chance(2) === 0 ? 0 : 1 + chance(60)
    world.pass(days * 86_400_000)
    const names = [...apart].map((node) => node.identity.name).join(', ')
    return `${names} are cut off from the others; ${days} days pass`
  },
}

/** Commits carried past the network, in any order, some twice, as sticks and mail do. */
export const carry: StepKind = {
  name: 'carry',
  weight: 4,
  isFault: true,
  run: async (world, chance) => {
    const { carryCommits } = await import('../carry.ts')
    return carryCommits(world, chance)
  },
}
