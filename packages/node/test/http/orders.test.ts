import { join } from 'node:path'
import {
  createJoinRequest,
  encodeOrders,
  encodeProposal,
  parseOrderDraft,
  parseProposal,
  signOrderDraft,
  textToHash,
} from '@mulu/registry-core'
import { expect } from 'chai'
import { createCrypto, createSigner } from '../../src/crypto.ts'
import { requestForKey } from '../../src/federation/administrator-signing.ts'
import { readRootKeys, signAtHand } from '../../src/federation/root-keys.ts'
import { dataFolder } from '../../src/folder/data-folder.ts'
import { NO_PASSPHRASE, readKeyFile } from '../../src/folder/key-file.ts'
import { AGENCY, createTestNode, json, type TestNode } from '../test-node.ts'

const ORDERS = '/api/v1/orders'
const DRAFTS = '/api/v1/orders/drafts'

describe('orders of agencies over HTTP', function () {
  this.timeout(20_000)
  let node: TestNode
  let fed: Uint8Array
  let keyFile: string

  before(async () => {
    node = await createTestNode()
    fed = textToHash(node.context.config.federation.id) ?? new Uint8Array()
    keyFile = join(node.dir, 'agency.key')
  })
  after(() => node.close())

  /** The join request of an office whose key has this seed. */
  function requestOf(seed: number, agency: string = AGENCY.code): object {
    const signer = createSigner(new Uint8Array(32).fill(seed))
    const who = { code: agency, names: AGENCY.names, region: '' }
    const claim = { fed, peers: [`peer-${seed}`], agency: who, office: `office ${seed}` }
    return JSON.parse(createJoinRequest(signer, claim)) as object
  }

  /** A draft of the node, signed with the key of its agency. */
  async function signed(draft: object): Promise<object> {
    const signer = createSigner(await readKeyFile(keyFile))
    const orders = signOrderDraft(createCrypto(), parseOrderDraft(JSON.stringify(draft)), signer)
    return JSON.parse(encodeOrders(orders)) as object
  }

  it('[HT80] tells everybody the keys that root holders named on request, and what was ordered', async () => {
    const claim = { fed, agency: AGENCY.code }
    const request = await requestForKey(keyFile, claim, NO_PASSPHRASE, async () => undefined)
    expect((await node.get(ORDERS)).body).to.deep.equal({ keys: [], items: [] })
    const orders = { administrators: [JSON.parse(request)], rules: 3 }
    const proposed = await node.own('/api/v1/roster/proposals', json('POST', orders))
    expect(proposed.status, proposed.text).to.equal(200)
    const proposal = parseProposal(JSON.stringify(proposed.body))
    const keys = await readRootKeys(dataFolder(node.dir).root)
    const enough = JSON.parse(encodeProposal(await signAtHand(proposal, keys, false))) as object
    await node.own('/api/v1/roster/versions', json('POST', { proposals: [enough] }))
    const { body } = await node.get(ORDERS)
    expect(body.keys).to.have.length(1)
    expect(body.keys[0]).to.deep.include({ from: 2, ended: null, counting: 0, orders: 0 })
    expect(body.keys[0].agency.name).to.deep.equal(AGENCY.names)
    const roster = await node.get('/api/v1/roster')
    expect(roster.body.agencies[0].admin).to.equal(body.keys[0].key)
  })

  it('[HT81] draws up orders for who has the access key, and refuses what would not count', async () => {
    const drafted = await node.own(DRAFTS, json('POST', { admit: [requestOf(1), requestOf(2)] }))
    expect(drafted.body.mulu).to.equal('order-draft/1')
    const cases: readonly (readonly [object, string])[] = [
      [{}, 'MULU_JSON'],
      [{ admit: [], rights: [] }, 'MULU_JSON'],
      [{ admit: [requestOf(1)], number: 1_025 }, 'MULU_JSON'],
      [{ admit: [] }, 'MULU_LIMIT'],
      [{ admit: [{ mulu: 'join-request/1' }] }, 'MULU_REQUEST_SHAPE'],
      [{ admit: [requestOf(1), requestOf(2, 'B')] }, 'MULU_ADMISSION'],
      [{ admit: [requestOf(2, 'B')] }, 'MULU_ORDERS'],
      [{ admit: [{ ...requestOf(1), peers: ['other'] }] }, 'MULU_SIGNATURE'],
      [{ admit: [requestOf(1), requestOf(1)] }, 'MULU_ADMISSION'],
    ]
    for (const [body, code] of cases) {
      expect((await node.get(DRAFTS, json('POST', body))).status).to.equal(401)
      const refused = await node.own(DRAFTS, json('POST', body))
      expect(refused.body.code, JSON.stringify(body)).to.equal(code)
    }
  })

  it('[HT82] takes signed orders in from who has the access key, and says what became of each', async () => {
    const drafted = await node.own(DRAFTS, json('POST', { admit: [requestOf(1), requestOf(2)] }))
    const orders = await signed(drafted.body)
    expect((await node.get(ORDERS, json('POST', orders))).status).to.equal(401)
    expect((await node.get(ORDERS)).body.items).to.deep.equal([])
    const taken = await node.own(ORDERS, json('POST', orders))
    expect(taken.body.items.map((each: object) => Object.values(each).slice(1))).to.deep.equal([
      [1, 'new', null],
      [2, 'new', null],
    ])
    const listed = (await node.get(ORDERS)).body.items
    expect(listed.map((each: { id: string }) => each.id)).to.deep.equal(
      taken.body.items.map((each: { id: string }) => each.id),
    )
    const again = await node.own(ORDERS, json('POST', orders))
    expect(again.body.items[0]).to.include({ kind: 'known', code: null })
    expect((await node.get('/api/v1/status')).body.orders).to.deep.include({ counting: 2 })
    const bad = { mulu: 'orders/1', chain: [], orders: ['AAAA'] }
    for (const [body, code] of [
      [bad, 'MULU_ORDER_SHAPE'],
      [{ mulu: 'orders/1', chain: [], orders: [] }, 'MULU_ORDERS'],
      [drafted.body, 'MULU_ORDER_SHAPE'],
    ] as const) {
      expect((await node.own(ORDERS, json('POST', body))).body.code).to.equal(code)
    }
    const mixed = orders as { readonly orders: readonly string[] }
    const partly = { ...mixed, orders: [...mixed.orders, 'AAAA'] }
    const { items } = (await node.own(ORDERS, json('POST', partly))).body
    expect(items.map((each: { kind: string }) => each.kind)).to.deep.equal([
      ...['known', 'known', 'refused'],
    ])
    expect(items[2]).to.include({ id: null, number: null, code: 'MULU_ORDER_SHAPE' })
  })

  it('[HT83] ends a writer by an order of its agency as by a roster', async () => {
    const [{ writer } = { writer: 0 }] = (await node.get(ORDERS)).body.items
    const wanted = { writer, from: {}, branches: [], why: 'lost', leaveOpen: false, dryRun: false }
    const byRoots = await node.own('/api/v1/revocations', json('POST', wanted))
    expect(byRoots.body.code).to.equal('MULU_ORDERS')
    const body = { ...wanted, by: 'agency', number: 9 }
    const revoked = await node.own('/api/v1/revocations', json('POST', body))
    expect(revoked.body).to.deep.include({ writer, ends: [], orphaned: [], loosened: [] })
    const orders = await signed(JSON.parse(revoked.body.draft) as object)
    await node.own(ORDERS, json('POST', orders))
    const closing = (await node.get(ORDERS)).body.items.at(-1)
    expect(closing).to.deep.include({ number: 9, type: 'close', writer, why: 'lost', code: null })
    const roster = await node.get('/api/v1/roster')
    const closed = roster.body.writers.find((each: { client: number }) => each.client === writer)
    expect(closed.grants[0].closed).to.deep.equal({ version: 2, why: 'lost' })
  })
})
