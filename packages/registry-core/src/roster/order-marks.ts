/**
 * Kept orders by number, as two replicas compare them. Of a number that two orders have it does not
 * matter which ones are known: so no flood of orders for one number ever goes from node to node.
 */
import { type Crypto, DOMAIN, type Hash, hash } from '../crypto.ts'
import { toHex } from '../encoding/bytes.ts'
import { type CborValue, encodeCbor } from '../encoding/cbor.ts'
import { type Administrator, orderedWriter, placeOf } from './administrators.ts'
import type { Order } from './order.ts'

/** One number: the id of the order that has it, undefined when several do. */
export type OrderMark = { readonly number: number; readonly id: Hash | undefined }

/** The numbers in ascending order, and the orders of each. */
export type MarkedOrders = {
  readonly marks: readonly OrderMark[]
  readonly byNumber: ReadonlyMap<number, readonly Order[]>
}

/** The marks of orders that fit a chain with these administrator keys. */
export function markOrders(
  administrators: readonly Administrator[],
  orders: readonly Order[],
): MarkedOrders {
  const places = new Map(
    administrators.map(({ key }) => [toHex(key), placeOf(administrators, key)]),
  )
  const byNumber = new Map<number, readonly Order[]>()
  for (const order of orders) {
    const number = orderedWriter(places.get(toHex(order.by)) ?? 0, order.no)
    byNumber.set(number, [...(byNumber.get(number) ?? []), order])
  }
  const marks = [...byNumber]
    .sort(([a], [b]) => a - b)
    .map(([number, [first, ...more]]) => ({ number, id: more.length > 0 ? undefined : first?.id }))
  return { marks, byNumber }
}

/** A mark as CBOR: `[number, id]`, `[number]` when several orders have the number. */
export function markToCbor({ number, id }: OrderMark): CborValue {
  return id === undefined ? [number] : [number, id]
}

/** The digest over marks in ascending order. */
export function digestOfMarks(crypto: Crypto, marks: readonly OrderMark[]): Hash {
  return hash(crypto, DOMAIN.heads, encodeCbor(['orders', marks.map(markToCbor)]))
}
