/** What a list tells about its query: the words in it, and where they stand. */
import {
  type Item,
  matchRanges,
  type ParsedQuery,
  type Profile,
  parseQuery,
  synonymsOf,
} from '@mulu/registry-core'

/** Start and end of a match in code units, end exclusive. */
type Mark = readonly [start: number, end: number]
type Marks = Readonly<Record<string, readonly Mark[]>>

/** The matches in the texts of a listed record, by language. */
export type Marked = { readonly title: Marks; readonly description: Marks }

/** Reads a query as the catalogue does, with the synonyms of the profile; MULU_QUERY. */
export function readWords(q: string | undefined, profile: Profile | undefined): ParsedQuery {
  return parseQuery(q ?? '', { synonyms: synonymsOf(profile) })
}

/** Where the query's words stand in the texts that a list shows, by language. */
export function marksOf(item: Item, { node }: ParsedQuery): Marked {
  const marks = (texts: Readonly<Record<string, string>>): Marks =>
    Object.fromEntries(
      Object.entries(texts).map(([language, text]) => [
        language,
        matchRanges(text, node).map(({ start, end }): Mark => [start, end]),
      ]),
    )
  return { title: marks(item.title), description: marks(item.description) }
}
