/**
 * The roster chain that everything is judged by: the one that the root holders signed, with what
 * the kept orders of agencies add to it. The next version is drawn up and verified on the signed
 * chain alone (ADR 0043).
 */
import type { Crypto, Hash } from '../crypto.ts'
import { toHex } from '../encoding/bytes.ts'
import { type ErrorCode, isMuluError } from '../errors.ts'
import type { Operation } from '../store/store.ts'
import { type Order, readOrder } from './order.ts'
import { digestOfMarks, type MarkedOrders, markOrders } from './order-marks.ts'
import { type OrderStore, withinBounds } from './order-store.ts'
import { reachRefusal } from './order-verdict.ts'
import { type JudgedOrder, type OrderedRosters, withOrders } from './orders.ts'
import type { Roster } from './roster.ts'
import type { RosterStore } from './roster-store.ts'

/** What became of an order that was offered. */
export type OrderOutcome =
  /** It is kept; `code` says why it does not count, and is undefined when it does. */
  | { readonly kind: 'new' | 'known'; readonly code: ErrorCode | undefined }
  /** It is not kept. Without blame where whoever offers it may be honest: it may be offered again. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly blame: boolean }

/** An order that was offered; `order` is undefined when the bytes are none that could be verified. */
export type TakenOrder = { readonly order: Order | undefined; readonly outcome: OrderOutcome }

/** Why the first of those is refused that no honest node passes on; undefined when none is. */
export function blamedRefusal(taken: readonly TakenOrder[]): ErrorCode | undefined {
  for (const { outcome } of taken) {
    if (outcome.kind === 'refused' && outcome.blame) return outcome.code
  }
  return undefined
}

type Verified = { readonly order: Order | undefined; readonly code: ErrorCode | undefined }

/** What the signed chain and the kept orders come to. */
type Made = OrderedRosters &
  MarkedOrders & { readonly newest: Roster | undefined; readonly kept: readonly Order[] }

/** The signed chain and the orders beside it, as one. */
export class OrderedChain {
  readonly #crypto: Crypto
  readonly #signed: RosterStore
  readonly #orders: OrderStore
  #made: Made | undefined

  constructor(crypto: Crypto, signed: RosterStore, orders: OrderStore) {
    this.#crypto = crypto
    this.#signed = signed
    this.#orders = orders
  }

  /** Every version, the first one first; the same array as long as nothing changes. */
  get rosters(): readonly Roster[] {
    return this.#current().rosters
  }

  get newest(): Roster | undefined {
    return this.#current().rosters.at(-1)
  }

  /** The orders that are kept or stand in the roster, and whether each counts. */
  get orders(): readonly JudgedOrder[] {
    return this.#current().orders
  }

  /** The kept orders that fit this chain, by number: what is compared and passed on. */
  get shared(): MarkedOrders {
    return this.#current()
  }

  /** What the newest version would be with one more signed version. */
  newestWith(next: Roster): Roster {
    const { rosters } = withOrders(this.#crypto, [...this.#signed.all, next], this.#orders.kept)
    return rosters.at(-1) ?? next
  }

  /** Equal on two replicas of one chain to which the same has come, as far as it matters. */
  digest(): Hash {
    return digestOfMarks(this.#crypto, this.shared.marks)
  }

  /**
   * Verifies orders and keeps those that are to be kept, all in one batch with what has to follow.
   * Idempotent. Rejects only when the store refuses (MULU_DISK); nothing is then changed.
   */
  async take(
    offered: readonly Uint8Array[],
    following: (before: Roster | undefined, after: Roster | undefined) => readonly Operation[],
  ): Promise<readonly TakenOrder[]> {
    const read = offered.map((bytes) => this.#verify(bytes))
    const good = read.flatMap(({ order, code }) => (order && code === undefined ? [order] : []))
    const { kept } = this.#orders
    const known = new Set(kept.map(({ id }) => toHex(id)))
    const added = withinBounds(this.#fitting(kept), good)
    if (added.length > 0) {
      const { rosters } = withOrders(this.#crypto, this.#signed.all, [...kept, ...added])
      await this.#orders.add(added, following(this.newest, rosters.at(-1)))
    }
    const judged = new Map(this.orders.map(({ order, code }) => [toHex(order.id), code]))
    return read.map((each) => takenOrder(each, known, judged))
  }

  #verify(bytes: Uint8Array): Verified {
    try {
      const order = readOrder(this.#crypto, bytes)
      return { order, code: reachRefusal(this.#signed.all, order) }
    } catch (error) {
      if (isMuluError(error)) return { order: undefined, code: error.code }
      throw error
    }
  }

  /** Those of another branch of the chain stay, for the case that it is chosen again. */
  #fitting(orders: readonly Order[]): readonly Order[] {
    return orders.filter((order) => reachRefusal(this.#signed.all, order) === undefined)
  }

  #current(): Made {
    const [newest, kept] = [this.#signed.newest, this.#orders.kept]
    if (this.#made?.newest !== newest || this.#made?.kept !== kept) {
      const administrators = newest?.state.administrators ?? []
      this.#made = {
        ...withOrders(this.#crypto, this.#signed.all, kept),
        ...markOrders(administrators, this.#fitting(kept)),
        ...{ newest, kept },
      }
    }
    return this.#made
  }
}

function takenOrder(
  { order, code }: Verified,
  known: ReadonlySet<string>,
  judged: ReadonlyMap<string, ErrorCode | undefined>,
): TakenOrder {
  if (order === undefined || code !== undefined) {
    const why = code ?? 'MULU_ORDER_SHAPE'
    return { order, outcome: { kind: 'refused', code: why, blame: why !== 'MULU_ROSTER_UNKNOWN' } }
  }
  const id = toHex(order.id)
  // Two others of its number are here already, and prove what there is to prove.
  if (!judged.has(id)) {
    return { order, outcome: { kind: 'refused', code: 'MULU_ORDER_NUMBER', blame: false } }
  }
  return { order, outcome: { kind: known.has(id) ? 'known' : 'new', code: judged.get(id) } }
}
