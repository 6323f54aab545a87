/** One node of the simulation: the real registry on a disk that may fail, with a clock that lies. */
import { type Logger, pino } from 'pino'
import {
  type DurableRegistry,
  openDurableRegistry,
} from '../../packages/node/src/store/durable-registry.ts'
import {
  CN_GOV_PROFILE,
  type Crypto,
  type Database,
  isMuluError,
  openRegistry,
  type Registry,
} from '../../packages/registry-core/src/index.ts'
import { testSigner } from '../../packages/registry-core/testing/crypto.ts'
import { type Machines, Participant } from '../../packages/registry-core/testing/exchange.ts'
import { createChance } from '../../packages/registry-core/testing/history.ts'
import { SimulatedDisk } from '../../packages/registry-core/testing/simulated-disk.ts'
import { olderMachines } from './older-version.ts'

/** A bug that a test of the harness plants around the real parts. */
export type Planted = {
  readonly crypto?: (crypto: Crypto) => Crypto
  readonly database?: (database: Database) => Database
  readonly registry?: (registry: Registry) => Registry
  readonly machines?: (machines: Machines) => Machines
}

/** Who a node is. */
export type NodeIdentity = {
  /** Writer number in the roster. */
  readonly client: number
  /** Number of its signing key. */
  readonly key: number
  /** How it is called in a trace. */
  readonly name: string
}

/** Openings of one store in a run; more of them come of one that is opened for ever. */
const OPENINGS_MAX = 1_000

const SILENT: Logger = pino({ level: 'silent' })

/** A node through its crashes and restarts. */
export class SimNode {
  readonly identity: NodeIdentity
  readonly disk = new SimulatedDisk()
  /** Milliseconds by which its clock is ahead. */
  skewMs = 0
  /** Whether bits of its disk were flipped. */
  isRotten = false
  /** Why it serves no more, once rot was noticed or it is lost for good. */
  gone: string | undefined
  /** Whether it speaks the version of the protocol before, from its next start on. */
  isOlder = false
  /** What it keeps, from its next start on. */
  keeps: 'all' | 'live' = 'all'
  /** ETags that its screen showed, by record. */
  readonly shown = new Map<string, string[]>()
  participant: Participant | undefined
  #durable: DurableRegistry | undefined
  #openings = 0
  #drawn: (below: number) => number
  readonly #now: () => number
  readonly #crypto: Crypto
  readonly #planted: Planted

  constructor(identity: NodeIdentity, now: () => number, crypto: Crypto, planted: Planted) {
    this.identity = identity
    this.#now = now
    this.#crypto = planted.crypto?.(crypto) ?? crypto
    this.#planted = planted
    this.#drawn = createChance(identity.key * 7919)
  }

  get nowMs(): number {
    return Math.max(0, this.#now() + this.skewMs)
  }

  get registry(): Registry | undefined {
    return this.participant?.registry
  }

  get isUp(): boolean {
    return this.participant !== undefined
  }

  /** Work on the database below the registry, where the shell keeps what it knows beside it. */
  async onDatabase<T>(work: (db: Database) => Promise<T>): Promise<T> {
    if (this.#durable === undefined) throw new Error(`${this.identity.name} never ran`)
    return this.#durable.onDatabase(work)
  }

  /** Powers on and opens the store; a disk that refuses leaves the node down. */
  async start(): Promise<boolean> {
    if (this.gone !== undefined || this.isUp) return false
    this.disk.powerOn()
    try {
      await this.#open()
      return true
    } catch (error) {
      await this.fail(error)
      return false
    }
  }

  async #open(): Promise<void> {
    const { client, key } = this.identity
    const registry = await openDurableRegistry({
      openDatabase: async () => this.#openDatabase(),
      crypto: this.#crypto,
      now: () => this.nowMs,
      randomBytes: (length) => Uint8Array.from({ length }, () => this.#drawn(256)),
      profiles: [CN_GOV_PROFILE],
      keepsAll: this.keeps === 'all',
      logger: SILENT,
    })
    this.#durable = registry
    registry.setAuthor({ client, signer: testSigner(key) })
    const planted = this.#planted.registry?.(registry) ?? registry
    this.participant = new Participant(planted, client)
    const machines =
      this.#planted.machines?.(this.participant.machines) ?? this.participant.machines
    this.participant.machines = this.isOlder ? olderMachines(machines) : machines
  }

  #openDatabase(): Database {
    this.#openings += 1
    if (this.#openings > OPENINGS_MAX) throw new Error('the store is opened without end')
    const database = this.disk.open()
    return this.#planted.database?.(database) ?? database
  }

  /** Pulls the plug; of what was not synced some may be lost. */
  crash(kept: number): void {
    this.disk.cutPower(kept)
    this.#leave()
  }

  /** Ends the process; the disk keeps what it has. */
  async stop(): Promise<void> {
    await this.registry?.close()
    this.#leave()
  }

  /** Takes the node out of service for good. */
  lose(why: string): void {
    this.gone = why
    this.#leave()
  }

  #leave(): void {
    for (const link of [...(this.participant?.links ?? [])]) link.cut()
    this.participant = undefined
  }

  /**
   * What an error of this node means for it: a power cut ends the process, a refusing disk only
   * the call, and what no rule explains is a finding, except where rotten bytes explain it.
   */
  async fail(error: unknown): Promise<void> {
    if (this.disk.isOff) return this.#leave()
    if (isMuluError(error) && error.code === 'MULU_DISK') return
    if (!this.isRotten) throw error
    this.lose('rot was noticed')
  }

  /** A fresh registry that is offered everything this one holds, from the bytes of its logs. */
  async rebuilt(): Promise<Registry> {
    const registry = await openRegistry({
      db: new SimulatedDisk().open(),
      crypto: this.#crypto,
      now: () => this.nowMs,
      randomBytes: (length) => new Uint8Array(length),
      profiles: [CN_GOV_PROFILE],
    })
    for (const roster of this.registry?.rosters ?? []) await registry.addRoster(roster.bytes)
    await registry.takeOrders((this.registry?.orders() ?? []).map(({ order }) => order.bytes))
    return registry
  }
}
