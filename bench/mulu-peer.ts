/** One Mulu node as `mulu start` puts it together: LevelDB with synced writes, libp2p over TCP. */
import { equalBytes, type Hash, hashToText, textToHash } from '@mulu/registry-core'
import { pino } from 'pino'
import { systemClock } from '../packages/node/dist/clock.js'
import { importFeed } from '../packages/node/dist/feed/import-feed.js'
import { readFeedBytes } from '../packages/node/dist/feed/read-feed-bytes.js'
import { createNetwork } from '../packages/node/dist/network/network.js'
import type { Network } from '../packages/node/dist/network/peer-info.js'
import { openNode } from '../packages/node/dist/open-node.js'
import { servePeer } from './peer-calls.ts'
import { timed } from './timed.ts'
import type { Took } from './timing.ts'

/** What two level nodes have in common. */
export type NodeState = {
  readonly records: number
  readonly heads: string
  readonly catalogue: string
}

/** What the benchmark asks of a node. */
export type MuluCalls = {
  readonly import: (file: string) => Promise<Took>
  /** Starts the network and gives its addresses. */
  readonly listen: () => Promise<readonly string[]>
  /** Joins at the addresses and pulls until the heads are those given. */
  readonly pull: (source: {
    readonly addresses: readonly string[]
    readonly heads: string
  }) => Promise<Took>
  readonly state: () => Promise<NodeState>
}

const [dir = ''] = process.argv.slice(2)
const logger = pino({ level: 'silent' })
const node = await openNode(dir, systemClock, logger)
const { registry } = node.context.store
let network: Network | undefined

const calls: MuluCalls = {
  import: (file) =>
    timed('import', async () => {
      const bytes = await readFeedBytes(file)
      const report = await importFeed(node.context, { bytes, format: 'auto', dryRun: false })
      if (report.refused > 0) throw new Error(`${report.refused} records were refused`)
    }),
  listen: async () => (await join([])).addresses(),
  pull: ({ addresses, heads }) =>
    timed('replicate', async () => {
      await join(addresses)
      await untilHeads(textToHash(heads))
      await registry.catalogueDigest()
    }),
  state: async () => ({
    records: registry.totals().records,
    heads: hashToText(registry.headsDigest('accepted', 1)),
    catalogue: hashToText(await registry.catalogueDigest()),
  }),
}

servePeer(calls, async () => {
  await network?.stop()
  await node.close()
})

async function join(dial: readonly string[]): Promise<Network> {
  network = await createNetwork({
    registry,
    seed: node.transportSeed,
    listen: { host: '127.0.0.1', tcpPort: 0 },
    dial,
    mdns: false,
    clock: systemClock,
    logger,
  })
  node.attach(network)
  return network
}

/** Resolves once every commit behind these heads is in the catalogue. */
function untilHeads(heads: Hash | undefined): Promise<void> {
  if (heads === undefined) throw new Error('no heads to wait for')
  const isReached = (): boolean => equalBytes(registry.headsDigest('accepted', 1), heads)
  if (isReached()) return Promise.resolve()
  return new Promise((resolve) => {
    const unsubscribe = registry.subscribe(() => {
      if (!isReached()) return
      unsubscribe()
      resolve()
    })
  })
}
