/**
 * What a replica does when a roster, an order or a profile comes: each is kept first, with marks
 * for what has to be judged again in the same batch, and the logs follow it afterwards.
 */
import type { Hash } from '../crypto.ts'
import type { Rejudging } from '../log/rejudging.ts'
import type { OrderedChain, TakenOrder } from './ordered-chain.ts'
import type { RosterStore } from './roster-store.ts'

/** What rosters of a replica work on. */
export type ReplicaRostersContext = {
  readonly rosters: RosterStore
  readonly chain: OrderedChain
  readonly rejudging: Rejudging
  /** Judges what waited for a profile. */
  readonly retry: () => Promise<void>
  /** Follows with what is held here; not within `exclusively`. */
  readonly followHolding: () => Promise<void>
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>
  readonly onChange: (type: 'roster' | 'profile') => void
}

/** The rosters of one replica. */
export class ReplicaRosters {
  readonly #context: ReplicaRostersContext

  constructor(context: ReplicaRostersContext) {
    this.#context = context
  }

  /** Registry.pinFederation. */
  pin(fed: Hash): Promise<void> {
    const { rosters, exclusively } = this.#context
    return exclusively(() => rosters.pin(fed))
  }

  /** Registry.addRoster. */
  async add(bytes: Uint8Array): Promise<'new' | 'known'> {
    const { rosters, chain, rejudging, onChange } = this.#context
    const alarms = rosters.forks.length
    try {
      return await this.#follow(
        () =>
          rosters.add(bytes, (next) => rejudging.affected(chain.newest, chain.newestWith(next))),
        (added) => added === 'new',
      )
    } finally {
      if (rosters.forks.length > alarms) onChange('roster')
    }
  }

  /** Registry.chooseRoster. */
  async choose(hash: Hash): Promise<void> {
    const { rosters, rejudging, onChange } = this.#context
    const isAnother = await this.#follow(
      () => rosters.choose(hash, () => rejudging.all()),
      (isOther) => isOther,
    )
    // Where the branch stays, an alarm was settled all the same.
    if (!isAnother) onChange('roster')
  }

  /** Registry.takeOrders. */
  takeOrders(offered: readonly Uint8Array[]): Promise<readonly TakenOrder[]> {
    const { chain, rejudging } = this.#context
    return this.#follow(
      () => chain.take(offered, (before, after) => rejudging.affected(before, after)),
      (taken) => taken.some(({ outcome }) => outcome.kind === 'new'),
    )
  }

  /** Registry.addProfile. */
  async addProfile(bytes: Uint8Array): Promise<void> {
    const { rosters, exclusively, retry, onChange } = this.#context
    await exclusively(async () => {
      await rosters.addProfile(bytes)
      await retry()
    })
    onChange('profile')
  }

  /** Keeps what came; where that is news, judges again and says so. */
  async #follow<T>(keep: () => Promise<T>, isNews: (kept: T) => boolean): Promise<T> {
    const { rejudging, exclusively, followHolding, onChange } = this.#context
    const kept = await exclusively(async () => {
      const result = await keep()
      if (isNews(result)) await rejudging.followRoster()
      return result
    })
    if (isNews(kept)) {
      await followHolding()
      onChange('roster')
    }
    return kept
  }
}
