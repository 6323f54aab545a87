/**
 * Administrator keys of agencies in the next roster: naming one that its agency asked for, and
 * ending one with the orders that stand (ADR 0043).
 */
import {
  type AdministratorRequest,
  equalBytes,
  hashToText,
  type JudgedOrder,
  ORDER_RULES,
  type PublicKey,
  placeOf,
  type RosterChange,
  type RosterState,
  textToKey,
} from '@mulu/registry-core'
import { type AgencyName, findAgency, refuseOrders } from './find-agency.ts'

/** Ends an administrator key. */
export type EndAdministrator = {
  /** The agency whose key is meant, its present or else its last one; or a key, written out. */
  readonly agency: AgencyName
  /**
   * The orders that stand, each by its number or, where two have one number, by its id or the
   * start of it; without it all that count now.
   */
  readonly stand?: readonly string[]
}

/** Keys by agency that a version names, and the agencies whose key it ends. */
export type NamedKeys = {
  readonly named: ReadonlyMap<number, PublicKey>
  readonly ended: ReadonlySet<number>
}

/** The newest rules version that this software knows. */
export const RULES_NEWEST: number = ORDER_RULES

/** Raises the rules version, to one that this software knows itself. */
export function rulesChanges(
  { rules }: RosterState,
  wanted: number | undefined,
): readonly RosterChange[] {
  if (wanted === undefined) return []
  if (wanted > RULES_NEWEST) {
    refuseOrders('This software does not know such rules.', { rules: wanted, newest: RULES_NEWEST })
  }
  if (wanted < rules) refuseOrders('Rules never go back.', { rules: wanted, present: rules })
  return wanted === rules ? [] : [{ type: 'rules', version: wanted }]
}

/** The keys that requests ask for, where the version may name them. */
export function namedKeys(
  state: RosterState,
  requests: readonly AdministratorRequest[],
  ends: readonly RosterChange[],
  rules: number | undefined,
): NamedKeys {
  const ended = new Set(
    [...state.agencies.values()]
      .filter(({ admin }) => admin !== undefined && ends.some((end) => isEndOf(end, admin)))
      .map(({ id }) => id),
  )
  if (requests.length > 0 && (rules ?? state.rules) < ORDER_RULES) {
    refuseOrders(`Administrator keys need rules version ${ORDER_RULES}.`, {
      hint: `Say --rules ${ORDER_RULES}. ${RULES_WARNING}`,
    })
  }
  const named = new Map<number, PublicKey>()
  for (const { agency: code, key } of requests) {
    const { id, admin, retired } = findAgency(state, code)
    if (retired !== undefined) refuseOrders('The agency is retired.', { agency: code })
    if (named.has(id)) refuseOrders('Two keys are asked for one agency.', { agency: code })
    if (admin !== undefined && !ended.has(id)) {
      const hint = `End the present one in the same version: --end-administrator ${code}`
      refuseOrders('The agency has an administrator key.', { agency: code, hint })
    }
    named.set(id, key)
  }
  return { named, ended }
}

/** What raising the rules means for nodes that have not been updated. */
export const RULES_WARNING =
  'Nodes whose software does not know these rules take no roster from then on; update them first.'

function isEndOf(change: RosterChange, key: PublicKey): boolean {
  return change.type === 'administrator' && equalBytes(change.key, key)
}

/** The changes that end keys. A key that is ended already may be ended again with fewer orders. */
export function endChanges(
  state: RosterState,
  orders: readonly JudgedOrder[],
  ends: readonly EndAdministrator[],
): readonly RosterChange[] {
  return ends.map(({ agency: name, stand }) => {
    const key = keyOf(state, name)
    const own = orders.filter(({ order }) => equalBytes(order.by, key))
    const chosen =
      stand === undefined
        ? own.filter(({ code }) => code === undefined)
        : stand.map((each) => chosenOrder(own, each))
    const standing = [...new Set(chosen)].map(({ order }) => order).sort((a, b) => a.no - b.no)
    return { type: 'administrator', key, stand: standing.map(({ bytes }) => bytes) }
  })
}

/** The key that is meant: one that is written out, else the last one of the agency. */
function keyOf(state: RosterState, name: AgencyName): PublicKey {
  const written = textToKey(String(name))
  if (written !== undefined && placeOf(state.administrators ?? [], written) >= 0) return written
  const { id, admin } = findAgency(state, name)
  const last = (state.administrators ?? []).findLast(({ agency }) => agency === id)
  const key = admin ?? last?.key
  return key ?? refuseOrders('The agency never had an administrator key.', { agency: name })
}

const NEVER = ['MULU_ORDER_KEY', 'MULU_ORDER_REACH', 'MULU_ROSTER_UNKNOWN']

function chosenOrder(own: readonly JudgedOrder[], wanted: string): JudgedOrder {
  const found = own.filter(
    ({ order }) => String(order.no) === wanted || hashToText(order.id).startsWith(wanted),
  )
  const [only, ...others] = found
  if (only === undefined) refuseOrders('No order of this key is known here.', { order: wanted })
  if (others.length > 0) {
    const ids = found.map(({ order }) => hashToText(order.id))
    refuseOrders('Two orders have this number. Name the one that stands by its id.', { ids })
  }
  if (only.code !== undefined && NEVER.includes(only.code)) {
    refuseOrders('This order never counted, and cannot stand.', { order: wanted, code: only.code })
  }
  return only
}
