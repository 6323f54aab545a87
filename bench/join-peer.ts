/** A node of the benchmark of joining, as `mulu start` puts it together. */
import { setTimeout } from 'node:timers/promises'
import { hashToText } from '@mulu/registry-core'
import { pino } from 'pino'
import { systemClock } from '../packages/node/dist/clock.js'
import { importFeed } from '../packages/node/dist/feed/import-feed.js'
import { createNetwork } from '../packages/node/dist/network/network.js'
import type { Network } from '../packages/node/dist/network/peer-info.js'
import { openNode } from '../packages/node/dist/open-node.js'
import { makeDatasets } from './datasets.ts'
import { servePeer } from './peer-calls.ts'
import { timed } from './timed.ts'

const DCAT_US = 'https://project-open-data.cio.gov/v1.1/schema'
/** How often the resident memory is looked at, and whether what is waited for is there. */
const LOOK_MS = 100

/** What joining took, from the start of the network. */
export type Joined = {
  readonly own: number
  /** Until every record of the own region is found, here those of the only agency in it. */
  readonly ownMs: number
  /** Until all records are found and the catalogue digest is there. */
  readonly allMs: number
  readonly cpuMs: number
  readonly residentPeak: number
  readonly digest: string
}

/** What the benchmark asks of a node. */
export type JoinCalls = {
  /** Makes datasets from a seed and imports them. */
  readonly import: (feed: { readonly count: number; readonly seed: number }) => Promise<void>
  /** Gives the description of each of its records another text, so many times. */
  readonly edit: (edits: {
    readonly count: number
    readonly seed: number
    readonly times: number
  }) => Promise<void>
  /** Signs a snapshot as its only witness. */
  readonly settle: () => Promise<void>
  /** Starts the network, if it has not been. */
  readonly share: () => Promise<void>
  readonly addresses: () => Promise<readonly string[]>
  /** Starts the network with somebody to dial. */
  readonly hear: (addresses: readonly string[]) => Promise<void>
  /** The digest of the accepted heads, and waiting until it is this one. */
  readonly heads: () => Promise<string>
  readonly catch: (heads: string) => Promise<void>
  /** Resolves once there are so many records. */
  readonly gather: (records: number) => Promise<void>
  readonly digest: () => Promise<string>
  readonly join: (federation: {
    readonly addresses: readonly string[]
    readonly own: number
    readonly records: number
    readonly heads: string
  }) => Promise<Joined>
}

const [dir = ''] = process.argv.slice(2)
const logger = pino({ level: 'silent' })
const node = await openNode(dir, systemClock, logger)
const { registry } = node.context.store
let network: Network | undefined

const calls: JoinCalls = {
  import: async ({ count, seed }) => {
    await until(() => registry.author !== undefined)
    const dataset = makeDatasets(count, seed)
    const bytes = new TextEncoder().encode(JSON.stringify({ conformsTo: DCAT_US, dataset }))
    const report = await importFeed(node.context, { bytes, format: 'auto', dryRun: false })
    if (report.refused > 0) throw new Error(`${report.refused} records were refused`)
  },
  edit: async ({ count, seed, times }) => {
    const ns = ownNamespace()
    const recs: string[] = []
    for await (const view of registry.catalogue.views()) {
      if (view.ns === ns) recs.push(`${view.kind}/${view.local}`)
    }
    for (let round = 1; round <= times; round++) {
      const texts = makeDatasets(count, seed + round * 1_000)
      const changes = recs.map((rec, i) => ({
        rec,
        set: { 'description/en': String(texts[i % count]?.['description']) },
      }))
      await registry.write({ ns, aud: 1, actor: 'bench', changes })
    }
  },
  settle: async () => {
    await registry.snapshot(ownNamespace())
    await registry.attest(ownNamespace())
    if (!registry.snapshots().some(({ isSettled }) => isSettled)) throw new Error('nothing settled')
  },
  share: async () => {
    network ??= await listen([])
  },
  addresses: async () => network?.addresses() ?? [],
  hear: async (addresses) => {
    network = await listen(addresses)
  },
  heads: async () => headsText(),
  catch: (heads) => until(() => headsText() === heads),
  gather: (records) => until(() => registry.totals().records >= records),
  digest: async () => hashToText(await registry.catalogueDigest()),
  join: async (federation) => {
    let joined: Omit<Joined, 'cpuMs'> | undefined
    const { cpuMs } = await timed('join', async () => {
      joined = await joinFederation(federation)
    })
    return { ...(joined as Omit<Joined, 'cpuMs'>), cpuMs }
  },
}

servePeer(calls, async () => {
  await network?.stop()
  await node.close()
})

async function joinFederation({
  addresses,
  own,
  records,
  heads,
}: Parameters<JoinCalls['join']>[0]): Promise<Omit<Joined, 'cpuMs'>> {
  const began = performance.now()
  let residentPeak = 0
  const looking = setInterval(() => {
    residentPeak = Math.max(residentPeak, process.memoryUsage.rss())
  }, LOOK_MS)
  try {
    network = await listen(addresses)
    await until(() => registry.totals().records >= own)
    await untilFound(ownAgency(), own)
    const ownMs = performance.now() - began
    await until(() => registry.totals().records >= records)
    await untilFound(undefined, records)
    await until(() => headsText() === heads)
    const digest = hashToText(await registry.catalogueDigest())
    return { own, ownMs, allMs: performance.now() - began, residentPeak, digest }
  } finally {
    clearInterval(looking)
  }
}

function headsText(): string {
  return hashToText(registry.headsDigest('accepted', 1))
}

function ownNamespace(): number {
  const writer = registry.roster?.state.writers.get(registry.author?.client ?? 0)
  const [grant] = writer?.grants ?? []
  if (grant === undefined) throw new Error('the roster does not list this node')
  return grant.ns
}

function ownAgency(): number {
  const writer = registry.roster?.state.writers.get(registry.author?.client ?? 0)
  if (writer === undefined) throw new Error('the roster does not list the newcomer')
  return writer.agency
}

/** Resolves once a search finds so many records, of an agency where one is given. */
async function untilFound(agency: number | undefined, records: number): Promise<void> {
  const filters = agency === undefined ? {} : { agency: [String(agency)] }
  for (;;) {
    const { total } = await registry.catalogue.query({ filters, limit: 1 })
    if (total >= records) return
    await setTimeout(LOOK_MS)
  }
}

async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await setTimeout(LOOK_MS)
}

function listen(dial: readonly string[]): Promise<Network> {
  return createNetwork({
    ...{ registry, seed: node.transportSeed, listen: { host: '127.0.0.1', tcpPort: 0 } },
    ...{ dial, mdns: false, clock: systemClock, logger },
  }).then((made) => {
    node.attach(made)
    return made
  })
}
