/**
 * What the administrator key of an agency is to sign so that a newcomer is admitted or a writer
 * closed: the same that a roster version would say, as orders with numbers.
 */
import { audienceText } from '../commit/audience.ts'
import type { PublicKey } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { MuluError } from '../errors.ts'
import { ORDERS_PER_KEY_MAX } from '../limits.ts'
import type { LogHead } from '../log/log.ts'
import { ORDERED_WRITERS_FROM } from './administrators.ts'
import { admissionChanges } from './admission.ts'
import type { LogEnd, Right, RosterChange } from './change.ts'
import type { JoinRequest } from './join-request.ts'
import type { Admission, Order, OrderedClosing, UnsignedOrder } from './order.ts'
import type { Roster } from './roster.ts'
import type { Agency, RosterState, Writer } from './state.ts'

/** What one order does. */
export type OrderAct = Admission | OrderedClosing

/** What orders are drawn up on: the newest roster with the orders that are known of its keys. */
export type OrderGround = {
  readonly roster: Roster
  readonly agency: Agency
  readonly orders: readonly Order[]
}

/**
 * The acts that admit a newcomer to its agency; one that continues a writer takes over its open
 * grants, and that one is closed where `heads` or the request know its logs to stand. Without
 * `rights`, those of any admission but the right to erase, which no order passes on. Throws
 * MULU_ADMISSION or MULU_FEDERATION_MISMATCH.
 */
export function admissionActs(
  { roster: { fed, state }, agency }: OrderGround,
  request: JoinRequest,
  rights: readonly Right[] | undefined,
  heads: readonly LogHead[],
): readonly OrderAct[] {
  if (!agency.codes.includes(request.agency.code)) {
    const reason = 'The request is of another agency.'
    const details = { reason, code: request.agency.code, codes: agency.codes }
    throw new MuluError('MULU_ADMISSION', { details })
  }
  const known = withoutDisputed(state, request.continues)
  const acts = actsOf(admissionChanges(fed, known, [request], rights, heads), request)
  return rights === undefined ? acts.map(withoutErasing) : acts
}

function withoutErasing(act: OrderAct): OrderAct {
  if (act.type === 'close') return act
  const grants = act.grants
    .map((grant) => ({ ...grant, rights: grant.rights.filter((right) => right !== 'erase') }))
    .filter(({ rights }) => rights.length > 0)
  return { ...act, grants }
}

/** Whose order does not count, or counts no more, may be admitted again under the same key. */
function withoutDisputed(state: RosterState, continued: number): RosterState {
  const isKnown = ({ client, grants }: Writer): boolean =>
    client < ORDERED_WRITERS_FROM ||
    client === continued ||
    grants.some((grant) => grant.until === undefined)
  return { ...state, writers: new Map([...state.writers].filter(([, writer]) => isKnown(writer))) }
}

/** The act that closes a writer at ends of its logs; one that is not listed ends at 0. */
export function closingAct(
  writer: Writer,
  { ends, final, why }: Omit<OrderedClosing, 'type' | 'client'>,
): OrderedClosing {
  return { type: 'close', client: writer.client, ends, final, why }
}

/**
 * The orders of these acts, with the lowest numbers that are free here, or from `first` on.
 * MULU_ORDERS when the agency has no key, or a number is taken or beyond what a key may give.
 */
export function numberedOrders(
  ground: OrderGround,
  acts: readonly OrderAct[],
  first?: number,
): readonly UnsignedOrder[] {
  const { roster, agency } = ground
  const by = requireKey(agency)
  const own = ground.orders.filter((order) => equalBytes(order.by, by))
  const numbers = freeNumbers(new Set(own.map(({ no }) => no)), acts.length, first)
  return acts.map((act, index) => ({
    ...{ fed: roster.fed, agency: agency.id, by, act },
    roster: [roster.version, roster.hash],
    no: numbers[index] ?? 0,
  }))
}

function requireKey({ id, admin }: Agency): PublicKey {
  if (admin !== undefined) return admin
  const reason = 'The roster names no administrator key of this agency.'
  const hint = 'Make one with `mulu key request` and have the root holders name it.'
  throw new MuluError('MULU_ORDERS', { details: { reason, agency: id, hint } })
}

function freeNumbers(
  taken: ReadonlySet<number>,
  count: number,
  first: number | undefined,
): readonly number[] {
  if (first !== undefined) return numbersFrom(taken, count, first)
  const free: number[] = []
  for (let no = 1; no <= ORDERS_PER_KEY_MAX && free.length < count; no++) {
    if (!taken.has(no)) free.push(no)
  }
  if (free.length < count) {
    const reason = 'The key has used up its numbers. Have the root holders end it and name another.'
    throw new MuluError('MULU_ORDERS', { details: { reason, max: ORDERS_PER_KEY_MAX } })
  }
  return free
}

function numbersFrom(taken: ReadonlySet<number>, count: number, first: number): readonly number[] {
  const numbers = Array.from({ length: count }, (_, index) => first + index)
  const clash = numbers.find((no) => taken.has(no) || no < 1 || no > ORDERS_PER_KEY_MAX)
  if (clash === undefined) return numbers
  const reason = taken.has(clash)
    ? 'An order of this key has this number already. Two of one number count for neither writer.'
    : `Numbers of orders go from 1 to ${ORDERS_PER_KEY_MAX}.`
  throw new MuluError('MULU_ORDERS', { details: { reason, number: clash } })
}

function actsOf(
  changes: readonly RosterChange[],
  { binding: proof, agency: { code } }: JoinRequest,
): readonly OrderAct[] {
  if (proof === undefined) {
    const reason = 'The request does not bind the key to its agency. Make it anew.'
    throw new MuluError('MULU_ADMISSION', { details: { reason } })
  }
  const acts: OrderAct[] = []
  for (const change of changes) {
    if (change.type === 'writer') {
      const { key, office, peers, continues, client } = change
      const grants = changes.flatMap((each) =>
        each.type === 'grant' && each.client === client
          ? [{ ns: each.ns, auds: each.auds, rights: each.rights }]
          : [],
      )
      acts.push({ type: 'admit', key, office, peers, continues, code, proof, grants })
    }
  }
  return [...acts, ...closingsOf(changes)]
}

/** A roster closes grant by grant, an order a writer as a whole: its ends come together. */
function closingsOf(changes: readonly RosterChange[]): readonly OrderedClosing[] {
  const closed = new Map<number, OrderedClosing>()
  for (const change of changes) {
    if (change.type !== 'close') continue
    const { client, final, why } = change
    const ends = new Map<string, LogEnd>()
    for (const end of [...(closed.get(client)?.ends ?? []), ...change.ends]) {
      ends.set(`${end.ns}/${audienceText(end.aud)}`, end)
    }
    closed.set(client, { type: 'close', client, ends: [...ends.values()], final, why })
  }
  return [...closed.values()]
}
