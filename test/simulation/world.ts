/** A federation in one thread: nodes, the network between them, and the time. */
import {
  type Crypto,
  decodeCommit,
  type Hash,
  isMuluError,
  type LogKey,
  type MuluError,
  type Order,
  type Roster,
  type RosterChange,
  type RosterState,
  withOrders,
} from '../../packages/registry-core/src/index.ts'
import { isMember } from '../../packages/registry-core/src/sync/audience-rule.ts'
import { rememberingCrypto, testSigner } from '../../packages/registry-core/testing/crypto.ts'
import { Link, type Passage, type Wire } from '../../packages/registry-core/testing/exchange.ts'
import {
  type Applicant,
  TEST_START_MS,
  TestFederation,
} from '../../packages/registry-core/testing/federation.ts'
import { type NodeIdentity, type Planted, SimNode } from './sim-node.ts'
import { type Chance, pick } from './step.ts'
import type { Stick } from './steps/bundle.ts'
import type { Administered, Thief } from './steps/orders.ts'

/** A write that a node has confirmed. */
export type Acknowledged = {
  readonly node: SimNode
  readonly scope: string
  readonly commit: Hash
}

/** What the network does to frames, each in a thousand. */
export type Weather = {
  readonly drop: number
  readonly repeat: number
  readonly overtake: number
  readonly damage: number
}

const CALM: Weather = { drop: 0, repeat: 0, overtake: 0, damage: 0 }

/** Audiences that the first namespaces share a list with. */
export const LISTED_AUDIENCE: readonly number[] = [1, 2]

/** Keys of writers that no node of the simulation has: the hostile ones. */
export const ROGUE_OFFICE = 4
export const ROGUE_AGENCY = 5

type Founded = Applicant & { readonly name: string }

const FOUNDERS: readonly Founded[] = [
  { seed: 1, agency: 'A', name: 'A' },
  { seed: 2, agency: 'A', office: 'n', rights: ['describe', 'classify'], name: 'A/n' },
  { seed: 3, agency: 'B', name: 'B' },
  { seed: ROGUE_OFFICE, agency: 'A', office: 'x', rights: ['describe'], name: 'A/x' },
  { seed: ROGUE_AGENCY, agency: 'X', name: 'X' },
  { seed: 6, agency: 'B', office: 'n', rights: ['describe'], name: 'B/n' },
]
/** One of them hostile, so that an honest majority has to hold. */
const WITNESSES: readonly number[] = [1, 2, 3, ROGUE_AGENCY, 6]
const ROGUES: readonly number[] = [ROGUE_OFFICE, ROGUE_AGENCY]

/** Signatures are good or bad whichever seed meets them. */
const CRYPTO = rememberingCrypto()

let template: TestFederation | undefined

/** The founded federation; signing its rosters is done once for all seeds. */
function foundFederation(): TestFederation {
  if (template === undefined) {
    const [founder, ...others] = FOUNDERS
    const founded = TestFederation.found(founder === undefined ? [] : [founder])
    founded.admitTogether(others, [])
    const { writers } = founded.newest.state
    // Rights are added beside the open grant, so a wider grant has all that the first one has.
    founded.sign(
      [1, 2, 3].map((client): RosterChange => {
        const { ns = 1, rights = [] } = writers.get(client)?.grants[0] ?? {}
        return { type: 'grant', client, ns, auds: [0, 1, LISTED_AUDIENCE], rights }
      }),
    )
    founded.sign([{ type: 'witnesses', writers: WITNESSES, threshold: 3 }])
    template = founded
  }
  return template.copy()
}

/** Everything a step can act on and an invariant can look at. */
export class World {
  readonly federation: TestFederation = foundFederation()
  readonly nodes: SimNode[] = []
  readonly crypto: Crypto
  readonly acknowledged: Acknowledged[] = []
  /** Every text that stands only in records of a private audience, by scope. */
  readonly secrets = new Map<string, string[]>()
  /** Values of persons that stand in a commit of their own, by its id. */
  readonly personal = new Map<string, string>()
  /** Chains that hostile writers go on with, by log. */
  /** Clocks that hostile logs stand at, by log and record. */
  readonly clocks = new Map<string, number>()
  readonly forged = new Map<string, { id: Hash; seq: number; ms: number }>()
  /** Snapshots that sound nodes vouch for by commit id, with the ETags of the records they cover. */
  readonly snapshots = new Map<string, ReadonlyMap<string, string>>()
  /** Snapshots of nodes whose disk has rotted, by commit id: they may be right or wrong. */
  readonly doubtful = new Set<string>()
  /** Snapshots that say what is not so, by commit id, and about what. */
  readonly lies = new Map<string, 'heads' | 'root'>()
  /** Administrator keys of agencies, in the order of the roster; orders and writers of theirs. */
  readonly administered: Administered[] = []
  readonly orders: Order[] = []
  readonly thieves: Thief[] = []
  /** Bundles that are under way. */
  readonly sticks: Stick[] = []
  /** Values that nobody has and nobody may have erased, by record and class. */
  readonly lost = new Set<string>()
  /** What was found wrong while steps ran. */
  readonly violations: string[] = []
  /** Whether all take and sign a snapshot once everything is healed. */
  isConcluding = false
  /** Whether all but the first node keep only what is live. */
  isSlim = false
  /** Whether some office holds, or held, a part. */
  isSubscribing = false
  /** Bodies that nodes have dropped. */
  dropped = 0
  weather: Weather = CALM
  /** Nodes whose bits differ cannot reach each other. */
  partition: ReadonlySet<SimNode> = new Set()
  ms = TEST_START_MS
  counter = 0
  chance: Chance = () => 0
  readonly #planted: Planted
  readonly #links = new Set<Link>()

  constructor(planted: Planted, crypto: Crypto = CRYPTO) {
    this.#planted = planted
    this.crypto = crypto
  }

  /** Opens the nodes of the founded federation, each with the roster. */
  static async open(planted: Planted): Promise<World> {
    const world = new World(planted)
    for (const { seed, name } of FOUNDERS) {
      if (!ROGUES.includes(seed)) await world.addNode({ client: seed, key: seed, name })
    }
    return world
  }

  /** Adds a node that holds the roster chain as it is now. */
  async addNode(identity: NodeIdentity): Promise<SimNode> {
    const node = new SimNode(identity, () => this.ms, this.crypto, this.#planted)
    if (this.isSlim) node.keeps = 'live'
    this.nodes.push(node)
    await node.start()
    await this.giveRosters(node)
    return node
  }

  /** Hands a node the roster chain, as its ticket or its coordinator does. */
  async giveRosters(node: SimNode): Promise<void> {
    await this.atNode(node, async () => {
      for (const { bytes } of this.federation.rosters) await node.registry?.addRoster(bytes)
    })
  }

  /** Runs work of a node; what its disk or a power cut does to it is part of the world. */
  async atNode(node: SimNode, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      await node.fail(error)
    }
    if (node.disk.isOff && node.isUp) node.crash(0)
  }

  /** Headers of the commits that a node holds at a position. */
  async headersAt(node: SimNode, log: LogKey, seq: number): Promise<readonly Uint8Array[]> {
    const page = await node.registry?.readLog(log, seq, 1)
    return (page?.commits ?? []).map((bytes) => decodeCommit(bytes).header)
  }

  /** The roster chain with every order that some node has; one with a rotten disk may pass on none. */
  get rosters(): readonly Roster[] {
    const known = this.sound.flatMap(({ registry }) => registry?.orders() ?? [])
    const orders = new Map(known.map(({ order }) => [order.id.join(), order]))
    return withOrders(this.crypto, this.federation.rosters, [...orders.values()]).rosters
  }

  /** Who may do what by all rosters and orders. */
  get state(): RosterState {
    return this.rosters.at(-1)?.state ?? this.federation.newest.state
  }

  get up(): readonly SimNode[] {
    return this.nodes.filter((node) => node.isUp)
  }

  /** Nodes that run, and whose disk was not touched by rot. */
  get sound(): readonly SimNode[] {
    return this.up.filter((node) => !node.isRotten)
  }

  /** Streams between nodes that run. */
  get links(): readonly Link[] {
    return [...this.#links]
  }

  /** Whether a writer is that of the first node, which goes on keeping everything. */
  isArchive(client: number): boolean {
    return this.nodes[0]?.identity.client === client
  }

  /** Whether the first node belongs to the federation, so that it gives what others have dropped. */
  get hasArchive(): boolean {
    const writer = this.federation.newest.state.writers.get(this.nodes[0]?.identity.client ?? 0)
    return writer !== undefined && isMember(writer)
  }

  /** Members of the newest roster that serve, and whose disk was not touched by rot. */
  get soundMembers(): readonly SimNode[] {
    const { writers } = this.state
    return this.sound.filter((node) => {
      const writer = writers.get(node.identity.client)
      return writer !== undefined && isMember(writer)
    })
  }

  nodeOf(participant: object): SimNode | undefined {
    return this.nodes.find((node) => node.participant === participant)
  }

  isReachable(a: SimNode, b: SimNode): boolean {
    return this.partition.has(a) === this.partition.has(b)
  }

  /** Opens a stream each way between two nodes, where there is none. */
  connect(a: SimNode, b: SimNode): boolean {
    if (a === b || !this.isReachable(a, b)) return false
    const opened = [this.#open(a, b), this.#open(b, a)]
    return opened.includes(true)
  }

  #open(from: SimNode, to: SimNode): boolean {
    const [requester, responder] = [from.participant, to.participant]
    if (requester === undefined || responder === undefined) return false
    if (requester.links.some((l) => l.requester === requester && l.responder === responder)) {
      return false
    }
    this.#tellTime()
    this.#links.add(new Link(requester, responder, this.#wire()))
    return true
  }

  /** Sets who can reach whom and breaks the streams in between. */
  divide(apart: ReadonlySet<SimNode>): void {
    this.partition = apart
    for (const link of this.links) {
      const [a, b] = [this.nodeOf(link.requester), this.nodeOf(link.responder)]
      if (a !== undefined && b !== undefined && !this.isReachable(a, b)) link.cut()
    }
  }

  /** Lets time pass; late answers end their streams, resting ones compare again. */
  pass(ms: number): void {
    this.ms += ms
    this.#tellTime()
    for (const link of this.links) {
      link.ask({ type: 'tick' })
      link.answer({ type: 'tick' })
      link.ask({ type: 'round' })
    }
    this.#sweep()
  }

  /** Does up to `count` pieces of waiting work, each at a place that chance picks. */
  async deliver(count: number): Promise<number> {
    for (let done = 0; done < count; done++) {
      const waiting: { readonly link: Link; readonly side: 'requester' | 'responder' }[] = []
      for (const link of this.#links) {
        if (link.queues.requester.length > 0) waiting.push({ link, side: 'requester' })
        if (link.queues.responder.length > 0) waiting.push({ link, side: 'responder' })
      }
      const chosen = pick(this.chance, waiting)
      if (chosen === undefined) return done
      await this.#work(chosen.link, chosen.side)
    }
    return count
  }

  async #work(link: Link, side: 'requester' | 'responder'): Promise<void> {
    const node = this.nodeOf(link[side])
    const work = link.queues[side].shift()
    if (node === undefined || work === undefined) return
    this.#tellTime()
    await this.atNode(node, work)
    this.#sweep()
  }

  #sweep(): void {
    for (const link of this.#links) {
      if (!link.isClosed) continue
      if (link.queues.requester.length + link.queues.responder.length > 0) continue
      link.cut()
      this.#links.delete(link)
    }
  }

  /** Deadlines run on a clock that nobody sets; only stamps read the one that may be wrong. */
  #tellTime(): void {
    for (const node of this.up) {
      if (node.participant !== undefined) node.participant.nowMs = this.ms
    }
  }

  #wire(): Wire {
    return (frame): Passage => {
      const { drop, repeat, overtake, damage } = this.weather
      const chance = this.chance
      if (chance(1_000) < drop) return { copies: [], overtakes: false }
      const overtakes = chance(1_000) < overtake
      if (chance(1_000) < damage) return { copies: [damaged(frame, chance)], overtakes }
      return { copies: chance(1_000) < repeat ? [frame, frame] : [frame], overtakes }
    }
  }

  /** Signs the next roster and hands it to one node, from where it spreads. */
  async changeRoster(changes: readonly RosterChange[], first: SimNode): Promise<void> {
    this.federation.sign(changes)
    await this.giveRosters(first)
  }

  /** Signs bytes for a writer whose key has the same number. */
  signerOf(client: number): ReturnType<typeof testSigner> {
    return testSigner(this.nodes.find((n) => n.identity.client === client)?.identity.key ?? client)
  }

  /** Whether something moves that only the present version of the protocol brings. */
  get needsPresentVersion(): boolean {
    return this.isSlim || this.isSubscribing || this.orders.length > 0
  }

  /** Everything is repaired: disks, power, network, clocks, and software that is too old. */
  async heal(): Promise<void> {
    this.weather = CALM
    this.divide(new Set())
    for (const node of this.nodes) {
      node.disk.repair()
      node.skewMs = 0
      if (node.isOlder && this.needsPresentVersion) {
        node.isOlder = false
        if (node.isUp) await node.stop()
      }
      await node.start()
    }
    // Whoever signed a roster hands it out until somebody has taken it.
    const [first] = this.up
    if (first !== undefined) await this.giveRosters(first)
  }
}

function damaged(frame: Uint8Array, chance: Chance): Uint8Array {
  const copy = Uint8Array.from(
    frame.subarray(0, chance(4) === 0 ? chance(frame.length) : undefined),
  )
  const at = chance(Math.max(1, copy.length))
  if (copy.length > 0) copy[at] = (copy[at] ?? 0) ^ (1 << chance(8))
  return copy
}

/** Whether an error is a refusal with one of these codes. */
export function isRefusal(error: unknown, codes: readonly string[]): error is MuluError {
  return isMuluError(error) && codes.includes(error.code)
}
