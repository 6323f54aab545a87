import { expect } from 'chai'
import { Introductions } from '../../src/network/introductions.ts'

describe('introductions', () => {
  it('[NW19] lets a few strangers in for a moment, and each again only after a pause', () => {
    const guests = new Introductions()
    const admitted = ['a', 'b', 'c', 'd', 'e'].map((peer) => guests.admit(peer, 0))
    expect(admitted).to.deep.equal([true, true, true, true, false])
    expect(guests.isGuest('a', 9_999)).to.equal(true)
    expect(guests.isGuest('a', 10_000)).to.equal(false)
    guests.end('b', 100)
    expect(guests.isGuest('b', 100)).to.equal(false)
    expect(guests.admit('b', 5_000)).to.equal(false)
    expect(guests.admit('e', 101)).to.equal(true)
    expect(guests.admit('b', 5_101)).to.equal(false)
    expect(guests.admit('b', 10_001)).to.equal(true)
  })

  it('[NW19] forgets the oldest of many invented identities', () => {
    const guests = new Introductions()
    for (let i = 0; i < 1_000; i++) {
      expect(guests.admit(`peer ${i}`, i * 20_000)).to.equal(true)
    }
    expect(guests.admit('peer 0', 1_000 * 20_000)).to.equal(true)
  })
})
