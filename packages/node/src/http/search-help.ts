/**
 * What to do when a search found nothing: which words no record has, the nearest searches that do
 * find something, and the first records of the nearest one.
 */
import {
  type Catalogue,
  type FilterName,
  type Item,
  type Moment,
  type Page,
  type ParsedQuery,
  type Query,
  respell,
  soundOf,
  withoutWord,
} from '@mulu/registry-core'

/** A filter that a reader chooses: every listing has one of states. */
type ChosenFilter = Exclude<FilterName, 'state'>

/** Another search, how it comes from the one that was asked, and how many records it finds. */
export type Step = {
  /**
   * spelling: a word written otherwise · filter: any value of one filter · word: without one word ·
   * filters: without all of them · alone: one word, without filters · any: any of the words, without
   * filters · part: part of the only word, without filters
   */
  readonly kind: 'spelling' | 'filter' | 'word' | 'filters' | 'alone' | 'any' | 'part'
  readonly q: string
  readonly word?: string
  readonly spelling?: string
  readonly filter?: ChosenFilter
  readonly total: number
}

/** For a query that found nothing. */
export type NoResultHelp = {
  /** Words that stand in no record at all. */
  readonly missing: readonly string[]
  /** Only those that find something, the nearest first. */
  readonly steps: readonly Step[]
  /** The best records of the first step. */
  readonly nearest: readonly Item[]
}

type Try = Omit<Step, 'total'>
/** The catalogue that was asked. */
type Asked = {
  readonly query: (query: Query) => Promise<Page>
  readonly spellings: Catalogue['spellings']
}

/** Words that are looked at when nothing was found, and spellings of each. */
const WORDS_MAX = 4
const SPELLINGS_MAX = 3
/** Searches that are counted, and parts of a word that are tried. */
const TRIES_MAX = 12
const PARTS_MAX = 5
const PART_CHARS_MIN = 3
const NEAREST_MAX = 5
/** Every listing has it; it is no choice of the reader's. */
const STATE = 'state'

/** What leads on from a query without results, now or at a moment. */
export async function helpWith(
  whole: Catalogue,
  query: Query,
  { words }: ParsedQuery,
  at?: Moment,
): Promise<NoResultHelp> {
  const catalogue: Asked = {
    query: (asked) => whole.query(asked, at),
    spellings: (word, limit) => whole.spellings(word, limit),
  }
  const missing = await missingOf(catalogue, words.slice(0, WORDS_MAX))
  const spellings = await otherSpellings(catalogue, query.q ?? '', missing)
  const steps = await counted(catalogue, query, [...spellings, ...triesOf(query, words)])
  if (steps.length === 0) steps.push(...(await firstPart(catalogue, query, words)))
  const [nearest] = steps
  if (nearest === undefined) return { missing, steps, nearest: [] }
  const page = await catalogue.query({ ...queryOf(query, nearest), limit: NEAREST_MAX })
  return { missing, steps, nearest: page.items }
}

async function missingOf(catalogue: Asked, words: readonly string[]): Promise<readonly string[]> {
  const missing: string[] = []
  for (const word of words) {
    const { total } = await catalogue.query({ q: word, limit: 0, facets: false })
    if (total === 0) missing.push(word)
  }
  return missing
}

/** Of Chinese the sound, which finds other characters that sound so; of other words near terms. */
async function otherSpellings(
  catalogue: Asked,
  q: string,
  missing: readonly string[],
): Promise<readonly Try[]> {
  const tries: Try[] = []
  for (const word of missing) {
    const sound = soundOf(word)
    const near = sound === '' ? await catalogue.spellings(word, SPELLINGS_MAX) : [{ term: sound }]
    for (const { term } of near) {
      tries.push({ kind: 'spelling', word, spelling: term, q: respell(q, word, term) })
    }
  }
  return tries
}

/** Without one filter, without one word, without all filters, one word alone, any word. */
function triesOf({ q = '', filters = {} }: Query, words: readonly string[]): readonly Try[] {
  const chosen = chosenFilters(filters)
  const several = words.length > 1
  const hasFilters = chosen.length > 0
  return [
    ...chosen.map((filter): Try => ({ kind: 'filter', q, filter })),
    ...(several ? words.map((word): Try => ({ kind: 'word', q: withoutWord(q, word), word })) : []),
    ...(chosen.length > 1 ? [{ kind: 'filters', q } satisfies Try] : []),
    ...(several && hasFilters ? words.map((word): Try => ({ kind: 'alone', q: word, word })) : []),
    ...(words.length > 2 ? [{ kind: 'any', q: words.join(' OR ') } satisfies Try] : []),
  ].slice(0, TRIES_MAX)
}

function chosenFilters(filters: NonNullable<Query['filters']>): readonly ChosenFilter[] {
  const names = Object.keys(filters) as FilterName[]
  return names
    .filter((name): name is ChosenFilter => name !== STATE)
    .filter((name) => (filters[name] ?? []).length > 0)
}

/** The search of a step, with the filters that it keeps. */
function queryOf({ filters = {} }: Query, { kind, q, filter }: Try): Query {
  const state = filters[STATE]
  const keepsFilters = kind === 'spelling' || kind === 'filter' || kind === 'word'
  const others = Object.entries(filters).filter(([name]) => name !== filter)
  const kept = keepsFilters ? Object.fromEntries(others) : state === undefined ? {} : { state }
  return { q, filters: kept, facets: false }
}

async function counted(catalogue: Asked, query: Query, tries: readonly Try[]): Promise<Step[]> {
  const steps: Step[] = []
  for (const step of tries) {
    const { total } = await catalogue.query({ ...queryOf(query, step), limit: 0 })
    if (total > 0) steps.push({ ...step, total })
  }
  return steps
}

/** Where nothing else helps: the beginning of a word, or of Chinese any two neighbours. */
async function firstPart(
  catalogue: Asked,
  query: Query,
  words: readonly string[],
): Promise<readonly Step[]> {
  // Words of one run of Chinese may have been cut apart elsewhere than in the records.
  const runs = (query.q ?? '').match(/\p{Script=Han}{3,}/gu) ?? []
  for (const word of new Set([...words.slice(0, WORDS_MAX), ...runs.slice(0, WORDS_MAX)])) {
    for (const q of partsOf(word)) {
      const [found] = await counted(catalogue, query, [{ kind: 'part', q, word }])
      if (found !== undefined) return [found]
    }
  }
  return []
}

function partsOf(word: string): readonly string[] {
  const characters = [...word.replace(/"/gu, '')]
  if (soundOf(word) === '') {
    const lengths = Array.from({ length: PARTS_MAX }, (_, i) => characters.length - 1 - i)
    const beginnings = lengths.filter((length) => length >= PART_CHARS_MIN)
    return beginnings.map((length) => `${characters.slice(0, length).join('')}*`)
  }
  const pairs = characters.slice(1).map((second, i) => `"${characters[i]}${second}"`)
  return characters.length < 3 ? [] : [pairs.join(' OR ')]
}
