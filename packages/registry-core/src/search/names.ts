/**
 * What profile and roster call things: synonyms, the values of filters by code or label, and the
 * labels that a search finds records by although no record has the words: agencies, regions, themes.
 */
import type { Profile } from '../profile/profile.ts'
import type { Labels } from '../roster/change.ts'
import type { RosterState } from '../roster/state.ts'
import { type FilterName, filterOf } from './filters.ts'
import { type AnalysedText, analysedText, textMatches } from './text/match-text.ts'
import type { QueryNode } from './text/query.ts'
import { type Synonyms, synonymKey, synonymsOf } from './text/synonyms.ts'

/** A value of a filter with what it is called. */
export type Named = {
  readonly filter: FilterName
  readonly value: string
  readonly label: Labels
  /** Other names of it: codes, short forms. */
  readonly others: readonly string[]
}

/** Filters whose values are found by their labels. */
const SEARCHED = ['agency', 'region', 'theme'] as const satisfies readonly FilterName[]
const VOCABULARIES = [
  'region',
  'theme',
  'sharing',
  'openness',
  'format',
  'state',
  'frequency',
] as const satisfies readonly FilterName[]
/** `广东` is `广东省`, `宁夏` is `宁夏回族自治区`. */
const KIND_OF_REGION = /(?:特别行政区|(?:壮族|回族|维吾尔)?自治区|省|市)$/u
const SHORT_REGION_CHARS_MIN = 2

/** The names of one profile and one roster; made once for both. */
export class Names {
  readonly synonyms: Synonyms
  /** What a query asks for beside its words, by the key of a label (`synonymKey`). */
  readonly labels: ReadonlyMap<string, readonly QueryNode[]>
  readonly #searched: readonly Analysed[]
  readonly #values = new Map<string, string[]>()

  constructor(profile: Profile | undefined, state: RosterState | undefined) {
    const { synonyms, names } = ofProfile(profile)
    this.synonyms = synonyms
    const all = [...agencies(state).map(analysed), ...names]
    for (const { named, spellings } of all) {
      for (const text of spellings) add(this.#values, `${named.filter}\n${text}`, named.value)
    }
    this.#searched = all.filter(({ named }) => isSearched(named))
    this.labels = labelsOf(this.#searched)
  }

  /** The values of a filter that a text names; the text itself where nothing else does. */
  valuesNamed(name: FilterName, text: string): readonly string[] {
    return this.#values.get(`${name}\n${fold(text)}`) ?? [text]
  }

  /** Agencies, regions and themes whose name matches what somebody types. */
  matching(node: QueryNode): readonly Named[] {
    return this.#searched
      .filter(({ texts }) => texts.some((text) => textMatches(node, text)))
      .map(({ named }) => named)
  }
}

/** A name and how it is looked up; what it is searched by only where it is. */
type Analysed = {
  readonly named: Named
  readonly spellings: readonly string[]
  readonly texts: readonly AnalysedText[]
  readonly keys: readonly string[]
}

function analysed(named: Named): Analysed {
  const all = textsOf(named)
  const searched = isSearched(named) ? all : []
  return {
    named,
    spellings: [...new Set(all.map(fold))],
    texts: searched.map(analysedText),
    keys: [...new Set(searched.map(synonymKey))].filter((key) => key !== ''),
  }
}

function isSearched({ filter }: Named): boolean {
  return SEARCHED.some((name) => name === filter)
}

type OfProfile = { readonly synonyms: Synonyms; readonly names: readonly Analysed[] }
const OF_PROFILES = new WeakMap<Profile, OfProfile>()

/** What a profile says by itself: a roster changes often, and thousands of regions do not. */
function ofProfile(profile: Profile | undefined): OfProfile {
  const known = profile && OF_PROFILES.get(profile)
  if (known !== undefined) return known
  const all = [...kinds(profile), ...VOCABULARIES.flatMap((name) => terms(profile, name))]
  const made = { synonyms: synonymsOf(profile), names: all.map(analysed) }
  if (profile !== undefined) OF_PROFILES.set(profile, made)
  return made
}

function labelsOf(searched: readonly Analysed[]): ReadonlyMap<string, readonly QueryNode[]> {
  const labels = new Map<string, QueryNode[]>()
  for (const { named, keys } of searched) {
    const node: QueryNode = { kind: 'field', name: named.filter, value: named.value }
    for (const key of keys) add(labels, key, node)
  }
  return labels
}

function agencies(state: RosterState | undefined): readonly Named[] {
  return [...(state?.agencies.values() ?? [])].map(({ id, codes, names }) => ({
    filter: 'agency',
    value: String(id),
    label: names,
    others: codes,
  }))
}

function kinds(profile: Profile | undefined): readonly Named[] {
  return Object.entries(profile?.kinds ?? {}).map(([kind, { label }]) => ({
    filter: 'kind',
    value: kind,
    label,
    others: [],
  }))
}

function terms(profile: Profile | undefined, name: FilterName): readonly Named[] {
  const known = profile?.vocabularies[filterOf(name).vocabulary ?? '']?.terms ?? []
  return known.map(({ code, label }) => ({
    filter: name,
    value: code,
    label,
    others: name === 'region' ? shortNames(label) : [],
  }))
}

function shortNames(label: Labels): readonly string[] {
  return Object.values(label)
    .map((text) => text.replace(KIND_OF_REGION, ''))
    .filter((short) => short.length >= SHORT_REGION_CHARS_MIN)
}

/** By which texts a value is known; the number of an agency is no word of a search. */
function textsOf({ value, label, others, filter }: Named): readonly string[] {
  const texts = [...Object.values(label), ...others].filter((text) => text !== undefined)
  return [...new Set(filter === 'agency' ? texts : [...texts, value])]
}

function add<T>(to: Map<string, T[]>, key: string, value: T): void {
  const known = to.get(key)
  if (known === undefined) to.set(key, [value])
  else known.push(value)
}

function fold(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase()
}
