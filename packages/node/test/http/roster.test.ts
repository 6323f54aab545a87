import { encodeProposal, parseProposal } from '@mulu/registry-core'
import { expect } from 'chai'
import { readRootKeys, signAtHand } from '../../src/federation/root-keys.ts'
import { dataFolder } from '../../src/folder/data-folder.ts'
import { createTestNode, json, type TestNode } from '../test-node.ts'

const PROPOSALS = '/api/v1/roster/proposals'
const VERSIONS = '/api/v1/roster/versions'

describe('changing the roster over HTTP', function () {
  this.timeout(20_000)
  let node: TestNode

  before(async () => {
    node = await createTestNode()
  })
  after(() => node.close())

  it('[HT55] proposes a version, and publishes it once enough root keys have signed', async () => {
    const orders = { agencies: [{ agency: 'CN-TEST', names: { en: 'Renamed' } }] }
    const proposed = await node.own(PROPOSALS, json('POST', orders))
    expect(proposed.status).to.equal(200)
    const unsigned = await node.own(VERSIONS, json('POST', { proposals: [proposed.body] }))
    expect([unsigned.status, unsigned.body.code]).to.deep.equal([422, 'MULU_ROSTER_THRESHOLD'])
    const proposal = parseProposal(JSON.stringify(proposed.body))
    const keys = await readRootKeys(dataFolder(node.dir).root)
    const copies = await Promise.all(keys.map((key) => signAtHand(proposal, [key], false)))
    const proposals = copies.map((copy) => JSON.parse(encodeProposal(copy)) as object)
    const published = await node.own(VERSIONS, json('POST', { proposals }))
    expect(published.body).to.include({ version: 2 })
    const again = await node.own(VERSIONS, json('POST', { proposals }))
    expect(again.body).to.deep.equal(published.body)
    const roster = await node.get('/api/v1/roster')
    expect(roster.body.agencies[0].name.en).to.equal('Renamed')
    expect(roster.body.history.map((each: { version: number }) => each.version)).to.deep.equal([
      1, 2,
    ])
    expect((await node.get('/api/v1/status')).body.roster.alarms).to.deep.equal([])
    expect((await node.get('/api/v1/profile')).body.id).to.equal('cn-gov')
  })

  it('[HT56] refuses orders without a key, of another shape, or that do not fit the roster', async () => {
    const cases: readonly (readonly [string, object, string])[] = [
      [PROPOSALS, { fly: true }, 'MULU_JSON'],
      [PROPOSALS, { grant: [{ writer: 1, namespace: 1, rights: ['rule'] }] }, 'MULU_JSON'],
      [PROPOSALS, {}, 'MULU_ORDERS'],
      [PROPOSALS, { close: [{ writer: 9, final: true, why: 'x' }] }, 'MULU_ORDERS'],
      [PROPOSALS, { grant: [{ writer: 1, namespace: 1, rights: ['erase'] }] }, 'MULU_ORDERS'],
      [PROPOSALS, { roots: { keys: ['ed25519:00'], threshold: 1 } }, 'MULU_ORDERS'],
      [PROPOSALS, { admit: [{ mulu: 'join-request/1' }] }, 'MULU_REQUEST_SHAPE'],
      [VERSIONS, { proposals: [] }, 'MULU_PROPOSAL_SHAPE'],
      [VERSIONS, { proposals: [{}] }, 'MULU_PROPOSAL_SHAPE'],
      ['/api/v1/roster/choice', { hash: `sha256:${'0'.repeat(64)}` }, 'MULU_NOT_FOUND'],
      ['/api/v1/adoptions', { writer: 1 }, 'MULU_ORDERS'],
      ['/api/v1/revocations', { writer: 1 }, 'MULU_JSON'],
    ]
    for (const [path, body, code] of cases) {
      expect((await node.get(path, json('POST', body))).status, path).to.equal(401)
      const refused = await node.own(path, json('POST', body))
      expect(refused.body.code, `${path} ${JSON.stringify(body)}`).to.equal(code)
    }
    for (const path of ['/api/v1/handover', '/api/v1/orphans?writer=1']) {
      expect((await node.get(path)).status, path).to.equal(401)
      expect((await node.own(path)).status, path).to.equal(200)
    }
    expect((await node.own('/api/v1/orphans?writer=x')).body.code).to.equal('MULU_QUERY')
  })
})
