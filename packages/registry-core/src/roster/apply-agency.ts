/** Changes of agencies, their administrator keys and namespaces, as they build up the state. */
import type { PublicKey } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { endAdministrator, nameAdministrator, ORDERED_WRITERS_FROM } from './administrators.ts'
import type { RosterChange } from './change.ts'
import type { Agency, DraftState } from './state.ts'

type AgencyChange = Extract<RosterChange, { type: 'agency' }>

/** Enters an agency or states it anew; throws when its parent or its administrator key does not fit. */
export function applyAgency(draft: DraftState, { type: _, ...change }: AgencyChange): void {
  if (change.parent !== 0) requireAgency(draft, change.parent)
  const before = draft.agencies.get(change.id)
  applyAdministrator(draft, change, before?.admin)
  const { from = draft.version, retired } = before ?? {}
  draft.agencies.set(change.id, { ...change, from, retired })
}

/** A key is replaced in two steps, so that nobody forgets to say which of its orders stand. */
function applyAdministrator(
  draft: DraftState,
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

/** Ends an administrator key with the orders that stand. */
export function applyAdministratorEnd(
  draft: DraftState,
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
export function requireAgency(draft: DraftState, id: number): Agency {
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
export function applyRetirement(draft: DraftState, id: number, successor: number): void {
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

/** Gives a namespace to an agency; throws while the one before could still order about it. */
export function applyNamespace(draft: DraftState, id: number, agency: number): void {
  requireAgency(draft, agency)
  const owners = draft.namespaces.get(id)?.owners ?? []
  if (owners.at(-1)?.agency === agency) throw new Error(`agency ${agency} owns namespace ${id}`)
  requireNoAdministrator(draft.agencies.get(owners.at(-1)?.agency ?? 0))
  draft.namespaces.set(id, { id, owners: [...owners, { agency, from: draft.version }] })
}
