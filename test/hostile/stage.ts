/** Real nodes on the loopback, each with its folder, network and HTTP, and members whose keys the test holds. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  draftRoster,
  encodeRoster,
  type Roster,
  type RosterChange,
  type Signer,
  verifyRoster,
} from '@mulu/registry-core'
import { pino } from 'pino'
import { systemClock } from '../../packages/node/src/clock.ts'
import { createCrypto, createSigner } from '../../packages/node/src/crypto.ts'
import { admitRequests } from '../../packages/node/src/federation/admit.ts'
import { foundFederation, signaturesOf } from '../../packages/node/src/federation/found.ts'
import { initialiseNode } from '../../packages/node/src/federation/join.ts'
import { readRootKeys } from '../../packages/node/src/federation/root-keys.ts'
import { writeAddresses } from '../../packages/node/src/folder/address-file.ts'
import { dataFolder } from '../../packages/node/src/folder/data-folder.ts'
import { readKeyFile } from '../../packages/node/src/folder/key-file.ts'
import type { NetworkLimits } from '../../packages/node/src/network/network-options.ts'
import { startNode } from '../../packages/node/src/node.ts'
import { openNode } from '../../packages/node/src/open-node.ts'
import { localOperations } from '../../packages/node/src/operations/operations.ts'
import { PROFILES } from '../../packages/node/src/store/profiles.ts'
import { HostilePeer } from './hostile-peer.ts'
import { HostileLog, type HostileMember } from './hostile-writer.ts'

const crypto = createCrypto()
const silent = pino({ level: 'silent' })

/** A member whose keys the test holds; an office has its agency's namespace. */
export type Hostile = HostileMember & {
  readonly name: string
  readonly log: HostileLog
  readonly start: () => Promise<HostilePeer>
}

/** Who is to be on the stage besides the first node, by name. */
export type Cast = {
  readonly honest: readonly string[]
  readonly hostile: readonly string[]
  /** Offices of the agency of a hostile member, with the right to describe only. */
  readonly offices?: Readonly<Record<string, string>>
  /** Honest nodes that are admitted and not started yet. */
  readonly late?: readonly string[]
  /** The agencies of late ones that are offices; others are agencies of their own. */
  readonly lateOffices?: Readonly<Record<string, string>>
  /** Is given the folder of each honest node before it starts. */
  readonly prepare?: (stage: Stage, name: string, dir: string) => Promise<void>
}

/** A node that runs in this process. */
export type StageNode = {
  readonly name: string
  readonly dir: string
  readonly url: string
  readonly address: () => string
  readonly logged: readonly string[]
  readonly get: <T>(path: string) => Promise<T>
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>
  readonly stop: () => Promise<void>
}

/** Nodes and members under one roster. */
export class Stage {
  readonly nodes: StageNode[] = []
  readonly rosters: Roster[] = []
  readonly #dir: string
  readonly #hostile = new Map<string, Hostile>()
  readonly #stops: (() => Promise<void>)[] = []
  #roots: readonly Signer[] = []
  #prepare: NonNullable<Cast['prepare']> = async () => undefined

  private constructor(dir: string) {
    this.#dir = dir
  }

  /** Founds, admits everybody, and starts the honest nodes. */
  static async open(cast: Cast, limits: Partial<NetworkLimits> = {}): Promise<Stage> {
    const stage = new Stage(await mkdtemp(join(tmpdir(), 'mulu-hostile-')))
    stage.#prepare = cast.prepare ?? stage.#prepare
    await stage.#found()
    await stage.#admit(cast)
    for (const name of ['first', ...cast.honest]) await stage.start(name, limits)
    return stage
  }

  get first(): StageNode {
    const [first] = this.nodes
    if (first === undefined) throw new Error('no node runs')
    return first
  }

  get second(): StageNode {
    const [, second] = this.nodes
    if (second === undefined) throw new Error('one node runs')
    return second
  }

  get newest(): Roster {
    const newest = this.rosters.at(-1)
    if (newest === undefined) throw new Error('no roster')
    return newest
  }

  /** The number and the namespace of a member by the name of its agency. */
  member(name: string): { readonly client: number; readonly ns: number } {
    const { writers, agencies } = this.newest.state
    for (const { client, agency, office, grants } of writers.values()) {
      const isIt = office === '' && agencies.get(agency)?.codes[0] === name
      if (isIt) return { client, ns: grants[0]?.ns ?? 0 }
    }
    throw new Error(`${name} is not in the roster`)
  }

  hostile(name: string): Hostile {
    const found = this.#hostile.get(name)
    if (found === undefined) throw new Error(`${name} is not in the cast`)
    return found
  }

  /** A roster version that the root holders sign; nobody has heard of it yet. */
  sign(changes: readonly RosterChange[], roots: readonly Signer[] = this.#roots): Roster {
    const bytes = this.draft(changes, roots)
    const roster = verifyRoster(crypto, this.newest, bytes)
    this.rosters.push(roster)
    return roster
  }

  /** The bytes of a version after the newest, or after another one. */
  draft(
    changes: readonly RosterChange[],
    roots: readonly Signer[] = this.#roots,
    after: Roster = this.newest,
  ): Uint8Array {
    const body = draftRoster(crypto, after, changes, Date.now())
    return encodeRoster(body, signaturesOf(body, roots))
  }

  get roots(): readonly Signer[] {
    return this.#roots
  }

  async close(): Promise<void> {
    for (const stop of this.#stops.splice(0).reverse()) await stop()
    await rm(this.#dir, { recursive: true, force: true })
  }

  async #found(): Promise<void> {
    await foundFederation(
      {
        dir: join(this.#dir, 'first'),
        agency: { code: 'first', names: { en: 'First', 'zh-Hans': '第一' }, region: '' },
        office: '',
        name: 'Hostile',
        profile: PROFILES['cn-gov'],
        rootKeys: 3,
        threshold: 2,
      },
      systemClock,
    )
    const keys = await readRootKeys(dataFolder(join(this.#dir, 'first')).root)
    this.#roots = keys.map(({ signer }) => signer)
  }

  /** Everybody else asks to join and is admitted before any node runs. */
  async #admit(cast: Cast): Promise<void> {
    const node = await openNode(join(this.#dir, 'first'), systemClock, silent)
    const { folder, store } = node.context
    const ticket = await localOperations(node.context).ticket()
    const offices = cast.offices ?? {}
    const lateOffices = cast.lateOffices ?? {}
    const apply = async (name: string, code: string, office: string): Promise<string> => {
      const agency = { code, names: { en: code, 'zh-Hans': code }, region: '' }
      const made = await initialiseNode({ dir: join(this.#dir, name), agency, office, ticket })
      return readFile(made.joinRequest, 'utf8')
    }
    const requests: string[] = []
    const honest = [...cast.honest, ...(cast.late ?? [])]
    for (const name of [...honest, ...cast.hostile]) requests.push(await apply(name, name, ''))
    for (const [name, agency] of Object.entries(lateOffices)) {
      requests.push(await apply(name, agency, name))
    }
    for (const [name, agency] of Object.entries(offices)) {
      requests.push(await apply(name, agency, name))
    }
    const context = { folder, registry: store.registry, clock: systemClock }
    const { admitted } = await admitRequests(context, requests)
    this.rosters.push(...store.registry.rosters)
    await node.close()
    const own = Object.keys(lateOffices)
    const names = [...honest, ...cast.hostile, ...own, ...Object.keys(offices)]
    for (const [index, name] of names.entries()) {
      if (honest.includes(name) || own.includes(name)) continue
      this.#hostile.set(name, await this.#readHostile(name, admitted[index]?.client ?? 0))
    }
  }

  async #readHostile(name: string, client: number): Promise<Hostile> {
    const folder = dataFolder(join(this.#dir, name))
    const { fed, version, hash, state } = this.newest
    const seed = await readKeyFile(folder.transportKey)
    const member: HostileMember = {
      client,
      ns: state.writers.get(client)?.grants[0]?.ns ?? 0,
      signer: createSigner(await readKeyFile(folder.writerKey)),
      fed,
      roster: [version, hash],
    }
    const start = async (): Promise<HostilePeer> => {
      const { version: newest, hash: mark } = this.newest
      const peer = await HostilePeer.start({ seed, fed, roster: { version: newest, hash: mark } })
      this.#stops.push(() => peer.stop())
      return peer
    }
    return { ...member, name, log: new HostileLog(member), start }
  }

  /** Starts an admitted node. */
  async start(name: string, limits: Partial<NetworkLimits> = {}): Promise<StageNode> {
    const logged: string[] = []
    const logger = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) })
    const dir = join(this.#dir, name)
    await this.#introduce(dir)
    await this.#prepare(this, name, dir)
    const options = { dir, port: 0, peerPort: 0, offline: false, mdns: false, limits }
    const node = await startNode(options, systemClock, logger)
    this.#stops.push(async () => node[Symbol.asyncDispose]())
    const key = (await readFile(dataFolder(dir).accessKey, 'utf8')).trim()
    const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
      fetch(new URL(path, node.url), {
        ...init,
        headers: { authorization: `Bearer ${key}`, ...init.headers },
      })
    const running: StageNode = {
      name,
      dir,
      url: node.url,
      address: () => node.addresses()[0] ?? '',
      logged,
      ask,
      get: async <T>(path: string) => (await (await ask(path)).json()) as T,
      stop: async () => node[Symbol.asyncDispose](),
    }
    this.nodes.push(running)
    return running
  }

  /** Tells a node that is about to start where the first one listens. */
  async #introduce(dir: string): Promise<void> {
    const first = this.nodes.find((node) => node.address() !== '')
    if (first === undefined) return
    const address = first.address()
    const peer = address.slice(address.lastIndexOf('/') + 1)
    await writeAddresses(dataFolder(dir), { [peer]: [address] })
  }
}
