/** Runs the targets in turn until the time is over; tells its parent of every input it begins. */
import { parentPort, workerData } from 'node:worker_threads'
import { type Report, runTarget } from './campaign.ts'
import { openTargets } from './targets.ts'

/** What a worker is given. */
export type Task = {
  readonly seconds: number
  readonly seed: number
  readonly only: string | undefined
  /** The first input to make, to replay a finding. */
  readonly from: number
  /** Inputs of an ordinary target at most, in all rounds together. */
  readonly inputs: number | undefined
  /** Shared: the number of the target in its list, and the input it is at. */
  readonly at: SharedArrayBuffer
}

/** What a worker tells. */
export type Told =
  | { readonly type: 'targets'; readonly names: readonly string[] }
  | { readonly type: 'report'; readonly report: Report }

/** Inputs of an ordinary target in one turn. */
const TURN_INPUTS = 5_000

async function run(task: Task): Promise<void> {
  const at = new Int32Array(task.at)
  const targets = await openTargets(task.only)
  tell({ type: 'targets', names: targets.map((target) => target.name) })
  const endMs = Date.now() + task.seconds * 1_000
  const isOver = (turn: number): boolean =>
    Date.now() >= endMs || (task.inputs !== undefined && turn * TURN_INPUTS >= task.inputs)
  for (let turn = 0; !isOver(turn); turn++) {
    for (const [number, target] of targets.entries()) {
      const inputs = Math.max(1, Math.round(TURN_INPUTS * (target.share ?? 1)))
      const bound = {
        isOver: (count: number) => count >= inputs || Date.now() >= endMs,
        from: task.from + turn * inputs,
      }
      Atomics.store(at, 0, number)
      const report = await runTarget(target, task.seed, bound, (index) => {
        Atomics.store(at, 1, index)
      })
      tell({ type: 'report', report })
    }
  }
  for (const target of targets) await target.close?.()
}

function tell(told: Told): void {
  parentPort?.postMessage(told)
}

await run(workerData as Task)
