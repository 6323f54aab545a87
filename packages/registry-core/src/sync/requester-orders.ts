/**
 * How a requester takes orders of agencies: where the digests over all differ it compares them by
 * bucket, then asks for those that change something here. They come after rosters, which they cite,
 * and before commits, which may be of writers that they admit; outsiders take them as well, since
 * one of them may say who they are.
 */
import { equalBytes, toHex } from '../encoding/bytes.ts'
import type { OrderMark } from '../roster/order-marks.ts'
import type { Request } from './frame.ts'
import { markDigests, numbersLacking } from './orders-index.ts'
import type { RequesterPhase, RequesterState, RequesterStep } from './requester-state.ts'
import type { SyncContext } from './sync-context.ts'
import { BUCKETS, ORDERS_IN_FRAME_MAX } from './sync-limits.ts'

type Send = (state: RequesterState, phase: RequesterPhase, frame: Request) => RequesterStep

/** Asks for what the peer has of orders; undefined when there is nothing to ask. */
export function pullOrders(
  context: SyncContext,
  state: RequesterState,
  send: Send,
): RequesterStep | undefined {
  const { orders } = state
  const [numbers, rest] = split(orders?.numbers ?? [])
  if (orders !== undefined && numbers.length > 0) {
    const next = { ...state, orders: { ...orders, numbers: rest } }
    return send(next, 'orders', { t: 'orders-pull', numbers })
  }
  if (orders?.from !== undefined) return compareMarks(context, state, orders.from, send)
  const theirs = state.remote?.orders
  if (theirs === undefined || equalBytes(theirs, context.replica.ordersDigest())) return undefined
  const ordersTried = toHex(theirs)
  if (state.ordersTried === ordersTried) return undefined
  return compareMarks(context, { ...state, ordersTried }, 0, send)
}

function split(numbers: readonly number[]): readonly [readonly number[], readonly number[]] {
  return [numbers.slice(0, ORDERS_IN_FRAME_MAX), numbers.slice(ORDERS_IN_FRAME_MAX)]
}

function compareMarks(
  { crypto, replica }: SyncContext,
  state: RequesterState,
  from: number,
  send: Send,
): RequesterStep {
  const buckets = markDigests(crypto, replica.sharedOrders(), from)
  const next = { ...state, orders: { numbers: [], from } }
  return send(next, 'marks', { t: 'marks-pull', from, buckets })
}

/** Notes which orders to ask for, and where to go on comparing. */
export function answerMarks(
  { replica }: SyncContext,
  state: RequesterState,
  marks: readonly OrderMark[],
  next: number,
): RequesterState {
  const numbers = numbersLacking(replica.sharedOrders(), marks)
  const isFurther = next < BUCKETS && next > (state.orders?.from ?? 0)
  return { ...state, orders: { numbers, from: isFurther ? next : undefined } }
}
