import { join } from 'node:path'
import { expect } from 'chai'
import { pino } from 'pino'
import { systemClock } from '../../src/clock.ts'
import { startNode } from '../../src/node.ts'
import { foundIn, tempDir } from '../test-node.ts'
import { run } from './run.ts'

type Shown = { readonly id: string; readonly settled: boolean; readonly agreedRoot: number[] }

describe('mulu snapshot', () => {
  let at: string
  let remove: () => Promise<void>

  beforeEach(async () => {
    const made = await tempDir()
    at = join(made[0], 'node')
    remove = made[1]
    await foundIn(at)
  })
  afterEach(() => remove())

  const status = async () => JSON.parse((await run('status', '--dir', at, '--json')).stdout)

  it('[CL23] signs a snapshot, which the status shows with who has agreed; witnesses that run agree by themselves', async () => {
    const taken = JSON.parse((await run('snapshot', '--dir', at, '--json')).stdout)
    expect(taken).to.include({ writer: 1, settled: false })
    const { snapshots, catalogue } = await status()
    expect(snapshots).to.deep.equal([taken])
    expect(taken.root).to.equal(catalogue.digest)
    const named = await run('roster', 'propose', '--dir', at, '--witness', '1')
    expect(named.status, named.stderr).to.equal(0)
    const logger = pino({ level: 'silent' })
    const options = { dir: at, port: 0, peerPort: 0, offline: true, mdns: false }
    await using _node = await startNode(options, systemClock, logger)
    const second = JSON.parse((await run('snapshot', '--dir', at, '--json')).stdout)
    const settled = await untilSettled(second.id)
    expect(settled.agreedRoot).to.deep.equal([1])
    const { stdout } = await run('status', '--dir', at)
    expect(stdout).to.match(
      /snapshot of .* \(0 min ago\) by writer 1: settled; 1 of 1 witnesses agree/,
    )
    expect((await run('verify', '--dir', at)).status).to.equal(0)
    const first = (await status()).snapshots.find(({ id }: Shown) => id === taken.id)
    expect(first).to.deep.include({ settled: false, witnesses: [] })
  })

  /** Asks until the witness has signed; the test's own time limit ends it. */
  async function untilSettled(id: string): Promise<Shown> {
    for (;;) {
      const found = (await status()).snapshots.find((each: Shown) => each.id === id)
      if (found?.settled === true) return found
    }
  }
})
