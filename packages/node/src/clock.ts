import { setTimeout as delay } from 'node:timers/promises'

/** Time, as the node uses it. Tests pass their own. */
export type Clock = {
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Milliseconds since some start; it only grows, also when somebody sets the clock. */
  readonly elapsed: () => number
  /** Resolves after `ms`; rejects when the signal aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  /** Calls `run` once after `ms`; the result calls it off. */
  readonly after: (ms: number, run: () => void) => () => void
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
