/**
 * The orders of agencies that a replica keeps: what the versions they cite allow, and of each key
 * and number two at most. So a stolen key fills no store, and what is kept follows from what has
 * come, not from when. Sublevel `agencyOrders`: `<key hex>/<number 4 hex>/<id hex>` -> wire form.
 */
import type { Crypto } from '../crypto.ts'
import { equalBytes, toHex } from '../encoding/bytes.ts'
import { isMuluError } from '../errors.ts'
import type { Finding } from '../scrub/finding.ts'
import { commitBatch, del, fixedHex, type Operation, put, type Store } from '../store/store.ts'
import { type Order, readOrder } from './order.ts'

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
      const order = readStored(crypto, bytes)
      if (order !== undefined && keyOf(order) === key) kept.push(order)
    }
    return new OrderStore(store, kept)
  }

  /** The same array as long as nothing changes. */
  get kept(): readonly Order[] {
    return this.#kept
  }

  /** Keeps exactly these orders from now on; what has to follow from it is begun in their batch. */
  async replace(orders: readonly Order[], following: readonly Operation[]): Promise<void> {
    const before = new Map(this.#kept.map((order) => [keyOf(order), order]))
    const after = new Map(orders.map((order) => [keyOf(order), order]))
    const { agencyOrders } = this.#store
    await commitBatch(this.#store, [
      ...[...before.keys()].filter((key) => !after.has(key)).map((key) => del(agencyOrders, key)),
      ...[...after]
        .filter(([key]) => !before.has(key))
        .map(([key, { bytes }]) => put(agencyOrders, key, bytes)),
      ...following,
    ])
    this.#kept = [...after].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, order]) => order)
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

function keyOf({ by, no, id }: Order): string {
  return `${toHex(by)}/${fixedHex(no, 4)}/${toHex(id)}`
}

function readStored(crypto: Crypto, bytes: Uint8Array): Order | undefined {
  try {
    return readOrder(crypto, bytes)
  } catch (error) {
    if (isMuluError(error)) return undefined
    throw error
  }
}
