/** Of which agencies the records are held, here and on other nodes, where that is not all. */
import {
  agenciesWithin,
  type RosterState,
  type Subscription,
  subscribedNamespaces,
} from '@mulu/registry-core'
import type { NodeContext } from '../node-context.ts'
import { type AgencyRef, agencyRef } from './names.ts'

/** Agencies of which everything is held, of those that publish. */
export type HeldCount = { readonly agencies: number; readonly of: number }

/** The part that this node holds. */
export type HeldPart = HeldCount & {
  /** Those agencies, the own one first; at most NAMED_MAX. */
  readonly names: readonly AgencyRef[]
  /** What was subscribed to, beside the own agency. */
  readonly subscribed: {
    readonly agencies: readonly AgencyRef[]
    readonly regions: readonly string[]
  }
  /** Agencies that are held still, until a node that keeps everything is known to have them. */
  readonly leaving: number
  /** Records whose values are still to come. */
  readonly lacking: number
  /** The roster counts on this node to agree to the whole: it cannot. */
  readonly isWitness: boolean
}

/** Agencies that are named; the rest is a number. */
const NAMED_MAX = 12

/** The part that is held here; null where everything is, and is to be. */
export function heldPart({ store: { registry } }: NodeContext): HeldPart | null {
  const { holding, pruning, roster, author } = registry
  if (holding.isWhole || roster === undefined) return null
  const { state } = roster
  const self = author?.client ?? 0
  const leaving = new Set(holding.leaving())
  const isHeld = (ns: number): boolean => holding.holds({ ns, aud: 1 })
  const { held, of } = agenciesWithin(state, (ns) => isHeld(ns) && !leaving.has(ns))
  const all = agenciesWithin(state, isHeld).held
  const own = state.writers.get(self)?.agency
  const ownFirst = [...held].sort((a, b) => Number(b === own) - Number(a === own) || a - b)
  const { agencies = [], regions = [] } = holding.subscription ?? {}
  const nameOf = (id: number): AgencyRef => agencyRef(state, id)
  return {
    ...{ agencies: held.length, of },
    names: ownFirst.slice(0, NAMED_MAX).map(nameOf),
    subscribed: { agencies: agencies.map(nameOf), regions },
    leaving: all.length - held.length,
    lacking: pruning.lackingRecords(),
    isWitness: state.witnesses.writers.includes(self),
  }
}

/** What another node says that it holds; null where that is everything, or it has not said. */
export function heldByPeer(
  state: RosterState | undefined,
  client: number,
  holds: Subscription | 'all' | undefined,
): HeldCount | null {
  if (state === undefined || holds === undefined || holds === 'all') return null
  const namespaces = subscribedNamespaces(state, client, holds)
  const { held, of } = agenciesWithin(state, (ns) => namespaces.has(ns))
  return { agencies: held.length, of }
}

/** What a part is of the whole, in the header of every answer: `14/120`. */
export function heldText({ agencies, of }: HeldCount): string {
  return `${agencies}/${of}`
}

/** The same read back; null where a node holds everything. */
export function heldOfText(text: string | null): HeldCount | null {
  const [agencies, of] = (text ?? '').split('/').map(Number)
  return agencies === undefined || of === undefined ? null : { agencies, of }
}
