/**
 * The network of a node: who may connect, who is known where, and the exchanges with neighbours.
 * Everything it takes in goes through the registry; everything it shows is about peers.
 */
import type { LogHead, Outdated, PeerAddresses, SyncContext } from '@mulu/registry-core'
import { logText } from '@mulu/registry-core'
import { createCrypto } from '../crypto.ts'
import { peerIdOf } from '../federation/peer-id.ts'
import { SOFTWARE } from '../software.ts'
import { createAdmission, createGater } from './gater.ts'
import { broughtByGuest, Introductions } from './introductions.ts'
import { createMembership, type Membership } from './membership.ts'
import { Neighbours } from './neighbours.ts'
import { NETWORK_LIMITS, type NetworkLimits, type NetworkOptions } from './network-options.ts'
import type { Conduct, Network, NetworkProgress, PeerInfo, PeerPhase } from './peer-info.ts'
import { phaseOfStream } from './peer-phase.ts'
import { PeerTable, peerOf } from './peer-table.ts'
import { Quotas } from './quotas.ts'
import { ReplicaView } from './replica-view.ts'
import { Resumptions } from './resumptions.ts'
import type { Heard, StreamContext } from './stream-context.ts'
import { type Told, ToldHeads } from './told-heads.ts'
import { createTransport, startTransport } from './transport.ts'

/** After every log whose bodies are held; see membership.ts. */
const HEADERS_PRIORITY = 4
const ADDRESSES_TOLD_MAX = 8
const PEERS_TOLD_MAX = 64
const SAVE_AFTER_MS = 2_000

/** Starts the network of a node; MULU_PORT_BUSY when it cannot listen. */
export async function createNetwork(options: NetworkOptions): Promise<Network> {
  const limits = { ...NETWORK_LIMITS, ...options.limits }
  const peerId = peerIdOf(options.seed)
  const membership = createMembership(options.registry, peerId)
  const table = new PeerTable(limits)
  const ticketPeers = learnTicket(table, options.dial)
  for (const [known, addresses] of Object.entries((await options.addressBook?.load()) ?? {})) {
    if (Array.isArray(addresses)) table.learn(known, addresses)
  }
  const isCut = (peer: string): boolean => table.isCut(peer, options.clock.elapsed())
  const quotas = new Quotas(limits.quotas, options.clock)
  const introductions = new Introductions((guest) => {
    if (!membership.isListed(guest)) quotas.forget(guest)
  })
  const admission = createAdmission(membership, ticketPeers, isCut, {
    admit: (peer) => introductions.admit(peer, options.clock.elapsed()),
    isGuest: (peer) => introductions.isGuest(peer, options.clock.elapsed()),
  })
  const gater = createGater(admission, quotas, options.logger)
  const libp2p = await createTransport(options, limits, gater)
  const parts = { options, limits, peerId, membership, table, ticketPeers, quotas, introductions }
  const network = new RunningNetwork(parts)
  await network.start(
    (context, candidates) =>
      new Neighbours({ libp2p, context, table, admission, limits, candidates }),
    () => libp2p.getMultiaddrs().map((address) => address.toString()),
    () => startTransport(libp2p, options),
  )
  libp2p.addEventListener('peer:discovery', ({ detail }) => {
    const addresses = detail.multiaddrs.map((address) => address.toString())
    network.learn([{ peerId: detail.id.toString(), addresses }])
  })
  return network
}

/** The peers of the ticket, with their addresses in the table. */
function learnTicket(table: PeerTable, addresses: readonly string[]): ReadonlySet<string> {
  const peers = new Set<string>()
  for (const address of addresses) {
    const peer = peerOf(address)
    if (peer === undefined) continue
    peers.add(peer)
    table.learn(peer, [address])
  }
  return peers
}

type Parts = {
  readonly options: NetworkOptions
  readonly limits: NetworkLimits
  readonly peerId: string
  readonly membership: Membership
  readonly table: PeerTable
  readonly ticketPeers: ReadonlySet<string>
  readonly quotas: Quotas
  readonly introductions: Introductions
}

class RunningNetwork implements Network {
  readonly peerId: string
  readonly #parts: Parts
  readonly #crypto = createCrypto()
  readonly #view: ReplicaView
  readonly #listeners = new Set<() => void>()
  readonly #told = new ToldHeads()
  readonly #resumptions = new Resumptions()
  #neighbours: Neighbours | undefined
  #ownAddresses: () => readonly string[] = () => []
  #received = 0
  #seqs: { readonly heads: readonly LogHead[]; readonly byLog: ReadonlyMap<string, number> } = {
    heads: [],
    byLog: new Map(),
  }
  #saving: Promise<void> = Promise.resolve()
  #cancelSave: (() => void) | undefined
  #stopping: Promise<void> | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    this.peerId = parts.peerId
    const { registry, clock, logger, software = `mulu ${SOFTWARE}` } = parts.options
    this.#view = new ReplicaView({
      registry,
      clock,
      logger,
      software,
      limits: parts.limits,
      onNews: (news) => {
        this.#neighbours?.announce(news)
        this.#tell()
      },
    })
  }

  async start(
    open: (context: StreamContext, candidates: () => readonly string[]) => Neighbours,
    ownAddresses: () => readonly string[],
    listen: () => Promise<void>,
  ): Promise<void> {
    const neighbours = open(this.#streamContext(), () => this.#candidates())
    await neighbours.listen()
    try {
      await listen()
    } catch (error) {
      this.#view.stop()
      throw error
    }
    this.#ownAddresses = ownAddresses
    this.#neighbours = neighbours
    neighbours.start()
  }

  peers(): readonly PeerInfo[] {
    return this.#parts.membership.others().map(({ client, peerId }) => {
      const entry = this.#parts.table.get(peerId)
      const { addresses, lastHeardMs, reported, archive, outdated, rosterVersion } = entry
      const { holds, compared } = entry
      const connected = this.#neighbours?.isConnected(peerId) ?? false
      const refused = this.#parts.table.refusedOf(peerId)
      const phase = this.#phaseOf(peerId, connected)
      const heard = { addresses, lastHeardMs, reported, archive, outdated, rosterVersion, refused }
      return { client, peerId, connected, phase, ...heard, holds, compared }
    })
  }

  conductOf(client: number, peerId: string): Conduct {
    const { table, quotas, options } = this.#parts
    return {
      refused: table.refusedOf(peerId),
      throttled: quotas.throttlesOf(client, peerId),
      cutOff: table.cutOf(peerId, options.clock),
      ineffective: quotas.ineffectiveOf(client),
    }
  }

  progress(): NetworkProgress {
    const requesters = this.#neighbours?.requesters() ?? []
    const missing = requesters.map(([, stream]) => stream.missing((log) => this.#knownSeq(log)))
    return {
      connected: this.peers().filter((peer) => peer.connected).length,
      level: requesters.filter(([, stream]) => stream.phase === 'level').length,
      missing: Math.max(0, ...missing),
      received: this.#received,
    }
  }

  told(): Told {
    const requesters = this.#neighbours?.requesters() ?? []
    return this.#told.with(requesters.map(([peerId, { told }]) => [peerId, told] as const))
  }

  addresses(): readonly string[] {
    return this.#ownAddresses()
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Takes in addresses of members; of others only those of the ticket are kept. */
  learn(peers: readonly PeerAddresses[]): void {
    const { membership, table, peerId: own, ticketPeers } = this.#parts
    let isNew = false
    for (const { peerId, addresses } of peers) {
      const isWanted = membership.clientOf(peerId) !== undefined || ticketPeers.has(peerId)
      if (peerId !== own && isWanted) isNew = table.learn(peerId, addresses) || isNew
    }
    if (!isNew || this.#stopping !== undefined) return
    this.#saveSoon()
    this.#neighbours?.look()
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #stop(): Promise<void> {
    this.#view.stop()
    this.#cancelSave?.()
    this.#parts.quotas.stop()
    await this.#neighbours?.stop()
    await this.#save()
  }

  #candidates(): readonly string[] {
    const { membership, ticketPeers } = this.#parts
    if (membership.self() === undefined) return [...ticketPeers]
    return membership.others().map(({ peerId }) => peerId)
  }

  #streamContext(): StreamContext {
    const { registry, logger, clock } = this.#parts.options
    return {
      registry,
      logger,
      clock,
      quotas: this.#parts.quotas,
      syncContext: (peerId) => this.#syncContext(peerId),
      onHeard: (peerId, heard) => this.#onHeard(peerId, heard),
      onCompared: (peerId, { digest, accepted }) => {
        this.#parts.table.get(peerId).compared = { digest, accepted }
        this.#tell()
      },
      onPeers: (peers) => this.learn(peers),
      onUnshared: (peerId, outdated) => this.#onUnshared(peerId, outdated),
      onBlame: (peerId, code) => this.#onBlame(peerId, code),
      onReceived: (count) => {
        this.#received += count
      },
      onLevel: () => this.#told.level(),
      onEnded: (peerId, told, resumption) => {
        this.#told.keep(peerId, told)
        if (!this.#isGuest(peerId)) this.#resumptions.keep(peerId, resumption)
      },
      resume: (peerId) => this.#resumptions.take(peerId),
      onReleased: (peerId) => this.#neighbours?.releasedBy(peerId),
      onChange: () => this.#tell(),
      listPeers: (peerId) => this.#listPeers(peerId),
    }
  }

  #syncContext(peerId: string): SyncContext {
    const { membership, options } = this.#parts
    return {
      crypto: this.#crypto,
      replica: this.#view.replica,
      heads: this.#view.heads,
      self: membership.self(),
      peer: membership.clientOf(peerId),
      twins: membership.twinsOf(peerId),
      report: this.#view.report,
      addresses: () => this.#ownAddresses().slice(0, ADDRESSES_TOLD_MAX),
      nowMs: options.clock.elapsed(),
      // What is held as headers alone can wait for what people search.
      priority: (log) =>
        options.registry.holding.holds(log) ? membership.priority(log) : HEADERS_PRIORITY,
      isClaimed: (log) => this.#isClaimed(peerId, log),
      isThrottled: ({ writer }) =>
        writer !== membership.self() && this.#parts.quotas.isWriterThrottled(writer),
    }
  }

  #isClaimed(peerId: string, log: string): boolean {
    const requesters = this.#neighbours?.requesters() ?? []
    return requesters.some(([other, stream]) => other !== peerId && stream.claims.includes(log))
  }

  #onUnshared(peerId: string, outdated: Outdated): void {
    this.#parts.table.get(peerId).outdated = outdated
    const who = outdated === 'self' ? 'this node is' : 'it is'
    this.#parts.options.logger.warn(
      { peer: peerId, outdated },
      `no version of the protocol is shared with a peer: ${who} too old and has to be updated`,
    )
    this.#tell()
  }

  #onHeard(peerId: string, heard: Heard): void {
    const { rosterVersion, report, addresses, archive, holds } = heard
    if (this.#isGuest(peerId)) {
      this.#onGuest(peerId, heard)
      return
    }
    const entry = this.#parts.table.get(peerId)
    entry.lastHeardMs = this.#parts.options.clock.now()
    entry.rosterVersion = rosterVersion
    if (report !== undefined) entry.reported = report
    if (archive !== undefined) entry.archive = archive
    if (holds !== undefined) entry.holds = holds
    entry.outdated = undefined
    if (addresses.length > 0) this.learn([{ peerId, addresses }])
    this.#tell()
  }

  #isGuest(peerId: string): boolean {
    const { membership, ticketPeers } = this.#parts
    return membership.clientOf(peerId) === undefined && !ticketPeers.has(peerId)
  }

  /** A stranger that may bring what admits it is asked for it; any other one is let go. */
  #onGuest(peerId: string, heard: Heard): void {
    const { options } = this.#parts
    const what = broughtByGuest(options.registry, heard)
    if (what === 'nothing') {
      this.#endGuest(peerId)
      return
    }
    if (this.#isAsked(peerId)) return
    options.logger.info({ peer: peerId }, `a stranger may bring ${what}`)
    this.#neighbours?.askGuest(peerId, () => {
      if (this.#isGuest(peerId)) this.#endGuest(peerId)
    })
  }

  #isAsked(peerId: string): boolean {
    return this.#neighbours?.requesterTo(peerId) !== undefined
  }

  #endGuest(peerId: string): void {
    const { options, introductions } = this.#parts
    introductions.end(peerId, options.clock.elapsed())
    this.#neighbours?.drop(peerId)
  }

  #onBlame(peerId: string, code: string): void {
    const { table, options, membership } = this.#parts
    if (this.#isGuest(peerId)) {
      this.#endGuest(peerId)
      // Of strangers nothing is kept; a former member is held to what it sends.
      if (!membership.isListed(peerId)) return
    }
    options.logger.warn({ peer: peerId, code }, 'what a peer sent was refused')
    this.#parts.quotas.chargeRefused(peerId)
    if (table.blame(peerId, code, options.clock)) {
      options.logger.warn({ peer: peerId, code }, 'a peer is cut off for a while')
      this.#neighbours?.drop(peerId)
    }
    this.#tell()
  }

  /** Those connected come first: their addresses are the surest. */
  #listPeers(peerId: string): readonly PeerAddresses[] {
    const { membership, table } = this.#parts
    const isShown = (other: string): boolean =>
      other !== peerId && membership.clientOf(other) !== undefined
    const isConnected = (other: PeerAddresses): number =>
      this.#neighbours?.isConnected(other.peerId) === true ? 0 : 1
    return [...table.addresses(isShown)]
      .sort((a, b) => isConnected(a) - isConnected(b))
      .slice(0, PEERS_TOLD_MAX)
  }

  #phaseOf(peerId: string, connected: boolean): PeerPhase {
    const { table, options } = this.#parts
    const entry = table.get(peerId)
    if (table.isCut(peerId, options.clock.elapsed())) return 'cut off'
    if (connected) return phaseOfStream(this.#neighbours?.requesterTo(peerId))
    if (entry.isDialling) return 'dialling'
    return entry.addresses.length === 0 ? 'unknown' : 'away'
  }

  #knownSeq(log: string): number {
    const { heads } = this.#view
    if (this.#seqs.heads !== heads) {
      this.#seqs = { heads, byLog: new Map(heads.map((h) => [logText(h.log), h.known.seq])) }
    }
    return this.#seqs.byLog.get(log) ?? 0
  }

  #saveSoon(): void {
    const { clock, logger } = this.#parts.options
    this.#cancelSave ??= clock.after(SAVE_AFTER_MS, () => {
      this.#cancelSave = undefined
      this.#save().catch((error: unknown) =>
        logger.warn({ err: error }, 'addresses of peers could not be saved'),
      )
    })
  }

  /** One after the other: stopping saves once more, perhaps while a save is under way. */
  #save(): Promise<void> {
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#saveNow())
    return this.#saving
  }

  async #saveNow(): Promise<void> {
    const { options, table, membership } = this.#parts
    const known = table.addresses((peerId) => membership.clientOf(peerId) !== undefined)
    const byPeer = known.map(({ peerId, addresses }) => [peerId, addresses] as const)
    await options.addressBook?.save(Object.fromEntries(byPeer))
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
