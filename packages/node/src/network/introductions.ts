/**
 * Nodes that the own roster does not list yet. A few at a time may come in for a moment and show
 * that they know a newer roster, or an order that admits them; they are served nothing. Without
 * that, a node that has heard less would refuse everybody admitted since, until somebody else told
 * it.
 */
import { equalBytes, type Registry } from '@mulu/registry-core'
import type { Heard } from './stream-context.ts'

/**
 * What a stranger may bring. Its orders are known only once it was asked; there can be some where
 * the roster names an administrator key.
 */
export function broughtByGuest(
  registry: Registry,
  { rosterVersion, orders }: Heard,
): 'a newer roster' | 'orders' | 'nothing' {
  const own = registry.roster
  const version = own?.version ?? 0
  if (rosterVersion > version) return 'a newer roster'
  if (rosterVersion < version || own?.state.administrators === undefined) return 'nothing'
  if (orders === undefined) return 'orders'
  return equalBytes(orders, registry.ordersDigest()) ? 'nothing' : 'orders'
}

/** Guests at one time; members' connections are not counted here. */
const GUESTS_MAX = 4
/** How long a guest may stay. */
const STAY_MS = 10_000
/** How long a guest that was let go has to wait. */
const PAUSE_MS = 5_000
/** Guests remembered, so that a crowd of invented identities costs bounded memory. */
const REMEMBERED_MAX = 256

/** Who is let in for a moment. */
export class Introductions {
  /** Until when each guest may stay; in the past for those that were let go. */
  readonly #untilMs = new Map<string, number>()
  readonly #onForgotten: (peerId: string) => void

  constructor(onForgotten: (peerId: string) => void = () => undefined) {
    this.#onForgotten = onForgotten
  }

  /** Lets a stranger in where there is room; the same one only after a pause. */
  admit(peerId: string, nowMs: number): boolean {
    const untilMs = this.#untilMs.get(peerId)
    if (untilMs !== undefined && untilMs > nowMs) return true
    if (untilMs !== undefined && untilMs + PAUSE_MS > nowMs) return false
    if ([...this.#untilMs.values()].filter((until) => until > nowMs).length >= GUESTS_MAX) {
      return false
    }
    this.#untilMs.delete(peerId)
    this.#untilMs.set(peerId, nowMs + STAY_MS)
    const [oldest] = this.#untilMs.keys()
    if (this.#untilMs.size > REMEMBERED_MAX && oldest !== undefined) {
      this.#untilMs.delete(oldest)
      this.#onForgotten(oldest)
    }
    return true
  }

  /** Whether a stranger may stay a moment longer. */
  isGuest(peerId: string, nowMs: number): boolean {
    return (this.#untilMs.get(peerId) ?? 0) > nowMs
  }

  /** The stay of a guest is over. */
  end(peerId: string, nowMs: number): void {
    if (this.isGuest(peerId, nowMs)) this.#untilMs.set(peerId, nowMs)
  }
}
