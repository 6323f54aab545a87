import { expect } from 'chai'
import type { Signer } from '../../src/crypto.ts'
import { ORDERS_PER_KEY_MAX } from '../../src/limits.ts'
import {
  createJoinRequest,
  type JoinRequest,
  parseJoinRequest,
  type Succession,
} from '../../src/roster/join-request.ts'
import type { Order } from '../../src/roster/order.ts'
import { admissionActs, numberedOrders, type OrderGround } from '../../src/roster/order-plan.ts'
import { withOrders } from '../../src/roster/orders.ts'
import { testCrypto, testSigner } from '../../testing/crypto.ts'
import type { TestFederation } from '../../testing/federation.ts'
import {
  AGENCY,
  admit,
  end,
  OFFICE,
  order,
  orderingFederation,
  stateWith,
} from '../../testing/orders.ts'

function groundOf(federation: TestFederation, orders: readonly Order[] = []): OrderGround {
  const roster = withOrders(testCrypto, federation.rosters, orders).rosters.at(-1)
  const agency = roster?.state.agencies.get(AGENCY)
  if (roster === undefined || agency === undefined) throw new Error('no agency')
  return { roster, agency, orders }
}

function requestOf(federation: TestFederation, key: Signer, succession?: Succession): JoinRequest {
  const claim = {
    ...{ fed: federation.newest.fed, peers: ['peer-new'], office: 'harbour' },
    agency: { code: 'B', names: { en: 'B' }, region: '' },
  }
  return parseJoinRequest(testCrypto, createJoinRequest(key, claim, succession))
}

function planned(ground: OrderGround, request: JoinRequest, first?: number): readonly Order[] {
  const acts = admissionActs(ground, request, undefined, [])
  return numberedOrders(ground, acts, first).map((each) => order(each))
}

function codeOf(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    return (error as { readonly code?: string }).code
  }
}

describe('planning orders', () => {
  it('[ND47] admits an office with the lowest number that is free here, or with another', () => {
    const federation = orderingFederation()
    const known = [admit(federation), admit(federation, { seed: 21, no: 3 })]
    const ground = groundOf(federation, known)
    const request = requestOf(federation, testSigner(30))
    const orders = planned(ground, request)
    expect(orders.map(({ no }) => no)).to.deep.equal([2])
    const writer = stateWith(federation, ...known, ...orders).writers.get(OFFICE + 1)
    expect(writer).to.include({ office: 'harbour', agency: AGENCY })
    expect(writer?.grants.map(({ ns, rights, until }) => [ns, rights, until])).to.deep.equal([
      [2, ['describe'], undefined],
    ])
    expect(planned(ground, request, 500).map(({ no }) => no)).to.deep.equal([500])
    for (const taken of [3, 0, ORDERS_PER_KEY_MAX + 1]) {
      expect(codeOf(() => planned(ground, request, taken))).to.equal('MULU_ORDERS')
    }
  })

  it('[ND47] passes on what a writer could do to the key that continues it, and closes that one', () => {
    const federation = orderingFederation()
    const known = [admit(federation)]
    const old = { continues: OFFICE, ends: [end(4)], old: testSigner(20) }
    const request = requestOf(federation, testSigner(31), old)
    const orders = planned(groundOf(federation, known), request)
    expect(orders.map(({ no, act }) => [no, act.type])).to.deep.equal([
      [2, 'admit'],
      [3, 'close'],
    ])
    const { writers } = stateWith(federation, ...known, ...orders)
    expect(writers.get(OFFICE + 1)).to.include({ continues: OFFICE })
    expect(writers.get(OFFICE + 1)?.grants[0]?.rights).to.deep.equal(['describe', 'classify'])
    const until = writers.get(OFFICE)?.grants[0]?.until
    expect(until).to.deep.include({ ends: [end(4)], final: true, why: 'rotated' })
  })

  it('[ND47] passes on no right to erase unless it is asked for, which no order may', () => {
    const federation = orderingFederation()
    const ground = groundOf(federation)
    const request = { ...requestOf(federation, testSigner(30)), office: '' }
    const [act] = admissionActs(ground, request, undefined, [])
    expect(act?.type === 'admit' && act.grants.map(({ rights }) => rights)).to.deep.equal([
      ['describe', 'classify'],
    ])
    const [asked] = admissionActs(ground, request, ['describe', 'erase'], [])
    expect(asked?.type === 'admit' && asked.grants[0]?.rights).to.deep.equal(['describe', 'erase'])
  })

  it('[ND47] refuses another agency, a key that is known, and an agency without a key', () => {
    const federation = orderingFederation()
    const ground = groundOf(federation, [admit(federation)])
    const other = {
      ...requestOf(federation, testSigner(30)),
      agency: { code: 'C', names: {}, region: '' },
    }
    expect(codeOf(() => planned(ground, other))).to.equal('MULU_ADMISSION')
    const again = requestOf(federation, testSigner(20))
    expect(codeOf(() => planned(ground, again))).to.equal('MULU_ADMISSION')
    const agency = { ...ground.agency, admin: undefined }
    const request = requestOf(federation, testSigner(30))
    expect(codeOf(() => planned({ ...ground, agency }, request))).to.equal('MULU_ORDERS')
  })

  it('[ND47] says when a key has used up its numbers', () => {
    const full = orderingFederation()
    const known = admit(full)
    const orders = Array.from({ length: ORDERS_PER_KEY_MAX }, (_, i) => ({ ...known, no: i + 1 }))
    const ground = { ...groundOf(full), orders }
    expect(codeOf(() => planned(ground, requestOf(full, testSigner(30))))).to.equal('MULU_ORDERS')
  })
})
