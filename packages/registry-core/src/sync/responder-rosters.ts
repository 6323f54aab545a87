/** What a responder hands out of the roster chain and of orders of agencies. */
import type { SyncContext } from './sync-context.ts'
import { ORDERS_IN_FRAME_MAX, PULL_BYTES_MAX, ROSTERS_MAX } from './sync-limits.ts'

/** Versions from one on, as many as a frame holds. */
export function rostersFrom(context: SyncContext, from: number): readonly Uint8Array[] {
  const rosters: Uint8Array[] = []
  let length = 0
  for (const { bytes } of context.replica.rosters.slice(from - 1, from - 1 + ROSTERS_MAX)) {
    length += bytes.length
    if (length > PULL_BYTES_MAX && rosters.length > 0) break
    rosters.push(bytes)
  }
  return rosters
}

/** The orders of these numbers, as many as a frame holds. */
export function ordersOf(
  { replica }: SyncContext,
  numbers: readonly number[],
): readonly Uint8Array[] {
  const { byNumber } = replica.sharedOrders()
  const orders: Uint8Array[] = []
  let length = 0
  for (const { bytes } of numbers.flatMap((number) => byNumber.get(number) ?? [])) {
    length += bytes.length
    if (length > PULL_BYTES_MAX || orders.length >= ORDERS_IN_FRAME_MAX) break
    orders.push(bytes)
  }
  return orders
}
