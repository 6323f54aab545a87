/** A run of one target over many inputs, each of which can be made again from seed and number. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { createChance, mutate } from './mutate.ts'
import type { Fate, Target } from './target.ts'

/** One input may take this long. */
export const HANG_MS = 250
/** The heap may stand this much higher after a run than after its first tenth. */
export const GROWTH_BYTES_MAX = 32 * 1_048_576
/** Of so many inputs one is made by shape, the others by mutation. */
const SHAPED_EVERY = 8
const FINDINGS_MAX = 5
const TRIES_OF_SLOW = 3

/** A promise that an input broke. */
export type Finding = {
  readonly target: string
  readonly seed: number
  /** The number of the input within the seed. */
  readonly index: number
  readonly what: string
  readonly input: Uint8Array
}

/** What a run gave. */
export type Report = {
  readonly target: string
  readonly seed: number
  readonly inputs: number
  readonly taken: number
  readonly slowestMs: number
  readonly grownBytes: number
  readonly findings: readonly Finding[]
}

/** When a run is over; `isOver` is asked now and then with the number of inputs so far. */
export type Bound = { readonly isOver: (inputs: number) => boolean; readonly from?: number }

/** The input with a number; the same for the same target, seed and number. */
export function inputOf(target: Target, seed: number, index: number): Uint8Array {
  const own = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0
  if (target.shaped !== undefined && index % SHAPED_EVERY === SHAPED_EVERY - 1) {
    const [shaped] = fc.sample(target.shaped, { seed: own | 0, numRuns: 1 })
    return shaped ?? new Uint8Array()
  }
  return mutate(createChance(own), target.corpus)
}

/** Reads inputs until the bound says so. `onInput` is told of each before it is read. */
export async function runTarget(
  target: Target,
  seed: number,
  bound: Bound,
  onInput: (index: number) => void = () => undefined,
): Promise<Report> {
  const findings: Finding[] = []
  let taken = 0
  let slowestMs = 0
  let baseBytes: number | undefined
  let index = bound.from ?? 0
  let inputs = 0
  for (; !bound.isOver(inputs) && findings.length < FINDINGS_MAX; index++, inputs++) {
    const input = inputOf(target, seed, index)
    onInput(index)
    const tried = await tryInput(target, input)
    slowestMs = Math.max(slowestMs, tried.ms)
    if (tried.fate === 'taken') taken++
    const what =
      tried.broken ?? (tried.ms > HANG_MS ? `took ${Math.round(tried.ms)} ms` : undefined)
    if (what !== undefined) findings.push({ target: target.name, seed, index, what, input })
    if (baseBytes === undefined && bound.isOver(inputs * 10)) baseBytes = heapBytes()
  }
  const grownBytes = heapBytes() - (baseBytes ?? heapBytes())
  if (grownBytes > GROWTH_BYTES_MAX) {
    const what = `the heap grew by ${grownBytes} bytes`
    findings.push({ target: target.name, seed, index, what, input: new Uint8Array() })
  }
  return { target: target.name, seed, inputs, taken, slowestMs, grownBytes, findings }
}

type Tried = { readonly ms: number; readonly fate: Fate | undefined; readonly broken?: string }

/** Reads one input; a slow one again, since the collection of garbage may have fallen into it. */
async function tryInput(target: Target, input: Uint8Array): Promise<Tried> {
  let tried = await tryOnce(target, input)
  for (let again = 1; again < TRIES_OF_SLOW && tried.ms > HANG_MS; again++) {
    const next = await tryOnce(target, input)
    if (next.ms < tried.ms) tried = next
  }
  return tried
}

async function tryOnce(target: Target, input: Uint8Array): Promise<Tried> {
  const watch = startWatch()
  try {
    const read = target.read(input)
    const fate = read instanceof Promise ? await read : read
    return { ms: watch(), fate }
  } catch (error) {
    const broken = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { ms: watch(), fate: undefined, broken }
  }
}

/** Milliseconds since now, but no more than the processor worked: other processes do not count. */
function startWatch(): () => number {
  const startMs = performance.now()
  const used = process.cpuUsage()
  return () => {
    const wallMs = performance.now() - startMs
    if (wallMs < HANG_MS) return wallMs
    const { user, system } = process.cpuUsage(used)
    return Math.min(wallMs, (user + system) / 1_000)
  }
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function heapBytes(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}
