/**
 * Connections to other nodes and the exchanges on them. Looks again and again at what is due:
 * whom to dial, where no exchange runs, whose answer is late, which neighbour to ask anew.
 */
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { createFrameStream } from './frame-stream.ts'
import type { Admission } from './gater.ts'
import type { NetworkLimits } from './network-options.ts'
import type { PeerTable } from './peer-table.ts'
import type { News } from './replica-view.ts'
import { RequesterStream } from './requester-stream.ts'
import { ResponderStream } from './responder-stream.ts'
import type { StreamContext } from './stream-context.ts'
import { SYNC_PROTOCOL } from './sync-protocol.ts'

/** Streams a peer may keep open to this node; one is used, one may be dying. */
const RESPONDERS_PER_PEER_MAX = 2
/** Connections with one peer: one that each side made, and one of each that is dying. */
const CONNECTIONS_PER_PEER_MAX = 4
const OPEN_TIMEOUT_MS = 10_000

type NeighboursOptions = {
  readonly libp2p: Libp2p
  readonly context: StreamContext
  readonly table: PeerTable
  readonly admission: Admission
  readonly limits: NetworkLimits
  /** Whom to look for: members, or before the admission the peers of the ticket. */
  readonly candidates: () => readonly string[]
}

type Asking = { readonly stream: RequesterStream | undefined; roundAtMs: number }

/** The neighbours of a running node. */
export class Neighbours {
  readonly #options: NeighboursOptions
  readonly #asking = new Map<string, Asking>()
  readonly #answering = new Map<string, ResponderStream[]>()
  readonly #works = new Set<Promise<void>>()
  #cancelTick: (() => void) | undefined
  #isStopped = false

  constructor(options: NeighboursOptions) {
    this.#options = options
  }

  /** Registers the protocol; before the transport listens, so that no caller finds it missing. */
  async listen(): Promise<void> {
    const { libp2p } = this.#options
    await libp2p.handle(SYNC_PROTOCOL, (stream, connection) => this.#serve(stream, connection), {
      maxInboundStreams: RESPONDERS_PER_PEER_MAX,
      maxOutboundStreams: RESPONDERS_PER_PEER_MAX,
    })
    libp2p.addEventListener('peer:connect', () => this.look())
    libp2p.addEventListener('connection:open', ({ detail }) => this.#boundConnections(detail))
    libp2p.addEventListener('peer:disconnect', () => this.#options.context.onChange())
  }

  /** Begins the rhythm. */
  start(): void {
    const { context, limits } = this.#options
    this.look()
    this.#cancelTick = context.clock.after(limits.tickMs, () => this.#tick())
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelTick?.()
    const reason = new Error('the node is stopping')
    for (const { stream } of this.#asking.values()) stream?.abort(reason)
    for (const stream of [...this.#answering.values()].flat()) stream.abort(reason)
    await this.#options.libp2p.stop()
    await Promise.all(this.#works)
  }

  isConnected(peerId: string): boolean {
    return this.#connectionTo(peerId) !== undefined
  }

  requesters(): readonly (readonly [peerId: string, stream: RequesterStream])[] {
    return [...this.#asking].flatMap(([peerId, { stream }]) =>
      stream === undefined ? [] : [[peerId, stream] as const],
    )
  }

  requesterTo(peerId: string): RequesterStream | undefined {
    return this.#asking.get(peerId)?.stream
  }

  /** Lets every exchange know of a change of the own replica. */
  announce(news: News): void {
    if (news.isRoster) this.#dropOutsiders()
    for (const stream of [...this.#answering.values()].flat()) {
      this.#guard(stream, () => stream.notify({ type: 'changed', heads: news.heads }))
    }
    for (const [, stream] of this.requesters()) {
      this.#guard(stream, () => stream.notify({ type: 'changed' }))
    }
    if (news.isRoster) this.look()
  }

  /** Lets exchanges that waited for a log of another one go on. */
  releasedBy(peerId: string): void {
    for (const [other, stream] of this.requesters()) {
      if (other === peerId || stream.phase !== 'held') continue
      this.#guard(stream, () => stream.notify({ type: 'changed' }))
    }
  }

  /** Asks a stranger that is connected; its roster and orders are taken before anything else. */
  askGuest(peerId: string, onEnd: () => void): void {
    const connection = this.#connectionTo(peerId)
    if (connection !== undefined) this.#ask(peerId, connection, onEnd)
  }

  /** Ends all there is with a peer. */
  drop(peerId: string): void {
    const reason = new Error('the peer is let go')
    for (const connection of this.#connections()) {
      if (connection.remotePeer.toString() === peerId) connection.abort(reason)
    }
  }

  /** Dials and opens exchanges where that is due. */
  look(): void {
    if (this.#isStopped) return
    const { table, admission, limits, candidates, context } = this.#options
    const nowMs = context.clock.elapsed()
    const wanted = candidates()
    let room = limits.neighboursMax - wanted.filter((peerId) => this.isConnected(peerId)).length
    for (const peerId of shuffled(wanted)) {
      const entry = table.get(peerId)
      if (entry.retryAtMs > nowMs || table.isCut(peerId, nowMs)) continue
      const connection = this.#connectionTo(peerId)
      if (connection !== undefined) this.#ask(peerId, connection)
      else if (room > 0 && !entry.isDialling && entry.addresses.length > 0) {
        if (!admission.mayDial(peerId)) continue
        room--
        this.#dial(peerId)
      }
    }
  }

  #tick(): void {
    const { context, limits } = this.#options
    const nowMs = context.clock.elapsed()
    for (const stream of [...this.#answering.values()].flat()) {
      this.#guard(stream, () => stream.notify({ type: 'tick' }))
    }
    for (const asking of this.#asking.values()) {
      const { stream } = asking
      if (stream === undefined) continue
      // What a quota held back may be pulled by now.
      if (stream.phase === 'held') this.#guard(stream, () => stream.notify({ type: 'changed' }))
      this.#guard(stream, () => stream.tick())
      if (asking.roundAtMs > nowMs) continue
      asking.roundAtMs = this.#nextRound()
      this.#guard(stream, () => stream.notify({ type: 'round' }))
    }
    this.#dropOutsiders()
    this.look()
    this.#cancelTick = context.clock.after(limits.tickMs, () => this.#tick())
  }

  /** Some chance in the rhythm keeps nodes from asking each other in step. */
  #nextRound(): number {
    const { context, limits } = this.#options
    return context.clock.elapsed() + limits.roundMs * (0.75 + Math.random() / 2)
  }

  #dial(peerId: string): void {
    const { libp2p, table, context } = this.#options
    const entry = table.get(peerId)
    entry.isDialling = true
    context.onChange()
    this.#work(async () => {
      try {
        const signal = AbortSignal.timeout(OPEN_TIMEOUT_MS)
        await libp2p.dial(
          entry.addresses.map((text) => multiaddr(text)),
          { signal },
        )
      } catch (error) {
        table.fail(peerId, context.clock.elapsed())
        context.logger.debug({ peer: peerId, err: error }, 'a peer could not be reached')
      } finally {
        entry.isDialling = false
        context.onChange()
      }
    })
  }

  #ask(peerId: string, connection: Connection, onEnd: () => void = () => undefined): void {
    if (this.#asking.has(peerId)) return
    this.#asking.set(peerId, { stream: undefined, roundAtMs: this.#nextRound() })
    this.#work(async () => {
      const { table, context } = this.#options
      try {
        await this.#exchange(peerId, connection)
      } catch (error) {
        table.fail(peerId, context.clock.elapsed())
        context.logger.debug({ peer: peerId, err: error }, 'no exchange could be opened')
      } finally {
        this.#asking.delete(peerId)
        onEnd()
        context.onChange()
      }
    })
  }

  async #exchange(peerId: string, connection: Connection): Promise<void> {
    const { table, context } = this.#options
    const signal = AbortSignal.timeout(OPEN_TIMEOUT_MS)
    const opened = await connection.newStream(SYNC_PROTOCOL, { signal })
    const stream = new RequesterStream(context, peerId, createFrameStream(opened))
    this.#asking.set(peerId, { stream, roundAtMs: this.#nextRound() })
    const { gotOn, code } = await stream.run()
    // What got on and broke off is asked again at once; what never did waits longer each time.
    if (gotOn && code === undefined) table.get(peerId).failures = 0
    table.fail(peerId, context.clock.elapsed())
  }

  #serve(opened: Stream, connection: Connection): void {
    const peerId = connection.remotePeer.toString()
    const { context } = this.#options
    const frames = createFrameStream(opened, (bytes) => context.quotas.chargeSent(peerId, bytes))
    const stream = new ResponderStream(context, peerId, frames)
    const others = this.#answering.get(peerId) ?? []
    if (others.length >= RESPONDERS_PER_PEER_MAX) others[0]?.abort(new Error('replaced'))
    this.#answering.set(peerId, [...others, stream])
    this.#work(async () => {
      await stream.run()
      const rest = (this.#answering.get(peerId) ?? []).filter((other) => other !== stream)
      if (rest.length === 0) this.#answering.delete(peerId)
      else this.#answering.set(peerId, rest)
    })
  }

  #dropOutsiders(): void {
    const { admission, context } = this.#options
    for (const connection of this.#connections()) {
      const peerId = connection.remotePeer.toString()
      const isOutbound = connection.direction === 'outbound'
      if (isOutbound ? admission.mayDial(peerId) : admission.mayCall(peerId)) continue
      context.logger.warn({ peer: peerId }, 'the roster does not list this peer')
      connection.abort(new Error('the roster does not list this peer'))
    }
  }

  #boundConnections(opened: Connection): void {
    const same = this.#connections().filter((other) => other.remotePeer.equals(opened.remotePeer))
    const surplus = same.length - CONNECTIONS_PER_PEER_MAX
    const oldest = same.toSorted((a, b) => a.timeline.open - b.timeline.open)
    for (const connection of oldest.slice(0, Math.max(0, surplus))) {
      connection.abort(new Error('the peer has too many connections'))
    }
  }

  #connections(): readonly Connection[] {
    return this.#options.libp2p.getConnections()
  }

  #connectionTo(peerId: string): Connection | undefined {
    return this.#connections().find(
      (connection) => connection.status === 'open' && connection.remotePeer.toString() === peerId,
    )
  }

  /** A bug in one exchange ends that exchange, never the node. */
  #guard(stream: { abort: (reason: Error) => void }, notify: () => void): void {
    try {
      notify()
    } catch (error) {
      this.#options.context.logger.error({ err: error }, 'an exchange failed')
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #work(work: () => Promise<void>): void {
    const done = work()
      .catch((error: unknown) => {
        this.#options.context.logger.error({ err: error }, 'the network stumbled')
      })
      .finally(() => {
        this.#works.delete(done)
        if (!this.#isStopped) this.#options.context.onChange()
      })
    this.#works.add(done)
  }
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}
