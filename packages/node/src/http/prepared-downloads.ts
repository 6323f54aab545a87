import { randomBytes } from 'node:crypto'
import { MuluError } from '@mulu/registry-core'
import type { Clock } from '../clock.ts'

/** How long something prepared waits to be fetched. */
const KEPT_MS = 600_000
/** What is prepared holds the heads of the replica in memory; the oldest goes first. */
const KEPT_MAX = 8
const TICKET_BYTES = 24

type Kept<T> = { readonly download: T; readonly untilMs: number }

/**
 * Downloads that the holder of the access key has prepared. A browser writes to a disk only what it
 * fetches by an address of its own, to which it adds no key: so each gets a ticket that nobody
 * guesses, which fetches it once.
 */
export class PreparedDownloads<T> {
  readonly #clock: Clock
  readonly #kept = new Map<string, Kept<T>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Keeps a download for ten minutes; gives its ticket. */
  keep(download: T): string {
    this.#forget()
    const ticket = randomBytes(TICKET_BYTES).toString('base64url')
    this.#kept.set(ticket, { download, untilMs: this.#clock.elapsed() + KEPT_MS })
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest)
    return ticket
  }

  /** What a ticket stands for, once; MULU_NOT_FOUND after that. */
  take(ticket: string): T {
    this.#forget()
    const kept = this.#kept.get(ticket)
    this.#kept.delete(ticket)
    if (kept !== undefined) return kept.download
    const reason = 'The download was fetched already, or waited for more than ten minutes.'
    throw new MuluError('MULU_NOT_FOUND', { details: { reason } })
  }

  #forget(): void {
    const nowMs = this.#clock.elapsed()
    for (const [ticket, { untilMs }] of this.#kept) if (untilMs <= nowMs) this.#kept.delete(ticket)
  }
}
