import { expect } from 'chai'
import { FOUND } from './found.ts'
import * as planted from './planted.ts'
import { shrink } from './shrink.ts'
import type { Planted } from './sim-node.ts'
import { failureText, planOfSeed, type Run, simulate } from './simulation.ts'

const SEEDS = Number(process.env['SEEDS'] ?? 200)
/** Within so many seeds each planted bug has to be found. */
const SEEDS_TO_FIND = 40

/** Which invariants tell each planted bug. */
const TELLTALES: Readonly<Record<keyof typeof planted, readonly string[]>> = {
  LYING_DISK: ['acknowledged'],
  BLIND_TO_SIGNATURES: ['always'],
  BLIND_TO_AUDIENCE: ['audience'],
  FIRST_COME: ['convergence'],
  ENDLESS_NEWS: ['bounds'],
  TORN_BATCH: ['convergence', 'model'],
  TORN_INDEX: ['index'],
  KEPT_BODY: ['erasure'],
}

type Found = { readonly seed: number; readonly run: Run }

async function find(bug: Planted, telltales: readonly string[]): Promise<Found | undefined> {
  for (let seed = 1; seed <= SEEDS_TO_FIND; seed++) {
    const run = await simulate(planOfSeed(seed), bug)
    if (telltales.includes(run.failure?.invariant ?? '')) return { seed, run }
  }
  return undefined
}

describe('the simulation', function () {
  this.timeout(1_800_000)

  it(`[SM1] comes to rest with everything that must hold, for ${SEEDS} seeds`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const run = await simulate(planOfSeed(seed))
      if (run.failure !== undefined) expect.fail(failureText(`seed ${seed}`, run))
    }
  })

  it('[SM2] does the same again for the same seed', async () => {
    const runs = [await simulate(planOfSeed(11)), await simulate(planOfSeed(11))]
    expect(runs[0]?.trace).to.not.be.empty
    expect(runs[0]?.heads).to.not.equal('')
    expect(runs[1]).to.deep.equal(runs[0])
  })

  it('[SM3] cuts a failing seed down to few steps in words that fail alike', async () => {
    const found = await find(planted.BLIND_TO_SIGNATURES, TELLTALES.BLIND_TO_SIGNATURES)
    if (found === undefined) return expect.fail('nothing to shrink')
    const { plan, run } = await shrink(
      planOfSeed(found.seed),
      found.run,
      planted.BLIND_TO_SIGNATURES,
    )
    expect(plan.length).to.be.lessThan(4)
    expect(run.failure?.invariant).to.equal('always')
    expect(failureText('it', run)).to.match(/forge: a .* offered to |forge: a forger signs /)
  })

  for (const [name, bug] of Object.entries(planted)) {
    it(`[SM4] finds a planted bug: ${name.toLowerCase().replaceAll('_', ' ')}`, async () => {
      const found = await find(bug, TELLTALES[name as keyof typeof planted])
      expect(found, `not found in ${SEEDS_TO_FIND} seeds`).to.not.equal(undefined)
    })
  }

  for (const { what, plan } of FOUND) {
    it(`[SM5] holds where it once failed: ${what}`, async () => {
      const run = await simulate(plan.map(([kind, chance]) => ({ kind, chance })))
      if (run.failure !== undefined) expect.fail(failureText('the plan', run))
    })
  }
})
