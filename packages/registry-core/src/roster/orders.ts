/**
 * What a set of orders makes of a roster chain: the same chain, whose states also hold the writers
 * that count by orders. A function of two sets, so that it comes to one state in any order of
 * arrival: admissions only add, ends only fall, and a number given twice is given to nobody.
 */
import { audienceText } from '../commit/audience.ts'
import type { Crypto, PublicKey } from '../crypto.ts'
import { equalBytes, toHex } from '../encoding/bytes.ts'
import { type ErrorCode, isMuluError } from '../errors.ts'
import { orderedWriter, placeOf } from './administrators.ts'
import type { LogEnd } from './change.ts'
import { type Admission, type Order, type OrderedClosing, readOrder } from './order.ts'
import { orderRefusal, reachRefusal } from './order-verdict.ts'
import type { Roster } from './roster.ts'
import type { Closing, Grant, RosterState, Writer } from './state.ts'

/** An order, and why it does not count; `code` is undefined when it does. */
export type JudgedOrder = { readonly order: Order; readonly code: ErrorCode | undefined }

/** The chain with its orders, and what was said to each order, by id. */
export type OrderedRosters = {
  readonly rosters: readonly Roster[]
  readonly orders: readonly JudgedOrder[]
}

type Act<T> = { readonly order: Order & { readonly act: T }; readonly code: ErrorCode | undefined }

/** An admission, with the keys that others gave its number to, and whether none of them counts. */
type Admitted = Act<Admission> & {
  readonly rivals: readonly PublicKey[]
  readonly isDisputed: boolean
}

/**
 * What has to be kept of orders that fit the chain: of each key and number the two of lowest id,
 * admissions first, which prove that a number was given twice. So a stolen key fills no store, what
 * is kept follows from the set, and a writer that was admitted once stays known.
 */
export function keptOrders(orders: readonly Order[]): readonly Order[] {
  const kept = new Map<string, readonly Order[]>()
  const distinct = new Map(orders.map((order) => [rankOf(order), order] as const))
  for (const [, order] of [...distinct].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const place = placeOfOrder(order)
    const before = kept.get(place) ?? []
    if (before.length < 2) kept.set(place, [...before, order])
  }
  return [...kept.values()].flat()
}

function rankOf({ act, id }: Order): string {
  return `${act.type === 'admit' ? 0 : 1} ${toHex(id)}`
}

function placeOfOrder({ by, no }: Pick<Order, 'by' | 'no'>): string {
  return `${toHex(by)} ${no}`
}

/** Judges the orders and those that the newest roster lets stand, and applies what counts. */
export function withOrders(
  crypto: Crypto,
  rosters: readonly Roster[],
  orders: readonly Order[],
): OrderedRosters {
  const isFitting = (order: Order): boolean => reachRefusal(rosters, order) === undefined
  const fitting = orders.filter(isFitting)
  const beyond = orders.filter((order) => !isFitting(order))
  const named = standingOrders(crypto, rosters)
  const all = [...keptOrders(fitting), ...beyond, ...named]
  const byId = new Map(all.map((each) => [toHex(each.id), each]))
  const standing = new Set(named)
  const sorted = [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, order]) => order)
  const judged = withNumbers(
    sorted.map((order) => ({ order, code: orderRefusal(rosters, standing, order) })),
  )
  const admissions = admitted(judged.filter(({ order }) => isFitting(order)))
  const closings = judged.filter(isClosing).filter(({ code }) => code === undefined)
  return { orders: judged, rosters: rosters.map((each) => ordered(each, admissions, closings)) }
}

/** A version with what orders add up to it; its state is made when it is first asked for. */
function ordered(
  roster: Roster,
  admissions: readonly Admitted[],
  closings: readonly Act<OrderedClosing>[],
): Roster {
  const isHere = ({ order }: JudgedOrder): boolean => order.roster[0] <= roster.version
  const here = [admissions.filter(isHere), closings.filter(isHere)] as const
  if (here[0].length + here[1].length === 0) return roster
  let made: RosterState | undefined
  return {
    ...roster,
    get state() {
      made ??= orderedState(roster.state, ...here)
      return made
    },
  }
}

const STANDING = new WeakMap<Uint8Array, Order | 'none'>()

/** The orders that the newest roster lists as standing; what is none of its key's is no order. */
function standingOrders(crypto: Crypto, rosters: readonly Roster[]): readonly Order[] {
  const administrators = rosters.at(-1)?.state.administrators ?? []
  return administrators.flatMap(({ key, ended }) =>
    (ended?.stand ?? []).flatMap((bytes) => {
      const order = STANDING.get(bytes) ?? readStanding(crypto, bytes)
      STANDING.set(bytes, order)
      return order !== 'none' && equalBytes(order.by, key) ? [order] : []
    }),
  )
}

function readStanding(crypto: Crypto, bytes: Uint8Array): Order | 'none' {
  try {
    return readOrder(crypto, bytes)
  } catch (error) {
    if (isMuluError(error)) return 'none'
    throw error
  }
}

/** A number that counts for two admissions counts for none; the roots say which one stands. */
function withNumbers(judged: readonly JudgedOrder[]): readonly JudgedOrder[] {
  const given = new Map<string, number>()
  for (const each of judged.filter(isAdmission)) {
    if (each.code !== undefined) continue
    const place = placeOfOrder(each.order)
    given.set(place, (given.get(place) ?? 0) + 1)
  }
  return judged.map((each) => {
    const isTwice = isAdmission(each) && (given.get(placeOfOrder(each.order)) ?? 0) > 1
    return isTwice && each.code === undefined ? { ...each, code: 'MULU_ORDER_NUMBER' } : each
  })
}

/** One admission for each number: the one that counts, else the first, whose writer is closed. */
function admitted(judged: readonly JudgedOrder[]): readonly Admitted[] {
  const places = new Map<string, readonly Act<Admission>[]>()
  for (const each of judged.filter(isAdmission)) {
    const place = placeOfOrder(each.order)
    places.set(place, [...(places.get(place) ?? []), each])
  }
  return [...places.values()].flatMap((all) => {
    const counting = all.find(({ code }) => code === undefined)
    const chosen = counting ?? all[0]
    if (chosen === undefined) return []
    const rivals = all.filter((each) => each !== chosen).map(({ order }) => order.act.key)
    return [{ ...chosen, rivals, isDisputed: counting === undefined && rivals.length > 0 }]
  })
}

function orderedState(
  state: RosterState,
  admissions: readonly Admitted[],
  closings: readonly Act<OrderedClosing>[],
): RosterState {
  const writers = new Map(state.writers)
  for (const each of admissions) {
    const writer = writerOf(state, each)
    writers.set(writer.client, writer)
  }
  for (const { order } of closings) {
    const writer = writers.get(order.act.client)
    if (writer !== undefined) writers.set(writer.client, closedWriter(writer, order))
  }
  return { ...state, writers }
}

/** A writer by order. Its key stays known where the order does not count, so that what it signed is told apart from noise. */
function writerOf(state: RosterState, admitted: Admitted): Writer {
  const { order, code, rivals, isDisputed } = admitted
  const { key, office, peers, continues, grants } = order.act
  const from = order.roster[0]
  const until: Closing | undefined =
    code === undefined ? undefined : { version: from, ends: [], final: true, why: code }
  return {
    client: orderedWriter(placeOf(state.administrators ?? [], order.by), order.no),
    ...{ key, agency: order.agency, office, role: 'office', peers, continues, from },
    grants: grants.map((grant) => ({ ...grant, from, until })),
    pins: [],
    ...(rivals.length === 0 ? {} : { rivals, isDisputed }),
  }
}

/** Closes what was open when the order was made; grants that the roots opened since stay. */
function closedWriter(
  writer: Writer,
  { act, roster: [version] }: Order & { readonly act: OrderedClosing },
): Writer {
  const close = (grant: Grant): Grant => {
    if (grant.from > version) return grant
    const auds = grant.auds.map(audienceText)
    const ends = act.ends.filter((e) => e.ns === grant.ns && auds.includes(audienceText(e.aud)))
    const { final, why } = act
    return { ...grant, until: lower(grant.until, { version, ends, final, why, byOrder: true }) }
  }
  return { ...writer, grants: writer.grants.map(close) }
}

/** The lower of two closings log by log; commutes, and is the same however often it is applied. */
function lower(a: Closing | undefined, b: Closing): Closing {
  if (a === undefined) return { ...b, ends: lowest([b.ends, b.ends]) }
  const isFirst = a.version < b.version || (a.version === b.version && a.why <= b.why)
  const { version, why } = isFirst ? a : b
  const byOrder = a.byOrder === true ? ({ byOrder: true } as const) : {}
  return { version, ends: lowest([a.ends, b.ends]), final: a.final || b.final, why, ...byOrder }
}

/** The lowest end of each log that both lists name; one that a list leaves out ends at 0. */
function lowest([some, others]: readonly [
  readonly LogEnd[],
  readonly LogEnd[],
]): readonly LogEnd[] {
  const ends = new Map<string, LogEnd>()
  for (const end of [...some, ...others]) {
    const place = `${end.ns}/${audienceText(end.aud)}`
    const isInBoth = [some, others].every((list) =>
      list.some((e) => `${e.ns}/${audienceText(e.aud)}` === place),
    )
    const before = ends.get(place)
    if (isInBoth && (before === undefined || isBelow(end, before))) ends.set(place, end)
  }
  return [...ends].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, end]) => end)
}

/** Of two commits named for one position, the lower id: two closings of one key come to one. */
function isBelow(a: LogEnd, b: LogEnd): boolean {
  return a.seq < b.seq || (a.seq === b.seq && toHex(a.id) < toHex(b.id))
}

function isAdmission(each: JudgedOrder): each is Act<Admission> {
  return each.order.act.type === 'admit'
}

function isClosing(each: JudgedOrder): each is Act<OrderedClosing> {
  return each.order.act.type === 'close'
}
