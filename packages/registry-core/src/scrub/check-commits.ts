/**
 * The first half of a scrub: every stored commit against its hashes and signature, what is
 * remembered of its log against the chain, and what it did against the records.
 */

import { commitId, entrySections, type ReadCommit } from '../commit/commit.ts'
import type { Crypto, Hash } from '../crypto.ts'
import { equalBytes, toHex } from '../encoding/bytes.ts'
import { decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import { type Erasures, isNoted } from '../erasure/erasures.ts'
import { missingEntries, orderedEntries } from '../erasure/proof.ts'
import { commitsAt } from '../log/chain.ts'
import type { LogKey, LogPosition } from '../log/log.ts'
import { encodeLogState, type LogState } from '../log/log-state.ts'
import type { Logs } from '../log/logs.ts'
import { decodeOutcome, type StoredOutcome } from '../log/stored-outcome.ts'
import type { Lacking } from '../pruning/lacking.ts'
import type { Roster } from '../roster/roster.ts'
import {
  commitBatch,
  commitKey,
  del,
  fixedHex,
  logPrefix,
  positionPrefix,
  put,
  recordKey,
  type Store,
  under,
} from '../store/store.ts'
import { agreesWithEntry, openOrNothing } from './check-record.ts'
import { conditionOf } from './commit-condition.ts'
import type { DamagedCommit, DamageList } from './damage.ts'
import type { Finding } from './finding.ts'

/** What the checks work on. */
export type CheckContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly logs: Logs
  readonly rosters: () => readonly Roster[]
  readonly damage: DamageList
  readonly erasures: Erasures
  readonly lacking: Lacking
  /** A snapshot, a receipt or an order of erasure that was not found before. */
  readonly onStatement: (commit: ReadCommit) => void
  readonly onFinding: (finding: Finding) => void
  /** Derived data of a log's scope is to be built anew. */
  readonly onSuspect: (log: Pick<LogKey, 'ns' | 'aud'>) => Promise<void>
}

/** Commits looked at before others get their turn; each can touch 512 records. */
const PORTION = 4

/** Looks at the commits of one log, a few at a time. */
export class LogCheck {
  readonly #context: CheckContext
  readonly #log: LogKey
  #next = 1
  #cursor: string
  #beyond = new Set<number>()

  constructor(context: CheckContext, log: LogKey) {
    this.#context = context
    this.#log = log
    this.#cursor = `${logPrefix(log)}/`
  }

  /** Looks at the next few: how many, and whether these were the last. */
  async portion(): Promise<{ readonly commits: number; readonly isDone: boolean }> {
    const { store, logs } = this.#context
    const range = { gt: this.#cursor, lt: under(logPrefix(this.#log)).lt, limit: PORTION }
    const rows = await store.commits.iterator(range).all()
    for (const [key, bytes] of rows) {
      this.#cursor = key
      const seq = seqOf(this.#log, key)
      if (seq === undefined) {
        await this.#checkStray(key, bytes)
        continue
      }
      await this.#missingBefore(Math.min(seq, logs.get(this.#log).known.seq + 1))
      await this.#checkCommit(key, seq, bytes)
      if (seq > logs.get(this.#log).known.seq) this.#beyond.add(seq)
      this.#next = Math.max(this.#next, seq + 1)
    }
    const isDone = rows.length < PORTION
    if (isDone) await this.#finish()
    return { commits: rows.length, isDone }
  }

  async #finish(): Promise<void> {
    const { logs } = this.#context
    await this.#missingBefore(logs.get(this.#log).known.seq + 1)
    await this.#checkState()
    await this.#checkEvidence()
  }

  async #missingBefore(end: number): Promise<void> {
    const missing: DamagedCommit[] = []
    for (; this.#next < end; this.#next++) {
      const seq = this.#next
      const idText = await this.#idTextAt(seq)
      missing.push({ what: 'missing', log: this.#log, seq, idText, records: [] })
    }
    await this.#remember(missing)
  }

  /** The outcome may still say which commit stood there. */
  async #idTextAt(seq: number): Promise<string> {
    const prefix = positionPrefix(this.#log, seq)
    const keys = await this.#context.store.outcomes.keys({ ...under(prefix), limit: 2 }).all()
    return keys.length === 1 ? (keys[0]?.slice(prefix.length + 1) ?? '') : ''
  }

  async #remember(damaged: readonly DamagedCommit[]): Promise<void> {
    const { store, damage, onFinding } = this.#context
    if (damaged.length === 0) return
    const added = damaged.map((each) => damage.add(each))
    await commitBatch(
      store,
      added.map(({ operation }) => operation),
    )
    for (const { apply } of added) apply()
    for (const { what, log, seq, records } of damaged) {
      onFinding({ what, scope: log, log, seq, records })
    }
  }

  async #checkCommit(key: string, seq: number, bytes: Uint8Array): Promise<void> {
    const { crypto, rosters } = this.#context
    const condition = conditionOf(crypto, rosters(), key, bytes)
    const idText = key.slice(key.lastIndexOf('/') + 1)
    switch (condition.kind) {
      case 'sound':
        await this.#forget(seq)
        return this.#checkEffects(key, condition.commit)
      case 'misplaced':
        await this.#moveHome(key, bytes, condition.commit)
        return
      case 'body':
        return this.#remember([
          { what: 'body', log: this.#log, seq, idText, records: suspectRecords(condition.commit) },
        ])
      case 'commit':
        return this.#remember([{ what: 'commit', log: this.#log, seq, idText, records: [] }])
    }
  }

  async #forget(seq: number): Promise<void> {
    const { store, damage } = this.#context
    if (damage.at(this.#log, seq) === undefined) return
    const { operation, apply } = damage.remove(this.#log, seq)
    await commitBatch(store, [operation])
    apply()
  }

  /** A key that no position has; what stands there is brought home or taken away. */
  async #checkStray(key: string, bytes: Uint8Array): Promise<void> {
    const { crypto, store, rosters, onFinding } = this.#context
    const condition = conditionOf(crypto, rosters(), key, bytes)
    if (condition.kind === 'misplaced') return this.#moveHome(key, bytes, condition.commit)
    onFinding({ what: 'misplaced', scope: this.#log, log: this.#log, at: key })
    await commitBatch(store, [del(store.commits, key), del(store.outcomes, key)])
  }

  async #moveHome(key: string, bytes: Uint8Array, commit: ReadCommit): Promise<void> {
    const { store, onFinding, onSuspect } = this.#context
    const { ns, aud, writer, seq } = commit.read
    const log = { ns, aud, writer }
    const home = commitKey(log, seq, commit.id)
    onFinding({ what: 'misplaced', scope: log, log, seq, at: key })
    const hasOutcome = (await store.outcomes.get(home)) !== undefined
    await commitBatch(store, [
      put(store.commits, home, bytes),
      ...(hasOutcome ? [] : [put(store.outcomes, home, new Uint8Array())]),
      del(store.commits, key),
      del(store.outcomes, key),
    ])
    if (!hasOutcome) await onSuspect(log)
  }

  /** What became of a sound commit, and what it did to its records. */
  async #checkEffects(key: string, commit: ReadCommit): Promise<void> {
    const { store, erasures, onFinding, onSuspect, onStatement } = this.#context
    const place = { scope: this.#log, log: this.#log, seq: commit.read.seq }
    const outcome = outcomeOrNothing(await store.outcomes.get(key))
    if (outcome === undefined) {
      onFinding({ what: 'outcome', ...place })
      return onSuspect(this.#log)
    }
    if (commit.read.type !== 0 && (await store.statements.get(key)) === undefined) {
      onFinding({ what: 'statement', ...place })
      await commitBatch(store, [put(store.statements, key, new Uint8Array())])
      onStatement(commit)
    }
    const noted = erasures.operations(this.#log, commit)
    if (noted.length > 0 && (await this.#lacksNote(key, commit))) {
      onFinding({ what: 'statement', ...place })
      await commitBatch(store, noted)
      onStatement(commit)
    }
    if (outcome.kind !== 'in force' && outcome.kind !== 'void') return
    const records = await this.#differingRecords(key, commit, outcome)
    if (records.length === 0) return
    onFinding({ what: 'record', ...place, records })
    await onSuspect(this.#log)
  }

  /** Whether an order, a confirmation or what an order left would not be found again. */
  async #lacksNote(key: string, commit: ReadCommit): Promise<boolean> {
    const { store, erasures } = this.#context
    if (orderedEntries(commit).length > 0 && !erasures.lacks(key)) return true
    return isNoted(commit) && (await store.orders.get(key)) === undefined
  }

  async #differingRecords(
    key: string,
    commit: ReadCommit,
    outcome: StoredOutcome,
  ): Promise<readonly string[]> {
    const { store, erasures, lacking } = this.#context
    const erased = erasures.erasedIn(key, commit)
    // What is held as headers alone takes no notice of a body that is still there.
    const isBare = lacking.isBare(this.#log)
    const missing = new Set(isBare ? commit.read.entries.keys() : missingEntries(commit))
    const recs = [...new Set(commit.read.entries.map(({ rec }) => rec))]
    const keys = recs.map((rec) => recordKey(this.#log, rec))
    const stored = await store.records.getMany(keys)
    const documents = new Map(recs.map((rec, i) => [rec, openOrNothing(stored[i])] as const))
    const voids = outcome.kind === 'in force' ? outcome.voidBodies : undefined
    const differing = commit.read.entries.flatMap(({ rec }, index) => {
      const document = documents.get(rec)
      const isGone = voids === undefined || erased.has(index)
      const stands =
        isGone || voids.includes(index) ? 'void' : missing.has(index) ? 'absent' : 'held'
      const agrees = document !== undefined && agreesWithEntry(document, commit, index, stands)
      return agrees ? [] : [rec]
    })
    return [...new Set(differing)]
  }

  /** The remembered state against what stands there, and the stored state against the remembered. */
  async #checkState(): Promise<void> {
    const { store, logs, damage, onFinding, onSuspect } = this.#context
    const state = logs.get(this.#log)
    const isPresent = await Promise.all(
      [state.known, state.judged, state.accepted].map((position) => this.#isThere(position)),
    )
    const place = { scope: this.#log, log: this.#log }
    // What is damaged is counted wrongly until it is whole again.
    const isCounted = damage.isIn(this.#log) || this.#beyond.size === state.held
    if (!isPresent.every(Boolean) || !isCounted) {
      onFinding({ what: 'log', ...place })
      return onSuspect(this.#log)
    }
    const encoded = encodeLogState(state)
    const stored = await store.logs.get(logPrefix(this.#log))
    if (stored === undefined ? isEmpty(state) : equalBytes(stored, encoded)) return
    onFinding({ what: 'log', ...place })
    await commitBatch(store, [put(store.logs, logPrefix(this.#log), encoded)])
  }

  async #isThere({ seq, id }: LogPosition): Promise<boolean> {
    const { store, damage } = this.#context
    if (seq === 0 || damage.at(this.#log, seq) !== undefined) return true
    return (await store.outcomes.get(commitKey(this.#log, seq, id))) !== undefined
  }

  /** The two headers that prove a fork; they stand among the commits as well. */
  async #checkEvidence(): Promise<void> {
    const { crypto, store, logs, damage, onFinding } = this.#context
    const { forkedAt } = logs.get(this.#log)
    if (forkedAt === undefined || damage.at(this.#log, forkedAt) !== undefined) return
    const all = await commitsAt(crypto, store, this.#log, forkedAt)
    const key = positionPrefix(this.#log, forkedAt)
    const proven = provenIds(crypto, await store.evidence.get(key))
    const here = new Set(all.map(({ id }) => toHex(id)))
    if (here.size < 2 || (proven.size === 2 && [...proven].every((id) => here.has(id)))) return
    onFinding({ what: 'evidence', scope: this.#log, log: this.#log, seq: forkedAt })
    const proof = all.slice(0, 2).map(({ header, signature }) => [header, signature])
    await commitBatch(store, [put(store.evidence, key, encodeCbor(proof))])
  }
}

function provenIds(crypto: Crypto, stored: Uint8Array | undefined): ReadonlySet<string> {
  try {
    const proof = decodeCbor(stored ?? new Uint8Array()) as readonly (readonly [Hash])[]
    return new Set(proof.map(([header]) => toHex(commitId(crypto, header))))
  } catch {
    // Whatever fails while reading rotten bytes has one meaning: they prove nothing.
    return new Set()
  }
}

function isEmpty(state: LogState): boolean {
  return state.known.seq === 0 && state.held === 0
}

function outcomeOrNothing(stored: Uint8Array | undefined): StoredOutcome | undefined {
  if (stored === undefined) return undefined
  try {
    const outcome = decodeOutcome(stored)
    const isForm = outcome.kind !== 'in force' || Array.isArray(outcome.voidBodies)
    return KINDS.has(outcome.kind) && isForm ? outcome : undefined
  } catch {
    // Whatever fails while reading rotten bytes has one meaning: nothing is on record.
    return undefined
  }
}

const KINDS: ReadonlySet<string> = new Set<StoredOutcome['kind']>([
  'in force',
  'void',
  'ended',
  'waits',
])

/** The records whose bodies cannot be read any more; all of them where every one can. */
function suspectRecords(commit: ReadCommit): readonly string[] {
  const sections = entrySections(commit)
  const broken = commit.read.entries.filter((_, i) => sections[i]?.read === undefined)
  return (broken.length > 0 ? broken : commit.read.entries).map(({ rec }) => rec)
}

/** The position in a key of a log's commit; undefined where the key has none. */
function seqOf(log: LogKey, key: string): number | undefined {
  const [seq = '', idText = '', ...more] = key.slice(logPrefix(log).length + 1).split('/')
  const isForm = /^[0-9a-f]{12}$/.test(seq) && /^[0-9a-f]{64}$/.test(idText) && more.length === 0
  const value = Number.parseInt(seq, 16)
  return isForm && value > 0 && fixedHex(value, 12) === seq ? value : undefined
}
