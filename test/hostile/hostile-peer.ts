/** A transport with the identity of a member that answers sync requests with whatever it is given. */
import type { Libp2p, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import {
  type Frame,
  type Hash,
  hash,
  type LogKey,
  logText,
  openRegistry,
  type PeerAddresses,
} from '@mulu/registry-core'
import { MemoryLevel } from 'memory-level'
import { pino } from 'pino'
import { systemClock } from '../../packages/node/src/clock.ts'
import { createCrypto } from '../../packages/node/src/crypto.ts'
import {
  createFrameStream,
  type FrameStream,
} from '../../packages/node/src/network/frame-stream.ts'
import { NETWORK_LIMITS } from '../../packages/node/src/network/network-options.ts'
import { SYNC_PROTOCOL } from '../../packages/node/src/network/sync-protocol.ts'
import { createTransport } from '../../packages/node/src/network/transport.ts'
import type { Made } from './hostile-writer.ts'

const crypto = createCrypto()
/** As much as a frame holds. */
const ANSWER_BYTES_MAX = 1_000_000

/** A log as this peer offers it. */
type Offer = {
  readonly log: LogKey
  readonly commits: readonly Made[]
  /** The position of the first commit; those before are said not to be here. */
  readonly from: number
  /** The position of the head it claims to have. */
  readonly claimedSeq: number
  readonly forkedAt: number | undefined
}

/** What the peer says of itself. */
export type HostileIdentity = {
  readonly seed: Uint8Array
  readonly fed: Hash
  readonly roster: { readonly version: number; readonly hash: Hash }
}

/** A hostile peer on the loopback. */
export class HostilePeer {
  readonly libp2p: Libp2p
  /** Roster versions to send when asked, and the mark that makes others ask. */
  rosters: readonly Uint8Array[] = []
  roster: HostileIdentity['roster']
  /** Answers in place of the usual ones; undefined lets the usual one go. */
  answer: (frame: Frame) => Frame | 'silence' | undefined = () => undefined
  readonly #identity: HostileIdentity
  readonly #offers = new Map<string, Offer>()
  readonly #streams = new Map<FrameStream, { isArmed: boolean }>()
  #pulled = 0
  #waiting: (() => void)[] = []
  #told = 0

  private constructor(libp2p: Libp2p, identity: HostileIdentity) {
    this.libp2p = libp2p
    this.#identity = identity
    this.roster = identity.roster
  }

  static async start(identity: HostileIdentity): Promise<HostilePeer> {
    const registry = await openRegistry({
      db: new MemoryLevel<string, string>() as never,
      crypto,
      now: () => Date.now(),
      randomBytes: (length) => new Uint8Array(length),
      profiles: [],
    })
    const options = {
      registry,
      seed: identity.seed,
      listen: { host: '127.0.0.1', tcpPort: 0 },
      dial: [],
      mdns: false,
      logger: pino({ level: 'silent' }),
      clock: systemClock,
    }
    const libp2p = await createTransport(options, NETWORK_LIMITS, {})
    const peer = new HostilePeer(libp2p, identity)
    await libp2p.handle(SYNC_PROTOCOL, (stream) => void peer.#serve(stream))
    await libp2p.start()
    return peer
  }

  async stop(): Promise<void> {
    await this.libp2p.stop()
  }

  async dial(address: string): Promise<void> {
    await this.libp2p.dial(multiaddr(address), { signal: AbortSignal.timeout(5_000) })
  }

  /** A stream of its own to a node, for what no requester would send. */
  open(address: string): Promise<Stream> {
    const signal = AbortSignal.timeout(5_000)
    return this.libp2p.dialProtocol(multiaddr(address), SYNC_PROTOCOL, { signal })
  }

  /** Commits handed out so far. */
  get pulled(): number {
    return this.#pulled
  }

  /** Offers commits of a log and tells every open stream. */
  offer(log: LogKey, commits: readonly Made[], more: Partial<Offer> = {}): void {
    const from = more.from ?? 1
    const claimedSeq = more.claimedSeq ?? from + commits.length - 1
    const { forkedAt } = more
    this.#offers.set(logText(log), { log, commits, from, claimedSeq, forkedAt })
    this.announce()
  }

  /** Tells every open stream that there is something new, whether there is or not. */
  announce(): void {
    for (const [stream, state] of this.#streams) {
      if (!state.isArmed) continue
      state.isArmed = false
      this.#write(stream, this.#announcement())
    }
  }

  /** Resolves when the next pull of this peer's commits has been answered. */
  nextPull(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  async #serve(stream: Stream): Promise<void> {
    const frames = createFrameStream(stream)
    const state = { isArmed: false }
    this.#streams.set(frames, state)
    try {
      for (;;) {
        const frame = await frames.read()
        state.isArmed = true
        const answer = this.answer(frame) ?? this.#usualAnswer(frame)
        if (answer !== 'silence') await frames.write(answer)
      }
    } catch {
      // The other side has ended the stream; that it may is what the tests are about.
    } finally {
      this.#streams.delete(frames)
    }
  }

  #usualAnswer(frame: Frame): Frame | 'silence' {
    switch (frame.t) {
      case 'hello':
        return { t: 'hello-ok', version: 1, summary: this.#summary() }
      case 'roster-pull':
        return { t: 'rosters', rosters: this.rosters }
      case 'profile-pull':
        return { t: 'profile', profile: new Uint8Array() }
      case 'heads-pull':
        return { t: 'heads', heads: this.#heads(), next: 256 }
      case 'pull':
        // All it has, whatever was asked for.
        return this.#commits(frame.log, frame.from, ANSWER_BYTES_MAX)
      case 'peers-pull':
        return { t: 'peers', peers: [] as readonly PeerAddresses[] }
      default:
        return 'silence'
    }
  }

  #summary() {
    const { fed } = this.#identity
    return { fed, ...this.#state(), addresses: [] }
  }

  /** A digest nobody else has, so that heads are always compared. */
  #state() {
    this.#told += 1
    const digest = hash(crypto, Uint8Array.of(this.#told & 255, (this.#told >> 8) & 255))
    const known = [{ group: '1', digest }]
    return { roster: this.roster, known, accepted: [], orders: undefined, report: undefined }
  }

  #announcement(): Frame {
    return { t: 'announce', ...this.#state(), heads: this.#heads().slice(0, 16) }
  }

  #heads() {
    return [...this.#offers.values()].map(({ log, commits, claimedSeq, forkedAt }) => ({
      log,
      known: { seq: claimedSeq, id: commits.at(-1)?.id ?? hash(crypto, Uint8Array.of(claimedSeq)) },
      forkedAt,
      statements: undefined,
    }))
  }

  #commits(log: LogKey, from: number, max: number): Frame {
    const offer = this.#offers.get(logText(log))
    const commits: Uint8Array[] = []
    let bytes = 0
    for (const made of offer?.commits.slice(Math.max(0, from - offer.from)) ?? []) {
      bytes += made.bytes.length
      if (commits.length > 0 && bytes > max) break
      commits.push(made.bytes)
    }
    this.#pulled += commits.length
    for (const wake of this.#waiting.splice(0)) wake()
    return { t: 'commits', commits, more: false }
  }

  #write(stream: FrameStream, frame: Frame): void {
    stream.write(frame).catch(() => this.#streams.delete(stream))
  }
}
