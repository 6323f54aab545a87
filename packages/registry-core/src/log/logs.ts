/**
 * All logs of a replica in memory, and what synchronisation says of them. Digests are kept per
 * audience, so that two agencies compare only what both may hold (DESIGN-REVIEW M12).
 */
import { type Audience, audienceText } from '../commit/audience.ts'
import { type Crypto, DOMAIN, type Hash, hash } from '../crypto.ts'
import { encodeCbor } from '../encoding/cbor.ts'
import type { LogEnd } from '../roster/change.ts'
import {
  logOfKey,
  logPrefix,
  type Operation,
  put,
  type Scope,
  type Store,
  scopePrefix,
  under,
} from '../store/store.ts'
import type { LogHead, LogKey } from './log.ts'
import { decodeLogState, emptyLog, encodeLogState, type LogState } from './log-state.ts'

/** What settled snapshots say of logs, and which of them nobody is told of. */
export type HeadsContext = {
  readonly floorOf: (log: LogKey) => LogEnd | undefined
  readonly beyondFork: (log: LogKey) => { readonly digest: Hash } | undefined
  /** No key is bound to its writer: others could not tell who has signed it. */
  readonly isHidden: (log: LogKey) => boolean
}

const NO_RESETS: LogState['resets'] = []

/** The logs by key. */
export class Logs {
  readonly #states = new Map<string, LogState>()
  /** Logs that have reset a wrong clock; mostly there is none. */
  readonly #reset = new Set<string>()
  readonly #crypto: Crypto

  private constructor(crypto: Crypto) {
    this.#crypto = crypto
  }

  /** Loads every log of a store. */
  static async load(crypto: Crypto, store: Store): Promise<Logs> {
    const logs = new Logs(crypto)
    for await (const [key, bytes] of store.logs.iterator()) {
      const state = decodeLogState(logOfKey(key), bytes)
      if (state !== undefined) logs.set(state)
    }
    return logs
  }

  /** Gives every log that has commits a state, where that was lost; the scopes of those logs. */
  async recover(store: Store): Promise<readonly Scope[]> {
    const lost: LogKey[] = []
    const options = { limit: 1 }
    let [key] = await store.commits.keys(options).all()
    while (key !== undefined) {
      const prefix = key.split('/').slice(0, 3).join('/')
      const log = logOfKey(prefix)
      if (logPrefix(log) === prefix && !this.#states.has(prefix)) lost.push(log)
      ;[key] = await store.commits.keys({ gte: under(prefix).lt, ...options }).all()
    }
    for (const log of lost) this.set(emptyLog(log))
    return lost
  }

  /** The state of a log, empty when nothing of it is known. */
  get(log: LogKey): LogState {
    return this.#states.get(logPrefix(log)) ?? emptyLog(log)
  }

  /** The operation that stores the state of a log. */
  operation(store: Store, state: LogState): Operation {
    return put(store.logs, logPrefix(state.log), encodeLogState(state))
  }

  /** Remembers the state of a log after its batch was written. */
  set(state: LogState): void {
    const key = logPrefix(state.log)
    this.#states.set(key, state)
    if (state.resets.length > 0) this.#reset.add(key)
    else this.#reset.delete(key)
  }

  /** Where a log reset a wrong clock; asked for every entry of every record that is shown. */
  resetsOf({ ns, aud }: Scope, writer: number): LogState['resets'] {
    return this.#reset.size === 0 ? NO_RESETS : this.get({ ns, aud, writer }).resets
  }

  /** Every log, in the order of namespace, audience and writer. */
  all(): readonly LogState[] {
    return [...this.#states].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, state]) => state)
  }

  /** Commits of a writer that wait for something, in all its logs. */
  waitingOf(writer: number): number {
    let waiting = 0
    for (const { log, known, judged, held } of this.#states.values()) {
      if (log.writer === writer) waiting += known.seq - judged.seq + held
    }
    return waiting
  }

  /** The logs of a scope. */
  inScope(scope: Scope): readonly LogState[] {
    const prefix = `${scopePrefix(scope)}/`
    return this.all().filter((state) => logPrefix(state.log).startsWith(prefix))
  }

  /** What to tell a peer of every log. */
  heads(context: HeadsContext): readonly LogHead[] {
    return this.all()
      .filter(({ log }) => !context.isHidden(log))
      .map(({ log, known, accepted, forkedAt }) => ({
        log,
        known,
        accepted,
        forkedAt,
        floor: context.floorOf(log)?.seq ?? 0,
        statements: context.beyondFork(log)?.digest,
      }))
  }

  /** The digest over the heads of an audience, of one namespace where `ns` is given. */
  digest(context: HeadsContext, which: 'known' | 'accepted', aud: Audience, ns?: number): Hash {
    const audience = audienceText(aud)
    const rows = this.all()
      .filter((s) => audienceText(s.log.aud) === audience && (ns === undefined || s.log.ns === ns))
      .filter((s) => s[which].seq > 0 || s.forkedAt !== undefined)
      .filter((s) => !context.isHidden(s.log))
      .map((s) => [s.log.ns, s.log.writer, ...headOf(s, which, context)])
    return hash(this.#crypto, DOMAIN.heads, encodeCbor([which, audience, rows]))
  }
}

/**
 * Of a forked log the position of the fork counts, not which proof a node has seen, how far the
 * branch goes that stands, and what counts beyond it.
 */
function headOf(
  state: LogState,
  which: 'known' | 'accepted',
  settlement: HeadsContext,
): readonly (number | Hash)[] {
  const { accepted, forkedAt, log } = state
  if (which === 'accepted' || forkedAt === undefined) return [state[which].seq, state[which].id]
  const statements = settlement.beyondFork(log)?.digest
  const head = [0, forkedAt, accepted.seq, accepted.id]
  return statements === undefined ? head : [...head, statements]
}
