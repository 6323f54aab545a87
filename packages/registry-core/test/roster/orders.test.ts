import { expect } from 'chai'
import fc from 'fast-check'
import { DOMAIN, type Signer, signFor } from '../../src/crypto.ts'
import { concat } from '../../src/encoding/bytes.ts'
import { decodeCbor, encodeCbor } from '../../src/encoding/cbor.ts'
import { isMuluError } from '../../src/errors.ts'
import { ORDERS_PER_KEY_MAX } from '../../src/limits.ts'
import { orderedWriter } from '../../src/roster/administrators.ts'
import type { LogEnd, Right, RosterChange } from '../../src/roster/change.ts'
import { closedAt, finalEnd, hasRight, openGrant } from '../../src/roster/grant.ts'
import {
  type Admission,
  type Order,
  type OrderClaim,
  type OrderedClosing,
  readOrder,
  signOrder,
} from '../../src/roster/order.ts'
import { keptOrders, withOrders } from '../../src/roster/orders.ts'
import { joinMessage, stateHash } from '../../src/roster/roster.ts'
import type { RosterState } from '../../src/roster/state.ts'
import { testCrypto, testSigner } from '../../testing/crypto.ts'
import { TestFederation } from '../../testing/federation.ts'

const ADMIN = testSigner(500)
const NEXT_ADMIN = testSigner(501)
const AGENCY = 2
const OFFICE = orderedWriter(0, 1)
const ID = new Uint8Array(33).fill(1)
const BOTH: readonly Right[] = ['describe', 'classify']

/** Three agencies; the second has no right to erase, and an administrator key. */
function newFederation(): TestFederation {
  const federation = TestFederation.found([
    { seed: 1, agency: 'A' },
    { seed: 2, agency: 'B', rights: BOTH },
    { seed: 3, agency: 'C' },
  ])
  federation.sign([{ type: 'rules', version: 3 }, agencyWith(federation, ADMIN)])
  return federation
}

function agencyWith(
  federation: TestFederation,
  admin: Signer | undefined,
  id = AGENCY,
): RosterChange {
  const agency = federation.newest.state.agencies.get(id)
  if (agency === undefined) throw new Error('no agency')
  const { from: _, retired: __, ...rest } = agency
  return { type: 'agency', ...rest, admin: admin?.publicKey }
}

const endOf = (admin: Signer, stand: readonly Order[]): RosterChange => ({
  ...{ type: 'administrator', key: admin.publicKey, stand: stand.map(({ bytes }) => bytes) },
})

type Wanted = { readonly seed?: number; readonly no?: number; readonly version?: number }

function claimOf(
  federation: TestFederation,
  act: OrderClaim['act'],
  wanted: Wanted = {},
): OrderClaim {
  const cited = federation.rosters[(wanted.version ?? federation.newest.version) - 1]
  if (cited === undefined) throw new Error('no such version')
  const roster = [cited.version, cited.hash] as const
  return { fed: cited.fed, agency: AGENCY, roster, no: wanted.no ?? 1, act }
}

const order = (claim: OrderClaim, by = ADMIN): Order => readOrder(testCrypto, signOrder(by, claim))

function admission(
  federation: TestFederation,
  seed: number,
  more: Partial<Admission> = {},
): Admission {
  const { publicKey: key } = testSigner(seed)
  const [peers, continues] = [more.peers ?? [`peer-${seed}`], more.continues ?? 0]
  const message = joinMessage(federation.newest.fed, { key, peers, continues })
  const proof = signFor(testSigner(seed), DOMAIN.join, message)
  const grants = [{ ns: 2, auds: [0, 1] as const, rights: BOTH }]
  return { type: 'admit', key, office: `office ${seed}`, grants, ...more, peers, continues, proof }
}

const admit = (
  federation: TestFederation,
  wanted: Wanted = {},
  more: Partial<Admission> = {},
): Order => order(claimOf(federation, admission(federation, wanted.seed ?? 20, more), wanted))

const end = (seq: number, id = ID): LogEnd => ({ ns: 2, aud: 1, seq, id })

const closing = (client: number, ends: readonly LogEnd[], final = true): OrderedClosing => ({
  ...{ type: 'close', client, ends, final, why: 'test' },
})

const close = (federation: TestFederation, act: OrderedClosing, wanted: Wanted = {}): Order =>
  order(claimOf(federation, act, { no: 2, ...wanted }))

const logOf = (writer: number) => ({ ns: 2, aud: 1, writer }) as const

function stateWith(federation: TestFederation, ...orders: readonly Order[]): RosterState {
  const state = withOrders(testCrypto, federation.rosters, orders).rosters.at(-1)?.state
  if (state === undefined) throw new Error('no roster')
  return state
}

const codesOf = (federation: TestFederation, ...orders: readonly Order[]): readonly unknown[] => {
  const judged = withOrders(testCrypto, federation.rosters, orders).orders
  return orders.map(({ id }) => judged.find((each) => each.order.id.join() === id.join())?.code)
}

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
    const federation = newFederation()
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
    const federation = newFederation()
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
    const federation = newFederation()
    const act = { ...admission(federation, 20), key: testSigner(21).publicKey }
    expect(codeOf(() => order(claimOf(federation, act)))).to.equal('MULU_SIGNATURE')
  })

  it('[AK3] admits a writer from the cited version on, in a block of numbers of the key', () => {
    const federation = newFederation()
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
    const federation = newFederation()
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

  it('[AK5] lets an agency pass on what it has and no more', () => {
    const federation = newFederation()
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
      admit(federation, { seed: 3 }),
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
    const federation = newFederation()
    const cut: RosterChange = {
      ...{ type: 'close', client: 2, ns: 2, from: 2, ends: [], final: true, why: 'test' },
    }
    federation.sign([cut])
    expect(codesOf(federation, admit(federation))).to.deep.equal(['MULU_ORDER_REACH'])
    const moved = newFederation()
    moved.sign([{ type: 'namespace', id: 2, agency: 3 }])
    expect(codesOf(moved, admit(moved))).to.deep.equal(['MULU_ORDER_REACH'])
  })

  it('[AK6] closes writers of the agency at positions that only fall, and reopens none', () => {
    const federation = newFederation()
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

  it('[AK6] leaves open what the root holders grant after the cited version', () => {
    const federation = newFederation()
    const own = close(federation, closing(2, [end(7)], false))
    const rights = ['describe'] as const
    const { ns, auds } = { ns: 2, auds: [[1, 2]] }
    federation.sign([{ type: 'grant', client: 2, ns, auds, rights }])
    const after = stateWith(federation, own)
    expect(hasRight(after, { ns: 2, aud: [1, 2], writer: 2 }, 'describe')).to.equal(true)
    expect(openGrant(after, logOf(2))).to.equal(undefined)
  })

  it('[AK7] gives a number that is given twice to neither, until the root holders say to which', () => {
    const federation = newFederation()
    const [one, two] = [admit(federation, { seed: 20 }), admit(federation, { seed: 21 })]
    expect(codesOf(federation, one, two)).to.deep.equal(['MULU_ORDER_NUMBER', 'MULU_ORDER_NUMBER'])
    expect(finalEnd(stateWith(federation, one, two), logOf(OFFICE))?.seq).to.equal(0)
    federation.sign([endOf(ADMIN, [two])])
    expect(codesOf(federation, one, two)).to.deep.equal(['MULU_ORDER_OVERRULED', undefined])
    const writer = stateWith(federation, one).writers.get(OFFICE)
    expect(writer?.key).to.deep.equal(testSigner(21).publicKey)
    expect(hasRight(stateWith(federation, one), logOf(OFFICE), 'describe')).to.equal(true)
  })

  it('[AK8] keeps two orders of a number at most, whatever a stolen key signs, in any order', () => {
    const federation = newFederation()
    const flood = Array.from({ length: 12 }, (_, n) => admit(federation, { seed: 30 + n }))
    const kept = keptOrders(flood)
    expect(kept.length).to.equal(2)
    expect(keptOrders([...flood].reverse())).to.deep.equal(kept)
    expect(keptOrders([...keptOrders(flood.slice(5)), ...flood.slice(0, 5)])).to.deep.equal(kept)
    expect(keptOrders([...kept, ...flood])).to.deep.equal(kept)
  })

  it('[AK9] ends a key with the orders that stand; of the others admissions close at 0 and closings lapse', () => {
    const federation = newFederation()
    const good = admit(federation)
    const stolen = admit(federation, { seed: 66, no: 5 })
    const harm = close(federation, closing(2, []), { no: 6 })
    expect(finalEnd(stateWith(federation, good, stolen, harm), logOf(2))?.seq).to.equal(0)
    federation.sign([endOf(ADMIN, [good])])
    const after = stateWith(federation, stolen, harm)
    expect(hasRight(after, logOf(OFFICE), 'classify')).to.equal(true)
    expect(finalEnd(after, logOf(2))).to.equal(undefined)
    const thief = logOf(orderedWriter(0, 5))
    expect(finalEnd(after, thief)?.seq).to.equal(0)
    expect(after.writers.get(thief.writer)?.key).to.deep.equal(testSigner(66).publicKey)
    const late = admit(federation, { seed: 67, no: 7, version: 4 })
    expect(codesOf(federation, stolen, harm, late)).to.deep.equal([
      ...['MULU_ORDER_OVERRULED', 'MULU_ORDER_OVERRULED', 'MULU_ORDER_OVERRULED'],
    ])
    expect(federation.newest.state.agencies.get(AGENCY)?.admin).to.equal(undefined)
  })

  it('[AK10] names an administrator key once, from rules version 3 on, and replaces it only when ended', () => {
    const federation = newFederation()
    const signed =
      (...changes: readonly RosterChange[]) =>
      () =>
        federation.copy().sign(changes)
    expect(signed(agencyWith(federation, NEXT_ADMIN))).to.throw(/ended first/)
    expect(signed(agencyWith(federation, undefined))).to.throw(/ended first/)
    expect(signed(agencyWith(federation, ADMIN, 3))).to.throw(/only once/)
    expect(signed(endOf(NEXT_ADMIN, []))).to.throw(/no such/)
    const renamed = { ...agencyWith(federation, ADMIN), region: '440000' } as RosterChange
    expect(signed(renamed)).not.to.throw()
    const replaced = federation.copy()
    replaced.sign([endOf(ADMIN, []), agencyWith(federation, NEXT_ADMIN)])
    const [good, more] = [admit(federation), admit(federation, { no: 3, seed: 23 })]
    const again = federation.copy()
    again.sign([endOf(ADMIN, [good])])
    expect(() => again.copy().sign([endOf(ADMIN, [good, more])])).to.throw(/fewer/)
    expect(() => again.copy().sign([endOf(ADMIN, [])])).not.to.throw()
    expect(() => again.copy().sign([agencyWith(federation, ADMIN)])).to.throw(/only once/)
    const old = TestFederation.found([{ seed: 1, agency: 'A' }])
    expect(() => old.sign([agencyWith(old, ADMIN, 1)])).to.throw(/rules version 3/)
  })

  it('[AK11] comes to one state in any order, repetition and grouping, beside any length of the chain', () => {
    const federation = newFederation()
    const orders = campaign(federation)
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
        const arrived = [...keptOrders(some.slice(0, cut)), ...some.slice(cut), ...missing]
        expect(hashes(keptOrders(arrived))).to.deep.equal(wanted)
      }),
      { numRuns: 40 },
    )
  })
})

/** Orders of two keys, good, stolen and beyond reach, over a chain that ends the first key. */
function campaign(federation: TestFederation): readonly Order[] {
  const orders = [
    admit(federation),
    admit(federation, { seed: 21, no: 7 }),
    admit(federation, { seed: 22, no: 7 }),
    admit(federation, { seed: 23, no: 7 }),
    close(federation, closing(OFFICE, [end(9)], false)),
    close(federation, closing(OFFICE, [end(6, new Uint8Array(33).fill(2))]), { no: 3 }),
    close(federation, closing(OFFICE, [end(6)]), { no: 4 }),
    close(federation, closing(1, []), { no: 5 }),
    close(federation, closing(2, [end(3)], false), { no: 6 }),
  ]
  federation.sign([{ type: 'peers', client: 2, peers: ['peer-2', 'peer-2b'] }])
  orders.push(admit(federation, { seed: 24, no: 8 }))
  federation.sign([endOf(ADMIN, orders.slice(0, 1)), agencyWith(federation, NEXT_ADMIN)])
  orders.push(order(claimOf(federation, admission(federation, 25)), NEXT_ADMIN))
  const cut = closing(orderedWriter(1, 1), [end(2)])
  orders.push(order(claimOf(federation, cut, { no: 2 }), NEXT_ADMIN))
  orders.push(order(claimOf(federation, closing(OFFICE, [end(5)]), { no: 3 }), NEXT_ADMIN))
  federation.sign([{ type: 'rules', version: 3 }])
  return orders
}
