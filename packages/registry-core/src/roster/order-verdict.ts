/**
 * Whether an order counts: a function of its bytes and of the rosters. What it may give is judged
 * by the version it cites; only the end of its key is looked up in the newest one.
 */
import { audienceText } from '../commit/audience.ts'
import { equalBytes } from '../encoding/bytes.ts'
import type { ErrorCode } from '../errors.ts'
import { type Administrator, administratorOf, placeOf } from './administrators.ts'
import type { Admission, Order, OrderedGrant } from './order.ts'
import type { Roster } from './roster.ts'
import type { RosterState } from './state.ts'

/** Why an order does not count by itself; undefined when it does. */
export function orderRefusal(
  rosters: readonly Roster[],
  standing: ReadonlySet<Order>,
  order: Order,
): ErrorCode | undefined {
  return reachRefusal(rosters, order) ?? endRefusal(rosters, standing, order)
}

/** MULU_ORDER_OVERRULED when the newest roster has ended the key and does not list the order. */
function endRefusal(
  rosters: readonly Roster[],
  standing: ReadonlySet<Order>,
  order: Order,
): ErrorCode | undefined {
  const known = rosters.at(-1)?.state.administrators ?? []
  const isEnded = known[placeOf(known, order.by)]?.ended !== undefined
  return isEnded && !standing.has(order) ? 'MULU_ORDER_OVERRULED' : undefined
}

type Reach = { readonly cited: Roster; readonly code: ErrorCode | undefined }
const REACH = new WeakMap<Order, Reach>()

/** What the cited version has against an order, whatever became of its key later. */
export function reachRefusal(rosters: readonly Roster[], order: Order): ErrorCode | undefined {
  const cited = rosters[order.roster[0] - 1]
  if (cited === undefined) return 'MULU_ROSTER_UNKNOWN'
  const known = REACH.get(order)
  if (known?.cited === cited) return known.code
  const code = reachIn(cited, order)
  REACH.set(order, { cited, code })
  return code
}

function reachIn(cited: Roster, order: Order): ErrorCode | undefined {
  if (!equalBytes(cited.fed, order.fed)) return 'MULU_FEDERATION_MISMATCH'
  if (!equalBytes(cited.hash, order.roster[1])) return 'MULU_ROSTER_UNKNOWN'
  const { state } = cited
  const agency = state.agencies.get(order.agency)
  const isNamed = agency?.admin !== undefined && equalBytes(agency.admin, order.by)
  if (!isNamed) return 'MULU_ORDER_KEY'
  const isWithin =
    order.act.type === 'close'
      ? isOfAgency(state, order.agency, order.act.client)
      : isAdmissionWithin(state, order.agency, order.act)
  return isWithin ? undefined : 'MULU_ORDER_REACH'
}

function isAdmissionWithin(state: RosterState, agency: number, act: Admission): boolean {
  if (act.continues !== 0 && !isOfAgency(state, agency, act.continues)) return false
  const isTaken = [...state.writers.values()].some(
    (writer) =>
      equalBytes(writer.key, act.key) ||
      (writer.agency !== agency && act.peers.some((peer) => writer.peers.includes(peer))),
  )
  return !isTaken && act.grants.every((grant) => hasGrant(state, agency, grant))
}

/** A writer that the roots admitted for the agency, or one of a number that its keys may give. */
function isOfAgency(state: RosterState, agency: number, client: number): boolean {
  const administrators: readonly Administrator[] = state.administrators ?? []
  const owner = state.writers.get(client) ?? administratorOf(administrators, client)
  return owner?.agency === agency
}

/**
 * Whether the agency owns the namespace and has, by open grants of writers that the roots admitted
 * for it, every right for every audience: an agency passes on what it has, and no more, and the
 * right to erase not at all.
 */
function hasGrant(state: RosterState, agency: number, { ns, auds, rights }: OrderedGrant): boolean {
  // What is erased comes back by nothing, also when the order lapses.
  if (rights.includes('erase')) return false
  if (state.namespaces.get(ns)?.owners.at(-1)?.agency !== agency) return false
  const open = [...state.writers.values()]
    .filter((writer) => writer.agency === agency)
    .flatMap((writer) => writer.grants)
    .filter((grant) => grant.ns === ns && grant.until === undefined)
  return auds.map(audienceText).every((aud) => {
    const held = open.filter((grant) => grant.auds.map(audienceText).includes(aud))
    return rights.every((right) => held.some((grant) => grant.rights.includes(right)))
  })
}
