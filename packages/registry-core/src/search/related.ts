/**
 * Records related to one: those that share the rarest words of its title and keywords, and before
 * others those of the same theme and agency. How many documents are looked at is bounded, whatever
 * the catalogue holds.
 */
import type { View } from '../record/view.ts'
import type { Asked } from './asked.ts'
import { textList } from './filters.ts'
import type { Indexed } from './indexed.ts'
import type { QueryNode } from './text/query.ts'
import { forEachTerm } from './text/terms.ts'

/** Words of a record that are looked up, and the rarest of them that are searched for. */
const WORDS_MAX = 96
const RARE_MAX = 12
/** Documents that have any of those words, by the sum over the words. */
const DOCUMENTS_MAX = 20_000
/** A word that half of a small catalogue has relates nothing. */
const COMMON_SHARE = 0.25
/** Records beyond those wanted: the record itself, and those that share too little. */
const SPARE = 20

/** The different words of title and keywords. */
export function subjectWords({ fields }: Pick<View, 'fields'>): ReadonlySet<string> {
  const words = new Set<string>()
  for (const [path, value] of Object.entries(fields)) {
    const isSubject = path.startsWith('title/') || path.startsWith('keyword/')
    if (!isSubject) continue
    const texts = typeof value === 'string' ? [value] : textList(value)
    for (const text of texts) {
      forEachTerm(text, (term) => {
        if (words.size < WORDS_MAX && term.length > 1) words.add(term)
      })
    }
  }
  return words
}

/** The rarest of the words that another document has too. */
export async function rareWords(
  words: ReadonlySet<string>,
  indexed: Indexed,
): Promise<readonly string[]> {
  const { segments, tails, lookup } = indexed
  const loaded = await lookup.load(segments, words, [])
  const living = [...segments, ...tails].reduce((n, part) => n + part.living.size, 0)
  const counted = [...words].map((word) => {
    const stored = segments.reduce((n, segment) => n + loaded.of(segment, word).all.size, 0)
    return { word, count: tails.reduce((n, tail) => n + tail.postings(word).all.size, stored) }
  })
  const usable = counted
    .filter(({ count }) => count > 1 && count <= Math.max(8, living * COMMON_SHARE))
    .sort((a, b) => a.count - b.count || (a.word < b.word ? -1 : 1))
  const rare: string[] = []
  let documents = 0
  for (const { word, count } of usable.slice(0, RARE_MAX)) {
    documents += count
    if (documents > DOCUMENTS_MAX && rare.length > 0) break
    rare.push(word)
  }
  return rare
}

/** The search for records that have any of the words. */
export function askedOfRelated(
  view: View,
  agency: number,
  rare: readonly string[],
  limit: number,
): Asked {
  const words = rare.map((term): QueryNode => ({ kind: 'term', term }))
  const themes = textList(view.fields['theme'])
  const same = themes.map((value): QueryNode => ({ kind: 'field', name: 'theme', value }))
  const owner: QueryNode = { kind: 'field', name: 'agency', value: String(agency) }
  return {
    node: { kind: 'any', of: words },
    concepts: [...words, ...same, owner],
    pairs: [],
    filters: [['state', new Set(['published'])]],
    sort: 'relevance',
    limit: limit + SPARE,
    counted: [],
    after: undefined,
  }
}

/** Of what was found, best first, the other records that share enough, those of one title once. */
export function relatedAmong(
  view: View,
  rare: readonly string[],
  found: readonly View[],
  limit: number,
): readonly View[] {
  const enough = Math.min(2, rare.length)
  const titles = new Set<string>()
  const related = found.filter((other) => {
    if (other.id === view.id) return false
    const words = subjectWords(other)
    if (rare.filter((word) => words.has(word)).length < enough) return false
    const title = titleText(other)
    const isNew = !titles.has(title)
    titles.add(title)
    return isNew
  })
  return related.slice(0, limit)
}

function titleText({ fields }: View): string {
  return JSON.stringify(Object.entries(fields).filter(([path]) => path.startsWith('title/')))
}
