/**
 * What an operator wants changed in the roster, as JSON, and the signed changes it comes to. Agencies
 * are named by a code or by their number.
 */
import {
  type AdministratorRequest,
  type Agency,
  admissionChanges,
  closingChanges,
  type JoinRequest,
  type JudgedOrder,
  knownEnds,
  type Labels,
  type LogEnd,
  type LogHead,
  ORDERED_WRITERS_FROM,
  type PublicKey,
  type Right,
  type Roster,
  type RosterChange,
  type RosterState,
  textToHash,
  textToKey,
  type Writer,
} from '@mulu/registry-core'
import {
  type EndAdministrator,
  endChanges,
  type NamedKeys,
  namedKeys,
  rulesChanges,
} from './administrator-keys.ts'
import { type AgencyName, findAgency, refuseOrders as refuse } from './find-agency.ts'

/** What is wanted; every part may be left out. */
export type RosterOrders = {
  /** Rules version from now on; nodes whose software does not know it follow no roster any more. */
  readonly rules?: number
  /** Contents of request files: administrator keys that are named for their agencies. */
  readonly administrators?: readonly unknown[]
  /** Administrator keys that are ended, and the orders of them that stand. */
  readonly endAdministrators?: readonly EndAdministrator[]
  /** Contents of join request files. */
  readonly admit?: readonly unknown[]
  /** Rights of all who are admitted; without it, by their office. */
  readonly rights?: readonly Right[]
  readonly agencies?: readonly AgencyOrder[]
  /** A new namespace of an agency, as when a ministry is split. */
  readonly found?: readonly AgencyName[]
  readonly transfer?: readonly { readonly namespace: number; readonly agency: AgencyName }[]
  readonly retire?: readonly { readonly agency: AgencyName; readonly successor?: AgencyName }[]
  readonly grant?: readonly GrantOrder[]
  readonly close?: readonly CloseOrder[]
  readonly pin?: readonly PinOrder[]
  readonly peers?: readonly { readonly writer: number; readonly peers: readonly string[] }[]
  readonly witnesses?: { readonly writers: readonly number[]; readonly threshold: number }
  readonly roots?: { readonly keys: readonly string[]; readonly threshold: number }
  /** A version without changes: the root holders confirm that all stands as it did. */
  readonly confirm?: boolean
  readonly profile?: { readonly id: string; readonly version: string; readonly hash: string }
}

/** What changes of an agency. */
export type AgencyOrder = {
  readonly agency: AgencyName
  readonly codes?: readonly string[]
  readonly names?: Labels
  readonly region?: string
  readonly parent?: AgencyName | null
}

type GrantOrder = {
  readonly writer: number
  readonly namespace: number
  readonly rights: readonly Right[]
}

/** Where a log stands, as JSON. */
export type EndOrder = {
  readonly namespace: number
  readonly audience: 0 | 1
  readonly seq: number
  readonly id: string
}

/** Without `ends`, the logs end where they stand at this node. */
export type CloseOrder = {
  readonly writer: number
  readonly namespace?: number
  readonly ends?: readonly EndOrder[]
  readonly final: boolean
  readonly why: string
}

/** The branch of a forked log that counts. */
export type PinOrder = EndOrder & { readonly writer: number; readonly forkedAt: number }

/** What the changes rest on. */
export type OrdersContext = {
  readonly roster: Roster
  readonly heads: readonly LogHead[]
  /** Join requests, read and checked, in the order of `admit`. */
  readonly requests: readonly JoinRequest[]
  /** Requests to name keys, read and checked. */
  readonly keys: readonly AdministratorRequest[]
  /** The orders of agencies that are known here. */
  readonly orders: readonly JudgedOrder[]
}

type Part = (state: RosterState) => readonly RosterChange[]

/** The changes, in the order in which the parts of `RosterOrders` stand. */
export function changesOf(orders: RosterOrders, context: OrdersContext): readonly RosterChange[] {
  const { roster, heads, requests } = context
  const { state, fed } = roster
  const ends = endChanges(state, context.orders, orders.endAdministrators ?? [])
  const keys = namedKeys(state, context.keys, ends, orders.rules)
  const parts: readonly Part[] = [
    () => rulesChanges(state, orders.rules),
    () => ends,
    () => admissionChanges(fed, state, requests, orders.rights, heads),
    () => agencyChanges(state, orders.agencies ?? [], keys),
    () => foundChanges(state, orders.found ?? []),
    () => (orders.transfer ?? []).map((order) => transferChange(state, order)),
    () => (orders.retire ?? []).flatMap((order) => retireChanges(state, heads, order)),
    () => (orders.grant ?? []).map(grantChange),
    () => (orders.close ?? []).flatMap((order) => closeChanges(state, heads, order)),
    () => (orders.pin ?? []).map(pinChange),
    () =>
      (orders.peers ?? []).map(({ writer, peers }) => ({ type: 'peers', client: writer, peers })),
    () => (orders.witnesses === undefined ? [] : [{ type: 'witnesses', ...orders.witnesses }]),
    () => (orders.roots === undefined ? [] : [rootsChange(orders.roots)]),
    () => (orders.profile === undefined ? [] : [profileChange(orders.profile)]),
  ]
  const changes = parts.flatMap((part) => part(state))
  if (changes.length === 0 && orders.confirm !== true) refuse('Nothing is to be changed.')
  return changes
}

function findWriter(state: RosterState, client: number): Writer {
  const writer = state.writers.get(client)
  if (writer !== undefined) return writer
  const reason =
    client < ORDERED_WRITERS_FROM
      ? 'There is no such writer.'
      : 'A writer by order is closed by its agency: mulu key revoke --agency-key.'
  return refuse(reason, { writer: client })
}

function readKey(text: string): PublicKey {
  return textToKey(text) ?? refuse('This is no public key.', { key: text })
}

/** One change for each agency, whatever is said of it in however many orders. */
function agencyChanges(
  state: RosterState,
  orders: readonly AgencyOrder[],
  keys: NamedKeys,
): readonly RosterChange[] {
  const changed = new Map<number, AgencyChange>()
  for (const order of orders) {
    const { id } = findAgency(state, order.agency)
    changed.set(id, withOrder(state, changed.get(id) ?? unchanged(state, id, keys), order))
  }
  for (const id of keys.named.keys()) {
    if (!changed.has(id)) changed.set(id, unchanged(state, id, keys))
  }
  return [...changed.values()]
}

type AgencyChange = Extract<RosterChange, { type: 'agency' }>

function unchanged(state: RosterState, agency: number, { named, ended }: NamedKeys): AgencyChange {
  const { id, codes, names, region, parent, admin } = findAgency(state, agency)
  const present = ended.has(id) ? undefined : admin
  return { type: 'agency', id, codes, names, region, parent, admin: named.get(id) ?? present }
}

function withOrder(state: RosterState, change: AgencyChange, order: AgencyOrder): AgencyChange {
  const parentOf = (name: AgencyName | null): number =>
    name === null ? 0 : findAgency(state, name).id
  return {
    ...change,
    codes: order.codes ?? change.codes,
    names: { ...change.names, ...order.names },
    region: order.region ?? change.region,
    parent: order.parent === undefined ? change.parent : parentOf(order.parent),
  }
}

function foundChanges(state: RosterState, names: readonly AgencyName[]): readonly RosterChange[] {
  const first = Math.max(0, ...state.namespaces.keys()) + 1
  return names.map((name, index) => ({
    ...{ type: 'namespace', id: first + index, agency: findAgency(state, name).id },
  }))
}

function transferChange(
  state: RosterState,
  { namespace, agency }: { readonly namespace: number; readonly agency: AgencyName },
): RosterChange {
  if (!state.namespaces.has(namespace)) refuse('There is no such namespace.', { namespace })
  return { type: 'namespace', id: namespace, agency: findAgency(state, agency).id }
}

/**
 * Ends an agency: its writers are closed where they stand; with a successor its namespaces move
 * there, and the successor's head office may write in them what it may in its own.
 */
function retireChanges(
  state: RosterState,
  heads: readonly LogHead[],
  order: { readonly agency: AgencyName; readonly successor?: AgencyName },
): readonly RosterChange[] {
  const agency = findAgency(state, order.agency)
  const successor = order.successor === undefined ? undefined : findAgency(state, order.successor)
  const owned = [...state.namespaces.values()].filter((n) => n.owners.at(-1)?.agency === agency.id)
  const writers = [...state.writers.values()].filter((writer) => writer.agency === agency.id)
  const closings = writers.flatMap((writer) =>
    closingChanges(writer, { ends: knownEnds(writer.client, heads), final: true, why: 'retired' }),
  )
  const moves =
    successor === undefined ? [] : owned.flatMap((ns) => moveTo(state, ns.id, successor))
  return [
    ...closings,
    ...moves,
    { type: 'retire', agency: agency.id, successor: successor?.id ?? 0 },
  ]
}

function moveTo(state: RosterState, ns: number, successor: Agency): readonly RosterChange[] {
  const heads = [...state.writers.values()].filter(
    (writer) => writer.agency === successor.id && writer.office === '',
  )
  const grants = heads.flatMap((writer) => {
    const open = writer.grants.findLast((grant) => grant.until === undefined)
    if (open === undefined || writer.grants.some((grant) => grant.ns === ns)) return []
    return [grantChange({ writer: writer.client, namespace: ns, rights: open.rights })]
  })
  return [{ type: 'namespace', id: ns, agency: successor.id }, ...grants]
}

function grantChange({ writer, namespace, rights }: GrantOrder): RosterChange {
  return { type: 'grant', client: writer, ns: namespace, auds: [0, 1], rights }
}

function closeChanges(
  state: RosterState,
  heads: readonly LogHead[],
  { writer: client, namespace, ends, final, why }: CloseOrder,
): readonly RosterChange[] {
  const writer = findWriter(state, client)
  const changes = closingChanges(writer, {
    ends: ends?.map(readEnd) ?? knownEnds(client, heads),
    final,
    why,
    ...(namespace === undefined ? {} : { ns: namespace }),
  })
  if (changes.length === 0) refuse('No grant of this writer is open.', { writer: client })
  return changes
}

/** Where a log ends; MULU_ORDERS when the id is none. */
export function readEnd({ namespace, audience, seq, id }: EndOrder): LogEnd {
  const hash = textToHash(id) ?? refuse('This is no id of a commit.', { id })
  return { ns: namespace, aud: audience, seq, id: hash }
}

function pinChange({ writer, forkedAt, ...end }: PinOrder): RosterChange {
  return { type: 'pin', client: writer, log: readEnd(end), forkedAt }
}

function rootsChange({ keys, threshold }: NonNullable<RosterOrders['roots']>): RosterChange {
  return { type: 'roots', keys: keys.map(readKey), threshold }
}

function profileChange({ id, version, hash }: NonNullable<RosterOrders['profile']>): RosterChange {
  return {
    ...{ type: 'profile', id, version },
    hash: textToHash(hash) ?? refuse('This is no hash of a profile.', { hash }),
  }
}
