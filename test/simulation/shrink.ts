/** Cuts a failing plan down to few steps that fail in the same way (delta debugging, Zeller 1999). */

import type { Planted } from './sim-node.ts'
import { type Run, simulate } from './simulation.ts'
import type { Step } from './step.ts'

/** A shortest plan found within a number of runs, and what it leads to. */
export type Shrunk = { readonly plan: readonly Step[]; readonly run: Run }

const RUNS_MAX = 400

/** Leaves out ever smaller parts of a failing plan as long as the rest fails in the same way. */
export async function shrink(
  plan: readonly Step[],
  run: Run,
  planted: Planted = {},
): Promise<Shrunk> {
  let best: Shrunk = { plan, run }
  let runs = 0
  for (let size = plan.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < best.plan.length && runs < RUNS_MAX; runs++) {
      const shorter = [...best.plan.slice(0, at), ...best.plan.slice(at + size)]
      const again = await simulate(shorter, planted)
      const isSame = again.failure?.invariant === run.failure?.invariant
      if (isSame) best = { plan: shorter, run: again }
      else at += size
    }
  }
  return best
}
