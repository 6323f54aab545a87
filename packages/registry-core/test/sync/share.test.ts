import { expect } from 'chai'
import type { RosterState } from '../../src/roster/state.ts'
import type { HeadNote } from '../../src/sync/frame-parts.ts'
import { headsBeyond, shareOf } from '../../src/sync/share.ts'
import { Link, Participant, settle } from '../../testing/exchange.ts'
import { openReplica, TestFederation } from '../../testing/federation.ts'

const APPLICANTS = [
  { seed: 1, agency: 'A' },
  { seed: 2, agency: 'B' },
  { seed: 3, agency: 'C' },
] as const
const REGIONS = ['340000', '340000', '110000']

function withRegions(state: RosterState, regions: readonly string[]): RosterState {
  const agencies = [...state.agencies.values()]
  return {
    ...state,
    agencies: new Map(agencies.map((a, i) => [a.id, { ...a, region: regions[i] ?? '' }])),
  }
}

function note(ns: number, writer: number, seq: number): HeadNote {
  const known = { seq, id: new Uint8Array(32) }
  return { log: { ns, aud: 1, writer }, known, forkedAt: undefined, statements: undefined }
}

describe('the share that is here', () => {
  it('[SY30] counts commits by region, the own one first, by what peers told and what is here', async () => {
    const federation = TestFederation.found(APPLICANTS)
    const { registry } = await openReplica(federation, { client: 1, seed: 1 })
    for (const local of ['a', 'b']) {
      const changes = [{ rec: `resource/${local}`, set: { 'title/en': local } }]
      await registry.write({ ns: 1, aud: 1, actor: 'a', changes })
    }
    const state = withRegions(federation.newest.state, REGIONS)
    const told = [note(2, 2, 3), note(3, 3, 5), note(1, 1, 1)]
    expect(shareOf(state, 1, registry.heads(), told)).to.deep.equal({
      ownRegion: { here: 2, known: 5 },
      rest: { here: 0, known: 5 },
      regions: [
        { region: '340000', here: 2, known: 5 },
        { region: '110000', here: 0, known: 5 },
      ],
    })
    const nowhere = shareOf(withRegions(state, ['', '340000', '']), 1, registry.heads(), told)
    expect(nowhere.ownRegion).to.equal(undefined)
    expect(nowhere.rest).to.deep.equal({ here: 2, known: 10 })
    expect(nowhere.regions.map(({ region }) => region)).to.deep.equal(['340000', ''])
  })

  it('[SY30] counts no log of a namespace or a writer that the roster does not know', async () => {
    const federation = TestFederation.found(APPLICANTS)
    const { registry } = await openReplica(federation, { client: 1, seed: 1 })
    const { state } = federation.newest
    const told = [note(99, 1, 1_000), note(1, 99, 1_000), note(1, 1, 7)]
    expect(shareOf(state, 1, registry.heads(), told).rest).to.deep.equal({ here: 0, known: 7 })
  })

  it('[SY30] falls from the heads of a peer to nothing while its commits come in', async () => {
    const federation = TestFederation.found(APPLICANTS)
    const replicas = await Promise.all(
      [1, 2].map((seed) => openReplica(federation, { client: seed, seed })),
    )
    const [a, b] = replicas.map(({ registry }, i) => new Participant(registry, i + 1))
    if (a === undefined || b === undefined) throw new Error('there are two')
    for (let i = 0; i < 4; i++) {
      const changes = [{ rec: `resource/r${i}`, set: { 'title/en': 'x'.repeat(9_000) } }]
      await b.registry.write({ ns: 2, aud: 1, actor: 'b', changes })
    }
    const link = new Link(a, b)
    const missing: number[] = []
    const look = (): void => {
      const { state } = federation.newest
      const { rest } = shareOf(state, 1, a.heads(), headsBeyond(link.asking))
      missing.push((rest?.known ?? 0) - (rest?.here ?? 0))
    }
    await settle([link], (count) => {
      look()
      return count - 1
    })
    expect(Math.max(...missing)).to.equal(4)
    expect(missing.at(-1)).to.equal(0)
    expect(headsBeyond(link.asking)).to.deep.equal([])
  })
})
