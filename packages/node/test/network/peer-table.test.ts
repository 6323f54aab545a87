import { expect } from 'chai'
import { NETWORK_LIMITS } from '../../src/network/network-options.ts'
import { PeerTable } from '../../src/network/peer-table.ts'

describe('what is remembered of peers', () => {
  it('[NW11] cuts a peer off for as long as it says, also when the clock is set back', () => {
    const table = new PeerTable(NETWORK_LIMITS)
    let [wallMs, elapsedMs] = [1_700_000_000_000, 5_000]
    const clock = { now: () => wallMs, elapsed: () => elapsedMs }
    while (!table.blame('peer', 'MULU_SIGNATURE', clock)) elapsedMs++
    expect(table.isCut('peer', clock.elapsed())).to.equal(true)
    expect(table.refusedOf('peer')[0]?.lastMs).to.equal(wallMs)
    wallMs -= 10 * 365 * 86_400_000
    elapsedMs += NETWORK_LIMITS.cutMs + 1
    expect(table.isCut('peer', clock.elapsed())).to.equal(false)
  })
})
