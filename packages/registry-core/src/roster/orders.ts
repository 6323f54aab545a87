/**
 * What a set of orders makes of a roster chain: the same chain, whose states also hold the writers
 * that count by orders. A function of two sets, so that it comes to one state in any order of
 * arrival. Of a number that several orders have it only matters that there are several: none of
 * them counts, unless the root holders let one stand. So two of them are as good as all.
 */
import { audienceText } from '../commit/audience.ts'
import type { Crypto } from '../crypto.ts'
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

/** What is known of one number of a key: which writer has it, and which orders count. */
type Place = { readonly writer: OrderedWriter | undefined; readonly judged: readonly JudgedOrder[] }

/** Whom a number belongs to: an admission, or nobody since several orders have it. */
type OrderedWriter =
  | { readonly admission: Act<Admission>; readonly isRepeated: boolean }
  | { readonly disputedBy: Pick<Order, 'by' | 'no'> }

/** The number of an order as text; of one key and number. */
export function placeText({ by, no }: Pick<Order, 'by' | 'no'>): string {
  return `${toHex(by)} ${no}`
}

/** Judges the orders and those that the newest roster lets stand, and applies what counts. */
export function withOrders(
  crypto: Crypto,
  rosters: readonly Roster[],
  orders: readonly Order[],
): OrderedRosters {
  const named = standingOrders(crypto, rosters)
  const standing = new Set(named)
  const byId = new Map([...orders, ...named].map((each) => [toHex(each.id), each]))
  const sorted = [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, order]) => order)
  const isFitting = (order: Order): boolean => reachRefusal(rosters, order) === undefined
  const places = new Map<string, readonly JudgedOrder[]>()
  for (const order of sorted.filter(isFitting)) {
    const place = placeText(order)
    const code = orderRefusal(rosters, standing, order)
    places.set(place, [...(places.get(place) ?? []), { order, code }])
  }
  const found = [...places.values()].map(judgePlace)
  const judged = new Map(
    found.flatMap((place) => place.judged).map((each) => [toHex(each.order.id), each]),
  )
  const writers = found.flatMap(({ writer }) => writer ?? [])
  const closings = [...judged.values()].filter(isClosing).filter(({ code }) => code === undefined)
  return {
    orders: sorted.map(
      (order) =>
        judged.get(toHex(order.id)) ?? { order, code: orderRefusal(rosters, standing, order) },
    ),
    rosters: rosters.map((each) => ordered(each, writers, closings)),
  }
}

/** A number that several orders have counts for none of them; the roots say which one stands. */
function judgePlace(all: readonly JudgedOrder[]): Place {
  const counting = all.filter(({ code }) => code === undefined)
  const judged =
    counting.length < 2
      ? all
      : all.map((each) => ({ ...each, code: each.code ?? ('MULU_ORDER_NUMBER' as const) }))
  const [only] = counting.length === 1 ? counting : all
  const isRepeated = all.length > 1
  if (only === undefined) return { writer: undefined, judged }
  const isSettled = !isRepeated || (counting.length === 1 && isAdmission(only))
  if (!isSettled) return { writer: { disputedBy: only.order }, judged }
  return { writer: isAdmission(only) ? { admission: only, isRepeated } : undefined, judged }
}

/** A version with what orders add up to it; its state is made when it is first asked for. */
function ordered(
  roster: Roster,
  writers: readonly OrderedWriter[],
  closings: readonly Act<OrderedClosing>[],
): Roster {
  const isHere = ({ order }: JudgedOrder): boolean => order.roster[0] <= roster.version
  const isKnown = (writer: OrderedWriter): boolean =>
    'admission' in writer
      ? isHere(writer.admission)
      : placeOf(roster.state.administrators ?? [], writer.disputedBy.by) >= 0
  const here = [writers.filter(isKnown), closings.filter(isHere)] as const
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

function orderedState(
  state: RosterState,
  ordered: readonly OrderedWriter[],
  closings: readonly Act<OrderedClosing>[],
): RosterState {
  const writers = new Map(state.writers)
  for (const each of ordered) {
    const writer = 'admission' in each ? writerOf(state, each) : disputedWriter(state, each)
    writers.set(writer.client, writer)
  }
  for (const { order } of closings) {
    const writer = writers.get(order.act.client)
    if (writer !== undefined) writers.set(writer.client, closedWriter(writer, order))
  }
  return { ...state, writers }
}

/** A writer by order. Its key stays known where the order does not count, so that what it signed is told apart from noise. */
function writerOf(
  state: RosterState,
  { admission, isRepeated }: Extract<OrderedWriter, { admission: unknown }>,
): Writer {
  const { order, code } = admission
  const { key, office, peers, continues, grants } = order.act
  const from = order.roster[0]
  const until: Closing | undefined =
    code === undefined ? undefined : { version: from, ends: [], final: true, why: code }
  return {
    client: orderedWriter(placeOf(state.administrators ?? [], order.by), order.no),
    ...{ key, agency: order.agency, office, role: 'office', peers, continues, from },
    grants: grants.map((grant) => ({ ...grant, from, until })),
    pins: [],
    ...(isRepeated ? { dispute: 'settled' } : {}),
  }
}

/** Nobody's number: the same whichever of its orders are known. */
function disputedWriter(
  state: RosterState,
  { disputedBy: { by, no } }: Extract<OrderedWriter, { disputedBy: unknown }>,
): Writer {
  const administrators = state.administrators ?? []
  const place = placeOf(administrators, by)
  const { agency = 0, from = 0 } = administrators[place] ?? {}
  return {
    ...{ client: orderedWriter(place, no), key: new Uint8Array(), agency, office: '' },
    ...{ role: 'office', peers: [], continues: 0, from, grants: [], pins: [], dispute: 'open' },
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
