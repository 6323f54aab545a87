/**
 * What is judged again, and when: a roster, an order, a receipt or an order of erasure can change
 * what counts of what was accepted before. Scopes are marked first, in the store together with what
 * makes it necessary, and judged again one by one afterwards. Calls follow each other; the registry
 * sees to that.
 */
import { equalBytes } from '../encoding/bytes.ts'
import { affectedBy } from '../roster/affected.ts'
import type { Roster } from '../roster/roster.ts'
import { commitBatch, type Operation, type Scope } from '../store/store.ts'
import { isOutOfStep } from './anchor.ts'
import type { LogKey } from './log.ts'
import { type RebuildContext, rebuildMark, rebuildScope, unfinishedScopes } from './rebuild.ts'

/** Judges again what has to be. */
export class Rejudging {
  readonly #context: RebuildContext
  readonly #marked = new Map<string, Scope>()

  constructor(context: RebuildContext) {
    this.#context = context
  }

  /** Finishes interrupted rebuilds and judges what had been waiting. */
  async resume(): Promise<void> {
    const { store, logs, acceptor } = this.#context
    const lost = await logs.recover(store)
    await commitBatch(
      store,
      lost.map((scope) => rebuildMark(store, scope)),
    )
    for (const scope of await unfinishedScopes(store)) await this.rebuild(scope)
    await acceptor.retry()
    await this.#followFloors()
    // Where the last run ended between a receipt and what follows from it.
    await this.#outOfStep(logs.all().map(({ log }) => log))
    await this.settleStale()
  }

  /** Has a scope judged again by the next `marked`. */
  mark({ ns, aud }: Scope): void {
    this.#marked.set(`${ns}/${aud}`, { ns, aud })
  }

  /** Marks everything, here and by the operations. */
  all(): readonly Operation[] {
    return this.#markLogs(() => true)
  }

  /** Marks what differs between two rosters, here and by the operations. */
  affected(before: Roster | undefined, after: Roster | undefined): readonly Operation[] {
    if (before === undefined || after === undefined) return []
    const isReprofiled = !equalBytes(before.state.profile.hash, after.state.profile.hash)
    const { namespaces, writers } = affectedBy(before.state, after.state)
    return this.#markLogs(
      ({ ns, writer }) => isReprofiled || namespaces.has(ns) || writers.has(writer),
    )
  }

  #markLogs(isMeant: (log: LogKey) => boolean): readonly Operation[] {
    const { store, logs } = this.#context
    const meant = logs.all().filter(({ log }) => isMeant(log))
    for (const { log } of meant) this.mark(log)
    return meant.map(({ log }) => rebuildMark(store, log))
  }

  /** Judges again what is marked. */
  async marked(): Promise<void> {
    for (const [key, scope] of this.#marked) {
      await this.rebuild(scope)
      // Judging a resetting commit again marks its scope again, though nothing has changed.
      this.#marked.delete(key)
    }
  }

  /** Follows a roster or orders that are new. */
  async followRoster(): Promise<void> {
    await this.marked()
    await this.#context.acceptor.retry()
    await this.#settle()
  }

  /** Follows receipts that came since they were last counted. */
  async settleStale(): Promise<void> {
    if (this.#context.settlement.isStale) await this.#settle()
  }

  /** Follows orders of erasure that count by now, or no longer. */
  async followErasures(): Promise<void> {
    // A settled order counts for good, also where its log was closed below it meanwhile.
    for (const scope of await this.#context.erasures.refresh()) this.mark(scope)
    await this.marked()
  }

  /** Judges one scope again. */
  async rebuild(scope: Scope): Promise<void> {
    await rebuildScope(this.#context, scope)
    this.#context.settlement.rejudged(scope)
  }

  async #settle(): Promise<void> {
    await this.#context.settlement.refresh()
    await this.#followFloors()
  }

  /**
   * Follows floors that have moved: a forked log may go further now, or on another branch. What is
   * judged again for that may lie elsewhere than when receipts were counted.
   */
  async #followFloors(): Promise<void> {
    const { settlement, acceptor } = this.#context
    for (;;) {
      const { moved, fallen } = settlement.takeMovedFloors()
      // What a floor had ruled out may be waited for again by whoever has named it.
      for (const log of fallen) this.mark(log)
      await this.#outOfStep(moved)
      await this.followErasures()
      // A floor rules out what stands beside it, which somebody may have named and waited for.
      if (moved.length > 0) await acceptor.retry()
      if (!settlement.isStale) break
      await settlement.refresh()
    }
    await settlement.keepFloors()
  }

  async #outOfStep(logs: readonly LogKey[]): Promise<void> {
    for (const log of logs) {
      if (await isOutOfStep(this.#context, log)) this.mark(log)
    }
    await this.marked()
  }
}
