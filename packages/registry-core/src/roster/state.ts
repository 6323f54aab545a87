/**
 * The cumulative state that roster versions build up. Closed things stay: what was once true can
 * be cited for ever, so that a commit is judged by the version it cites.
 */

import type { Audience } from '../commit/audience.ts'
import { type Hash, isKeyAllowed, type PublicKey } from '../crypto.ts'
import { toHex } from '../encoding/bytes.ts'
import type { Administrator } from './administrators.ts'
import {
  applyAdministratorEnd,
  applyAgency,
  applyNamespace,
  applyRetirement,
} from './apply-agency.ts'
import { applyWriterChange } from './apply-writer.ts'
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
  /** By orders alone: whoever cites the version need not have known of them. */
  readonly byOrder?: true
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
  /**
   * Of one by order whose number other orders have as well: whether the root holders have said
   * whose it is. While it is open no key is bound to the number.
   */
  readonly dispute?: 'open' | 'settled'
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

/** A state while changes are made to it. */
export type DraftState = {
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
  const draft: DraftState = {
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

function applyChange(draft: DraftState, change: RosterChange): void {
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
  { rules }: DraftState,
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
  draft: DraftState,
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
