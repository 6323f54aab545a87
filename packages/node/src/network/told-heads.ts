import type { HeadNote } from '@mulu/registry-core'

/** Heads that go beyond what is here, and whether all of somebody were compared. */
export type Told = { readonly isCompared: boolean; readonly heads: readonly HeadNote[] }

/**
 * What peers told of, over the end of their streams: a line that breaks every half minute would
 * otherwise let the node forget each time how much it lacks. Kept until an exchange gets level,
 * since what one peer claims and nobody sends may not be.
 */
export class ToldHeads {
  readonly #kept = new Map<string, Told>()
  #wasLevel = false

  /** Keeps what a peer had told of when its stream ended. */
  keep(peerId: string, told: Told): void {
    if (told.heads.length > 0) this.#kept.set(peerId, told)
  }

  /** Somebody has no more than is here. */
  level(): void {
    this.#kept.clear()
    this.#wasLevel = true
  }

  /** All of it, with what the streams that are open tell; a newer stream stands for an older one. */
  with(open: readonly (readonly [peerId: string, told: Told])[]): Told {
    for (const [peerId, { isCompared }] of open) if (isCompared) this.#kept.delete(peerId)
    const all = [...this.#kept.values(), ...open.map(([, told]) => told)]
    return {
      isCompared: this.#wasLevel || all.some(({ isCompared }) => isCompared),
      heads: all.flatMap(({ heads }) => heads),
    }
  }
}
