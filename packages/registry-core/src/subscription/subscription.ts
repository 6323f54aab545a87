/**
 * What a node holds the bodies of, where that is not everything: a rule over the roster, by agency
 * and by region, so that it follows every new version by itself. Headers are held of everything,
 * whatever the rule says: verdicts rest on headers alone (docs/adr/0058).
 *
 * CBOR {agencies: [number …], regions: [text …]}, both ascending, each once
 */
import type { CborValue } from '../encoding/cbor.ts'
import { readArray, readInteger, readShape, readText } from '../encoding/shape.ts'
import type { LogKey } from '../log/log.ts'
import type { RosterState } from '../roster/state.ts'

/** Agencies by number, and regions by the beginning of their code; the own agency goes unsaid. */
export type Subscription = {
  readonly agencies: readonly number[]
  readonly regions: readonly string[]
}

/** Agencies that one subscription names: it travels with every hello. */
export const SUBSCRIBED_AGENCIES_MAX = 256
/** Regions that one subscription names. */
export const SUBSCRIBED_REGIONS_MAX = 64
/** Length of the beginning of a region's code, in UTF-16 units. */
export const REGION_TEXT_MAX = 32

const AGENCY_MAX = 0xffffffff
/** Rules whose namespaces are remembered for a roster version; computed anew they cost a look. */
const REMEMBERED_MAX = 1_024

/** The one form of a subscription: ascending, each once. */
export function subscriptionOf(
  agencies: Iterable<number>,
  regions: Iterable<string>,
): Subscription {
  return {
    agencies: [...new Set(agencies)].sort((a, b) => a - b),
    regions: [...new Set(regions)].sort(),
  }
}

/** A subscription as CBOR. */
export function subscriptionToCbor({ agencies, regions }: Subscription): CborValue {
  return { agencies: [...agencies], regions: [...regions] }
}

/** Reads a subscription out of decoded bytes; throws when it is none. */
export function readSubscription(value: unknown): Subscription {
  const s = readShape(value, ['agencies', 'regions'], 'subscription')
  const agencies = readArray(
    s['agencies'],
    (id) => readInteger(id, 1, AGENCY_MAX, 'agency'),
    SUBSCRIBED_AGENCIES_MAX,
    'agencies',
  )
  const regions = readArray(
    s['regions'],
    (region) => readText(region, REGION_TEXT_MAX, 'region'),
    SUBSCRIBED_REGIONS_MAX,
    'regions',
  )
  if (regions.includes('')) throw new Error('a region is empty')
  requireAscending(agencies)
  requireAscending(regions)
  return { agencies, regions }
}

function requireAscending<T extends number | string>(values: readonly T[]): void {
  for (const [index, value] of values.entries()) {
    const before = values[index - 1]
    if (before !== undefined && value <= before) throw new Error('the order is not ascending')
  }
}

const NAMESPACES = new WeakMap<RosterState, Map<string, ReadonlySet<number>>>()

/**
 * The namespaces whose bodies the node of a writer holds: those of its own agency and those it may
 * write in, and those of the agencies and regions that it has subscribed to.
 */
export function subscribedNamespaces(
  state: RosterState,
  client: number,
  subscription: Subscription,
): ReadonlySet<number> {
  const known = NAMESPACES.get(state) ?? new Map<string, ReadonlySet<number>>()
  NAMESPACES.set(state, known)
  const key = JSON.stringify([client, subscription.agencies, subscription.regions])
  const before = known.get(key)
  if (before !== undefined) return before
  const selected = selectNamespaces(state, client, subscription)
  // Any peer may name another rule with each request.
  if (known.size >= REMEMBERED_MAX) known.clear()
  known.set(key, selected)
  return selected
}

function selectNamespaces(
  { namespaces, writers, agencies }: RosterState,
  client: number,
  subscription: Subscription,
): ReadonlySet<number> {
  const writer = writers.get(client)
  const named = new Set([...subscription.agencies, writer?.agency ?? 0])
  const granted = (writer?.grants ?? []).filter(({ until }) => until === undefined)
  const selected = new Set(granted.map(({ ns }) => ns))
  for (const { id, owners } of namespaces.values()) {
    const owner = owners.at(-1)?.agency ?? 0
    const region = agencies.get(owner)?.region ?? ''
    const isMeant = subscription.regions.some((start) => region.startsWith(start))
    if (named.has(owner) || isMeant) selected.add(id)
  }
  return selected
}

/**
 * Whether the node of a writer says that it holds the bodies of a log; one without a subscription
 * does, and what is not for the whole federation goes to those it is meant for in any case.
 */
export function saysItHolds(
  state: RosterState,
  client: number,
  subscription: Subscription | undefined,
  { ns, aud }: Pick<LogKey, 'ns' | 'aud'>,
): boolean {
  if (subscription === undefined || aud !== 1) return true
  return subscribedNamespaces(state, client, subscription).has(ns)
}

/** Of the agencies that publish, those of which everything is among some namespaces. */
export function agenciesWithin(
  { namespaces, agencies }: RosterState,
  isHeld: (ns: number) => boolean,
): { readonly held: readonly number[]; readonly of: number } {
  const owned = new Map<number, boolean>()
  for (const { id, owners } of namespaces.values()) {
    const owner = owners.at(-1)?.agency ?? 0
    if (agencies.has(owner)) owned.set(owner, (owned.get(owner) ?? true) && isHeld(id))
  }
  const held = [...owned].flatMap(([agency, isWhole]) => (isWhole ? [agency] : []))
  return { held: held.sort((a, b) => a - b), of: owned.size }
}
