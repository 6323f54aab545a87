/** Whose node may hold a part: others count on the nodes of head offices and of witnesses. */
import { MuluError } from '../errors.ts'
import type { RosterState } from '../roster/state.ts'
import {
  SUBSCRIBED_AGENCIES_MAX,
  SUBSCRIBED_REGIONS_MAX,
  type Subscription,
} from './subscription.ts'

/**
 * The writer whose node subscribes, undefined for everything. MULU_NOT_ADMITTED while the roster
 * lists none, MULU_SUBSCRIPTION with the reason where the node may not, or not to this.
 */
export function subscriberOf(
  state: RosterState | undefined,
  client: number | undefined,
  subscription: Subscription | undefined,
): { readonly state: RosterState; readonly client: number } {
  const writer = client === undefined ? undefined : state?.writers.get(client)
  if (state === undefined || writer === undefined) throw new MuluError('MULU_NOT_ADMITTED')
  if (subscription === undefined) return { state, client: writer.client }
  const reason = whyWhole(state, writer.client) ?? whyNot(state, subscription)
  if (reason !== undefined) throw new MuluError('MULU_SUBSCRIPTION', { details: { reason } })
  return { state, client: writer.client }
}

/** Why the node of a writer is to hold everything; undefined where it need not. */
export function whyWhole(state: RosterState, client: number): string | undefined {
  const role = state.writers.get(client)?.role
  if (role === 'coordinator') return 'The coordinator holds everything, for all others.'
  if (role === 'agency') return 'A head office holds everything, so that each agency has a copy.'
  if (!state.witnesses.writers.includes(client)) return undefined
  return 'The node is a witness: it agrees to digests over the whole catalogue.'
}

function whyNot(state: RosterState, { agencies, regions }: Subscription): string | undefined {
  if (agencies.length > SUBSCRIBED_AGENCIES_MAX || regions.length > SUBSCRIBED_REGIONS_MAX) {
    return `At most ${SUBSCRIBED_AGENCIES_MAX} agencies and ${SUBSCRIBED_REGIONS_MAX} regions.`
  }
  const unknown = agencies.find((id) => !state.agencies.has(id))
  return unknown === undefined ? undefined : `There is no agency ${unknown}.`
}
