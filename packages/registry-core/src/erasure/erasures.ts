/**
 * Which bodies are erased (DESIGN section 4, DESIGN-REVIEW M5).
 *
 * An order counts while the commit that gives it is in force. It is settled once a settled
 * snapshot covers that commit, and then counts for good, whatever the roster closes later: from
 * then on other agencies destroy the bytes, which nothing could bring back. A commit that is
 * named is looked up by its key, so that all others cost one look into a map.
 */
import { audienceText } from '../commit/audience.ts'
import {
  bodyHash,
  decodeCommit,
  encodeCommit,
  entryOfBody,
  type ReadCommit,
  readCommit,
  type SignedHeader,
  type StoredBody,
} from '../commit/commit.ts'
import type { Crypto, Hash } from '../crypto.ts'
import { equalBytes, toHex } from '../encoding/bytes.ts'
import { decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import { idsToAnchor } from '../log/chain.ts'
import type { LogKey } from '../log/log.ts'
import { decodeOutcome } from '../log/stored-outcome.ts'
import type { Roster } from '../roster/roster.ts'
import { readIntact } from '../scrub/commit-condition.ts'
import type { Settlement } from '../snapshot/settlement.ts'
import {
  commitKey,
  del,
  logOfKey,
  type Operation,
  put,
  type Scope,
  type Store,
  scopePrefix,
} from '../store/store.ts'
import { confirmedBy } from './confirmation.ts'
import {
  isErasable,
  mayOrder,
  missingEntries,
  orderedEntries,
  readOrderOrNothing,
} from './proof.ts'

/** An entry that an order names. */
export type Target = {
  readonly log: LogKey
  readonly seq: number
  readonly id: Hash
  readonly entry: number
  /** The reference of the lawful order. */
  readonly order: string
}

/** One commit with orders, and how they stand here. */
export type Ordered = {
  readonly commit: ReadCommit
  readonly log: LogKey
  readonly targets: readonly Target[]
  /** Whether the commit is in force. */
  readonly isInForce: boolean
  readonly isSettled: boolean
}

type Context = {
  readonly crypto: Crypto
  readonly store: Store
  readonly rosters: () => readonly Roster[]
  readonly settlement: Settlement
}

/** No entries. */
export const NONE: ReadonlySet<number> = new Set()

/** All orders and confirmations of a replica. */
export class Erasures {
  readonly #context: Context
  readonly #orders = new Map<string, Ordered>()
  /** By key of the named commit, the keys of the commits that name it. */
  readonly #named = new Map<string, Set<string>>()
  readonly #confirmations = new Map<string, ReadCommit[]>()
  /** By key of a commit, the entries of it whose bodies an order has taken. */
  readonly #missing = new Map<string, readonly number[]>()

  #isDone = false

  private constructor(context: Context) {
    this.#context = context
  }

  /** Whether something may be left to do about orders, here and now. */
  get isOpen(): boolean {
    return this.#orders.size > 0 && !this.#isDone
  }

  /** Says that nothing is, until something changes. */
  rest(): void {
    this.#isDone = true
  }

  /** Loads what a store holds. */
  static async load(context: Context): Promise<Erasures> {
    const erasures = new Erasures(context)
    const { crypto, store } = context
    for await (const key of store.orders.keys()) {
      const bytes = await store.commits.get(key)
      const commit = bytes && readIntact(crypto, key, bytes)
      if (commit !== undefined) erasures.add(commit)
    }
    for await (const [key, bytes] of store.missing.iterator()) {
      erasures.#missing.set(key, decodeCbor(bytes) as unknown as readonly number[])
    }
    await erasures.refresh()
    return erasures
  }

  /** Everything that orders erasures. */
  get all(): readonly Ordered[] {
    return [...this.#orders.values()]
  }

  /** What the batch of a new commit has to hold so that it is found again; nothing for most. */
  operations(log: LogKey, commit: ReadCommit): readonly Operation[] {
    const { store } = this.#context
    const key = commitKey(log, commit.read.seq, commit.id)
    const missing = orderedEntries(commit)
    return [
      ...(isNoted(commit) ? [put(store.orders, key, new Uint8Array())] : []),
      ...(missing.length > 0 ? [put(store.missing, key, encodeCbor([...missing]))] : []),
    ]
  }

  /** Remembers a commit once it is written. */
  add(commit: ReadCommit): void {
    const { ns, aud, writer, seq, erase } = commit.read
    const log = { ns, aud, writer }
    const key = commitKey(log, seq, commit.id)
    const missing = orderedEntries(commit)
    if (missing.length > 0) this.#missing.set(key, missing)
    for (const id of confirmedBy(commit.read)) this.#confirm(toHex(id), commit)
    if (erase.length === 0 || this.#orders.has(key)) return
    const targets = erase.map(
      ([of, at, id, entry, order]): Target => ({
        ...{ log: { ns, aud, writer: of }, seq: at, id, entry, order },
      }),
    )
    for (const target of targets) {
      const named = keyOf(target)
      this.#named.set(named, (this.#named.get(named) ?? new Set()).add(key))
    }
    this.#orders.set(key, { commit, log, targets, isInForce: false, isSettled: false })
    this.#isDone = false
  }

  /** Does no more of what a commit orders or confirms that is set aside, nor seeks its bodies. */
  forget(key: string, commit: ReadCommit): void {
    this.#orders.delete(key)
    this.#missing.delete(key)
    for (const by of this.#named.values()) by.delete(key)
    for (const id of confirmedBy(commit.read)) {
      const others = this.confirmationsOf(id).filter((each) => !equalBytes(each.id, commit.id))
      this.#confirmations.set(toHex(id), [...others])
    }
  }

  #confirm(order: string, by: ReadCommit): void {
    const known = this.#confirmations.get(order) ?? []
    if (known.some(({ id }) => equalBytes(id, by.id))) return
    this.#confirmations.set(order, [...known, by])
  }

  /** Lets the orders of a commit count that was judged to be in force. */
  enforce(key: string): void {
    const ordered = this.#orders.get(key)
    if (ordered !== undefined) this.#orders.set(key, { ...ordered, isInForce: true })
    this.#isDone = false
  }

  /** Whether no order is known, as is usual. */
  get isEmpty(): boolean {
    return this.#named.size === 0
  }

  /** The entries of a commit that are erased, by its key. */
  erasedIn(key: string, commit: Pick<ReadCommit, 'read'>): ReadonlySet<number> {
    const by = this.#counting(key)
    if (by.length === 0) return NONE
    return new Set(by.flatMap((ordered) => this.#erasable(key, commit, ordered)))
  }

  /** The entries of a commit that one of the commits that name it can have erased. */
  #erasable(
    key: string,
    { read }: Pick<ReadCommit, 'read'>,
    { commit: by, targets }: Ordered,
  ): readonly number[] {
    const rosters = this.#context.rosters()
    return targets
      .filter((target) => keyOf(target) === key)
      .map(({ entry }) => entry)
      .filter((entry) => isErasable(rosters, by.read, read, entry))
  }

  /** The orders that name a commit and count. */
  #counting(key: string): readonly Ordered[] {
    const keys = this.#named.get(key)
    if (keys === undefined) return []
    return [...keys].flatMap((by) => {
      const ordered = this.#orders.get(by)
      return ordered !== undefined && counts(ordered) ? [ordered] : []
    })
  }

  /** A commit without the bodies that are erased, with the orders that say so. */
  withoutErased(key: string, commit: ReadCommit): ReadCommit {
    const erased = this.erasedIn(key, commit)
    if (erased.size === 0) return commit
    const bodies = commit.bodies.map(
      (body, i): StoredBody =>
        erased.has(entryOfBody(commit.read, i))
          ? { missing: bodyHash(this.#context.crypto, body) }
          : body,
    )
    return withOrders({ ...commit, bodies }, this.#ordersFor(key, commit, bodies))
  }

  /** The orders that the commit brought, and those that count here, each once. */
  #ordersFor(
    key: string,
    commit: ReadCommit,
    bodies: readonly StoredBody[],
  ): readonly SignedHeader[] {
    const open = new Set(missingEntries({ ...commit, bodies }))
    const orders: SignedHeader[] = []
    const take = ({ header, signature }: SignedHeader, entries: readonly number[]): void => {
      if (!entries.some((entry) => open.has(entry))) return
      for (const entry of entries) open.delete(entry)
      orders.push({ header, signature })
    }
    for (const ordered of this.#counting(key)) {
      take(ordered.commit, this.#erasable(key, commit, ordered))
    }
    const rosters = this.#context.rosters()
    for (const brought of commit.orders ?? []) {
      const order = readOrderOrNothing(brought)
      if (order === undefined) continue
      const ofThis = order.erase.filter(([writer, seq, , entry]) => {
        const isNamed = writer === commit.read.writer && seq === commit.read.seq
        return isNamed && isErasable(rosters, order, commit.read, entry)
      })
      take(
        brought,
        ofThis.map(([, , , entry]) => entry),
      )
    }
    return orders
  }

  /** A stored commit as it may be given away: without what is erased, destroyed or not yet. */
  served(key: string, bytes: Uint8Array): Uint8Array {
    if (!this.#named.has(key)) return bytes
    const commit = readCommit(this.#context.crypto, decodeCommit(bytes))
    const served = this.withoutErased(key, commit)
    return served === commit ? bytes : encodeCommit(served)
  }

  /** Commits of which a body is missing that no order here accounts for: to be had from others. */
  holes(): readonly { readonly log: LogKey; readonly seq: number }[] {
    return [...this.#missing].flatMap(([key, entries]) => {
      const by = this.#counting(key).flatMap(({ targets }) =>
        targets.filter((target) => keyOf(target) === key).map(({ entry }) => entry),
      )
      return entries.every((entry) => by.includes(entry)) ? [] : [placeOf(key)]
    })
  }

  /**
   * A stored commit that lacks bodies, with those that another copy of it has; undefined when that
   * brings nothing. What is erased stays away.
   */
  filled(key: string, stored: ReadCommit, copy: ReadCommit): ReadCommit | undefined {
    const bodies = stored.bodies.map((body, i): StoredBody => {
      const offered = copy.bodies[i]
      return body instanceof Uint8Array || offered === undefined ? body : offered
    })
    const filled = this.withoutErased(key, { ...stored, bodies })
    const before = missingEntries(stored).length
    if (missingEntries(filled).length >= before) return undefined
    return withOrders(filled, this.#ordersFor(key, filled, filled.bodies))
  }

  /** Whether a body of this commit is missing. */
  lacks(key: string): boolean {
    return this.#missing.has(key)
  }

  /** What the batch has to hold that replaces a stored commit by one with other bodies. */
  replacing(key: string, commit: ReadCommit): readonly Operation[] {
    const { store } = this.#context
    const missing = orderedEntries(commit)
    return [
      put(store.commits, key, encodeCommit(commit)),
      missing.length > 0
        ? put(store.missing, key, encodeCbor([...missing]))
        : del(store.missing, key),
    ]
  }

  /** Remembers such a batch once it is written. */
  replaced(key: string, commit: ReadCommit): void {
    const missing = orderedEntries(commit)
    this.#isDone = false
    if (missing.length > 0) this.#missing.set(key, missing)
    else this.#missing.delete(key)
  }

  /** Commits that confirm the orders of a commit, by writer. */
  confirmationsOf(order: Hash): readonly ReadCommit[] {
    return this.#confirmations.get(toHex(order)) ?? []
  }

  /**
   * Asks anew which orders are in force and settled; the scopes in which others count now than
   * before, all of them or those of one scope.
   */
  async refresh(scope?: Scope): Promise<readonly Scope[]> {
    const changed = new Map<string, Scope>()
    for (const [key, ordered] of this.#orders) {
      const { ns, aud } = ordered.log
      if (scope !== undefined && scopePrefix(scope) !== scopePrefix(ordered.log)) continue
      const isInForce = await this.#isInForce(key)
      const isSettled = await this.#isSettled(ordered, isInForce)
      const next = { ...ordered, isInForce, isSettled }
      this.#orders.set(key, next)
      const isSame = isInForce === ordered.isInForce && isSettled === ordered.isSettled
      this.#isDone &&= isSame
      if (counts(next) !== counts(ordered)) changed.set(scopePrefix({ ns, aud }), { ns, aud })
    }
    return [...changed.values()]
  }

  async #isInForce(key: string): Promise<boolean> {
    const stored = await this.#context.store.outcomes.get(key)
    return stored !== undefined && decodeOutcome(stored).kind === 'in force'
  }

  async #isSettled({ commit, log }: Ordered, isInForce: boolean): Promise<boolean> {
    const { crypto, store, rosters, settlement } = this.#context
    const floor = settlement.floorOf(log)
    if (floor === undefined || commit.read.seq > floor.seq) return false
    if (!mayOrder(rosters(), commit.read)) return false
    // On the chain that stands, what is in force up to the floor leads there.
    if (isInForce && (await this.#stands(commitKey(log, floor.seq, floor.id)))) return true
    const way = await idsToAnchor(crypto, store, log, commit.read.seq - 1, floor)
    return way.has(toHex(commit.id))
  }

  async #stands(key: string): Promise<boolean> {
    const stored = await this.#context.store.outcomes.get(key)
    const kind = stored === undefined ? undefined : decodeOutcome(stored).kind
    return kind === 'in force' || kind === 'void'
  }
}

function withOrders(commit: ReadCommit, orders: readonly SignedHeader[]): ReadCommit {
  const { orders: _, ...rest } = commit
  return orders.length === 0 ? rest : { ...rest, orders }
}

/** The position that a key of a commit stands for. */
export function placeOf(key: string): { readonly log: LogKey; readonly seq: number } {
  const [, , , seq = ''] = key.split('/')
  return { log: logOfKey(key), seq: Number.parseInt(seq, 16) }
}

/** The key of the commit that is named. */
export function keyOf({ log, seq, id }: Target): string {
  return commitKey(log, seq, id)
}

/** Whether what a commit orders is to be done. */
export function counts({ isInForce, isSettled }: Ordered): boolean {
  return isInForce || isSettled
}

/** Whether a commit orders erasures or confirms them. */
export function isNoted({ read }: ReadCommit): boolean {
  return read.erase.length > 0 || confirmedBy(read).length > 0
}

/** Whether orders go to every node: others are carried out by the agency's own nodes alone. */
export function isFederal({ log }: Ordered): boolean {
  return audienceText(log.aud) === '1'
}
