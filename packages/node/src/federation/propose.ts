/** From what an operator wants to a proposal that root holders sign, and from there to a roster. */
import {
  type AdministratorRequest,
  draftRoster,
  encodeProposal,
  equalBytes,
  hashToText,
  isHandedOver,
  isMuluError,
  type JoinRequest,
  type JsonValue,
  MuluError,
  mergeProposals,
  ORDERED_WRITERS_FROM,
  type Proposal,
  parseAdministratorRequest,
  parseJoinRequest,
  parseProfile,
  parseProposal,
  profileHash,
  profileToBytes,
  proposalToRoster,
  type Registry,
  type Roster,
  readProposal,
} from '@mulu/registry-core'
import type { Clock } from '../clock.ts'
import { createCrypto } from '../crypto.ts'
import { refuseOpenWriters } from './ordered-writers.ts'
import { writerOfKey } from './own-writer.ts'
import { changesOf, type RosterOrders } from './roster-orders.ts'

/** What proposing and publishing need. */
export type RosterDesk = { readonly registry: Registry; readonly clock: Clock }

/** A version that was published. */
export type Published = { readonly version: number; readonly hash: string }

/** Join requests one version may admit. */
export const REQUESTS_MAX = 256

/** The proposal of the next version, as the text of its file. */
export function proposeRoster({ registry, clock }: RosterDesk, orders: RosterOrders): string {
  const roster = registry.rootChain.at(-1)
  if (roster === undefined) throw new MuluError('MULU_NOT_ADMITTED')
  const changes = changesOf(orders, {
    ...{ roster, heads: registry.heads(), orders: registry.orders() },
    requests: readRequests(registry, orders.admit ?? []),
    keys: readKeyRequests(roster, orders.administrators ?? []),
  })
  const body = draft(roster, changes, clock.now())
  refuseOpenWriters(registry, body)
  return encodeProposal({
    ...{ chain: registry.rootChain.map(({ bytes }) => bytes), body, signatures: [] },
  })
}

/** What does not fit the present state is the operator's mistake, and nothing is signed yet. */
function draft(roster: Roster, changes: Parameters<typeof draftRoster>[2], nowMs: number) {
  try {
    return draftRoster(createCrypto(), roster, changes, nowMs)
  } catch (cause) {
    if (isMuluError(cause)) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new MuluError('MULU_ORDERS', { cause, details: { reason } })
  }
}

function readRequests(registry: Registry, values: readonly unknown[]): readonly JoinRequest[] {
  return readEach(values, (text) => {
    const request = parseJoinRequest(createCrypto(), text)
    refuseBadHandover(registry.roster, request)
    refuseOrdered(registry.roster, request)
    return request
  })
}

function readKeyRequests(
  { fed }: Roster,
  values: readonly unknown[],
): readonly AdministratorRequest[] {
  return readEach(values, (text) => {
    const request = parseAdministratorRequest(createCrypto(), text)
    if (!equalBytes(request.fed, fed)) throw new MuluError('MULU_FEDERATION_MISMATCH')
    return request
  })
}

function readEach<T>(values: readonly unknown[], read: (text: string) => T): readonly T[] {
  if (values.length > REQUESTS_MAX) {
    throw new MuluError('MULU_LIMIT', { details: { requests: values.length, max: REQUESTS_MAX } })
  }
  return values.map((value, index) => {
    try {
      return read(JSON.stringify(value))
    } catch (cause) {
      if (!isMuluError(cause)) throw cause
      throw new MuluError(cause.code, { cause, details: { ...cause.details, request: index } })
    }
  })
}

/** Refuses a handover that the old key has not signed. */
export function refuseBadHandover(roster: Roster | undefined, request: JoinRequest): void {
  const old = roster?.state.writers.get(request.continues)
  if (request.handover === undefined || old === undefined) return
  if (isHandedOver(createCrypto(), old.key, request)) return
  throw new MuluError('MULU_SIGNATURE', { details: { what: 'handover', writer: old.client } })
}

/** What an agency has admitted by order, it also continues by order. */
function refuseOrdered(roster: Roster | undefined, request: JoinRequest): void {
  const holder = writerOfKey(roster?.state, request.key)
  const isOpen = holder?.grants.some((grant) => grant.until === undefined) === true
  const known = [request.continues, ...(isOpen ? [holder.client] : [])]
  const writer = known.find((client) => client >= ORDERED_WRITERS_FROM)
  if (writer === undefined) return
  const reason = 'The agency has admitted this writer by an order of its own.'
  const hint = 'A key that continues it is admitted with the administrator key: --agency-key.'
  throw new MuluError('MULU_ADMISSION', { details: { reason, writer, hint } })
}

/**
 * Publishes a version once enough root keys have signed; the files may be copies that were signed
 * apart. A profile that the version names has to be here, or be brought along.
 */
export async function publishRoster(
  registry: Registry,
  texts: readonly string[],
  profile?: unknown,
): Promise<Published> {
  const proposal = mergeProposals(texts.map(parseProposal))
  const { draft: next, quorums } = readProposal(createCrypto(), proposal)
  const short = quorums.find(({ signed, threshold }) => signed.length < threshold)
  if (short !== undefined) {
    const details = { signed: short.signed.length, threshold: short.threshold }
    throw new MuluError('MULU_ROSTER_THRESHOLD', { details })
  }
  const known = registry.rosters[next.version - 1]
  if (known !== undefined && !equalBytes(known.hash, next.hash)) {
    const details = { version: next.version, known: hashToText(known.hash) }
    throw new MuluError('MULU_ROSTER_CHAIN', { details: { ...details, reason: 'too late' } })
  }
  const bytes = await readProfileFor(registry, next.state.profile.hash, profile)
  await registry.addRoster(proposalToRoster(proposal))
  if (bytes !== undefined) await registry.addProfile(bytes)
  return { version: next.version, hash: hashToText(next.hash) }
}

async function readProfileFor(
  registry: Registry,
  wanted: Uint8Array,
  profile: unknown,
): Promise<Uint8Array | undefined> {
  if ((await registry.profileBytes(wanted)) !== undefined) return undefined
  if (profile === undefined) {
    const reason = 'The version names a profile that is not here. Bring its file along.'
    throw new MuluError('MULU_PROFILE', { details: { reason, hash: hashToText(wanted) } })
  }
  const { bytes, hash } = readProfile(profile)
  if (hash !== hashToText(wanted)) {
    const reason = 'The file is not the profile that the version names.'
    throw new MuluError('MULU_PROFILE', { details: { reason, named: hashToText(wanted), hash } })
  }
  return bytes
}

/** A profile as the roster names it; MULU_PROFILE when it is none. */
export function readProfile(value: unknown): {
  readonly id: string
  readonly version: string
  readonly hash: string
  readonly bytes: Uint8Array
} {
  const profile = parseProfile(value as JsonValue)
  return {
    id: profile.id,
    version: String(profile.version),
    hash: hashToText(profileHash(createCrypto(), profile)),
    bytes: profileToBytes(profile),
  }
}

/** Whether a proposal follows the newest roster here. */
export function isCurrent(registry: Registry, proposal: Proposal): boolean {
  const { before } = readProposal(createCrypto(), proposal)
  return registry.roster !== undefined && equalBytes(before.hash, registry.roster.hash)
}
