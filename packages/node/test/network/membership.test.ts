import type { Author, Roster, Writer } from '@mulu/registry-core'
import { expect } from 'chai'
import { createMembership, type Membership } from '../../src/network/membership.ts'

/** An office of agency 1, and a writer that agency 2 admitted by an order that names its node. */
const OFFICE = 0x80000000
const CLAIMING = OFFICE + 1_024

function writer(client: number, agency: number, peers: readonly string[]): Writer {
  const grant = { ns: agency, auds: [0, 1], rights: [], from: 4, until: undefined } as const
  const rest = { office: 'o', role: 'office', continues: 0, from: 4, pins: [] } as const
  return { client, agency, peers, key: new Uint8Array(), grants: [grant], ...rest }
}

function seenBy(ownPeerId: string, client: number): Membership {
  const writers = [writer(OFFICE, 1, ['peer-c']), writer(CLAIMING, 2, ['peer-b', 'peer-c'])]
  const state = {
    writers: new Map(writers.map((each) => [each.client, each])),
    namespaces: new Map([1, 2].map((id) => [id, { id, owners: [{ agency: id, from: 1 }] }])),
    agencies: new Map(),
  }
  const roster = { state } as unknown as Roster
  return createMembership({ roster, author: { client } as Author }, ownPeerId)
}

describe('who is who on the network', () => {
  it('[AK21] takes nothing from a node whose identity an order of another agency names', () => {
    const office = seenBy('peer-c', OFFICE)
    expect(office.self()).to.equal(OFFICE)
    expect([1, 2].map((ns) => office.priority({ ns, aud: 0, writer: 1 }))).to.deep.equal([0, 3])
    expect(seenBy('peer-b', CLAIMING).self()).to.equal(CLAIMING)
    const other = seenBy('peer-a', 1)
    expect([other.clientOf('peer-c'), ...other.twinsOf('peer-c')].sort()).to.deep.equal([
      ...[OFFICE, CLAIMING],
    ])
    expect([other.clientOf('peer-b'), ...other.twinsOf('peer-b')]).to.deep.equal([CLAIMING])
  })
})
