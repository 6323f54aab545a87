/** What can happen in a simulation. A step is data, so that a trace can be cut and run again. */
import { createChance } from '../../packages/registry-core/testing/history.ts'
import type { World } from './world.ts'

/** Repeatable chance: a whole number below the argument. */
export type Chance = (below: number) => number

/** One step of a plan; `chance` seeds everything it draws, whatever stands around it. */
export type Step = { readonly kind: string; readonly chance: number }

/** A kind of step: the work and the faults of a federation, each in a file of its own. */
export type StepKind = {
  readonly name: string
  /** How often it is drawn, beside the others of a run. */
  readonly weight: number
  /** Whether a run may do without it: each seed leaves out some faults, so that others show. */
  readonly isFault: boolean
  /** Does it and says in words what it did; undefined when there was nothing to do. */
  readonly run: (world: World, chance: Chance) => Promise<string | undefined>
}

/** One of a list. */
export function pick<T>(chance: Chance, list: readonly T[]): T | undefined {
  return list[chance(list.length)]
}

/** A list in another order. */
export function shuffled<T>(chance: Chance, list: readonly T[]): T[] {
  const order = [...list]
  for (let i = order.length - 1; i > 0; i--) {
    const j = chance(i + 1)
    const [a, b] = [order[i], order[j]]
    if (a !== undefined && b !== undefined) {
      order[i] = b
      order[j] = a
    }
  }
  return order
}

/** Half of the seeds are short, which is cheap; a few are long, for what needs many meetings. */
const LENGTHS = [30, 30, 30, 30, 45, 45, 60, 90]

/** The steps of a seed: a random choice of faults, and steps drawn by weight, `length` of them. */
export function planOf(
  seed: number,
  length: number | undefined,
  kinds: readonly StepKind[],
): readonly Step[] {
  const chance = createChance(seed)
  const chosen = kinds.filter((kind) => !kind.isFault || chance(5) < 3)
  const total = chosen.reduce((sum, kind) => sum + kind.weight, 0)
  const count = length ?? pick(chance, LENGTHS) ?? 0
  return Array.from({ length: count }, () => {
    let at = chance(total)
    const kind = chosen.find((each) => {
      at -= each.weight
      return at < 0
    })
    return { kind: kind?.name ?? '', chance: chance(0x7fffffff) }
  })
}
