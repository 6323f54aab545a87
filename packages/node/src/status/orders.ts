/** Administrator keys of agencies and their orders, as they are listed; who an order is about. */
import {
  equalBytes,
  hashToText,
  type JudgedOrder,
  keyToText,
  ORDERED_WRITERS_FROM,
  type PublicKey,
  type Registry,
  type RosterState,
  toHex,
} from '@mulu/registry-core'
import { writerOf } from '../federation/describe-orders.ts'
import { writerOfKey } from '../federation/own-writer.ts'
import { type AgencyRef, agencyRef } from './names.ts'

/** An administrator key that was ever named. */
export type AdministratorShown = {
  readonly key: string
  readonly agency: AgencyRef
  /** The roster versions that named it and, once it is ended, that ended it first or last. */
  readonly from: number
  readonly ended: number | null
  /** Its orders that count, and all that are known here. */
  readonly counting: number
  readonly orders: number
}

/** One order, for people and programs. */
export type OrderShown = {
  readonly id: string
  readonly number: number
  readonly agency: AgencyRef
  readonly key: string
  /** The roster version that it is judged by. */
  readonly roster: number
  readonly type: 'admit' | 'close'
  /** The writer that it admits or closes. */
  readonly writer: number
  readonly office: string | null
  /** Of an admission the key and what it gives, of a closing the reason. */
  readonly writerKey?: string
  readonly grants?: readonly { readonly namespace: number; readonly rights: readonly string[] }[]
  readonly why?: string
  /** Why it does not count; null when it does. */
  readonly code: string | null
}

/** All keys, oldest first, and all orders, by key and number. */
export type OrderList = {
  readonly keys: readonly AdministratorShown[]
  readonly items: readonly OrderShown[]
}

/** What the status tells of orders: how many count, and those that do not. */
export type OrdersStatus = {
  /** Alike on nodes of one roster to which the same orders have come. */
  readonly digest: string
  /** Administrator keys that are in use. */
  readonly keys: number
  readonly counting: number
  readonly ineffective: readonly OrderShown[]
}

/** Every key and order that is known here. */
export function listOrders(registry: Registry): OrderList {
  const state = registry.roster?.state
  if (state === undefined) return { keys: [], items: [] }
  const byKey = new Map<string, JudgedOrder[]>()
  for (const judged of registry.orders()) {
    const key = toHex(judged.order.by)
    const own = byKey.get(key)
    if (own === undefined) byKey.set(key, [judged])
    else own.push(judged)
  }
  const administrators = state.administrators ?? []
  const ordersOf = (key: PublicKey): readonly JudgedOrder[] => byKey.get(toHex(key)) ?? []
  return {
    keys: administrators.map(({ key, agency, from, ended }) => ({
      ...{ key: keyToText(key), agency: agencyRef(state, agency), from },
      ended: ended?.version ?? null,
      counting: ordersOf(key).filter(({ code }) => code === undefined).length,
      orders: ordersOf(key).length,
    })),
    items: administrators.flatMap(({ key }) =>
      ordersOf(key)
        .toSorted((a, b) => a.order.no - b.order.no)
        .map((each) => showOrder(state, each)),
    ),
  }
}

/** The part of it that the status tells. */
export function ordersStatus(registry: Registry): OrdersStatus {
  const state = registry.roster?.state
  const keys = state?.administrators ?? []
  const known = new Set(keys.map(({ key }) => toHex(key)))
  // Orders of a branch of the roster that was left are kept, and nobody's business.
  const judged = registry.orders().filter(({ order }) => known.has(toHex(order.by)))
  const ineffective = judged.filter(({ code }) => code !== undefined)
  return {
    digest: hashToText(registry.ordersDigest()),
    keys: keys.filter(({ ended }) => ended === undefined).length,
    counting: judged.length - ineffective.length,
    ineffective:
      state === undefined
        ? []
        : ineffective.slice(0, INEFFECTIVE_MAX).map((each) => showOrder(state, each)),
  }
}

/**
 * The order with which an agency meant to admit the writer of a key and that does not count; null
 * where the key may write, or no order is about it.
 */
export function fallenOrderOf(registry: Registry, key: PublicKey): OrderShown | null {
  const writer = writerOfKey(registry.roster?.state, key)
  const isByOrder = writer === undefined || writer.client >= ORDERED_WRITERS_FROM
  if (!isByOrder) return null
  const state = registry.roster?.state
  const own = registry
    .orders()
    .filter(({ order: { act } }) => act.type === 'admit' && equalBytes(act.key, key))
  const [first] = own
  const isFallen = own.every(({ code }) => code !== undefined)
  return state !== undefined && first !== undefined && isFallen ? showOrder(state, first) : null
}

/** Orders that the status lists; `mulu order list` has all of them. */
const INEFFECTIVE_MAX = 64

function showOrder(state: RosterState, { order, code }: JudgedOrder): OrderShown {
  const { act } = order
  const shown = {
    ...{ id: hashToText(order.id), number: order.no, key: keyToText(order.by) },
    agency: agencyRef(state, order.agency),
    roster: order.roster[0],
    code: code ?? null,
  }
  if (act.type === 'admit') {
    const grants = act.grants.map(({ ns, rights }) => ({ namespace: ns, rights }))
    const writer = writerOf(state, order)
    const writerKey = keyToText(act.key)
    return { ...shown, type: 'admit', writer, office: orNull(act.office), writerKey, grants }
  }
  const office = orNull(state.writers.get(act.client)?.office ?? '')
  return { ...shown, type: 'close', writer: act.client, office, why: act.why }
}

function orNull(office: string): string | null {
  return office === '' ? null : office
}
