import { expect } from 'chai'
import fc from 'fast-check'
import { DOMAIN, signFor } from '../../src/crypto.ts'
import { concat } from '../../src/encoding/bytes.ts'
import { decodeCbor, encodeCbor } from '../../src/encoding/cbor.ts'
import { isMuluError } from '../../src/errors.ts'
import { ORDERS_PER_KEY_MAX } from '../../src/limits.ts'
import { orderedWriter } from '../../src/roster/administrators.ts'
import type { Right, RosterChange } from '../../src/roster/change.ts'
import { closedAt, finalEnd, hasRight, openGrant } from '../../src/roster/grant.ts'
import { type Order, type OrderClaim, readOrder } from '../../src/roster/order.ts'
import { withinBounds } from '../../src/roster/order-store.ts'
import { withOrders } from '../../src/roster/orders.ts'
import { stateHash } from '../../src/roster/roster.ts'
import { testCrypto, testSigner } from '../../testing/crypto.ts'
import { TestFederation } from '../../testing/federation.ts'
import {
  ADMIN,
  AGENCY,
  admission,
  admit,
  agencyWith,
  BOTH,
  claimOf,
  close,
  closing,
  codesOf,
  end,
  endOf,
  ID,
  logOf,
  NEXT_ADMIN,
  OFFICE,
  order,
  orderCampaign,
  orderingFederation,
  stateWith,
} from '../../testing/orders.ts'

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (isMuluError(error)) return error.code
    throw error
  }
  return 'none'
}

describe('orders of agencies', () => {
  it('[AK1] reads an order back whole, and refuses one that is cut, altered or something else', () => {
    const federation = orderingFederation()
    const { bytes, id, by: _, ...claim } = admit(federation)
    expect(claim).to.deep.equal(claimOf(federation, admission(federation, 20)))
    for (let at = 0; at < bytes.length; at++) {
      const altered = bytes.slice()
      altered[at] = (altered[at] ?? 0) ^ 1
      expect(
        codeOf(() => readOrder(testCrypto, altered)),
        `byte ${at}`,
      ).to.be.oneOf([...['MULU_ORDER_SHAPE', 'MULU_SIGNATURE', 'MULU_KEY_WEAK']])
      expect(codeOf(() => readOrder(testCrypto, bytes.subarray(0, at)))).to.equal(
        'MULU_ORDER_SHAPE',
      )
    }
    expect(codeOf(() => readOrder(testCrypto, federation.newest.bytes))).to.equal(
      'MULU_ORDER_SHAPE',
    )
    expect(codeOf(() => readOrder(testCrypto, concat(bytes, ID)))).to.equal('MULU_ORDER_SHAPE')
    expect(id.length).to.equal(33)
  })

  it('[AK1] refuses a number out of range, nothing granted, and a signature made for something else', () => {
    const federation = orderingFederation()
    const signed = (claim: OrderClaim): string => codeOf(() => order(claim))
    const act = admission(federation, 20)
    expect(signed({ ...claimOf(federation, act), no: 0 })).to.equal('MULU_ORDER_SHAPE')
    const over = { ...claimOf(federation, act), no: ORDERS_PER_KEY_MAX + 1 }
    expect(signed(over)).to.equal('MULU_ORDER_SHAPE')
    const empty = { ...act, grants: [] }
    expect(signed(claimOf(federation, empty))).to.equal('MULU_ORDER_SHAPE')
    const [body] = decodeCbor(admit(federation).bytes) as [Uint8Array]
    const other = encodeCbor([body, signFor(ADMIN, DOMAIN.roster, body)])
    expect(codeOf(() => readOrder(testCrypto, other))).to.equal('MULU_SIGNATURE')
  })

  it('[AK2] admits a writer only with the proof that it holds its key', () => {
    const federation = orderingFederation()
    const act = { ...admission(federation, 20), key: testSigner(21).publicKey }
    expect(codeOf(() => order(claimOf(federation, act)))).to.equal('MULU_SIGNATURE')
  })

  it('[AK3] admits a writer from the cited version on, in a block of numbers of the key', () => {
    const federation = orderingFederation()
    const first = admit(federation)
    const { rosters } = withOrders(testCrypto, federation.rosters, [first])
    expect(rosters.map(({ state }) => state.writers.has(OFFICE))).to.deep.equal([
      ...[false, false, false, true],
    ])
    const { state } = federation.sign([{ type: 'rules', version: 3 }])
    expect(state.writers.has(OFFICE)).to.equal(false)
    const after = stateWith(federation, first)
    expect(hasRight(after, logOf(OFFICE), 'classify')).to.equal(true)
    expect(hasRight(after, logOf(OFFICE), 'erase')).to.equal(false)
    expect(after.writers.get(OFFICE)).to.include({ agency: AGENCY, role: 'office' })
    expect(orderedWriter(1, 1)).to.equal(OFFICE + ORDERS_PER_KEY_MAX)
  })

  it('[AK4] refuses orders of a key that the cited version does not name for that agency', () => {
    const federation = orderingFederation()
    const before = admit(federation, { version: 3 })
    const stranger = order(claimOf(federation, admission(federation, 20)), NEXT_ADMIN)
    const elsewhere = order({ ...claimOf(federation, admission(federation, 20)), agency: 3 })
    for (const each of [before, stranger, elsewhere]) {
      expect(codesOf(federation, each)).to.deep.equal(['MULU_ORDER_KEY'])
      expect(stateWith(federation, each)).to.equal(federation.newest.state)
    }
    const other = { ...claimOf(federation, admission(federation, 20)), roster: [4, ID] as const }
    expect(codesOf(federation, order(other))).to.deep.equal(['MULU_ROSTER_UNKNOWN'])
  })

  it('[AK4] refuses orders of another federation, and of an agency that is retired', () => {
    const federation = orderingFederation()
    const other = TestFederation.found([{ seed: 7, agency: 'X' }])
    const foreign = { ...claimOf(federation, closing(2, [])), fed: other.newest.fed }
    expect(codesOf(federation, order(foreign))).to.deep.equal(['MULU_FEDERATION_MISMATCH'])
    federation.sign([
      { ...{ type: 'close', client: 2, ns: 2, from: 2, ends: [], final: true, why: 'test' } },
      endOf(ADMIN, []),
      { type: 'retire', agency: AGENCY, successor: 3 },
    ])
    const late = close(federation, closing(2, []))
    expect(codesOf(federation, late)).to.deep.equal(['MULU_ORDER_KEY'])
  })

  it('[AK5] lets an agency pass on what it has and no more', () => {
    const federation = orderingFederation()
    const grants = (ns: number, auds: readonly (0 | 1)[], rights: readonly Right[]): Order =>
      admit(federation, {}, { grants: [{ ns, auds, rights }] })
    const shared = { ns: 2, auds: [[1, 2]], rights: BOTH }
    const beyond = [
      grants(1, [1], ['describe']),
      grants(9, [1], ['describe']),
      grants(2, [1], ['erase']),
      grants(2, [0, 1], ['describe', 'erase']),
      admit(federation, {}, { grants: [shared] }),
      admit(federation, {}, { continues: 1 }),
      admit(federation, {}, { continues: OFFICE + ORDERS_PER_KEY_MAX }),
      admit(federation, {}, { peers: ['peer-3'] }),
      admit(federation, { seed: 3 }, { peers: ['peer-33'] }),
      close(federation, closing(1, [])),
      close(federation, closing(3, [end(4)])),
      close(federation, closing(OFFICE + ORDERS_PER_KEY_MAX, [])),
    ]
    for (const [index, each] of beyond.entries()) {
      expect(codesOf(federation, each), String(index)).to.deep.equal(['MULU_ORDER_REACH'])
      expect(stateWith(federation, each)).to.equal(federation.newest.state)
    }
    expect(codesOf(federation, grants(2, [1], ['describe']))).to.deep.equal([undefined])
  })

  it('[AK5] counts of what the agency has only what is open and its own in the cited version', () => {
    const federation = orderingFederation()
    const cut: RosterChange = {
      ...{ type: 'close', client: 2, ns: 2, from: 2, ends: [], final: true, why: 'test' },
    }
    federation.sign([cut])
    expect(codesOf(federation, admit(federation))).to.deep.equal(['MULU_ORDER_REACH'])
    const moved = orderingFederation()
    moved.sign([endOf(ADMIN, []), { type: 'namespace', id: 2, agency: 3 }])
    moved.sign([agencyWith(moved, NEXT_ADMIN)])
    const late = order(claimOf(moved, admission(moved, 20)), NEXT_ADMIN)
    expect(codesOf(moved, late)).to.deep.equal(['MULU_ORDER_REACH'])
  })

  it('[AK22] passes on no right to erase, also where the agency has it', () => {
    const federation = orderingFederation()
    const rights = [...BOTH, 'erase'] as const
    federation.sign([{ type: 'grant', client: 2, ns: 2, auds: [0, 1], rights }])
    expect(hasRight(federation.newest.state, logOf(2), 'erase')).to.equal(true)
    const grants = [{ ns: 2, auds: [1] as const, rights }]
    expect(codesOf(federation, admit(federation, {}, { grants }))).to.deep.equal([
      'MULU_ORDER_REACH',
    ])
    expect(codesOf(federation, admit(federation))).to.deep.equal([undefined])
  })

  it('[AK6] closes writers of the agency at positions that only fall, and reopens none', () => {
    const federation = orderingFederation()
    const first = admit(federation)
    const far = close(federation, closing(OFFICE, [end(9)], false))
    const near = close(federation, closing(OFFICE, [end(4)]), { no: 3 })
    const log = logOf(OFFICE)
    const { state } = federation.newest
    const cited = openGrant(stateWith(federation, first), log)
    if (cited === undefined) throw new Error('no grant')
    expect(closedAt(stateWith(federation, first, far), log, cited)).to.include({ seq: 9 })
    for (const orders of [
      [first, far, near],
      [near, far, first],
    ]) {
      expect(finalEnd(stateWith(federation, ...orders), log)?.seq).to.equal(4)
    }
    const none = close(federation, closing(OFFICE, []), { no: 4 })
    expect(finalEnd(stateWith(federation, first, near, none), log)?.seq).to.equal(0)
    const own = close(federation, closing(2, [end(7)]))
    expect(finalEnd(stateWith(federation, own), logOf(2))?.seq).to.equal(7)
    expect(finalEnd(state, logOf(2))).to.equal(undefined)
  })

  it('[AK6] names the lower commit where two closings name two for one position', () => {
    const federation = orderingFederation()
    const high = closing(OFFICE, [end(6, new Uint8Array(33).fill(2))])
    const low = closing(OFFICE, [end(6)])
    for (let no = 2; no < 10; no++) {
      const cuts = [close(federation, high, { no }), close(federation, low, { no: no + 10 })]
      const after = stateWith(federation, admit(federation), ...cuts)
      expect(finalEnd(after, logOf(OFFICE))?.id).to.deep.equal(ID)
    }
  })

  it('[AK6] leaves open what the root holders grant after the cited version', () => {
    const federation = orderingFederation()
    const own = close(federation, closing(2, [end(7)], false))
    const rights = ['describe'] as const
    const { ns, auds } = { ns: 2, auds: [[1, 2]] }
    federation.sign([{ type: 'grant', client: 2, ns, auds, rights }])
    const after = stateWith(federation, own)
    expect(hasRight(after, { ns: 2, aud: [1, 2], writer: 2 }, 'describe')).to.equal(true)
    expect(openGrant(after, logOf(2))).to.equal(undefined)
  })

  it('[AK7] gives a number that is given twice to neither, until the root holders say to which', () => {
    const federation = orderingFederation()
    const [one, two] = [admit(federation, { seed: 20 }), admit(federation, { seed: 21 })]
    expect(codesOf(federation, one, two)).to.deep.equal(['MULU_ORDER_NUMBER', 'MULU_ORDER_NUMBER'])
    expect(finalEnd(stateWith(federation, one, two), logOf(OFFICE))?.seq).to.equal(0)
    federation.sign([endOf(ADMIN, [two])])
    expect(codesOf(federation, one, two)).to.deep.equal(['MULU_ORDER_OVERRULED', undefined])
    const writer = stateWith(federation, one).writers.get(OFFICE)
    expect(writer?.key).to.deep.equal(testSigner(21).publicKey)
    expect(hasRight(stateWith(federation, one), logOf(OFFICE), 'describe')).to.equal(true)
  })

  it('[AK7] gives a number that an admission and a closing have to neither', () => {
    const federation = orderingFederation()
    const orders = [admit(federation), close(federation, closing(2, []), { no: 1 })]
    const twice = 'MULU_ORDER_NUMBER'
    expect(codesOf(federation, ...orders)).to.deep.equal([twice, twice])
    const state = stateWith(federation, ...orders)
    expect(finalEnd(state, logOf(2))).to.equal(undefined)
    expect(state.writers.get(OFFICE)?.dispute).to.equal('open')
  })

  it('[AK8] keeps two orders of a number at most, whatever a stolen key signs, in any order', () => {
    const federation = orderingFederation()
    const flood = Array.from({ length: 12 }, (_, n) => admit(federation, { seed: 30 + n }))
    flood.push(close(federation, closing(2, []), { no: 1 }))
    const hashes = new Set<string>()
    for (const start of flood.keys()) {
      const coming = [...flood.slice(start), ...flood.slice(0, start)]
      const kept = withinBounds([], coming)
      expect(kept).to.deep.equal(coming.slice(0, 2))
      expect(withinBounds(kept, coming)).to.deep.equal([])
      hashes.add(stateHash(testCrypto, stateWith(federation, ...kept)).join())
    }
    hashes.add(stateHash(testCrypto, stateWith(federation, ...flood)).join())
    expect(hashes.size).to.equal(1)
  })

  it('[AK11] comes to one state in any order, repetition and grouping, beside any length of the chain', () => {
    const federation = orderingFederation()
    const orders = orderCampaign(federation)
    const chains = [4, 5, 6, 7].map((length) => federation.rosters.slice(0, length))
    const hashes = (set: readonly Order[]): readonly string[] =>
      chains.flatMap((chain) =>
        withOrders(testCrypto, chain, set).rosters.map(({ state }) =>
          stateHash(testCrypto, state).join(),
        ),
      )
    const wanted = hashes(orders)
    const shuffled = fc.shuffledSubarray([...orders, ...orders], { minLength: orders.length })
    fc.assert(
      fc.property(shuffled, fc.nat(orders.length), (some, cut) => {
        const missing = orders.filter((each) => !some.includes(each))
        const kept = withinBounds([], some.slice(0, cut))
        const more = withinBounds(kept, [...some.slice(cut), ...missing])
        expect(hashes([...kept, ...more])).to.deep.equal(wanted)
      }),
      { numRuns: 40 },
    )
  })
})
