/** What a reader means by the value of a filter: its code or its label, in any case. */
import type { Profile } from '../profile/profile.ts'
import type { RosterState } from '../roster/state.ts'
import { type FilterName, filterOf } from './filters.ts'

/** The values of a filter that a text names; the text itself where nothing else does. */
export function valuesNamed(
  profile: Profile | undefined,
  state: RosterState | undefined,
  name: FilterName,
  text: string,
): readonly string[] {
  const wanted = fold(text)
  const found = namesOf(profile, state, name)
    .filter(([, names]) => names.some((each) => fold(each) === wanted))
    .map(([value]) => value)
  return found.length > 0 ? found : [text]
}

type Named = readonly [value: string, names: readonly string[]]

function namesOf(
  profile: Profile | undefined,
  state: RosterState | undefined,
  name: FilterName,
): readonly Named[] {
  if (name === 'agency') {
    return [...(state?.agencies.values() ?? [])].map(({ id, codes, names }): Named => {
      const texts = Object.values(names).filter((each) => each !== undefined)
      return [String(id), [String(id), ...codes, ...texts]]
    })
  }
  if (name === 'kind') {
    const kinds = Object.entries(profile?.kinds ?? {})
    return kinds.map(([kind, { label }]): Named => [kind, [kind, ...Object.values(label)]])
  }
  const terms = profile?.vocabularies[filterOf(name).vocabulary ?? '']?.terms ?? []
  return terms.map(({ code, label }): Named => [code, [code, ...Object.values(label)]])
}

function fold(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase()
}
