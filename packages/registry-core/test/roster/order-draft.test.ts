import { expect } from 'chai'
import { encodeOrderBody, type OrderClaim, readOrder } from '../../src/roster/order.ts'
import {
  encodeOrderDraft,
  encodeOrders,
  type OrderDraft,
  parseOrderDraft,
  parseOrders,
  readOrderDraft,
  signOrderDraft,
} from '../../src/roster/order-draft.ts'
import { testCrypto } from '../../testing/crypto.ts'
import type { TestFederation } from '../../testing/federation.ts'
import {
  ADMIN,
  admission,
  admit,
  claimOf,
  closing,
  codesOf,
  NEXT_ADMIN,
  OFFICE,
  orderingFederation,
} from '../../testing/orders.ts'

function draftOf(
  federation: TestFederation,
  claims: readonly OrderClaim[],
  known: readonly Uint8Array[] = [],
): OrderDraft {
  const by = ADMIN.publicKey
  return {
    chain: federation.rosters.map(({ bytes }) => bytes),
    known,
    orders: claims.map((claim) => encodeOrderBody({ ...claim, by })),
  }
}

function codeOf(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    return (error as { readonly code?: string }).code
  }
}

describe('a draft of orders', () => {
  it('[ND46] is read where nothing else is at hand, signed there, and comes back as orders that count', () => {
    const federation = orderingFederation()
    const claims = [
      claimOf(federation, admission(federation, 20)),
      claimOf(federation, closing(OFFICE, []), { no: 2 }),
    ]
    const carried = parseOrderDraft(encodeOrderDraft(draftOf(federation, claims)))
    const read = readOrderDraft(testCrypto, carried)
    expect(read.roster.version).to.equal(federation.newest.version)
    expect(read.orders.map(({ no, act }) => [no, act])).to.deep.equal(
      claims.map(({ no, act }) => [no, act]),
    )
    expect(read.after.writers.get(OFFICE)?.office).to.equal('office 20')
    const signed = parseOrders(encodeOrders(signOrderDraft(testCrypto, carried, ADMIN)))
    expect(signed.chain).to.deep.equal(carried.chain)
    const orders = signed.orders.map((bytes) => readOrder(testCrypto, bytes))
    expect(codesOf(federation, ...orders)).to.deep.equal([undefined, undefined])
    expect(orders.map(({ id }) => id)).to.deep.equal(read.orders.map(({ id }) => id))
  })

  it('[ND46] is refused with the code of an order that would not count, and by another key', () => {
    const federation = orderingFederation()
    const good = claimOf(federation, admission(federation, 20))
    const refused = (claims: readonly OrderClaim[], known?: readonly Uint8Array[]): unknown =>
      codeOf(() => readOrderDraft(testCrypto, draftOf(federation, claims, known)))
    const erase = [{ ns: 2, auds: [1] as const, rights: ['erase'] as const }]
    expect(refused([{ ...good, act: admission(federation, 20, { grants: erase }) }])).to.equal(
      'MULU_ORDER_REACH',
    )
    expect(refused([{ ...good, agency: 1 }])).to.equal('MULU_ORDER_KEY')
    expect(refused([claimOf(federation, good.act, { version: 1 })])).to.equal('MULU_ORDER_KEY')
    const other = admission(federation, 21)
    expect(refused([good, { ...good, act: other }])).to.equal('MULU_ORDER_NUMBER')
    const known = [22, 23].map((seed) => admit(federation, { seed }).bytes)
    expect(refused([good], known)).to.equal('MULU_ORDER_NUMBER')
    expect(refused([])).to.equal('MULU_ORDER_SHAPE')
    const draft = draftOf(federation, [good])
    expect(codeOf(() => signOrderDraft(testCrypto, draft, NEXT_ADMIN))).to.equal('MULU_ORDER_KEY')
    const [, second = new Uint8Array()] = draft.chain
    expect(codeOf(() => readOrderDraft(testCrypto, { ...draft, chain: [second] }))).to.equal(
      'MULU_FEDERATION_MISMATCH',
    )
    expect(codeOf(() => readOrderDraft(testCrypto, { ...draft, chain: [] }))).to.equal(
      'MULU_ORDER_SHAPE',
    )
  })

  it('[ND46] is refused when the file is cut, altered or of another kind', () => {
    const federation = orderingFederation()
    const draft = draftOf(federation, [claimOf(federation, admission(federation, 20))])
    const text = encodeOrderDraft(draft)
    const signed = encodeOrders(signOrderDraft(testCrypto, draft, ADMIN))
    for (const bad of [
      '',
      'null',
      text.slice(0, -4),
      signed,
      text.replace('"chain"', '"chains"'),
    ]) {
      expect(codeOf(() => parseOrderDraft(bad))).to.equal('MULU_ORDER_SHAPE')
    }
    for (const bad of [
      '',
      '[]',
      text,
      signed.slice(0, -4),
      signed.replace(': [', ': ["!",'),
      signed.replace('"chain"', '"known"'),
    ]) {
      expect(codeOf(() => parseOrders(bad))).to.equal('MULU_ORDER_SHAPE')
    }
  })
})
