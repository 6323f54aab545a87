import { isMuluError, type Pruned, type PruneOptions } from '@mulu/registry-core'
import { expect } from 'chai'
import { pino } from 'pino'
import type { Clock } from '../../src/clock.ts'
import { Pruner } from '../../src/pruning/pruner.ts'
import type { DurableRegistry } from '../../src/store/durable-registry.ts'

type Timer = { readonly atMs: number; readonly work: () => void }

/** A clock that stands until the test moves it. */
class TestClock implements Clock {
  ms = 1_000
  #timers: Timer[] = []

  now(): number {
    return this.ms
  }
  elapsed(): number {
    return this.ms
  }
  async sleep(): Promise<void> {
    // A rest is over at once.
  }
  after(ms: number, work: () => void): () => void {
    const timer = { atMs: this.ms + ms, work }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer)
    }
  }

  async pass(ms: number): Promise<void> {
    this.ms += ms
    for (const timer of this.#timers.filter(({ atMs }) => atMs <= this.ms)) {
      this.#timers = this.#timers.filter((each) => each !== timer)
      timer.work()
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** A registry whose runs end when the test says so. */
function registryOf(keepsAll: boolean) {
  const runs: { options: PruneOptions; end: (pruned: Pruned) => void }[] = []
  const prune = (options: PruneOptions = {}): Promise<Pruned> =>
    new Promise((end) => runs.push({ options, end }))
  return { runs, registry: { pruning: { keepsAll, prune } } as unknown as DurableRegistry }
}

const NOTHING: Pruned = { bodies: 0, bytes: 0, commits: 0 }
const HOUR_MS = 3_600_000
const logger = pino({ level: 'silent' })

describe('the pruner', () => {
  it('[PB12] drops by itself every hour where only what is live is kept, one run at a time', async () => {
    const clock = new TestClock()
    const { runs, registry } = registryOf(false)
    const pruner = new Pruner({ registry, clock, logger })
    pruner.start()
    await clock.pass(HOUR_MS)
    expect(runs).to.have.length(1)
    await clock.pass(HOUR_MS)
    expect(runs).to.have.length(1)
    const refused = await pruner.now({}).catch((error: unknown) => error)
    expect(isMuluError(refused) && refused.code).to.equal('MULU_BUSY')
    runs[0]?.end({ bodies: 3, bytes: 200, commits: 2 })
    await clock.pass(0)
    await clock.pass(HOUR_MS)
    expect(runs).to.have.length(2)
    expect(pruner.last).to.deep.include({ bodies: 3, bytes: 200 })
    await runs[1]?.options.pause?.()
    const stopped = pruner.stop()
    const broken = await runs[1]?.options.pause?.().catch((error: unknown) => error)
    expect(isMuluError(broken) && broken.code).to.equal('MULU_CLOSED')
    runs[1]?.end(NOTHING)
    await stopped
    await clock.pass(HOUR_MS)
    expect(runs).to.have.length(2)
  })

  it('[PB12] drops nothing by itself where everything is kept', async () => {
    const clock = new TestClock()
    const { runs, registry } = registryOf(true)
    const pruner = new Pruner({ registry, clock, logger })
    pruner.start()
    await clock.pass(24 * HOUR_MS)
    expect(runs).to.deep.equal([])
    await pruner.stop()
  })
})
