/** Time passes, and clocks go wrong by minutes and by years. */
import { pick, type StepKind } from '../step.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const DAY = 24 * 60 * MINUTE
const YEAR = 365 * DAY

export const wait: StepKind = {
  name: 'wait',
  weight: 8,
  isFault: false,
  run: async (world, chance) => {
    const ms = pick(chance, [SECOND, 31 * SECOND, MINUTE, 6 * MINUTE, DAY, 21 * DAY]) ?? 0
    world.pass(ms)
    return `${ms / SECOND} seconds pass`
  },
}

export const clock: StepKind = {
  name: 'clock',
  weight: 4,
  isFault: true,
  run: async (world, chance) => {
    const node = pick(chance, world.nodes)
    if (node === undefined) return undefined
    const off = pick(chance, [0, 5 * MINUTE, -5 * MINUTE, 3 * DAY, 10 * YEAR, -10 * YEAR]) ?? 0
    node.skewMs = off
    return `the clock of ${node.identity.name} is off by ${off / SECOND} seconds`
  },
}
