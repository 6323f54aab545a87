/** The part of the catalogue that a replica holds, as others ask for it and as it changes. */
import type { DigestTree } from '../catalogue/digest-tree.ts'
import type { Commit } from '../commit/commit.ts'
import type { Hash } from '../crypto.ts'
import { MuluError } from '../errors.ts'
import type { AcceptOptions } from '../log/acceptor.ts'
import type { Acceptance } from '../log/outcome.ts'
import type { Holding } from '../registry.ts'
import { commitBatch, type Scope } from '../store/store.ts'
import {
  type FollowContext,
  followSubscription,
  leaveUnseen,
  namespacesToLeave,
} from './follow-subscription.ts'
import { type PlanContext, planSubscription, type SubscriptionPlan } from './plan-subscription.ts'
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
export class HeldPart implements Holding {
  readonly #context: HeldPartContext

  constructor(context: HeldPartContext) {
    this.#context = context
  }

  get subscription(): Subscription | undefined {
    return this.#context.holdings.subscription
  }

  get isWhole(): boolean {
    return this.#context.holdings.isWhole
  }

  holds(scope: Scope): boolean {
    return !this.#context.holdings.isBare(scope)
  }

  leaving(): readonly number[] {
    return namespacesToLeave(this.#context)
  }

  /** MULU_PARTIAL unless everything is held. */
  requireWhole(): void {
    if (!this.isWhole) throw new MuluError('MULU_PARTIAL')
  }

  plan(subscription: Subscription | undefined): Promise<SubscriptionPlan> {
    return this.#context.exclusively(async () => {
      const { state, client } = this.#subscriber(subscription)
      return planSubscription(this.#context, state, client, subscription)
    })
  }

  digestOver(isMeant: (ns: number) => boolean): Promise<Hash> {
    const { exclusively, tree } = this.#context
    return exclusively(() => tree.rootOver(1, isMeant))
  }

  /** Follows the subscription and the roster as far as that can be done now. */
  async follow(): Promise<void> {
    if (this.isWhole) return
    if (await followSubscription(this.#context)) this.#context.onChange('commits')
  }

  async subscribe(subscription: Subscription | undefined): Promise<void> {
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
