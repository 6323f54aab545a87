/**
 * `npm run sim -- --seeds N [--from S] [--steps L] [--verbose]` runs many seeds; each that fails is
 * printed with its shortest trace and how to run it again. `--plan JSON` runs such a trace.
 * Exit status 1 when one failed, 2 for what it does not understand.
 */
import { parseArgs } from 'node:util'
import { shrink } from './shrink.ts'
import { failureText, planOfSeed, type Run, STEPS, simulate } from './simulation.ts'
import type { Step } from './step.ts'

const OPTIONS = {
  seeds: { type: 'string', default: '200' },
  from: { type: 'string', default: '1' },
  steps: { type: 'string', default: String(STEPS) },
  plan: { type: 'string' },
  verbose: { type: 'boolean', default: false },
} as const

const PROGRESS_EVERY = 1_000

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function wholeNumber(text: string, name: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new Error(`--${name} takes a whole number from 1`)
  return Number(text)
}

function readPlan(text: string): readonly Step[] {
  const pairs = JSON.parse(text) as readonly (readonly [string, number])[]
  return pairs.map(([kind, chance]) => ({ kind, chance }))
}

async function runPlan(plan: readonly Step[], name: string): Promise<Run> {
  const run = await simulate(plan)
  for (const line of run.trace) print(line)
  print(failureText(name, run))
  return run
}

async function explain(
  seed: number,
  steps: number,
  plan: readonly Step[],
  run: Run,
): Promise<void> {
  print(`seed ${seed} fails: ${run.failure?.invariant}`)
  const shortest = await shrink(plan, run)
  print(failureText(`seed ${seed}`, shortest.run))
  const pairs = shortest.plan.map(({ kind, chance }) => [kind, chance])
  print(`again: npm run sim -- --plan '${JSON.stringify(pairs)}'`)
  print(`whole: npm run sim -- --seeds 1 --from ${seed} --steps ${steps} --verbose`)
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  if (values.plan !== undefined) {
    const { failure } = await runPlan(readPlan(values.plan), 'the plan')
    process.exitCode = failure === undefined ? 0 : 1
    return
  }
  const count = wholeNumber(values.seeds, 'seeds')
  const from = wholeNumber(values.from, 'from')
  const steps = wholeNumber(values.steps, 'steps')
  const failed: number[] = []
  const began = process.cpuUsage()
  for (let seed = from; seed < from + count; seed++) {
    const plan = planOfSeed(seed, steps)
    const run = values.verbose ? await runPlan(plan, `seed ${seed}`) : await simulate(plan)
    if (run.failure !== undefined) {
      failed.push(seed)
      await explain(seed, steps, plan, run)
    }
    const done = seed - from + 1
    if (done % PROGRESS_EVERY === 0) print(`${done} of ${count} seeds, ${failed.length} failed`)
  }
  const { user, system } = process.cpuUsage(began)
  const seconds = ((user + system) / 1e6).toFixed(1)
  print(`${count} seeds from ${from}, ${failed.length} failed, ${seconds} s of CPU`)
  if (failed.length > 0) process.exitCode = 1
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
})
