/**
 * The cumulative state that roster versions build up. Closed things stay: what was once true can
 * be cited for ever, so that a commit is judged by the version it cites.
 */

import { type Audience, audienceText } from '../commit/audience.ts'
import { type Hash, isKeyAllowed, type PublicKey } from '../crypto.ts'
import { equalBytes, toHex } from '../encoding/bytes.ts'
import {
  type Administrator,
  endAdministrator,
  nameAdministrator,
  ORDERED_WRITERS_FROM,
} from './administrators.ts'
import type { Labels, LogEnd, NodeRole, Right, RosterChange } from './change.ts'

/** A body that publishes; everything but its number may change. */
export type Agency = {
  readonly id: number
  readonly codes: readonly string[]
  readonly names: Labels
  readonly region: string
  readonly parent: number
  readonly admin: PublicKey | undefined
  readonly from: number
  /** Since which version it is no more, and which agency follows it (0 for none). */
  readonly retired: { readonly version: number; readonly successor: number } | undefined
}

/** Who owned a namespace since which version. */
export type Namespace = {
  readonly id: number
  readonly owners: readonly { readonly agency: number; readonly from: number }[]
}

/** What a writer may do in a namespace since a version, and where its logs end when closed. */
export type Grant = {
  readonly ns: number
  readonly auds: readonly Audience[]
  readonly rights: readonly Right[]
  readonly from: number
  readonly until: Closing | undefined
}

/** The end of a grant by position of its logs; a log that is not listed ends at 0. */
export type Closing = {
  readonly version: number
  readonly ends: readonly LogEnd[]
  readonly final: boolean
  readonly why: string
}

/** A signing key of one installation. */
export type Writer = {
  readonly client: number
  readonly key: PublicKey
  readonly agency: number
  readonly office: string
  readonly role: NodeRole
  readonly peers: readonly string[]
  readonly continues: number
  readonly from: number
  readonly grants: readonly Grant[]
  readonly pins: readonly { readonly log: LogEnd; readonly forkedAt: number }[]
}

/** What holds under one roster version. */
export type RosterState = {
  readonly version: number
  readonly name: string
  readonly purpose: string
  readonly roots: { readonly keys: readonly PublicKey[]; readonly threshold: number }
  readonly witnesses: { readonly writers: readonly number[]; readonly threshold: number }
  readonly profile: { readonly id: string; readonly version: string; readonly hash: Hash }
  readonly rules: number
  readonly agencies: ReadonlyMap<number, Agency>
  readonly namespaces: ReadonlyMap<number, Namespace>
  readonly writers: ReadonlyMap<number, Writer>
  readonly settled: readonly { readonly commit: Hash; readonly entry: number }[]
  /** Keys that agencies sign orders with, oldest first; left out of the hash until there is one. */
  readonly administrators: readonly Administrator[] | undefined
}

/** The state before the first version. */
export const EMPTY_STATE: RosterState = {
  version: 0,
  name: '',
  purpose: '',
  roots: { keys: [], threshold: 1 },
  witnesses: { writers: [], threshold: 1 },
  profile: { id: '', version: '', hash: new Uint8Array() },
  rules: 1,
  agencies: new Map(),
  namespaces: new Map(),
  writers: new Map(),
  settled: [],
  administrators: undefined,
}

type Draft = {
  -readonly [K in keyof RosterState]: RosterState[K] extends ReadonlyMap<infer A, infer B>
    ? Map<A, B>
    : RosterState[K]
}

/** The state after the changes of `version`; throws when one does not fit. */
export function applyChanges(
  state: RosterState,
  version: number,
  changes: readonly RosterChange[],
): RosterState {
  const draft: Draft = {
    ...state,
    version,
    agencies: new Map(state.agencies),
    namespaces: new Map(state.namespaces),
    writers: new Map(state.writers),
  }
  for (const change of changes) applyChange(draft, change)
  if (draft.roots.keys.length === 0) throw new Error('a roster needs root keys')
  return draft
}

function applyChange(draft: Draft, change: RosterChange): void {
  switch (change.type) {
    case 'federation':
      if (draft.version !== 1) throw new Error('the federation is named in the first roster only')
      draft.name = change.name
      draft.purpose = change.purpose
      return
    case 'roots':
      draft.roots = checkRoots(draft, change.keys, change.threshold)
      return
    case 'witnesses':
      draft.witnesses = checkWitnesses(draft, change.writers, change.threshold)
      return
    case 'profile':
      draft.profile = { id: change.id, version: change.version, hash: change.hash }
      return
    case 'rules':
      if (change.version < draft.rules) throw new Error('rules never go back')
      draft.rules = change.version
      return
    case 'agency':
      applyAgency(draft, change)
      return
    case 'namespace':
      applyNamespace(draft, change.id, change.agency)
      return
    case 'retire':
      applyRetirement(draft, change.agency, change.successor)
      return
    case 'settled':
      draft.settled = [...draft.settled, { commit: change.commit, entry: change.entry }]
      return
    case 'administrator':
      applyAdministratorEnd(draft, change)
      return
    default:
      applyWriterChange(draft, change)
  }
}

function checkRoots(
  { rules }: Draft,
  keys: readonly PublicKey[],
  threshold: number,
): RosterState['roots'] {
  const distinct = new Set(keys.map(toHex))
  if (distinct.size !== keys.length) throw new Error('a root key is listed twice')
  if (threshold > keys.length) throw new Error('the threshold is more than there are keys')
  if (!keys.every((key) => isKeyAllowed(key, rules)))
    throw new Error('a root key is not acceptable')
  return { keys, threshold }
}

/** Most witnesses have to agree, so that no two branches of one log can both be settled. */
function checkWitnesses(
  draft: Draft,
  writers: readonly number[],
  threshold: number,
): RosterState['witnesses'] {
  if (new Set(writers).size !== writers.length) throw new Error('a witness is listed twice')
  const missing = writers.find((client) => !draft.writers.has(client))
  if (missing !== undefined) throw new Error(`witness ${missing} is not in the roster`)
  if (writers.length > 0 && (threshold > writers.length || threshold * 2 <= writers.length)) {
    throw new Error('the threshold of the witnesses is not more than half of them')
  }
  return { writers, threshold }
}

type AgencyChange = Extract<RosterChange, { type: 'agency' }>

function applyAgency(draft: Draft, { type: _, ...change }: AgencyChange): void {
  if (change.parent !== 0) requireAgency(draft, change.parent)
  const before = draft.agencies.get(change.id)
  applyAdministrator(draft, change, before?.admin)
  const { from = draft.version, retired } = before ?? {}
  draft.agencies.set(change.id, { ...change, from, retired })
}

/** A key is replaced in two steps, so that nobody forgets to say which of its orders stand. */
function applyAdministrator(
  draft: Draft,
  { id, admin: key }: Pick<Agency, 'id' | 'admin'>,
  before: PublicKey | undefined,
): void {
  if (before !== undefined) {
    if (key !== undefined && equalBytes(before, key)) return
    throw new Error(`the administrator key of agency ${id} has to be ended first`)
  }
  if (key === undefined) return
  if ([...draft.writers.keys()].some((client) => client >= ORDERED_WRITERS_FROM)) {
    throw new Error('a writer of the roster has a number that belongs to orders')
  }
  const named = { key, agency: id, from: draft.version }
  draft.administrators = nameAdministrator(draft.administrators ?? [], draft.rules, named)
}

function applyAdministratorEnd(
  draft: Draft,
  { key, stand }: Extract<RosterChange, { type: 'administrator' }>,
): void {
  const ended = { version: draft.version, stand }
  draft.administrators = endAdministrator(draft.administrators ?? [], key, ended)
  for (const agency of draft.agencies.values()) {
    if (agency.admin === undefined || !equalBytes(agency.admin, key)) continue
    draft.agencies.set(agency.id, { ...agency, admin: undefined })
  }
}

/** An agency that is not retired. */
function requireAgency(draft: Draft, id: number): Agency {
  const agency = draft.agencies.get(id)
  if (agency === undefined) throw new Error(`agency ${id} is not in the roster`)
  if (agency.retired !== undefined) throw new Error(`agency ${id} is retired`)
  return agency
}

/** Its orders could still admit writers of what the agency loses. */
function requireNoAdministrator(agency: Agency | undefined): void {
  if (agency?.admin === undefined) return
  throw new Error(`the administrator key of agency ${agency.id} has to be ended first`)
}

/** Whoever could still write for it has to be closed by position first, or in the same version. */
function applyRetirement(draft: Draft, id: number, successor: number): void {
  const agency = requireAgency(draft, id)
  requireNoAdministrator(agency)
  if (successor === id) throw new Error('an agency cannot follow itself')
  if (successor !== 0) requireAgency(draft, successor)
  for (const writer of draft.writers.values()) {
    if (writer.agency === id && writer.grants.some((grant) => grant.until === undefined)) {
      throw new Error(`writer ${writer.client} of the retiring agency has an open grant`)
    }
  }
  draft.agencies.set(id, { ...agency, retired: { version: draft.version, successor } })
}

function applyNamespace(draft: Draft, id: number, agency: number): void {
  requireAgency(draft, agency)
  const owners = draft.namespaces.get(id)?.owners ?? []
  if (owners.at(-1)?.agency === agency) throw new Error(`agency ${agency} owns namespace ${id}`)
  requireNoAdministrator(draft.agencies.get(owners.at(-1)?.agency ?? 0))
  draft.namespaces.set(id, { id, owners: [...owners, { agency, from: draft.version }] })
}

type WriterChange = Extract<RosterChange, { type: 'writer' | 'peers' | 'grant' | 'close' | 'pin' }>

function applyWriterChange(draft: Draft, change: WriterChange): void {
  if (change.type === 'writer') {
    applyWriter(draft, change)
    return
  }
  const writer = draft.writers.get(change.client)
  if (writer === undefined) throw new Error(`writer ${change.client} is not in the roster`)
  draft.writers.set(change.client, changedWriter(draft, writer, change))
}

function applyWriter(draft: Draft, change: Extract<RosterChange, { type: 'writer' }>): void {
  if (draft.writers.has(change.client)) throw new Error('a writer number is used twice')
  if (draft.administrators !== undefined && change.client >= ORDERED_WRITERS_FROM) {
    throw new Error('this writer number belongs to orders')
  }
  requireAgency(draft, change.agency)
  if (change.continues !== 0 && draft.writers.get(change.continues)?.agency !== change.agency) {
    throw new Error('a writer continues none of its own agency')
  }
  checkPeers(draft, change.agency, change.peers)
  if (!isKeyAllowed(change.key, draft.rules))
    throw new Error('the key of a writer is not acceptable')
  const key = toHex(change.key)
  for (const other of draft.writers.values()) {
    if (toHex(other.key) === key) throw new Error('a writer key is used twice')
  }
  const { client, agency, office, role, peers, continues } = change
  draft.writers.set(client, {
    client,
    key: change.key,
    agency,
    office,
    role,
    peers,
    continues,
    from: draft.version,
    grants: [],
    pins: [],
  })
}

function changedWriter(
  draft: Draft,
  writer: Writer,
  change: Exclude<WriterChange, { type: 'writer' }>,
): Writer {
  switch (change.type) {
    case 'peers':
      checkPeers(draft, writer.agency, change.peers)
      return { ...writer, peers: change.peers }
    case 'pin':
      return {
        ...writer,
        pins: [...writer.pins, { log: change.log, forkedAt: change.forkedAt }],
      }
    case 'grant':
      return { ...writer, grants: [...writer.grants, openedGrant(draft, writer, change)] }
    case 'close': {
      const isMeant = (g: Grant): boolean => g.ns === change.ns && g.from === change.from
      if (!writer.grants.some(isMeant)) throw new Error('there is no such grant to close')
      return {
        ...writer,
        grants: writer.grants.map((g) => (isMeant(g) ? closedGrant(g, draft.version, change) : g)),
      }
    }
  }
}

/** Only writers of one agency share a transport identity, so that nobody stands in for another. */
function checkPeers(draft: Draft, agency: number, peers: readonly string[]): void {
  for (const writer of draft.writers.values()) {
    const shared =
      writer.agency === agency ? undefined : peers.find((p) => writer.peers.includes(p))
    if (shared !== undefined) throw new Error(`peer ${shared} is one of another agency`)
  }
}

/**
 * Rights are added by a grant beside the open one; they are taken away only by closing that one
 * at a position, else a commit that cites the older version would keep them.
 */
function openedGrant(
  draft: Draft,
  writer: Writer,
  change: Extract<RosterChange, { type: 'grant' }>,
): Grant {
  const { ns, auds, rights } = change
  if (!draft.namespaces.has(ns)) throw new Error('the namespace of a grant is missing')
  if (auds.length === 0 || rights.length === 0) throw new Error('a grant gives nothing')
  const wanted = new Set(auds.map(audienceText))
  const others = writer.grants.filter(
    (grant) => grant.ns === ns && grant.auds.some((aud) => wanted.has(audienceText(aud))),
  )
  if (others.some((grant) => grant.from === draft.version)) {
    throw new Error('two grants for one namespace and audience in one version')
  }
  const isNarrowed = others
    .filter((grant) => grant.until === undefined)
    .some((grant) => !grant.rights.every((right) => rights.includes(right)))
  if (isNarrowed) throw new Error('a grant is narrowed by closing it, not by another one')
  return { ns, auds, rights, from: draft.version, until: undefined }
}

/** An end only ever falls: a later closing may name lower positions, never higher ones. */
function closedGrant(
  grant: Grant,
  version: number,
  change: Extract<RosterChange, { type: 'close' }>,
): Grant {
  const { ends, final, why } = change
  const places = new Set(ends.map((end) => `${end.ns}/${audienceText(end.aud)}`))
  if (places.size !== ends.length || ends.some((end) => end.ns !== grant.ns)) {
    throw new Error('the ends of a grant are of other logs')
  }
  const before = grant.until
  if (before !== undefined && !isLower(change, before)) {
    throw new Error('the end of a log may only fall')
  }
  return { ...grant, until: { version, ends, final, why } }
}

function isLower(change: Extract<RosterChange, { type: 'close' }>, before: Closing): boolean {
  if (before.final && !change.final) return false
  return change.ends.every((end) => {
    const aud = audienceText(end.aud)
    const old = before.ends.find((e) => e.ns === end.ns && audienceText(e.aud) === aud)
    return old !== undefined && end.seq <= old.seq
  })
}
