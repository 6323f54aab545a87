/**
 * Reads everything again and mends what this node can mend alone: commits are held against their
 * hashes and signatures, and what was made from them against the commits. Derived data is built
 * anew, as soon as all commits of its scope are whole; those that are not are named, passed on to
 * nobody, and put back once a peer has sent them (repair.ts).
 */
import type { DigestTree } from '../catalogue/digest-tree.ts'
import type { OrderStore } from '../roster/order-store.ts'
import type { RosterStore } from '../roster/roster-store.ts'
import type { IndexCheck } from '../search/check-index.ts'
import { commitBatch, type Scope, scopeOfKey, scopePrefix } from '../store/store.ts'
import { type CheckContext, LogCheck } from './check-commits.ts'
import { ScopeCheck } from './check-records.ts'
import type { Finding } from './finding.ts'

/** How a scrub goes about it. */
export type ScrubOptions = {
  /** Waited for after every portion, so that a scrub leaves room for others. */
  readonly pause?: () => Promise<void>
  /** Commits and records looked at, of how many. */
  readonly onProgress?: (done: number, total: number) => void
  readonly onFinding?: (finding: Finding) => void
  /** What is known to have rotted by other means; it is built anew whatever is found. */
  readonly suspect?: { readonly scopes: readonly Scope[]; readonly index: boolean }
}

/** What a scrub has done. */
export type Scrubbed = {
  readonly commits: number
  readonly records: number
  readonly found: number
  /** Scopes whose derived data was built anew, and whether the index was. */
  readonly rebuilt: readonly Scope[]
  readonly isIndexRebuilt: boolean
}

/** What a scrub works with. */
export type ScrubContext = Omit<CheckContext, 'onFinding' | 'onSuspect'> & {
  readonly rosterStore: RosterStore
  readonly orderStore: OrderStore
  readonly tree: DigestTree
  readonly totals: () => { readonly commits: number; readonly records: number }
  /** Runs work while nothing else changes the replica. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>
  readonly rebuild: (scope: Scope) => Promise<void>
  readonly checkIndex: () => Promise<readonly IndexCheck[]>
  readonly reindex: () => Promise<void>
}

/** Scrubs once. */
export async function scrub(context: ScrubContext, options: ScrubOptions = {}): Promise<Scrubbed> {
  const run = new Scrub(context, options)
  await run.commits()
  await run.records()
  return run.mend()
}

class Scrub {
  readonly #context: ScrubContext
  readonly #options: ScrubOptions
  readonly #checks: CheckContext
  #found = 0
  #commits = 0
  #records = 0

  constructor(context: ScrubContext, options: ScrubOptions) {
    this.#context = context
    this.#options = options
    this.#checks = {
      ...{ crypto: context.crypto, store: context.store, logs: context.logs },
      ...{ damage: context.damage, erasures: context.erasures, lacking: context.lacking },
      rosters: context.rosters,
      onFinding: (finding) => this.#onFinding(finding),
      onStatement: context.onStatement,
      onSuspect: (scope) => this.#suspect(scope),
    }
  }

  async commits(): Promise<void> {
    const { exclusively, rosterStore, orderStore, logs } = this.#context
    await exclusively(() => rosterStore.recheck(this.#checks.onFinding))
    await exclusively(() => orderStore.recheck(this.#checks.onFinding))
    for (const scope of this.#options.suspect?.scopes ?? []) {
      await exclusively(() => this.#suspect(scope))
    }
    for (const { log } of logs.all()) {
      const check = new LogCheck(this.#checks, log)
      for (let isDone = false; !isDone; ) {
        const looked = await exclusively(() => check.portion())
        isDone = looked.isDone
        this.#commits += looked.commits
        await this.#rest()
      }
    }
  }

  async records(): Promise<void> {
    const { exclusively, tree, logs } = this.#context
    const prefixes = new Set(logs.all().map(({ log }) => scopePrefix(log)))
    for (const prefix of prefixes) {
      const check = new ScopeCheck({ ...this.#checks, tree }, scopeOfKey(prefix))
      for (let done: number | undefined = 0; done !== undefined; ) {
        done = await exclusively(() => check.portion())
        this.#records += done ?? 0
        await this.#rest()
      }
    }
  }

  async mend(): Promise<Scrubbed> {
    const { exclusively, checkIndex, reindex } = this.#context
    const rebuilt = await exclusively(() => rebuildWhatCan(this.#context))
    const wrong = (await checkIndex()).filter(({ digest, indexed }) => digest !== indexed)
    for (const { agency } of wrong) this.#onFinding({ what: 'index', at: String(agency) })
    const isIndexRebuilt = wrong.length > 0 || this.#options.suspect?.index === true
    if (isIndexRebuilt) await reindex()
    const done = this.#commits + this.#records
    this.#options.onProgress?.(done, done)
    return {
      ...{ commits: this.#commits, records: this.#records, found: this.#found },
      ...{ rebuilt, isIndexRebuilt },
    }
  }

  async #suspect(scope: Scope): Promise<void> {
    const { store, damage } = this.#context
    const { ns, aud } = scope
    const { operation, apply } = damage.addScope({ ns, aud })
    await commitBatch(store, [operation])
    apply()
  }

  #onFinding(finding: Finding): void {
    this.#found += 1
    this.#options.onFinding?.(finding)
  }

  async #rest(): Promise<void> {
    const { commits, records } = this.#context.totals()
    const done = this.#commits + this.#records
    this.#options.onProgress?.(done, Math.max(done, commits + records))
    await this.#options.pause?.()
  }
}

/** Builds anew what is suspect, scope by scope, where all commits are whole. */
export async function rebuildWhatCan(
  context: Pick<ScrubContext, 'store' | 'damage' | 'rebuild'>,
): Promise<readonly Scope[]> {
  const { store, damage, rebuild } = context
  const rebuilt: Scope[] = []
  for (const scope of damage.scopes) {
    if (damage.isIn(scope)) continue
    await rebuild(scope)
    const { operation, apply } = damage.removeScope(scope)
    await commitBatch(store, [operation])
    apply()
    rebuilt.push(scope)
  }
  return rebuilt
}
