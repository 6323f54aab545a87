import { expect } from 'chai'
import { scratch } from '../support/mulu.ts'
import { killAgainAndAgain } from './killing.ts'
import { killMigrations } from './migrating.ts'

/** In each both nodes are killed, in every sixth once more while they start: 50 are asked for. */
const CYCLES = 22

describe('nodes that are killed at any time', function () {
  this.timeout(900_000)
  let place: Awaited<ReturnType<typeof scratch>>

  before(async () => {
    place = await scratch()
  })

  after(async () => {
    await place?.remove()
  })

  it('[E29] verify after each of 50 kills, lose nothing acknowledged, and become equal', async () => {
    const killed = await killAgainAndAgain(place.dir, { cycles: CYCLES, seed: 20_261_123 })
    expect(killed.kills).to.be.at.least(50)
    expect(killed.cut, 'imports that a kill broke off').to.be.at.least(1)
  })

  it('[UP3] finish, or do again, what a kill broke off of bringing a store to this format', async () => {
    const { kills } = await killMigrations(place.dir, { stores: 4, seed: 20_261_129 })
    expect(kills).to.be.at.least(4)
  })
})
