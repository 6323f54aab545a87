/**
 * From join requests to the roster changes that admit them. Numbers of agencies, namespaces and
 * writers count from 1 and are never used again, so that slots and ranges stay short.
 */

import type { Hash, PublicKey } from '../crypto.ts'
import { equalBytes, toHex } from '../encoding/bytes.ts'
import { MuluError } from '../errors.ts'
import type { LogHead } from '../log/log.ts'
import { ORDERED_WRITERS_FROM } from './administrators.ts'
import type { NodeRole, Right, RosterChange } from './change.ts'
import { closingChanges, knownEnds } from './closing.ts'
import type { JoinRequest } from './join-request.ts'
import { type Agency, applyChanges, type Grant, type RosterState, type Writer } from './state.ts'

/** What the first roster settles. */
export type Founding = {
  readonly name: string
  readonly purpose: string
  readonly rootKeys: readonly PublicKey[]
  readonly threshold: number
  readonly profile: { readonly id: string; readonly version: string; readonly hash: Hash }
  readonly founder: JoinRequest
}

/** The changes of the first roster: federation, root keys, profile, and the founder's node. */
export function foundingChanges(founding: Founding): readonly RosterChange[] {
  const { name, purpose, rootKeys, threshold, profile, founder } = founding
  return [
    { type: 'federation', name, purpose },
    { type: 'roots', keys: rootKeys, threshold },
    { type: 'rules', version: 1 },
    { type: 'profile', id: profile.id, version: profile.version, hash: profile.hash },
    ...agencyChanges(founder, 1, 1),
    ...writerChanges(founder, { client: 1, agency: 1, ns: 1 }, 'coordinator', ALL_RIGHTS),
  ]
}

const ALL_RIGHTS: readonly Right[] = ['describe', 'classify', 'erase']
const OFFICE_RIGHTS: readonly Right[] = ['describe']

/**
 * The changes that admit `requests` to a federation. A known agency code joins the agency and its
 * first namespace; a new one gets both. Without `rights`, head offices get all and other offices
 * `describe`. A request that continues a writer takes over its open grants, and that one's logs
 * end where `heads` or the request itself know them to stand. Throws MULU_ADMISSION or
 * MULU_FEDERATION_MISMATCH before anything is signed.
 */
export function admissionChanges(
  fed: Uint8Array,
  before: RosterState,
  requests: readonly JoinRequest[],
  rights?: readonly Right[],
  heads: readonly LogHead[] = [],
): readonly RosterChange[] {
  const changes: RosterChange[] = []
  let state = before
  for (const request of requests) {
    if (!equalBytes(request.fed, fed)) throw new MuluError('MULU_FEDERATION_MISMATCH')
    refuseKnownKey(state, request)
    const added =
      request.continues === 0
        ? changesFor(state, request, rights)
        : successionChanges(state, request, rights, heads)
    changes.push(...added)
    state = applyChanges(state, before.version + 1, added)
  }
  return changes
}

function refuseKnownKey(state: RosterState, request: JoinRequest): void {
  const key = toHex(request.key)
  for (const writer of state.writers.values()) {
    if (toHex(writer.key) === key) {
      throw new MuluError('MULU_ADMISSION', {
        details: { reason: 'This key is in the roster already.', writer: writer.client },
      })
    }
  }
}

function changesFor(
  state: RosterState,
  request: JoinRequest,
  rights: readonly Right[] | undefined,
): readonly RosterChange[] {
  const client = nextWriter(state)
  const granted = rights ?? (request.office === '' ? ALL_RIGHTS : OFFICE_RIGHTS)
  const role: NodeRole = request.office === '' ? 'agency' : 'office'
  const known = agencyOfCode(state, request.agency.code)
  if (known === undefined) {
    const agency = nextNumber(state.agencies)
    const ns = nextNumber(state.namespaces)
    return [
      ...agencyChanges(request, agency, ns),
      ...writerChanges(request, { client, agency, ns }, role, granted),
    ]
  }
  const ns = firstNamespace(state, known.id)
  return writerChanges(request, { client, agency: known.id, ns }, role, granted)
}

function agencyOfCode(state: RosterState, code: string): Agency | undefined {
  const known = [...state.agencies.values()].filter((agency) => agency.codes.includes(code))
  return known.find((agency) => agency.retired === undefined) ?? known[0]
}

/** A new key takes over what the writer it continues could do, and that one ends. */
function successionChanges(
  state: RosterState,
  request: JoinRequest,
  rights: readonly Right[] | undefined,
  heads: readonly LogHead[],
): readonly RosterChange[] {
  const old = state.writers.get(request.continues)
  const agency = agencyOfCode(state, request.agency.code)
  if (old === undefined || agency === undefined || old.agency !== agency.id) {
    const reason = 'The writer that the request continues is not one of this agency.'
    throw new MuluError('MULU_ADMISSION', { details: { reason, continues: request.continues } })
  }
  const client = nextWriter(state)
  const { key, office, peers, proof, continues } = request
  const inherited = inheritedGrants(old)
  return [
    {
      type: 'writer',
      ...{ client, key, agency: old.agency, office, role: old.role, peers, continues, proof },
    },
    ...inherited.map(
      (grant): RosterChange => ({
        type: 'grant',
        ...{ client, ns: grant.ns, auds: grant.auds, rights: rights ?? grant.rights },
      }),
    ),
    ...closingChanges(old, {
      ends: knownEnds(old.client, heads, request.ends),
      final: true,
      why: request.handover === undefined ? 'restored' : 'rotated',
    }),
  ]
}

/** The newest grant of each namespace: those open, or where all are closed those closed last. */
function inheritedGrants(writer: Writer): readonly Grant[] {
  const open = writer.grants.filter((grant) => grant.until === undefined)
  const chosen = open.length > 0 ? open : writer.grants
  return [...new Map(chosen.map((grant) => [grant.ns, grant] as const)).values()]
}

/** Numbers that orders give out are not counted. */
function nextWriter({ writers }: RosterState): number {
  return nextNumber(new Map([...writers].filter(([client]) => client < ORDERED_WRITERS_FROM)))
}

function nextNumber(taken: ReadonlyMap<number, unknown>): number {
  return Math.max(0, ...taken.keys()) + 1
}

/** The first namespace an agency owns. */
function firstNamespace(state: RosterState, agency: number): number {
  const owned = [...state.namespaces.values()].find((n) => n.owners.at(-1)?.agency === agency)
  if (owned === undefined) {
    throw new MuluError('MULU_ADMISSION', {
      details: { reason: 'The agency owns no namespace.', agency },
    })
  }
  return owned.id
}

function agencyChanges(request: JoinRequest, id: number, ns: number): readonly RosterChange[] {
  const { code, names, region } = request.agency
  return [
    { type: 'agency', id, codes: [code], names, region, parent: 0, admin: undefined },
    { type: 'namespace', id: ns, agency: id },
  ]
}

function writerChanges(
  request: JoinRequest,
  numbers: { readonly client: number; readonly agency: number; readonly ns: number },
  role: NodeRole,
  rights: readonly Right[],
): readonly RosterChange[] {
  const { client, agency, ns } = numbers
  const { key, office, peers, proof } = request
  return [
    { type: 'writer', client, key, agency, office, role, peers, continues: 0, proof },
    { type: 'grant', client, ns, auds: [0, 1], rights },
  ]
}
