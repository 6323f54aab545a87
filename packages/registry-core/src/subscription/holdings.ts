/**
 * Of which namespaces the bodies are here. A namespace is held as a whole or not at all: one that is
 * not keeps every header, and the view, the leaf and the terms of none of its records. What the
 * subscription asks for, and what is so by now, are two things: a namespace that is to go is held
 * until an archive is known to have all of it (follow-subscription.ts).
 *
 * stored: meta `subscription` -> CBOR; `bare/<ns 8 hex>` -> one byte: 0 while bodies of a namespace
 * that is not held may still stand in commits, else 1
 */
import { decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import { del, fixedHex, type Operation, put, type Scope, type Store } from '../store/store.ts'
import { readSubscription, type Subscription, subscriptionToCbor } from './subscription.ts'

const SUBSCRIPTION = 'subscription'
const BARE = 'bare/'

/** What a store holds the bodies of. */
export class Holdings {
  readonly #store: Store
  /** Namespaces that are not held, and whether no body of them is left. */
  readonly #bare = new Map<number, boolean>()
  #subscription: Subscription | undefined

  private constructor(store: Store) {
    this.#store = store
  }

  static async load(store: Store): Promise<Holdings> {
    const holdings = new Holdings(store)
    const stored = await store.meta.get(SUBSCRIPTION)
    if (stored !== undefined) holdings.#subscription = readSubscription(decodeCbor(stored))
    for await (const [key, value] of store.meta.iterator({ gt: BARE, lt: 'bare0' })) {
      holdings.#bare.set(Number.parseInt(key.slice(BARE.length), 16), value[0] === 1)
    }
    return holdings
  }

  /** What was subscribed to; undefined for everything. */
  get subscription(): Subscription | undefined {
    return this.#subscription
  }

  /** The namespaces that are not held, ascending. */
  get bare(): readonly number[] {
    return [...this.#bare.keys()].sort((a, b) => a - b)
  }

  /** Whether everything is held, and is to be. */
  get isWhole(): boolean {
    return this.#subscription === undefined && this.#bare.size === 0
  }

  /** Whether the records of a scope are held as headers alone. */
  isBare({ ns, aud }: Scope): boolean {
    return aud === 1 && this.#bare.has(ns)
  }

  /** Whether bodies may still stand in commits of a namespace that is not held. */
  isToBeStripped(ns: number): boolean {
    return this.#bare.get(ns) === false
  }

  /** The operation that stores another subscription; `apply` once it is written. */
  subscribe(subscription: Subscription | undefined): Change {
    const { meta } = this.#store
    const operation =
      subscription === undefined
        ? del(meta, SUBSCRIPTION)
        : put(meta, SUBSCRIPTION, encodeCbor(subscriptionToCbor(subscription)))
    const apply = (): void => {
      this.#subscription = subscription
    }
    return { operation, apply }
  }

  /** The operation after which a namespace is not held; `isStripped` once no body of it is left. */
  leave(ns: number, isStripped: boolean): Change {
    const operation = put(this.#store.meta, keyOf(ns), Uint8Array.of(isStripped ? 1 : 0))
    return { operation, apply: () => void this.#bare.set(ns, isStripped) }
  }

  /** The operation after which a namespace is held. */
  hold(ns: number): Change {
    const operation = del(this.#store.meta, keyOf(ns))
    return { operation, apply: () => void this.#bare.delete(ns) }
  }
}

/** Something to be written, and what to remember then. */
export type Change = { readonly operation: Operation; readonly apply: () => void }

function keyOf(ns: number): string {
  return BARE + fixedHex(ns, 8)
}
