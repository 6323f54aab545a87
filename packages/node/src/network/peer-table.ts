/** What this node remembers of every peer it has an address of or has heard from. */
import { multiaddr } from '@multiformats/multiaddr'
import type { NodeReport, Outdated, PeerAddresses, Subscription } from '@mulu/registry-core'
import type { Clock } from '../clock.ts'
import type { NetworkLimits } from './network-options.ts'
import type { Conduct, PeerInfo } from './peer-info.ts'
import type { Compared } from './stream-context.ts'

const ADDRESSES_MAX = 8
const ADDRESS_TEXT_MAX = 256

/** The record of one peer. */
export type PeerEntry = {
  readonly peerId: string
  addresses: readonly string[]
  lastHeardMs: number | undefined
  reported: NodeReport | undefined
  archive: boolean | undefined
  holds: Subscription | 'all' | undefined
  compared: Compared | undefined
  outdated: Outdated | undefined
  rosterVersion: number
  readonly refused: Map<string, { readonly count: number; readonly lastMs: number }>
  strikes: number
  struckMs: number
  cuts: number
  cutUntilMs: number
  /** The code of what it was last cut off for. */
  cutFor: string
  failures: number
  retryAtMs: number
  isDialling: boolean
}

/** Peers by their transport identity. */
export class PeerTable {
  readonly #limits: NetworkLimits
  readonly #entries = new Map<string, PeerEntry>()

  constructor(limits: NetworkLimits) {
    this.#limits = limits
  }

  get(peerId: string): PeerEntry {
    const known = this.#entries.get(peerId)
    if (known !== undefined) return known
    const entry: PeerEntry = {
      peerId,
      addresses: [],
      lastHeardMs: undefined,
      reported: undefined,
      archive: undefined,
      holds: undefined,
      compared: undefined,
      outdated: undefined,
      rosterVersion: 0,
      refused: new Map(),
      strikes: 0,
      struckMs: 0,
      cuts: 0,
      cutUntilMs: 0,
      cutFor: '',
      failures: 0,
      retryAtMs: 0,
      isDialling: false,
    }
    this.#entries.set(peerId, entry)
    return entry
  }

  /** Remembers addresses, the newest first; true when there is one that was not known. */
  learn(peerId: string, addresses: readonly string[]): boolean {
    const entry = this.get(peerId)
    const valid = addresses.flatMap((text) => addressOf(text, peerId) ?? [])
    const isNew = valid.some((text) => !entry.addresses.includes(text))
    entry.addresses = [...new Set([...valid, ...entry.addresses])].slice(0, ADDRESSES_MAX)
    return isNew
  }

  /** Counts something refused; true when the peer is to be cut off for it. */
  blame(peerId: string, code: string, clock: Pick<Clock, 'now' | 'elapsed'>): boolean {
    const entry = this.get(peerId)
    const nowMs = clock.elapsed()
    const count = (entry.refused.get(code)?.count ?? 0) + 1
    entry.refused.set(code, { count, lastMs: clock.now() })
    const { strikesMax, cutMs, cutMaxMs } = this.#limits
    const isLongAgo = nowMs - entry.struckMs > cutMaxMs
    entry.strikes = isLongAgo ? 1 : entry.strikes + 1
    entry.struckMs = nowMs
    if (entry.strikes < strikesMax) return false
    entry.cutUntilMs = nowMs + Math.min(cutMaxMs, cutMs * 2 ** entry.cuts)
    entry.cutFor = code
    entry.cuts++
    entry.strikes = 0
    return true
  }

  isCut(peerId: string, nowMs: number): boolean {
    return (this.#entries.get(peerId)?.cutUntilMs ?? 0) > nowMs
  }

  /** Until when a peer is cut off, since when, and for what; undefined when it is not. */
  cutOf(peerId: string, clock: Pick<Clock, 'now' | 'elapsed'>): Conduct['cutOff'] {
    const entry = this.#entries.get(peerId)
    if (entry === undefined || entry.cutUntilMs <= clock.elapsed()) return undefined
    const dateOf = (ms: number): number => Math.round(clock.now() + ms - clock.elapsed())
    const { cutFor, struckMs, cutUntilMs } = entry
    return { code: cutFor, sinceMs: dateOf(struckMs), untilMs: dateOf(cutUntilMs) }
  }

  /** Waits longer after every failure, with some chance, so that nodes do not dial in step. */
  fail(peerId: string, nowMs: number): void {
    const entry = this.get(peerId)
    const waitMs = Math.min(this.#limits.retryMaxMs, this.#limits.retryMs * 2 ** entry.failures)
    entry.failures++
    entry.retryAtMs = nowMs + waitMs * (0.5 + Math.random() / 2)
  }

  /** What a member's row shows of it. */
  refusedOf(peerId: string): PeerInfo['refused'] {
    const refused = this.#entries.get(peerId)?.refused ?? new Map()
    return [...refused].map(([code, { count, lastMs }]) => ({ code, count, lastMs }))
  }

  /** Addresses of the peers that pass, for the address book and for neighbours. */
  addresses(isShown: (peerId: string) => boolean): readonly PeerAddresses[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.addresses.length > 0 && isShown(entry.peerId))
      .map(({ peerId, addresses }) => ({ peerId, addresses }))
  }
}

/** An address that ends in the identity of the peer; undefined when the text is none. */
export function addressOf(text: string, peerId: string): string | undefined {
  if (typeof text !== 'string' || text.length > ADDRESS_TEXT_MAX) return undefined
  try {
    const address = multiaddr(text)
    const named = peerOf(text)
    if (named === undefined) return `${address.toString()}/p2p/${peerId}`
    return named === peerId ? address.toString() : undefined
  } catch {
    // Addresses come from other nodes; one that cannot be read is one less to try.
    return undefined
  }
}

/** The identity that an address ends in, if it names one. */
export function peerOf(address: string): string | undefined {
  return /\/p2p\/([1-9A-HJ-NP-Za-km-z]{8,128})$/.exec(address)?.[1]
}
