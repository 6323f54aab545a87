import type { Resumption } from '@mulu/registry-core'

/** Each holds at most one commit of which a part has come, 1 MiB; as many as there are neighbours. */
const KEPT_MAX = 8

/** What exchanges that ended left to the next one with the same peer; the oldest goes first. */
export class Resumptions {
  readonly #kept = new Map<string, Resumption>()

  keep(peerId: string, resumption: Resumption): void {
    this.#kept.delete(peerId)
    this.#kept.set(peerId, resumption)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest)
  }

  /** What is left for the next exchange; it is then no longer kept here. */
  take(peerId: string): Resumption | undefined {
    const kept = this.#kept.get(peerId)
    this.#kept.delete(peerId)
    return kept
  }
}
