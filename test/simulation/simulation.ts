/** Runs a plan against a federation of real cores, heals it, and checks what must hold. */
import { CN_GOV_PROFILE } from '../../packages/registry-core/src/index.ts'
import { createChance } from '../../packages/registry-core/testing/history.ts'
import { referenceOf } from '../../packages/registry-core/testing/reference.ts'
import { headsOf, heal } from './healing.ts'
import { INVARIANTS } from './invariants/all.ts'
import { overBound } from './invariants/bounds.ts'
import { readContents } from './invariants/contents.ts'
import { readHeldCommits } from './invariants/held-commits.ts'
import type { Healed } from './invariants/invariant.ts'
import type { Planted } from './sim-node.ts'
import { planOf, type Step } from './step.ts'
import { ORDERING_KINDS, STEP_KINDS, SUBSCRIBING_KINDS } from './steps/all.ts'
import { World } from './world.ts'

/** What was wrong: which invariant, and how. */
export type Failure = { readonly invariant: string; readonly detail: string }

/** The outcome of one plan. */
export type Run = {
  readonly failure: Failure | undefined
  /** What each step did, in words; steps that had nothing to do are left out. */
  readonly trace: readonly string[]
  /** The ends of all logs at all nodes at the end of the run. */
  readonly heads: string
  /** Bodies that nodes have dropped. */
  readonly dropped: number
}

/** The plan of a seed, of the length that it draws unless one is given. */
export function planOfSeed(seed: number, length?: number): readonly Step[] {
  return planOf(seed, length, STEP_KINDS)
}

/** The plan of a seed for a federation whose agencies give orders from the start. */
export function planOfOrders(seed: number, length?: number): readonly Step[] {
  const steps = planOf(seed, length, ORDERING_KINDS)
  const named = steps.slice(0, 2).map(({ chance }) => ({ kind: 'administer', chance }))
  return [...named, ...steps]
}

/** The plan of a seed for a federation of which some offices hold a part. */
export function planOfSubscriptions(seed: number, length?: number): readonly Step[] {
  const steps = planOf(seed, length, SUBSCRIBING_KINDS)
  const admitted = steps.slice(0, 2).map(({ chance }) => ({ kind: 'admit', chance }))
  return [...admitted, ...steps]
}

const ALL_KINDS = [...ORDERING_KINDS, ...SUBSCRIBING_KINDS]

/** What a failure says: what was broken, how, and the steps that led there. */
export function failureText(name: string, { failure, trace }: Run): string {
  if (failure === undefined) return `${name} holds`
  const steps = trace.map((line) => `\n  ${line}`).join('')
  return `${name} breaks "${failure.invariant}": ${failure.detail}\nafter${steps}`
}

/** Runs a plan; a failure ends it. */
export async function simulate(plan: readonly Step[], planted: Planted = {}): Promise<Run> {
  const trace: string[] = []
  try {
    const world = await World.open(planted)
    const failure =
      (await takeSteps(world, plan, trace)) ?? (await takeHealing(world)) ?? (await judge(world))
    return { failure, trace, heads: headsOf(world), dropped: world.dropped }
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const failure = { invariant: 'no error but a refusal', detail }
    return { failure, trace, heads: '', dropped: 0 }
  }
}

async function takeSteps(
  world: World,
  plan: readonly Step[],
  trace: string[],
): Promise<Failure | undefined> {
  for (const step of plan) {
    const kind = ALL_KINDS.find(({ name }) => name === step.kind)
    world.chance = createChance(step.chance)
    world.ms += 1
    const words = await kind?.run(world, world.chance)
    if (words !== undefined) trace.push(`${step.kind}: ${words}`)
    const failure = whileRunning(world)
    if (failure !== undefined) return failure
  }
  return undefined
}

async function takeHealing(world: World): Promise<Failure | undefined> {
  world.chance = createChance(1)
  await heal(world)
  return whileRunning(world)
}

function whileRunning(world: World): Failure | undefined {
  const [violation] = world.violations
  if (violation !== undefined) return { invariant: 'always', detail: violation }
  const detail = overBound(world)
  return detail === undefined ? undefined : { invariant: 'bounds', detail }
}

async function judge(world: World): Promise<Failure | undefined> {
  const healed = await healedOf(world)
  for (const { name, check } of INVARIANTS) {
    const detail = await check(healed)
    if (detail !== undefined) return { invariant: name, detail }
  }
  return undefined
}

async function healedOf(world: World): Promise<Healed> {
  const members = world.soundMembers
  const held = await readHeldCommits(world)
  const commits = new Set(members.flatMap((node) => held.get(node) ?? []).map((one) => one.commit))
  const reference = referenceOf(commits, world.rosters, CN_GOV_PROFILE)
  return { world, members, held, reference, contents: await readContents(members, reference) }
}
