/**
 * The orders of agencies that a replica keeps: what the versions they cite allow, and of each key
 * and number the first two that come, which is all that matters of more (orders.ts). So a stolen
 * key fills no store and keeps none busy. Sublevel `agencyOrders`: `<key hex>/<number 4 hex>/<id hex>` -> wire form.
 */
import type { Crypto } from '../crypto.ts'
import { equalBytes, toHex } from '../encoding/bytes.ts'
import { orNothing } from '../errors.ts'
import type { Finding } from '../scrub/finding.ts'
import { commitBatch, del, fixedHex, type Operation, put, type Store } from '../store/store.ts'
import { type Order, readOrder } from './order.ts'
import { placeText } from './orders.ts'

/** The kept orders, verified when they came and again when they are loaded. */
export class OrderStore {
  readonly #store: Store
  #kept: readonly Order[]

  private constructor(store: Store, kept: readonly Order[]) {
    this.#store = store
    this.#kept = kept
  }

  /** Loads what is stored; an order that has rotted comes again from a peer. */
  static async load(crypto: Crypto, store: Store): Promise<OrderStore> {
    const kept: Order[] = []
    for await (const [key, bytes] of store.agencyOrders.iterator()) {
      const order = orNothing(() => readOrder(crypto, bytes))
      if (order !== undefined && keyOf(order) === key) kept.push(order)
    }
    return new OrderStore(store, kept)
  }

  /** The same array as long as nothing changes. */
  get kept(): readonly Order[] {
    return this.#kept
  }

  /** Keeps more orders; what has to follow from them is begun in their batch. */
  async add(orders: readonly Order[], following: readonly Operation[]): Promise<void> {
    const { agencyOrders } = this.#store
    await commitBatch(this.#store, [
      ...orders.map((order) => put(agencyOrders, keyOf(order), order.bytes)),
      ...following,
    ])
    this.#kept = [...this.#kept, ...orders]
  }

  /** Compares the store with what was verified when it came, and writes it again where they differ. */
  async recheck(onFinding: (finding: Finding) => void): Promise<void> {
    const { agencyOrders } = this.#store
    const operations: Operation[] = []
    const kept = new Map(this.#kept.map((order) => [keyOf(order), order]))
    for await (const key of agencyOrders.keys()) {
      if (kept.has(key)) continue
      onFinding({ what: 'order', at: key })
      operations.push(del(agencyOrders, key))
    }
    for (const [key, { bytes }] of kept) {
      const stored = await agencyOrders.get(key)
      if (stored !== undefined && equalBytes(stored, bytes)) continue
      onFinding({ what: 'order', at: key })
      operations.push(put(agencyOrders, key, bytes))
    }
    if (operations.length > 0) await commitBatch(this.#store, operations)
  }
}

/** Of orders that come those to keep beside others: new ones, until a number has two. */
export function withinBounds(kept: readonly Order[], coming: readonly Order[]): readonly Order[] {
  const ids = new Set(kept.map(({ id }) => toHex(id)))
  const counts = new Map<string, number>()
  for (const order of kept) counts.set(placeText(order), (counts.get(placeText(order)) ?? 0) + 1)
  return coming.filter((order) => {
    const [id, place] = [toHex(order.id), placeText(order)]
    const count = counts.get(place) ?? 0
    if (ids.has(id) || count >= 2) return false
    ids.add(id)
    counts.set(place, count + 1)
    return true
  })
}

function keyOf({ by, no, id }: Order): string {
  return `${toHex(by)}/${fixedHex(no, 4)}/${toHex(id)}`
}
