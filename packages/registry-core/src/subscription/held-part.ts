/** The part of the catalogue that a replica holds, as others ask for it and as it changes. */
import type { DigestTree } from '../catalogue/digest-tree.ts'
import type { Commit } from '../commit/commit.ts'
import { MuluError } from '../errors.ts'
import type { AcceptOptions } from '../log/acceptor.ts'
import type { Acceptance } from '../log/outcome.ts'
import type { Holding } from '../registry.ts'
import { commitBatch } from '../store/store.ts'
import {
  type FollowContext,
  followSubscription,
  leaveUnseen,
  namespacesToLeave,
} from './follow-subscription.ts'
import { type PlanContext, planSubscription } from './plan-subscription.ts'
import { subscriberOf } from './subscriber.ts'
import type { Subscription } from './subscription.ts'
import { asHeld } from './without-records.ts'

/** What holding a part works on. */
export type HeldPartContext = FollowContext &
  PlanContext & {
    readonly tree: Pick<DigestTree, 'rootOver'>
    /** Told when another part is held, or is to be. */
    readonly onChange: (what: 'commits' | 'roster') => void
  }

type AcceptOne = (commit: Commit, options: AcceptOptions) => Promise<Acceptance>

/** What a replica holds. */
export class HeldPart {
  readonly #context: HeldPartContext

  constructor(context: HeldPartContext) {
    this.#context = context
  }

  get isWhole(): boolean {
    return this.#context.holdings.isWhole
  }

  /** MULU_PARTIAL unless everything is held. */
  requireWhole(): void {
    if (!this.isWhole) throw new MuluError('MULU_PARTIAL')
  }

  /** As others see it. */
  get holding(): Holding {
    const { holdings, exclusively, tree } = this.#context
    return {
      subscription: holdings.subscription,
      isWhole: holdings.isWhole,
      holds: (scope) => !holdings.isBare(scope),
      leaving: () => namespacesToLeave(this.#context),
      subscribe: (subscription) => this.#subscribe(subscription),
      follow: () => this.follow(),
      plan: (subscription) =>
        exclusively(async () => {
          const { state, client } = this.#subscriber(subscription)
          return planSubscription(this.#context, state, client, subscription)
        }),
      digestOver: (isMeant) => exclusively(() => tree.rootOver(1, isMeant)),
    }
  }

  /** Follows the subscription and the roster as far as that can be done now. */
  async follow(): Promise<void> {
    if (this.isWhole) return
    if (await followSubscription(this.#context)) this.#context.onChange('commits')
  }

  async #subscribe(subscription: Subscription | undefined): Promise<void> {
    const { store, holdings, exclusively, onChange } = this.#context
    await exclusively(async () => {
      // Before its admission nothing can be said against it; it takes effect where it may.
      if (this.#isListed()) this.#subscriber(subscription)
      const { operation, apply } = holdings.subscribe(subscription)
      await commitBatch(store, [operation])
      apply()
    })
    await this.follow()
    onChange('roster')
  }

  #isListed(): boolean {
    const { state, self } = this.#context
    return state()?.writers.has(self() ?? 0) === true
  }

  #subscriber(subscription: Subscription | undefined): ReturnType<typeof subscriberOf> {
    const { state, self } = this.#context
    return subscriberOf(state(), self(), subscription)
  }

  /** Takes a commit without the bodies that are not held here. */
  async accept(offered: Commit, options: AcceptOptions, accept: AcceptOne): Promise<Acceptance> {
    if (this.isWhole) return accept(offered, options)
    const { commit, isBare } = await this.#lean(offered)
    return accept(commit, isBare ? { leftOut: true } : options)
  }

  /** A commit without the bodies that are not held here. */
  async asHeld(offered: Commit): Promise<Commit> {
    return this.isWhole ? offered : (await this.#lean(offered)).commit
  }

  #lean(offered: Commit): ReturnType<typeof asHeld> {
    const { crypto, holdings } = this.#context
    return asHeld(crypto, holdings, offered, (ns) => leaveUnseen(this.#context, ns))
  }
}
