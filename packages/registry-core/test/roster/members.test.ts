import { expect } from 'chai'
import type { LogKey } from '../../src/log/log.ts'
import { admissionChanges } from '../../src/roster/admission.ts'
import type { RosterChange } from '../../src/roster/change.ts'
import { closingChanges, knownEnds } from '../../src/roster/closing.ts'
import { finalEnd, hasRight, openGrant } from '../../src/roster/grant.ts'
import {
  createJoinRequest,
  isHandedOver,
  type JoinRequest,
  parseJoinRequest,
} from '../../src/roster/join-request.ts'
import { applyChanges, type RosterState } from '../../src/roster/state.ts'
import { testCrypto, testSigner } from '../../testing/crypto.ts'
import { TestFederation } from '../../testing/federation.ts'

const ID = new Uint8Array(33).fill(1)
const LOG = { ns: 2, aud: 1, writer: 2 } as const

function newFederation(): TestFederation {
  return TestFederation.found([
    { seed: 1, agency: 'A' },
    { seed: 2, agency: 'B', rights: ['describe'] },
  ])
}

const next = (state: RosterState, ...changes: readonly RosterChange[]): RosterState =>
  applyChanges(state, state.version + 1, changes)

const close = (seq: number, final: boolean): RosterChange => ({
  ...{ type: 'close', client: 2, ns: 2, from: 2, final, why: 'test' },
  ends: seq === 0 ? [] : [{ ns: 2, aud: 1, seq, id: ID }],
})

const grant = (rights: readonly ('describe' | 'classify')[]): RosterChange => ({
  ...{ type: 'grant', client: 2, ns: 2, auds: [0, 1], rights },
})

describe('members of the roster', () => {
  it('[RO6] widens rights by another grant and narrows them only by closing at a position', () => {
    const { state } = newFederation().newest
    const wider = next(state, grant(['describe', 'classify']))
    expect(hasRight(wider, LOG, 'classify')).to.equal(true)
    expect(hasRight(state, LOG, 'classify')).to.equal(false)
    expect(() => next(wider, grant(['describe']))).to.throw(/narrowed/)
    expect(() => next(state, grant(['describe']), grant(['describe']))).to.throw(/two grants/)
    expect(() => next(state, grant([]))).to.throw(/gives nothing/)
    expect(openGrant(next(state, close(4, false)), LOG)).to.equal(undefined)
  })

  it('[RO6] closes grants of one version for several audiences together, each at its own end', () => {
    const shared: RosterChange = {
      ...{ type: 'grant', client: 2, ns: 2, auds: [[1, 2]], rights: ['describe'] },
    }
    const { state } = newFederation().newest
    const both = next(state, { ...shared, auds: [[2, 3]] } as RosterChange, shared)
    const writer = both.writers.get(2)
    if (writer === undefined) throw new Error('no writer')
    const ends = [
      { ns: 2, aud: [1, 2], seq: 4, id: ID },
      { ns: 2, aud: [2, 3], seq: 5, id: ID },
      { ns: 2, aud: 1, seq: 6, id: ID },
    ] as const
    const after = next(both, ...closingChanges(writer, { ends, final: true, why: 'test' }))
    const endOf = (aud: LogKey['aud']): number | undefined =>
      finalEnd(after, { ns: 2, aud, writer: 2 })?.seq
    expect([endOf([1, 2]), endOf([2, 3]), endOf(1), endOf(0)]).to.deep.equal([4, 5, 6, 0])
    const open = next(both, ...closingChanges(writer, { ends, final: true, why: 'x' }).slice(0, 1))
    expect(finalEnd(open, { ns: 2, aud: [1, 2], writer: 2 })).to.equal(undefined)
  })

  it('[RO6] lets the end of a log only fall, and names no log of another namespace', () => {
    const closed = next(newFederation().newest.state, close(4, false))
    expect(() => next(closed, close(5, false))).to.throw(/only fall/)
    expect(next(closed, close(3, true)).writers.get(2)?.grants[0]?.until?.final).to.equal(true)
    expect(() => next(next(closed, close(3, true)), close(3, false))).to.throw(/only fall/)
    expect(() => next(closed, { ...close(1, true), from: 1 } as RosterChange)).to.throw(/no such/)
    const foreign = { ...close(1, true), ends: [{ ns: 1, aud: 1, seq: 1, id: ID }] }
    expect(() => next(closed, foreign as RosterChange)).to.throw(/other logs/)
  })

  it('[RO7] moves a namespace to another owner and retires an agency once nobody can write', () => {
    const { state } = newFederation().newest
    const merge: RosterChange = { type: 'namespace', id: 2, agency: 1 }
    const retire: RosterChange = { type: 'retire', agency: 2, successor: 1 }
    expect(() => next(state, merge, retire)).to.throw(/open grant/)
    const after = next(state, merge, close(4, true), retire)
    expect(after.namespaces.get(2)?.owners).to.deep.equal([
      { agency: 2, from: 2 },
      { agency: 1, from: 3 },
    ])
    expect(after.agencies.get(2)?.retired).to.deep.equal({ version: 3, successor: 1 })
    expect(() => next(after, retire)).to.throw(/is retired/)
    expect(() => next(after, { type: 'namespace', id: 2, agency: 2 })).to.throw(/is retired/)
    expect(() => next(state, { type: 'namespace', id: 2, agency: 2 })).to.throw(/owns namespace/)
    const itself: RosterChange = { type: 'retire', agency: 2, successor: 2 }
    expect(() => next(state, close(4, true), itself)).to.throw(/itself/)
  })

  it('[RO7] splits a namespace off for a part of an agency', () => {
    const { state } = newFederation().newest
    const part: RosterChange = {
      ...{ type: 'agency', id: 3, codes: ['B-2'], names: { en: 'Part of B' }, region: '' },
      ...{ parent: 2, admin: undefined },
    }
    const after = next(state, part, { type: 'namespace', id: 3, agency: 3 })
    expect(after.namespaces.get(3)?.owners).to.deep.equal([{ agency: 3, from: 3 }])
    expect(() => next(state, { ...part, parent: 9 } as RosterChange)).to.throw(/not in the roster/)
  })

  it('[RO8] names witnesses that are writers, most of whom have to agree', () => {
    const { state } = newFederation().newest
    const witnesses = (writers: readonly number[], threshold: number): RosterChange => ({
      ...{ type: 'witnesses', writers, threshold },
    })
    expect(next(state, witnesses([1, 2], 2)).witnesses.writers).to.deep.equal([1, 2])
    expect(() => next(state, witnesses([1, 2], 1))).to.throw(/more than half/)
    expect(() => next(state, witnesses([1, 2], 3))).to.throw(/more than half/)
    expect(() => next(state, witnesses([1, 1], 2))).to.throw(/twice/)
    expect(() => next(state, witnesses([1, 7], 2))).to.throw(/not in the roster/)
  })

  it('[RO9] lets no agency claim the transport identity of another', () => {
    const federation = newFederation()
    const peers: RosterChange = { type: 'peers', client: 2, peers: ['peer-1'] }
    expect(() => federation.sign([peers])).to.throw(/another agency/)
    expect(() => federation.sign([{ ...peers, peers: ['peer-9'] }])).to.not.throw()
  })

  it('[RO10] passes the grants of a writer on to the key that continues it, and ends its logs', () => {
    const federation = newFederation()
    const { fed, state } = federation.newest
    const stated = [
      { ns: 2, aud: 0, seq: 7, id: ID },
      { ns: 2, aud: 1, seq: 3, id: ID },
    ] as const
    const request = succession(fed, 2, 'B', stated)
    expect(isHandedOver(testCrypto, testSigner(2).publicKey, request)).to.equal(true)
    expect(isHandedOver(testCrypto, testSigner(1).publicKey, request)).to.equal(false)
    const known = { seq: 5, id: ID.map((byte) => byte + 1) }
    const heads = [
      { log: LOG, known, accepted: known, forkedAt: undefined, floor: 0, statements: undefined },
    ]
    const after = next(state, ...admissionChanges(fed, state, [request], undefined, heads))
    expect(after.writers.get(3)).to.deep.include({ continues: 2, agency: 2 })
    expect(after.writers.get(3)?.grants[0]).to.deep.include({ ns: 2, rights: ['describe'] })
    expect(after.writers.get(2)?.grants[0]?.until).to.deep.equal({
      ...{ version: 3, final: true, why: 'rotated' },
      ends: [stated[0], { ns: 2, aud: 1, ...known }],
    })
    expect(() => admissionChanges(fed, state, [succession(fed, 1, 'B', [])])).to.throw(/admitted/)
    const moved = { ...request, ends: [] }
    expect(isHandedOver(testCrypto, testSigner(2).publicKey, moved)).to.equal(false)
  })

  it('[RO10] closes what was closed with leave to go on for good, never higher than before', () => {
    const closed = next(newFederation().newest.state, close(4, false))
    const writer = closed.writers.get(2)
    if (writer === undefined) throw new Error('no writer')
    const ends = [{ ns: 2, aud: 1 as const, seq: 9, id: ID }]
    const changes = closingChanges(writer, { ends, final: true, why: 'revoked' })
    expect(next(closed, ...changes).writers.get(2)?.grants[0]?.until?.ends[0]?.seq).to.equal(4)
    expect(
      knownEnds(3, [
        { log: LOG, known: START, accepted: START, forkedAt: 1, floor: 0, statements: undefined },
      ]),
    ).to.deep.equal([])
  })
})

const START = { seq: 0, id: new Uint8Array() }

function succession(
  fed: Uint8Array,
  continues: number,
  code: string,
  ends: JoinRequest['ends'],
): JoinRequest {
  const agency = { code, names: { en: code }, region: '' }
  const claim = { fed, peers: ['peer-2'], agency, office: '' }
  const old = { continues, ends, old: testSigner(2) }
  return parseJoinRequest(testCrypto, createJoinRequest(testSigner(22), claim, old))
}
