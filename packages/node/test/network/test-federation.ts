/** A federation over loopback: real transports, registries in memory, keys from numbers. */
import { createHash } from 'node:crypto'
import {
  admissionChanges,
  CN_GOV_PROFILE,
  createJoinRequest,
  type Database,
  draftRoster,
  encodeRoster,
  foundingChanges,
  type JoinRequest,
  openRegistry,
  parseJoinRequest,
  profileHash,
  type Registry,
  type Roster,
  type RosterChange,
  rosterMessage,
  type Signer,
  verifyRoster,
} from '@mulu/registry-core'
import { MemoryLevel } from 'memory-level'
import { pino } from 'pino'
import { systemClock } from '../../src/clock.ts'
import { createCrypto, createSigner } from '../../src/crypto.ts'
import { bindAuthor } from '../../src/federation/own-writer.ts'
import { peerIdOf } from '../../src/federation/peer-id.ts'
import { createNetwork } from '../../src/network/network.ts'
import type { NetworkOptions } from '../../src/network/network-options.ts'
import type { Network } from '../../src/network/peer-info.ts'

export const crypto = createCrypto()
export const logger = pino({ level: 'silent' })

/** A seed that is the same for the same text. */
export function seedOf(text: string): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(text).digest())
}

/** The transport identity of the node with a number. */
export function peerOf(node: number): string {
  return peerIdOf(seedOf(`transport ${node}`))
}

/** Rosters signed by one root key; node n gets writer number n when admitted in order. */
export class Rosters {
  readonly all: Roster[] = []
  readonly #root: Signer = createSigner(seedOf('root'))

  get newest(): Roster {
    const newest = this.all.at(-1)
    if (newest === undefined) throw new Error('not founded')
    return newest
  }

  static found(nodes: number): Rosters {
    const rosters = new Rosters()
    const { id, version } = CN_GOV_PROFILE
    rosters.sign(
      foundingChanges({
        name: 'Test',
        purpose: 'test',
        rootKeys: [rosters.#root.publicKey],
        threshold: 1,
        profile: { id, version: String(version), hash: profileHash(crypto, CN_GOV_PROFILE) },
        founder: rosters.#request(1),
      }),
    )
    for (let node = 2; node <= nodes; node++) rosters.admit(node)
    return rosters
  }

  admit(node: number): Roster {
    const { fed, state } = this.newest
    return this.sign(admissionChanges(fed, state, [this.#request(node)]))
  }

  /** Closes all that a node was granted. */
  dismiss(node: number): Roster {
    const grants = this.newest.state.writers.get(node)?.grants ?? []
    return this.sign(
      grants.map(({ ns, from }) => ({
        type: 'close',
        client: node,
        ns,
        from,
        ends: [],
        final: true,
        why: 'left',
      })),
    )
  }

  sign(changes: readonly RosterChange[]): Roster {
    const before = this.all.at(-1)
    const body = draftRoster(crypto, before, changes, 1_700_000_000_000 + this.all.length)
    const signature = this.#root.sign(rosterMessage(body))
    const bytes = encodeRoster(body, [[this.#root.publicKey, signature]])
    const roster = verifyRoster(crypto, before, bytes)
    this.all.push(roster)
    return roster
  }

  #request(node: number): JoinRequest {
    const text = createJoinRequest(createSigner(seedOf(`writer ${node}`)), {
      fed: this.all[0]?.hash ?? new Uint8Array(),
      peers: [peerOf(node)],
      agency: { code: `agency ${node}`, names: { en: `Agency ${node}` }, region: '' },
      office: '',
    })
    return parseJoinRequest(crypto, text)
  }
}

/** A registry in memory that writes as the node with this number. */
export async function openTestRegistry(
  node: number,
  rosters: readonly Roster[],
): Promise<Registry> {
  const registry = await openRegistry({
    db: new MemoryLevel<string, string>() as unknown as Database,
    crypto,
    now: () => Date.now(),
    randomBytes: (length) => new Uint8Array(length).fill(node),
    profiles: [CN_GOV_PROFILE],
  })
  for (const roster of rosters) await registry.addRoster(roster.bytes)
  bindAuthor(registry, createSigner(seedOf(`writer ${node}`)))
  return registry
}

/** Starts the network of the node with this number on a free port of the loopback. */
export function startTestNetwork(
  node: number,
  registry: Registry,
  options: Partial<NetworkOptions> = {},
): Promise<Network> {
  const { limits, ...rest } = options
  return createNetwork({
    registry,
    seed: seedOf(`transport ${node}`),
    listen: { host: '127.0.0.1', tcpPort: 0 },
    dial: [],
    mdns: false,
    logger,
    clock: systemClock,
    limits: { tickMs: 20, retryMs: 20, retryMaxMs: 100, reportMs: 5, ...limits },
    ...rest,
  })
}

/** Writes one record as the node's author. */
export async function writeRecord(registry: Registry, ns: number, local: string): Promise<void> {
  const set = { 'title/en': `Title ${local}`, 'description/en': 'text' }
  await registry.write({ ns, aud: 1, actor: 'a', changes: [{ rec: `resource/${local}`, set }] })
}

/** Resolves when something holds, looked at after every change of the networks. */
export async function until(networks: readonly Network[], holds: () => boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    const stops = networks.map((network) => network.onChange(() => check()))
    const check = (): void => {
      if (!holds()) return
      for (const stop of stops) stop()
      resolve()
    }
    check()
  })
}

/** Whether two registries know the same commits for the federation. */
export function isLevel(a: Registry, b: Registry): boolean {
  const [left, right] = [a, b].map((registry) => registry.headsDigest('known', 1).join())
  return left === right
}
