/** How well the harness finds the bugs that are planted around the real parts. */
import {
  BLIND_TO_AUDIENCE,
  BLIND_TO_SIGNATURES,
  DEAF_TO_VERSIONS,
  ENDLESS_NEWS,
  FIRST_COME,
  FIRST_ORDER,
  KEPT_BODY,
  LYING_DISK,
  NEVER_ASKED_AGAIN,
  TORN_BATCH,
  TORN_INDEX,
} from './planted.ts'
import type { Planted } from './sim-node.ts'
import { planOfOrders, planOfSeed, type Run, simulate } from './simulation.ts'
import type { Step } from './step.ts'

/** A planted bug, and which invariants tell it. */
export type PlantedBug = {
  readonly bug: Planted
  readonly telltales: readonly string[]
  /** The plans that can meet it, where those of all seeds rarely or never do. */
  readonly planned?: typeof planOfSeed
  /** Steps before those of the seed, where it takes some to meet the bug at all. */
  readonly prelude?: readonly Step[]
}

/** All but one node drop what they may from the start. */
export const SLIM: Step = { kind: 'slim', chance: 1 }

/** The planted bugs by name. */
export const PLANTED = {
  'lying disk': { bug: LYING_DISK, telltales: ['acknowledged'] },
  'blind to signatures': { bug: BLIND_TO_SIGNATURES, telltales: ['always'] },
  'blind to audience': { bug: BLIND_TO_AUDIENCE, telltales: ['audience'] },
  'first come': { bug: FIRST_COME, telltales: ['convergence'] },
  'first order': {
    bug: FIRST_ORDER,
    telltales: ['convergence', 'orders'],
    planned: planOfOrders,
  },
  'endless news': { bug: ENDLESS_NEWS, telltales: ['bounds'] },
  'torn batch': { bug: TORN_BATCH, telltales: ['convergence', 'model'] },
  'torn index': { bug: TORN_INDEX, telltales: ['index'] },
  'kept body': { bug: KEPT_BODY, telltales: ['erasure'] },
  'never asked again': {
    bug: NEVER_ASKED_AGAIN,
    telltales: ['convergence', 'pruning'],
    prelude: [SLIM],
  },
  'deaf to versions': {
    bug: DEAF_TO_VERSIONS,
    telltales: ['no error but a refusal'],
    prelude: [{ kind: 'older', chance: 1 }],
  },
} as const satisfies Readonly<Record<string, PlantedBug>>

/** A seed that found a planted bug, and what it came to. */
export type Find = { readonly seed: number; readonly run: Run }

/** The seeds from `from` on that find a planted bug, each as it is found. */
export async function* findsOf(
  { bug, telltales, planned = planOfSeed, prelude = [] }: PlantedBug,
  from: number,
  count: number,
): AsyncGenerator<Find> {
  for (let seed = from; seed < from + count; seed++) {
    const run = await simulate([...prelude, ...planned(seed)], bug)
    if (telltales.includes(run.failure?.invariant ?? '')) yield { seed, run }
  }
}
