/**
 * Orders of an agency on their way between people. A draft holds everything an administrator needs
 * to judge and sign on a machine that never sees a network; what comes back is the signed orders.
 *
 * draft   JSON {mulu: "order-draft/1", chain: [base64 …], known: [base64 …], orders: [base64 …]}
 *         `chain` is every roster version in wire form, `known` are the orders of the agency that
 *         the draft builds on, `orders` the bodies that are to be signed
 * signed  JSON {mulu: "orders/1", chain: [base64 …], orders: [base64 …]}, both in wire form; the
 *         chain of the draft goes along, so that a newcomer can begin with its own order
 */
import { toBase64 } from 'lib0/buffer'
import { type Crypto, DOMAIN, keyToText, type Signer, signFor } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { encodeCbor } from '../encoding/cbor.ts'
import { readArray, readShape } from '../encoding/shape.ts'
import { MuluError } from '../errors.ts'
import { ORDER_BYTES_MAX, ORDERS_PER_KEY_MAX, ROSTER_BYTES_MAX } from '../limits.ts'
import { type Order, readOrder, readOrderBody } from './order.ts'
import { withOrders } from './orders.ts'
import { readBase64 } from './request-text.ts'
import { type Roster, verifyRoster } from './roster.ts'
import type { RosterState } from './state.ts'

/** The file as it is read; nothing of it is verified yet. */
export type OrderDraft = {
  readonly chain: readonly Uint8Array[]
  readonly known: readonly Uint8Array[]
  readonly orders: readonly Uint8Array[]
}

/** A file of signed orders as it is read; nothing of it is verified yet. */
export type SignedOrders = {
  readonly chain: readonly Uint8Array[]
  readonly orders: readonly Uint8Array[]
}

/** What a draft says, verified from the first roster on. */
export type ReadOrderDraft = {
  /** The newest version of the chain. */
  readonly roster: Roster
  /** What is to be signed. */
  readonly orders: readonly Omit<Order, 'bytes'>[]
  /** What would hold once they are taken. */
  readonly after: RosterState
}

const DRAFT = 'order-draft/1'
const SIGNED = 'orders/1'
const VERSIONS_MAX = 1_000_000
/** Orders in one file. */
const DRAFTED_MAX = 512

/** The text of a draft. */
export function encodeOrderDraft({ chain, known, orders }: OrderDraft): string {
  const lists = { chain: chain.map(toBase64), known: known.map(toBase64) }
  return textOf({ mulu: DRAFT, ...lists, orders: orders.map(toBase64) })
}

/** The text of a file of signed orders. */
export function encodeOrders({ chain, orders }: SignedOrders): string {
  return textOf({ mulu: SIGNED, chain: chain.map(toBase64), orders: orders.map(toBase64) })
}

function textOf(json: object): string {
  return `${JSON.stringify(json, null, 1)}\n`
}

/** Reads the text of a draft; MULU_ORDER_SHAPE when it is none. */
export function parseOrderDraft(text: string): OrderDraft {
  return reading(() => {
    const shape = readShape(JSON.parse(text), ['mulu', 'chain', 'known', 'orders'], 'draft')
    if (shape['mulu'] !== DRAFT) throw new Error(`mulu is not ${DRAFT}`)
    return {
      chain: readChain(shape['chain']),
      known: readArray(shape['known'], readOrderBytes, 2 * ORDERS_PER_KEY_MAX, 'known'),
      orders: readArray(shape['orders'], readOrderBytes, DRAFTED_MAX, 'orders'),
    }
  })
}

/** Reads the text of a file of signed orders; MULU_ORDER_SHAPE when it is none. */
export function parseOrders(text: string): SignedOrders {
  return reading(() => {
    const shape = readShape(JSON.parse(text), ['mulu', 'chain', 'orders'], 'file')
    if (shape['mulu'] !== SIGNED) throw new Error(`mulu is not ${SIGNED}`)
    return {
      chain: readChain(shape['chain']),
      orders: readArray(shape['orders'], readOrderBytes, DRAFTED_MAX, 'orders'),
    }
  })
}

function readChain(value: unknown): readonly Uint8Array[] {
  return readArray(value, (each) => readBase64(each, ROSTER_BYTES_MAX), VERSIONS_MAX, 'chain')
}

function readOrderBytes(value: unknown): Uint8Array {
  return readBase64(value, ORDER_BYTES_MAX)
}

function reading<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new MuluError('MULU_ORDER_SHAPE', { cause, details: { reason: String(cause) } })
  }
}

/**
 * Verifies the chain and judges the orders as if they were signed. Throws like `verifyRoster` and
 * `readOrder`, and with the code of an order that would not count.
 */
export function readOrderDraft(crypto: Crypto, draft: OrderDraft): ReadOrderDraft {
  const chain: Roster[] = []
  for (const bytes of draft.chain) chain.push(verifyRoster(crypto, chain.at(-1), bytes))
  const known = draft.known.map((bytes) => readOrder(crypto, bytes))
  const orders = draft.orders.map((body) => readOrderBody(crypto, body))
  const unsigned = orders.map((order) => ({ ...order, bytes: new Uint8Array() }))
  const judged = withOrders(crypto, chain, [...known, ...unsigned])
  const roster = judged.rosters.at(-1)
  if (roster === undefined || orders.length === 0) {
    const reason = roster === undefined ? 'The chain is empty.' : 'There is nothing to sign.'
    throw new MuluError('MULU_ORDER_SHAPE', { details: { reason } })
  }
  for (const { id, no } of orders) {
    const found = judged.orders.find(({ order }) => equalBytes(order.id, id))
    // Of a number that is given out too often not every order is kept.
    const code = found === undefined ? 'MULU_ORDER_NUMBER' : found.code
    if (code !== undefined) throw new MuluError(code, { details: { number: no } })
  }
  return { roster, orders, after: roster.state }
}

/** The draft's orders signed; MULU_ORDER_KEY when another key is asked for. */
export function signOrderDraft(crypto: Crypto, draft: OrderDraft, signer: Signer): SignedOrders {
  const { orders } = readOrderDraft(crypto, draft)
  for (const { by } of orders) {
    if (equalBytes(by, signer.publicKey)) continue
    const details = { wanted: keyToText(by), key: keyToText(signer.publicKey) }
    throw new MuluError('MULU_ORDER_KEY', { details })
  }
  const signed = draft.orders.map((body) => encodeCbor([body, signFor(signer, DOMAIN.order, body)]))
  return { chain: draft.chain, orders: signed }
}
