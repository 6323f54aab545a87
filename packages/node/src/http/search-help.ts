/** What a list tells about its query: the words in it, where they stand, and what to do without results. */
import {
  type Catalogue,
  type Item,
  matchRanges,
  type ParsedQuery,
  type Profile,
  parseQuery,
  respell,
  soundOf,
  synonymsOf,
} from '@mulu/registry-core'

/** Start and end of a match in code units, end exclusive. */
type Mark = readonly [start: number, end: number]
type Marks = Readonly<Record<string, readonly Mark[]>>

/** The query with a word that no record has written as one that records have. */
export type OtherSpelling = {
  readonly word: string
  readonly spelling: string
  readonly q: string
}

/** For a query that found nothing. */
export type NoResultHelp = {
  /** Words that stand in no record at all. */
  readonly missing: readonly string[]
  readonly spellings: readonly OtherSpelling[]
}

/** Words that are looked at when nothing was found, and spellings of each. */
const WORDS_MAX = 4
const SPELLINGS_MAX = 3

/** Reads a query as the catalogue does, with the synonyms of the profile; MULU_QUERY. */
export function readWords(q: string | undefined, profile: Profile | undefined): ParsedQuery {
  return parseQuery(q ?? '', { synonyms: synonymsOf(profile) })
}

/** Where the query's words stand in the texts that a list shows, by language. */
export function marksOf(
  item: Item,
  { node }: ParsedQuery,
): { readonly title: Marks; readonly description: Marks } {
  const marks = (texts: Readonly<Record<string, string>>): Marks =>
    Object.fromEntries(
      Object.entries(texts).map(([language, text]) => [
        language,
        matchRanges(text, node).map(({ start, end }): Mark => [start, end]),
      ]),
    )
  return { title: marks(item.title), description: marks(item.description) }
}

/** Which words no record has, and how they may have been meant. */
export async function helpWith(
  catalogue: Catalogue,
  q: string,
  { words }: ParsedQuery,
): Promise<NoResultHelp> {
  const missing: string[] = []
  const spellings: OtherSpelling[] = []
  for (const word of words.slice(0, WORDS_MAX)) {
    const { total } = await catalogue.query({ q: word, limit: 1 })
    if (total > 0) continue
    missing.push(word)
    for (const spelling of await otherSpellings(catalogue, word)) {
      spellings.push({ word, spelling, q: respell(q, word, spelling) })
    }
  }
  return { missing, spellings }
}

/** Of Chinese the sound, which finds other characters that sound so; of other words near terms. */
async function otherSpellings(catalogue: Catalogue, word: string): Promise<readonly string[]> {
  const sound = soundOf(word)
  if (sound !== '') return [sound]
  const near = await catalogue.spellings(word, SPELLINGS_MAX)
  return near.map(({ term }) => term)
}
