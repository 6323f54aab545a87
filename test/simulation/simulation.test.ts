import { expect } from 'chai'
import { FOUND } from './found.ts'
import { type Find, findsOf, PLANTED, type PlantedBug, SLIM } from './planted-finds.ts'
import { shrink } from './shrink.ts'
import {
  failureText,
  planOfOrders,
  planOfSeed,
  planOfSubscriptions,
  simulate,
} from './simulation.ts'

const SEEDS = Number(process.env['SEEDS'] ?? 200)
const ORDER_SEEDS = Math.ceil(SEEDS / 4)
const PART_SEEDS = Math.ceil(SEEDS / 8)
/** Seeds that may be needed for a planted bug: each is found by a twentieth of them at least. */
const SEEDS_TO_FIND = 200
/** Seeds in which all but one node drop what they may from the start. */
const SLIM_SEEDS = 20

async function firstFind(planted: PlantedBug): Promise<Find | undefined> {
  for await (const find of findsOf(planted, 1, SEEDS_TO_FIND)) return find
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

  it(`[AK20] does so where agencies give orders and keys are stolen, for ${ORDER_SEEDS} seeds`, async () => {
    for (let seed = 1; seed <= ORDER_SEEDS; seed++) {
      const run = await simulate(planOfOrders(seed))
      if (run.failure !== undefined) expect.fail(failureText(`seed ${seed} of orders`, run))
    }
  })

  it('[PB10] comes to the same where all but one node drop what they may', async () => {
    let dropped = 0
    for (let seed = 1; seed <= SLIM_SEEDS; seed++) {
      const plan = [SLIM, ...planOfSeed(seed, 30)]
      const run = await simulate(plan)
      if (run.failure !== undefined) expect.fail(failureText(`slim seed ${seed}`, run))
      dropped += run.dropped
    }
    expect(dropped).to.be.greaterThan(0)
  })

  it(`[SB19] comes to the same where offices hold a part, for ${PART_SEEDS} seeds`, async () => {
    let subscribed = 0
    for (let seed = 1; seed <= PART_SEEDS; seed++) {
      const run = await simulate(planOfSubscriptions(seed))
      if (run.failure !== undefined) expect.fail(failureText(`seed ${seed} of parts`, run))
      subscribed += run.trace.filter((line) => line.startsWith('subscribe')).length
    }
    expect(subscribed).to.be.greaterThan(PART_SEEDS)
  })

  it('[SM2] does the same again for the same seed', async () => {
    const runs = [await simulate(planOfSeed(11)), await simulate(planOfSeed(11))]
    expect(runs[0]?.trace).to.not.be.empty
    expect(runs[0]?.heads).to.not.equal('')
    expect(runs[1]).to.deep.equal(runs[0])
  })

  it('[SM3] cuts a failing seed down to few steps in words that fail alike', async () => {
    const blind = PLANTED['blind to signatures']
    const found = await firstFind(blind)
    if (found === undefined) return expect.fail('nothing to shrink')
    const { plan, run } = await shrink(planOfSeed(found.seed), found.run, blind.bug)
    expect(plan.length).to.be.lessThan(4)
    expect(run.failure?.invariant).to.equal('always')
    expect(failureText('it', run)).to.match(/forge: a .* offered to |forge: a forger signs /)
  })

  for (const [name, planted] of Object.entries(PLANTED)) {
    it(`[SM4] finds a planted bug: ${name}`, async () => {
      const find = await firstFind(planted)
      expect(find, `not found in ${SEEDS_TO_FIND} seeds`).to.not.equal(undefined)
    })
  }

  for (const { what, plan } of FOUND) {
    it(`[SM5] holds where it once failed: ${what}`, async () => {
      const run = await simulate(plan.map(([kind, chance]) => ({ kind, chance })))
      if (run.failure !== undefined) expect.fail(failureText('the plan', run))
    })
  }
})
