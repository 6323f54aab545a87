/** What the index asks about beside the records: owners of namespaces, and the names of the profile. */
import type { Profile } from '../profile/profile.ts'
import type { RosterStore } from '../roster/roster-store.ts'
import type { RosterState } from '../roster/state.ts'
import type { Owner, Surroundings } from './filters.ts'
import { Names } from './names.ts'

/** Always those of the newest roster and its profile. */
export function surroundings(rosters: RosterStore): Surroundings {
  type Of = readonly [profile: Profile | undefined, state: RosterState | undefined]
  let known: { readonly of: Of; readonly names: Names } | undefined
  return {
    ownerOf: (ns) => ownerOf(rosters, ns),
    names: () => {
      const of: Of = [rosters.viewProfile, rosters.newest?.state]
      const isSame = known?.of[0] === of[0] && known?.of[1] === of[1]
      if (known === undefined || !isSame) known = { of, names: new Names(...of) }
      return known.names
    },
  }
}

/** Who owns a namespace by the newest roster, and the agencies above. */
export function ownerOf(rosters: RosterStore, ns: number): Owner {
  const state = rosters.newest?.state
  const agency = state?.namespaces.get(ns)?.owners.at(-1)?.agency ?? 0
  const region = state?.agencies.get(agency)?.region ?? ''
  const above: number[] = []
  for (
    let parent = state?.agencies.get(agency)?.parent ?? 0;
    parent !== 0 && parent !== agency && !above.includes(parent);
    parent = state?.agencies.get(parent)?.parent ?? 0
  ) {
    above.push(parent)
  }
  return { agency, above, region: region === '' ? null : region }
}
