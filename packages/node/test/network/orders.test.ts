import {
  admissionActs,
  closingAct,
  createJoinRequest,
  numberedOrders,
  type OrderGround,
  parseJoinRequest,
  type Registry,
  signOrder,
} from '@mulu/registry-core'
import { expect } from 'chai'
import { createSigner } from '../../src/crypto.ts'
import type { NetworkOptions } from '../../src/network/network-options.ts'
import type { Network } from '../../src/network/peer-info.ts'
import {
  crypto,
  isLevel,
  openTestRegistry,
  peerOf,
  Rosters,
  seedOf,
  startTestNetwork,
  until,
  writeRecord,
} from './test-federation.ts'

const ADMIN = createSigner(seedOf('administrator'))
const FIRST = 0x80000000

/** Nodes 1 and 2 of two agencies, the second of which has an administrator key. */
function found(): Rosters {
  const rosters = Rosters.found(2)
  const agency = rosters.newest.state.agencies.get(2)
  if (agency === undefined) throw new Error('no agency')
  const { from: _, retired: __, ...rest } = agency
  const named = { type: 'agency', ...rest, admin: ADMIN.publicKey } as const
  rosters.sign([{ type: 'rules', version: 3 }, named])
  return rosters
}

function groundOf({ newest: roster }: Rosters): OrderGround {
  const agency = roster.state.agencies.get(2)
  if (agency === undefined) throw new Error('no agency')
  return { roster, agency, orders: [] }
}

/** The order with which the second agency admits the node of a number. */
function admit(rosters: Rosters, node: number): Uint8Array {
  const ground = groundOf(rosters)
  const text = createJoinRequest(createSigner(seedOf(`writer ${node}`)), {
    fed: rosters.newest.fed,
    peers: [peerOf(node)],
    agency: { code: 'agency 2', names: { en: 'Agency 2' }, region: '' },
    office: `office ${node}`,
  })
  const acts = admissionActs(ground, parseJoinRequest(crypto, text), undefined, [])
  const [order] = numberedOrders(ground, acts)
  if (order === undefined) throw new Error('no order')
  return signOrder(ADMIN, order)
}

describe('orders of agencies on the network', function () {
  this.timeout(20_000)
  const running: Network[] = []

  afterEach(async () => {
    await Promise.all(running.splice(0).map((network) => network.stop()))
  })

  async function start(
    node: number,
    registry: Registry,
    options: Partial<NetworkOptions> = {},
  ): Promise<Network> {
    const network = await startTestNetwork(node, registry, options)
    running.push(network)
    return network
  }

  it('[NW30] reach every node, and the newcomer that knows a ticket alone', async () => {
    const rosters = found()
    const [a, b] = [await openTestRegistry(1, rosters.all), await openTestRegistry(2, rosters.all)]
    await writeRecord(a, 1, 'r1')
    const first = await start(1, a)
    const second = await start(2, b, { dial: first.addresses() })
    const c = await openTestRegistry(3, [])
    await c.pinFederation(rosters.newest.fed)
    const newcomer = await start(3, c, { dial: second.addresses() })
    await until([first, second], () => isLevel(a, b))
    await b.takeOrders([admit(rosters, 3)])
    await until([first, second, newcomer], () => c.author?.client === FIRST)
    await writeRecord(c, 2, 'r3')
    await until([first, second, newcomer], () => isLevel(a, c) && a.heads().length === 2)
    expect(a.orders().map(({ code }) => code)).to.deep.equal([undefined])
    expect(first.peers().map(({ client }) => client)).to.deep.equal([2, FIRST])
  })

  it('[NW31] are taken from the newcomer that one of them admits, who is served then', async () => {
    const rosters = found()
    const [a, c] = [await openTestRegistry(1, rosters.all), await openTestRegistry(3, rosters.all)]
    await writeRecord(a, 1, 'r1')
    await c.takeOrders([admit(rosters, 3)])
    await writeRecord(c, 2, 'r3')
    const first = await start(1, a)
    const newcomer = await start(3, c, { dial: first.addresses() })
    await until([first, newcomer], () => isLevel(a, c) && a.heads().length === 2)
    expect(first.peers().map(({ client }) => client)).to.deep.equal([2, FIRST])
  })

  it('[NW32] let nobody stay who brings none: a stranger is asked, shown nothing, and let go', async () => {
    const rosters = found()
    const [a, c] = [await openTestRegistry(1, rosters.all), await openTestRegistry(4, rosters.all)]
    await writeRecord(a, 1, 'r1')
    await a.takeOrders([admit(rosters, 3)])
    const first = await start(1, a)
    const stranger = await start(4, c, { dial: first.addresses() })
    let wasConnected = false
    await until([first, stranger], () => {
      const isConnected = stranger.peers().find(({ client }) => client === 1)?.connected === true
      wasConnected ||= isConnected
      return wasConnected && !isConnected
    })
    expect(c.heads()).to.deep.equal([])
    expect(first.peers().map(({ client }) => client)).to.deep.equal([2, FIRST])
  })

  it('[NW33] end the connections of a node that one of them closes', async () => {
    const rosters = found()
    const registries = await Promise.all([1, 2, 3].map((n) => openTestRegistry(n, rosters.all)))
    const [a, b, c] = registries as [Registry, Registry, Registry]
    const order = admit(rosters, 3)
    for (const each of registries) await each.takeOrders([order])
    const first = await start(1, a)
    const newcomer = await start(3, c, { dial: first.addresses() })
    await until([first, newcomer], () => newcomer.peers()[0]?.phase === 'level')
    const writer = b.roster?.state.writers.get(FIRST)
    if (writer === undefined) throw new Error('not admitted')
    const closing = closingAct(writer, { ends: [], final: true, why: 'lost' })
    const [unsigned] = numberedOrders(groundOf(rosters), [closing], 2)
    if (unsigned === undefined) throw new Error('no order')
    await a.takeOrders([signOrder(ADMIN, unsigned)])
    await until([first], () => first.peers().every(({ connected }) => !connected))
    expect(first.peers().map(({ client }) => client)).to.deep.equal([2])
  })
})
