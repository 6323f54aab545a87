import { expect } from 'chai'
import { DOMAIN, signFor } from '../../src/crypto.ts'
import { orderedWriter } from '../../src/roster/administrators.ts'
import type { RosterChange } from '../../src/roster/change.ts'
import { finalEnd, hasRight } from '../../src/roster/grant.ts'
import { joinMessage } from '../../src/roster/roster.ts'
import { testSigner } from '../../testing/crypto.ts'
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
  endOf,
  logOf,
  NEXT_ADMIN,
  OFFICE,
  order,
  orderingFederation,
  stateWith,
} from '../../testing/orders.ts'

describe('administrator keys in the roster', () => {
  it('[AK9] ends a key with the orders that stand; of the others admissions close at 0 and closings lapse', () => {
    const federation = orderingFederation()
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

  it('[AK9] lets no order stand that another key has signed', () => {
    const federation = orderingFederation()
    federation.sign([agencyWith(federation, NEXT_ADMIN, 3)])
    const grants = [{ ns: 3, auds: [1] as const, rights: BOTH }]
    const claim = {
      ...claimOf(federation, admission(federation, 40, { grants, code: 'C' })),
      agency: 3,
    }
    const other = order(claim, NEXT_ADMIN)
    expect(codesOf(federation, other)).to.deep.equal([undefined])
    federation.sign([endOf(NEXT_ADMIN, []), endOf(ADMIN, [other])])
    expect(codesOf(federation, other)).to.deep.equal(['MULU_ORDER_OVERRULED'])
  })

  it('[AK10] keeps the numbers of orders apart from those that the root holders give', () => {
    const writer = (federation: TestFederation, client: number): RosterChange => {
      const { key, peers } = admission(federation, 50)
      const message = joinMessage(federation.newest.fed, { key, peers, continues: 0 })
      const proof = signFor(testSigner(50), DOMAIN.join, message)
      return {
        type: 'writer',
        client,
        key,
        agency: AGENCY,
        office: '',
        role: 'office',
        peers,
        continues: 0,
        proof,
      }
    }
    const named = orderingFederation()
    expect(() => named.copy().sign([writer(named, OFFICE)])).to.throw(/belongs to orders/)
    expect(() => named.copy().sign([writer(named, OFFICE - 1)])).not.to.throw()
    const unnamed = TestFederation.found([
      { seed: 1, agency: 'A' },
      { seed: 2, agency: 'B' },
    ])
    unnamed.sign([{ type: 'rules', version: 3 }, writer(unnamed, OFFICE)])
    expect(() => unnamed.sign([agencyWith(unnamed, ADMIN)])).to.throw(/belongs to orders/)
  })

  it('[AK10] names an administrator key once, from rules version 3 on, and replaces it only when ended', () => {
    const federation = orderingFederation()
    const signed =
      (...changes: readonly RosterChange[]) =>
      () =>
        federation.copy().sign(changes)
    expect(signed(agencyWith(federation, NEXT_ADMIN))).to.throw(/ended first/)
    expect(signed(agencyWith(federation, undefined))).to.throw(/ended first/)
    expect(signed(agencyWith(federation, ADMIN, 3))).to.throw(/only once/)
    expect(signed(endOf(NEXT_ADMIN, []))).to.throw(/no such/)
    expect(signed({ type: 'namespace', id: 2, agency: 3 })).to.throw(/ended first/)
    const cut: RosterChange = {
      ...{ type: 'close', client: 2, ns: 2, from: 2, ends: [], final: true, why: 'test' },
    }
    expect(signed(cut, { type: 'retire', agency: AGENCY, successor: 3 })).to.throw(/ended first/)
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
})
