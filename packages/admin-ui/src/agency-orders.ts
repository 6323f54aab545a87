/** What a node tells of administrator keys and orders of agencies: part of the contract in api.ts. */
import type { Labels } from './api.ts'

type AgencyRef = { readonly id: number; readonly code: string; readonly name: Labels }

/** A key that an agency signs orders with, or did. */
export type AdministratorKey = {
  readonly key: string
  readonly agency: AgencyRef
  readonly from: number
  /** The roster version that ended it. */
  readonly ended: number | null
  readonly counting: number
  readonly orders: number
}

/** One order; `code` says why it does not count. */
export type AgencyOrder = {
  readonly id: string
  readonly number: number
  readonly agency: AgencyRef
  readonly key: string
  readonly roster: number
  readonly type: 'admit' | 'close'
  readonly writer: number
  readonly office: string | null
  readonly grants?: readonly { readonly namespace: number; readonly rights: readonly string[] }[]
  readonly why?: string
  readonly code: string | null
}

/** Everything of GET /orders. */
export type OrderList = {
  readonly keys: readonly AdministratorKey[]
  readonly items: readonly AgencyOrder[]
}

/** What the status tells of it; the digest changes with every order. */
export type OrdersStatus = {
  readonly digest: string
  readonly keys: number
  readonly counting: number
  readonly ineffective: readonly AgencyOrder[]
}
