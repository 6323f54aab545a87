/**
 * Orders of agencies at a node: drawn up for an administrator to sign, and taken in once signed.
 * No key is needed here; what an order may do is checked before it is handed out and again when it
 * comes back.
 */
import {
  admissionActs,
  closingAct,
  encodeOrderBody,
  encodeOrderDraft,
  equalBytes,
  hashToText,
  isMuluError,
  MuluError,
  numberedOrders,
  type OrderAct,
  type OrderDraft,
  type OrderedClosing,
  type OrderGround,
  parseJoinRequest,
  type Registry,
  type Right,
  readOrderDraft,
  type SignedOrders,
  toHex,
  type Writer,
} from '@mulu/registry-core'
import { createCrypto } from '../crypto.ts'
import { findAgency, refuseOrders } from './find-agency.ts'
import { REQUESTS_MAX, refuseBadHandover } from './propose.ts'

/** Whom an agency admits. */
export type OrdersWanted = {
  /** Contents of join request files, all of one agency. */
  readonly admit: readonly unknown[]
  /** Rights of all of them; without it, by their office. */
  readonly rights?: readonly Right[]
  /** The number of the first order; without it the lowest that are free here. */
  readonly number?: number
}

/** What became of an order that was brought in; `id` is null where the bytes are no order. */
export type OrderTaken = {
  readonly id: string | null
  readonly number: number | null
  readonly kind: 'new' | 'known' | 'refused'
  readonly code: string | null
}

/** The draft that admits newcomers; MULU_ORDERS, MULU_ADMISSION or the code of an order. */
export function draftAdmissions(registry: Registry, wanted: OrdersWanted): string {
  const { admit, rights, number } = wanted
  if (admit.length === 0 || admit.length > REQUESTS_MAX) {
    throw new MuluError('MULU_LIMIT', { details: { requests: admit.length, max: REQUESTS_MAX } })
  }
  const requests = admit.map((each) => parseJoinRequest(createCrypto(), JSON.stringify(each)))
  if (new Set(requests.map(({ key }) => toHex(key))).size < requests.length) {
    const reason = 'One key is to be admitted twice.'
    throw new MuluError('MULU_ADMISSION', { details: { reason } })
  }
  const ground = groundOf(registry, requests[0]?.agency.code ?? '')
  const acts = requests.flatMap((request) => {
    refuseBadHandover(registry.roster, request)
    return admissionActs(ground, request, rights, registry.heads())
  })
  return draftOf(registry, ground, acts, number)
}

/** The draft that closes a writer of an agency; MULU_ORDERS or the code of an order. */
export function draftClosing(
  registry: Registry,
  writer: Writer,
  closing: Omit<OrderedClosing, 'type' | 'client'>,
  number?: number,
): string {
  const ground = groundOf(registry, writer.agency)
  return draftOf(registry, ground, [closingAct(writer, closing)], number)
}

function groundOf(registry: Registry, agency: string | number): OrderGround {
  const { roster } = registry
  if (roster === undefined) throw new MuluError('MULU_NOT_ADMITTED')
  const orders = registry.orders().map(({ order }) => order)
  return { roster, agency: findAgency(roster.state, agency), orders }
}

/** The orders as a file, judged here as whoever signs will judge them. */
function draftOf(
  registry: Registry,
  ground: OrderGround,
  acts: readonly OrderAct[],
  number: number | undefined,
): string {
  const orders = numberedOrders(ground, acts, number)
  const { admin } = ground.agency
  const own = ground.orders.filter(({ by }) => admin !== undefined && equalBytes(by, admin))
  const draft: OrderDraft = {
    chain: registry.rootChain.map(({ bytes }) => bytes),
    known: own.map(({ bytes }) => bytes),
    orders: orders.map(encodeOrderBody),
  }
  judge(draft)
  return encodeOrderDraft(draft)
}

const REACH_HINT =
  'An order passes on only what writers that the root holders admitted for the agency may do, and ' +
  'never the right to erase. Say fewer --rights, or have the root holders admit the office.'

function judge(draft: OrderDraft): void {
  try {
    readOrderDraft(createCrypto(), draft)
  } catch (cause) {
    if (!isMuluError(cause) || cause.code !== 'MULU_ORDER_REACH') throw cause
    throw new MuluError(cause.code, { cause, details: { ...cause.details, hint: REACH_HINT } })
  }
}

/**
 * Takes signed orders in, after the roster versions of their file that are not here yet. Where all
 * are refused, the code of the first; none was kept then.
 */
export async function takeOrders(
  registry: Registry,
  { chain, orders }: SignedOrders,
): Promise<readonly OrderTaken[]> {
  if (orders.length === 0) refuseOrders('There is no order in it.')
  for (const bytes of chain.slice(registry.rootChain.length)) await registry.addRoster(bytes)
  const taken = await registry.takeOrders(orders)
  const refused = taken.flatMap(({ outcome }) => (outcome.kind === 'refused' ? [outcome.code] : []))
  const [first] = refused
  if (first !== undefined && refused.length === orders.length) {
    throw new MuluError(first, { details: { orders: orders.length } })
  }
  return taken.map(({ order, outcome }) => ({
    id: order === undefined ? null : hashToText(order.id),
    number: order?.no ?? null,
    kind: outcome.kind,
    code: outcome.code ?? null,
  }))
}
