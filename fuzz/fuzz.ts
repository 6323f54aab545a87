/**
 * Feeds every decoder of untrusted bytes with mutated real inputs and inputs made by shape.
 * Exit status 1 when one broke a promise; each finding is printed with the command that repeats it.
 *
 *   npm run fuzz -- [--seconds 60] [--seed N] [--only NAME] [--from INPUT] [--inputs N]
 */
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import type { Finding, Report } from './campaign.ts'
import type { Task, Told } from './worker.ts'

const STUCK_MS = 10_000
const SHOWN_BYTES = 200

/** A worker does not inherit the loader of this process; it registers its own. */
const BOOT = `import('tsx/esm/api').then(({ register }) => {
  register()
  return import(${JSON.stringify(new URL('./worker.ts', import.meta.url).href)})
})`

type Sum = { inputs: number; taken: number; slowestMs: number }

const task = readTask()
say(`seed ${task.seed}, ${task.seconds} s`)
process.exitCode = (await campaign(task)) ? 0 : 1

function readTask(): Task {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string' },
      only: { type: 'string' },
      from: { type: 'string', default: '0' },
      inputs: { type: 'string' },
    },
  })
  return {
    seconds: Number(values.seconds),
    seed: values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed),
    only: values.only,
    from: Number(values.from),
    inputs: values.inputs === undefined ? undefined : Number(values.inputs),
    at: new SharedArrayBuffer(8),
  }
}

/** Whether every promise was kept. */
async function campaign(given: Task): Promise<boolean> {
  const sums = new Map<string, Sum>()
  const findings: Finding[] = []
  let names: readonly string[] = []
  const worker = new Worker(BOOT, { eval: true, workerData: given })
  const isStuck = watch(worker, given, () => names)
  worker.on('message', (told: Told) => {
    if (told.type === 'targets') names = told.names
    else add(sums, findings, told.report)
  })
  const failed = await new Promise<boolean>((resolve) => {
    worker.once('error', (error) => {
      say(error.stack ?? String(error))
      resolve(true)
    })
    worker.once('exit', () => resolve(false))
  })
  for (const [name, sum] of sums) say(line(name, sum))
  say(`${total(sums)} inputs, ${findings.length} findings`)
  if (names.length === 0) say(`no target ${given.only}`)
  return !failed && !isStuck() && findings.length === 0 && names.length > 0
}

/** An input that never ends is found from outside; the worker that reads it is ended. */
function watch(worker: Worker, given: Task, names: () => readonly string[]): () => boolean {
  const at = new Int32Array(given.at)
  let last = ''
  let isStuck = false
  const timer = setInterval(() => {
    const now = `${Atomics.load(at, 0)} ${Atomics.load(at, 1)}`
    if (now === last && names().length > 0) {
      isStuck = true
      const name = names()[Atomics.load(at, 0)]
      say(
        `HANG ${name}: npm run fuzz -- --only ${name} --seed ${given.seed} --from ${at[1]} --inputs 1`,
      )
      worker.terminate().catch(() => undefined)
    }
    last = now
  }, STUCK_MS)
  worker.once('exit', () => clearInterval(timer))
  return () => isStuck
}

function add(sums: Map<string, Sum>, findings: Finding[], report: Report): void {
  const sum = sums.get(report.target) ?? { inputs: 0, taken: 0, slowestMs: 0 }
  sums.set(report.target, {
    inputs: sum.inputs + report.inputs,
    taken: sum.taken + report.taken,
    slowestMs: Math.max(sum.slowestMs, report.slowestMs),
  })
  for (const finding of report.findings) {
    findings.push(finding)
    const { target, seed, index, what, input } = finding
    say(
      `FOUND ${target}: npm run fuzz -- --only ${target} --seed ${seed} --from ${index} --inputs 1`,
    )
    say(what)
    say(Buffer.from(input.subarray(0, SHOWN_BYTES)).toString('base64'))
  }
}

function total(sums: ReadonlyMap<string, Sum>): number {
  return [...sums.values()].reduce((count, sum) => count + sum.inputs, 0)
}

function line(name: string, { inputs, taken, slowestMs }: Sum): string {
  return `${name.padEnd(16)} ${inputs} inputs, ${taken} taken, slowest ${slowestMs.toFixed(1)} ms`
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
