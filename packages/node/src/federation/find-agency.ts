/** Finding the agency that somebody means, and refusing what is no order for the roster. */
import { type Agency, MuluError, type RosterState } from '@mulu/registry-core'

/** An agency by code or number. */
export type AgencyName = string | number

/** Refuses with MULU_ORDERS. */
export function refuseOrders(reason: string, more: object = {}): never {
  throw new MuluError('MULU_ORDERS', { details: { reason, ...more } })
}

/** The agency of a code or number; of several with one code the one that is not retired. */
export function findAgency(state: RosterState, name: AgencyName): Agency {
  const all = [...state.agencies.values()]
  const found = all.filter(({ id, codes }) => codes.includes(String(name)) || id === name)
  const agency = found.find((each) => each.retired === undefined) ?? found[0]
  return agency ?? refuseOrders('There is no such agency.', { agency: name })
}
