import { connect, createServer, Socket } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { encodeFrame, hashToText, type MuluError, type Registry } from '@mulu/registry-core'
import { expect } from 'chai'
import { systemClock } from '../../src/clock.ts'
import type { NetworkOptions } from '../../src/network/network-options.ts'
import { NETWORK_LIMITS } from '../../src/network/network-options.ts'
import type { Network } from '../../src/network/peer-info.ts'
import { SYNC_PROTOCOL } from '../../src/network/sync-protocol.ts'
import { createTransport } from '../../src/network/transport.ts'
import {
  isLevel,
  logger,
  openTestRegistry,
  peerOf,
  Rosters,
  seedOf,
  startTestNetwork,
  until,
  writeRecord,
} from './test-federation.ts'

describe('the network of a node', function () {
  this.timeout(15_000)
  const running: Network[] = []
  const closers: (() => Promise<unknown>)[] = []

  afterEach(async () => {
    await Promise.all(running.splice(0).map((network) => network.stop()))
    await Promise.all(closers.splice(0).map((close) => close()))
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

  it('[NW1] brings two nodes level and passes new commits on while they stay connected', async () => {
    const { all } = Rosters.found(2)
    const [a, b] = [await openTestRegistry(1, all), await openTestRegistry(2, all)]
    await writeRecord(a, 1, 'early')
    const first = await start(1, a)
    const second = await start(2, b, { dial: first.addresses() })
    await until([first, second], () => isLevel(a, b) && b.heads().length === 1)
    await writeRecord(b, 2, 'late')
    await until([first, second], () => isLevel(a, b) && a.heads().length === 2)
    expect(hashToText(await a.catalogueDigest())).to.equal(hashToText(await b.catalogueDigest()))
    const digest = hashToText(await b.catalogueDigest())
    await until([first], () => {
      const reported = first.peers()[0]?.reported
      return reported !== undefined && hashToText(reported.digest) === digest
    })
    const [peer] = first.peers()
    expect(peer).to.include({ client: 2, peerId: peerOf(2), connected: true, rosterVersion: 2 })
    expect(peer?.reported).to.include({ records: 2, commits: 2 })
  })

  it('[NW2] floods a commit through nodes that are connected in a line only', async () => {
    const { all } = Rosters.found(3)
    const registries = await Promise.all([1, 2, 3].map((node) => openTestRegistry(node, all)))
    const [a, b, c] = registries as [Registry, Registry, Registry]
    const one = { limits: { neighboursMax: 0 } }
    const middle = await start(2, b, one)
    const limits = { neighboursMax: 1 }
    const left = await start(1, a, { dial: middle.addresses(), limits })
    const right = await start(3, c, { dial: middle.addresses(), limits })
    await writeRecord(a, 1, 'r1')
    await until([left, middle, right], () => isLevel(a, c) && c.heads().length === 1)
    expect(left.peers().find((peer) => peer.client === 3)?.connected).to.equal(false)
  })

  it('[NW3] lets a node that the roster does not list say hello and nothing else', async () => {
    const { all, newest } = Rosters.found(2)
    const registry = await openTestRegistry(1, all)
    await writeRecord(registry, 1, 'r1')
    const network = await start(1, registry)
    const stranger = await startStranger(9)
    const stream = await stranger.dialProtocol(
      multiaddr(network.addresses()[0] ?? ''),
      SYNC_PROTOCOL,
    )
    const gone = new Promise<void>((resolve) => {
      stranger.addEventListener('peer:disconnect', () => resolve())
    })
    const roster = { version: newest.version, hash: newest.hash }
    const told = { known: [], accepted: [], orders: undefined, report: undefined, addresses: [] }
    const summary = { fed: newest.fed, roster, ...told }
    stream.send(frameBytes({ t: 'hello', versions: [1], summary }))
    await gone
    expect(network.peers().map((peer) => peer.client)).to.deep.equal([2])
    // Let go once, it has to wait.
    const again = await stranger
      .dialProtocol(multiaddr(network.addresses()[0] ?? ''), SYNC_PROTOCOL)
      .then(
        () => 'opened',
        () => 'refused',
      )
    expect(again).to.equal('refused')
  })

  it('[NW18] takes a newer roster from the newcomer that it lists, and serves it then', async () => {
    const rosters = Rosters.found(2)
    const old = [...rosters.all]
    rosters.admit(3)
    const a = await openTestRegistry(1, old)
    const c = await openTestRegistry(3, rosters.all)
    await writeRecord(a, 1, 'r1')
    await writeRecord(c, 3, 'r3')
    const first = await start(1, a)
    const newcomer = await start(3, c, { dial: first.addresses() })
    await until([first, newcomer], () => isLevel(a, c) && a.heads().length === 2)
    expect(a.roster?.version).to.equal(3)
    expect(first.peers().map((peer) => peer.client)).to.deep.equal([2, 3])
  })

  it('[NW4] refuses bytes that are no frame with a code, and keeps serving others', async () => {
    const { all } = Rosters.found(3)
    const [a, c] = [await openTestRegistry(1, all), await openTestRegistry(3, all)]
    await writeRecord(a, 1, 'r1')
    const network = await start(1, a)
    const bad = await startStranger(2)
    const address = multiaddr(network.addresses()[0] ?? '')
    const stream = await bad.dialProtocol(address, SYNC_PROTOCOL)
    const answer = new Promise<string>((resolve) => {
      let text = ''
      stream.addEventListener('message', ({ data }) => {
        text += Buffer.from(data.subarray()).toString('latin1')
        if (text.includes('MULU_')) resolve(text)
      })
    })
    stream.send(new Uint8Array([3, 0xff, 0xfe, 0xfd]))
    expect(await answer).to.contain('MULU_SYNC_FRAME')
    await until([network], () => (network.peers()[0]?.refused.length ?? 0) > 0)
    expect(network.peers()[0]?.refused[0]).to.include({ code: 'MULU_SYNC_FRAME', count: 1 })
    const good = await start(3, c, { dial: network.addresses() })
    await until([network, good], () => isLevel(a, c) && c.heads().length === 1)
  })

  it('[NW4] cuts off a peer that goes on sending what is refused', async () => {
    const { all } = Rosters.found(2)
    const network = await start(1, await openTestRegistry(1, all))
    const bad = await startStranger(2)
    const address = multiaddr(network.addresses()[0] ?? '')
    for (let i = 1; i <= 3; i++) {
      const stream = await bad.dialProtocol(address, SYNC_PROTOCOL)
      stream.send(frameBytes({ t: 'peers-pull' }))
      await until([network], () => (network.peers()[0]?.refused[0]?.count ?? 0) >= i)
    }
    expect(network.peers()[0]).to.include({ phase: 'cut off' })
    const again = await bad
      .dialProtocol(address, SYNC_PROTOCOL, { signal: AbortSignal.timeout(3_000) })
      .then(
        () => 'opened',
        () => 'refused',
      )
    expect(again).to.equal('refused')
  })

  it('[NW5] goes on after a restart with what it had, over addresses it remembers', async () => {
    const { all } = Rosters.found(2)
    const [a, b] = [await openTestRegistry(1, all), await openTestRegistry(2, all)]
    let kept: Readonly<Record<string, readonly string[]>> = {}
    const addressBook = {
      load: async () => kept,
      save: async (addresses: typeof kept) => {
        kept = addresses
      },
    }
    await writeRecord(a, 1, 'r1')
    const first = await start(1, a)
    const before = await startTestNetwork(2, b, { dial: first.addresses(), addressBook })
    await until([first, before], () => isLevel(a, b) && b.heads().length === 1)
    await before.stop()
    await writeRecord(a, 1, 'r2')
    expect(isLevel(a, b)).to.equal(false)
    expect(Object.keys(kept)).to.deep.equal([peerOf(1)])
    const after = await start(2, b, { addressBook })
    await until([first, after], () => isLevel(a, b))
    expect(after.progress().received).to.equal(1)
  })

  it('[NW6] takes a newcomer in by its ticket as soon as the roster lists it', async () => {
    const rosters = Rosters.found(1)
    const a = await openTestRegistry(1, rosters.all)
    await writeRecord(a, 1, 'r1')
    const coordinator = await start(1, a)
    const b = await openTestRegistry(2, [])
    await b.pinFederation(rosters.newest.fed)
    const newcomer = await start(2, b, { dial: coordinator.addresses() })
    expect(newcomer.peers()).to.deep.equal([])
    await a.addRoster(rosters.admit(2).bytes)
    await until([coordinator, newcomer], () => isLevel(a, b) && b.heads().length === 1)
    expect(b.roster?.version).to.equal(2)
    expect(newcomer.peers().map((peer) => peer.client)).to.deep.equal([1])
  })

  it('[NW7] lets others find each other through a neighbour that then goes away', async () => {
    const { all } = Rosters.found(3)
    const registries = await Promise.all([1, 2, 3].map((node) => openTestRegistry(node, all)))
    const [a, b, c] = registries as [Registry, Registry, Registry]
    const coordinator = await startTestNetwork(1, a)
    const second = await start(2, b, { dial: coordinator.addresses(), limits: { roundMs: 50 } })
    const third = await start(3, c, { dial: coordinator.addresses(), limits: { roundMs: 50 } })
    const addressesOf = (network: Network, client: number): number =>
      network.peers().find((peer) => peer.client === client)?.addresses.length ?? 0
    await until([second, third], () => addressesOf(second, 3) + addressesOf(third, 2) > 0)
    await coordinator.stop()
    await writeRecord(b, 2, 'r1')
    await until([second, third], () => isLevel(b, c) && c.heads().length === 1)
  })

  it('[NW8] ends connections with a node that a new roster no longer lists', async () => {
    const rosters = Rosters.found(2)
    const a = await openTestRegistry(1, rosters.all)
    const b = await openTestRegistry(2, rosters.all)
    const first = await start(1, a)
    const second = await start(2, b, { dial: first.addresses() })
    await until([first, second], () => first.progress().level === 1)
    await a.addRoster(rosters.dismiss(2).bytes)
    await until([first, second], () => first.progress().connected === 0)
    expect(first.peers()).to.deep.equal([])
  })

  it('[NW12] ends a connection whose first length has no end, at once and from anybody', async () => {
    const { all } = Rosters.found(3)
    const [a, c] = [await openTestRegistry(1, all), await openTestRegistry(3, all)]
    await writeRecord(a, 1, 'r1')
    const network = await start(1, a)
    const port = Number(/\/tcp\/(\d+)/.exec(network.addresses()[0] ?? '')?.[1])
    const header = '\x13/multistream/1.0.0\n'
    for (const before of ['', header, `${header}\x07/yamux\n`, `${header}\x0d/yamux/1.0.0\n`]) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.resume()
      const closed = new Promise((resolve) => socket.once('close', resolve))
      // Three megabytes would hold a node for minutes if it looked at them byte by byte.
      socket.write(Buffer.concat([Buffer.from(before), Buffer.alloc(3_000_000, 0x81)]))
      await closed
    }
    const good = await start(3, c, { dial: network.addresses() })
    await until([network, good], () => isLevel(a, c) && c.heads().length === 1)
  })

  it('[NW12] ends a stream of a member whose length has no end, and says why', async () => {
    const { all } = Rosters.found(3)
    const [a, c] = [await openTestRegistry(1, all), await openTestRegistry(3, all)]
    await writeRecord(a, 1, 'r1')
    const network = await start(1, a)
    const bad = await startStranger(2)
    const stream = await bad.dialProtocol(multiaddr(network.addresses()[0] ?? ''), SYNC_PROTOCOL)
    const closed = new Promise((resolve) => stream.addEventListener('close', resolve))
    for (let i = 0; i < 4 && stream.status === 'open'; i++) {
      stream.send(new Uint8Array(500_000).fill(0x81))
    }
    await closed
    expect(network.peers()[0]?.refused[0]).to.include({ code: 'MULU_SYNC_FRAME' })
    const good = await start(3, c, { dial: network.addresses() })
    await until([network, good], () => isLevel(a, c) && c.heads().length === 1)
  })

  it('[NW9] says which port is busy', async () => {
    const { all } = Rosters.found(1)
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => new Promise((resolve) => server.close(resolve)))
    const address = server.address()
    const tcpPort = typeof address === 'object' && address !== null ? address.port : 0
    const registry = await openTestRegistry(1, all)
    const failure = await startTestNetwork(1, registry, {
      listen: { host: '127.0.0.1', tcpPort },
    }).catch((error: MuluError) => error)
    expect(failure).to.include({ code: 'MULU_PORT_BUSY' })
    expect((failure as MuluError).details).to.include({ tcpPort })
  })

  it('[NW10] carries the exchange over WebSocket too', async () => {
    const { all } = Rosters.found(2)
    const [a, b] = [await openTestRegistry(1, all), await openTestRegistry(2, all)]
    await writeRecord(a, 1, 'r1')
    const listen = { host: '127.0.0.1', tcpPort: 0, wsPort: await freePort() }
    const first = await start(1, a, { listen })
    const dial = first.addresses().filter((address) => address.includes('/ws/'))
    expect(dial).to.have.length(1)
    const second = await start(2, b, { dial })
    await until([first, second], () => isLevel(a, b) && b.heads().length === 1)
  })

  it('[E32] lets the connection of an idle pair rest from one round to the next', async () => {
    const rests: number[] = []
    const { setTimeout: original } = Socket.prototype
    Socket.prototype.setTimeout = function remember(this: Socket, ms, callback) {
      rests.push(ms)
      return original.call(this, ms, callback)
    }
    closers.push(async () => {
      Socket.prototype.setTimeout = original
    })
    const { all } = Rosters.found(2)
    const [a, b] = [await openTestRegistry(1, all), await openTestRegistry(2, all)]
    const first = await start(1, a)
    const second = await start(2, b, { dial: first.addresses() })
    await until([first, second], () => second.peers()[0]?.connected === true)
    expect(rests).to.have.length.at.least(2)
    // A round comes after up to five quarters of its time (see neighbours.ts).
    expect(Math.min(...rests)).to.be.greaterThan(NETWORK_LIMITS.roundMs * 1.25)
  })

  /** A bare transport with the identity of a node, which speaks whatever a test has it say. */
  async function startStranger(node: number): ReturnType<typeof createTransport> {
    const registry = await openTestRegistry(node, [])
    const options: NetworkOptions = {
      registry,
      seed: seedOf(`transport ${node}`),
      listen: { host: '127.0.0.1', tcpPort: 0 },
      dial: [],
      mdns: false,
      logger,
      clock: systemClock,
    }
    const libp2p = await createTransport(options, NETWORK_LIMITS, {})
    await libp2p.start()
    closers.push(async () => libp2p.stop())
    return libp2p
  }
})

function frameBytes(frame: Parameters<typeof encodeFrame>[0]): Uint8Array {
  const bytes = encodeFrame(frame)
  return new Uint8Array([bytes.length, ...bytes])
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
