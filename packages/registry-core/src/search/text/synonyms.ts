/** Words of one meaning, from the profile, by the key under which a query looks them up. */
import type { Profile } from '../../profile/profile.ts'
import { joinKeys, wholeWordsIn } from './words.ts'

/** Key of a word (or of several) to the texts that mean the same. */
export type Synonyms = ReadonlyMap<string, readonly string[]>

/** The key of a word or name, equal for all its spellings. */
export function synonymKey(text: string): string {
  return joinKeys(wholeWordsIn(text))
}

/** The synonyms that a profile states; none without a profile. */
export function synonymsOf(profile: Profile | undefined): Synonyms {
  const byKey = new Map<string, readonly string[]>()
  for (const group of profile?.synonyms ?? []) {
    for (const text of group) {
      const key = synonymKey(text)
      const others = group.filter((other) => synonymKey(other) !== key)
      byKey.set(key, [...new Set([...(byKey.get(key) ?? []), ...others])])
    }
  }
  return byKey
}
