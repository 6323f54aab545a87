/**
 * `npm run sim -- --seeds N [--from S] [--steps L] [--jobs J] [--log FILE] [--orders | --parts]
 * [--verbose]` runs many seeds, with `--orders` those of federations whose agencies give orders, with
 * `--parts` of those in which offices hold a part; each that fails is printed with its shortest trace and how to run it again. `--log` takes what is printed as
 * well, to go on later from the last line of progress. `--plan JSON` runs one
 * trace. `--planted NAME` plants a bug of `planted.ts` in each seed, or with `all` each in turn, and
 * tells how many find it. Exit status 1 when a seed failed, 2 for what it does not understand.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findsOf, PLANTED } from './planted-finds.ts'
import { shrink } from './shrink.ts'
import {
  failureText,
  planOfOrders,
  planOfSeed,
  planOfSubscriptions,
  type Run,
  simulate,
} from './simulation.ts'
import type { Step } from './step.ts'

const OPTIONS = {
  seeds: { type: 'string', default: '200' },
  from: { type: 'string', default: '1' },
  steps: { type: 'string' },
  jobs: { type: 'string', default: '1' },
  log: { type: 'string' },
  plan: { type: 'string' },
  planted: { type: 'string' },
  orders: { type: 'boolean', default: false },
  parts: { type: 'boolean', default: false },
  verbose: { type: 'boolean', default: false },
} as const

const PROGRESS_EVERY = 500

type Print = (line: string) => void

type Order = {
  readonly from: number
  readonly count: number
  readonly steps: number | undefined
  readonly planned: (seed: number, length?: number) => readonly Step[]
  readonly isVerbose: boolean
}

function printer(file: string | undefined): Print {
  return (line) => {
    process.stdout.write(`${line}\n`)
    if (file !== undefined) appendFileSync(file, `${line}\n`)
  }
}

function wholeNumber(text: string, name: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new Error(`--${name} takes a whole number from 1`)
  return Number(text)
}

function readPlan(text: string): readonly Step[] {
  const pairs = JSON.parse(text) as readonly (readonly [string, number])[]
  return pairs.map(([kind, chance]) => ({ kind, chance }))
}

async function runPlan(plan: readonly Step[], name: string, print: Print): Promise<Run> {
  const run = await simulate(plan)
  for (const line of run.trace) print(line)
  print(failureText(name, run))
  return run
}

async function explain(seed: number, plan: readonly Step[], run: Run, print: Print): Promise<void> {
  print(`seed ${seed} fails: ${run.failure?.invariant}`)
  const shortest = await shrink(plan, run)
  print(failureText(`seed ${seed}`, shortest.run))
  const pairs = shortest.plan.map(({ kind, chance }) => [kind, chance])
  print(`again: npm run sim -- --plan '${JSON.stringify(pairs)}'`)
}

/** Counts the seeds that find a planted bug, or each of them in turn. */
async function countFinds(wanted: string, { from, count }: Order, print: Print): Promise<void> {
  const chosen = Object.entries(PLANTED).filter(([name]) => wanted === 'all' || wanted === name)
  if (chosen.length === 0) {
    throw new Error(`--planted takes all or one of: ${Object.keys(PLANTED).join(', ')}`)
  }
  for (const [name, planted] of chosen) {
    const began = process.cpuUsage()
    const seeds: number[] = []
    for await (const { seed } of findsOf(planted, from, count)) seeds.push(seed)
    const { user, system } = process.cpuUsage(began)
    const minutes = (user + system) / 60e6
    const rate = `${(minutes * 60).toFixed(1)} s of CPU, ${(seeds.length / minutes).toFixed(1)} a minute`
    print(
      `${name}: found by ${seeds.length} of ${count} seeds, ${rate}; ${seeds.slice(0, 9).join()}`,
    )
  }
}

/** Runs seeds one after the other; the number of those that failed. */
async function runSeeds(order: Order, print: Print): Promise<number> {
  const { from, count, steps, isVerbose, planned } = order
  let failed = 0
  const began = process.cpuUsage()
  const progress = (done: number): void => {
    const { user, system } = process.cpuUsage(began)
    const seconds = ((user + system) / 1e6).toFixed(1)
    const last = from + done - 1
    print(`${done} seeds, ${from} to ${last}: ${failed} failed, ${seconds} s of CPU`)
  }
  for (let seed = from; seed < from + count; seed++) {
    const plan = planned(seed, steps)
    const run = isVerbose ? await runPlan(plan, `seed ${seed}`, print) : await simulate(plan)
    if (run.failure !== undefined) {
      failed += 1
      await explain(seed, plan, run, print)
    }
    const done = seed - from + 1
    if (done % PROGRESS_EVERY === 0 && done < count) progress(done)
  }
  progress(count)
  return failed
}

/** Shares the seeds out to processes of their own, in runs that follow each other. */
async function runJobs(order: Order, jobs: number, more: readonly string[]): Promise<boolean> {
  const size = Math.ceil(order.count / jobs)
  const results = Array.from({ length: jobs }, async (_, job) => {
    const from = order.from + job * size
    const count = Math.min(size, order.from + order.count - from)
    if (count < 1) return true
    const self = fileURLToPath(import.meta.url)
    const args = [...process.execArgv, self, '--seeds', `${count}`, '--from', `${from}`, ...more]
    const child = spawn(process.execPath, args, { stdio: 'inherit' })
    const [status] = (await once(child, 'exit')) as [number | null]
    return status === 0
  })
  return (await Promise.all(results)).every((isGood) => isGood)
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  const print = printer(values.log)
  if (values.plan !== undefined) {
    const { failure } = await runPlan(readPlan(values.plan), 'the plan', print)
    process.exitCode = failure === undefined ? 0 : 1
    return
  }
  const order: Order = {
    count: wholeNumber(values.seeds, 'seeds'),
    from: wholeNumber(values.from, 'from'),
    steps: values.steps === undefined ? undefined : wholeNumber(values.steps, 'steps'),
    planned: values.orders ? planOfOrders : values.parts ? planOfSubscriptions : planOfSeed,
    isVerbose: values.verbose,
  }
  if (values.planted !== undefined) {
    await countFinds(values.planted, order, print)
    return
  }
  const jobs = wholeNumber(values.jobs, 'jobs')
  const more = [
    ...(values.steps === undefined ? [] : ['--steps', values.steps]),
    ...(values.log === undefined ? [] : ['--log', values.log]),
    ...(values.orders ? ['--orders'] : []),
    ...(values.parts ? ['--parts'] : []),
    ...(values.verbose ? ['--verbose'] : []),
  ]
  const isGood = jobs > 1 ? await runJobs(order, jobs, more) : (await runSeeds(order, print)) === 0
  if (!isGood) process.exitCode = 1
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
})
