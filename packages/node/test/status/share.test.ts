import type { HeadNote } from '@mulu/registry-core'
import { expect } from 'chai'
import { shareLines } from '../../src/cli/catalogue.ts'
import type { Network } from '../../src/network/peer-info.ts'
import type { Told } from '../../src/network/told-heads.ts'
import type { NodeContext } from '../../src/node-context.ts'
import { readShare } from '../../src/status/share.ts'
import { createTestNode, FIELDS, type TestNode } from '../test-node.ts'

const LEVEL = { state: 'level', held: null, ownRegion: null, rest: null, regions: [] }

describe('the share of the catalogue that is here', () => {
  let node: TestNode

  before(async () => {
    node = await createTestNode()
    const changes = [{ rec: 'service/rivers', set: FIELDS }]
    await node.context.store.registry.write({ ns: 1, aud: 1, actor: 'desk', changes })
  })
  after(() => node.close())

  /** The node with a network whose peers told of these heads. */
  function heard(told: Told | undefined): NodeContext {
    const network = told === undefined ? undefined : ({ told: () => told } as Network)
    return { ...node.context, network: () => network }
  }

  function head(seq: number): HeadNote {
    const log = { ns: 1, aud: 1, writer: 1 } as const
    const known = { seq, id: new Uint8Array(32) }
    return { log, known, forkedAt: undefined, statements: undefined }
  }

  it('[ND55] is unknown before anybody was compared with, and level for a node alone', () => {
    expect(readShare(heard(undefined), 1)).to.deep.equal(LEVEL)
    expect(readShare(heard(undefined), 2)).to.deep.equal({ ...LEVEL, state: 'unknown' })
    const begun = { isCompared: false, heads: [head(4)] }
    expect(readShare(heard(begun), 2)).to.deep.equal({ ...LEVEL, state: 'unknown' })
  })

  it('[ND55] counts what peers told of by region, and is level once all of it is here', () => {
    const part = { here: 1, known: 4 }
    expect(readShare(heard({ isCompared: true, heads: [head(4)] }), 2)).to.deep.equal({
      state: 'behind',
      held: null,
      ownRegion: part,
      rest: null,
      regions: [{ region: '440000', ...part }],
    })
    expect(readShare(heard({ isCompared: true, heads: [head(1)] }), 2)).to.deep.equal(LEVEL)
    expect(readShare(heard({ isCompared: true, heads: [] }), 2)).to.deep.equal(LEVEL)
  })

  it('[ND56] is a line of the status, rounded down, and no line once the node is level', () => {
    const complete = { here: 7, known: 7 }
    const behind = { here: 1_999, known: 2_000 }
    const lines = (ownRegion: typeof behind | null, rest: typeof behind | null) =>
      shareLines({ state: 'behind', ownRegion, rest })
    expect(lines(complete, behind)).to.deep.equal([
      'catching up: own region complete, the rest 99 % (1999 of 2000 commits)',
    ])
    expect(lines(null, behind)).to.deep.equal(['catching up: all 99 % (1999 of 2000 commits)'])
    for (const state of ['level', 'partial'] as const) {
      expect(shareLines({ state, ownRegion: null, rest: null })).to.deep.equal([])
    }
    const [unknown] = shareLines({ state: 'unknown', ownRegion: null, rest: null })
    expect(unknown).to.include('not known')
  })

  it('[HT93] stands in every answer that says as of when, as the API describes it', async () => {
    const { body: api } = await node.get('/openapi.json')
    const { AsOf, Share } = api.components.schemas
    const paths = Object.entries<{ get?: object }>(api.paths).filter(([, { get }]) =>
      JSON.stringify(get ?? {}).includes('#/components/schemas/AsOf'),
    )
    expect(paths.map(([path]) => path)).to.include.members(['/api/v1/status', '/api/v1/records'])
    for (const [path] of paths) {
      const at = path.replace('{ns}/{kind}/{local}', '1/service/rivers')
      const { body } = await node.get(at)
      expect(Object.keys(body.asOf), at).to.have.members(Object.keys(AsOf.properties))
      expect(Object.keys(body.asOf.share), at).to.have.members(Object.keys(Share.properties))
      expect(body.asOf.share).to.deep.equal(LEVEL)
    }
  })
})
