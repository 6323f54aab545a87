/**
 * From what a reader types to what the index has to find. The surface is in clauses.ts; a word
 * becomes the terms of terms.ts, or its synonyms, or Chinese that sounds like it.
 */

import { MuluError } from '../../errors.ts'
import type { FilterName } from '../filters.ts'
import { type Clause, readClauses } from './clauses.ts'
import type { Synonyms } from './synonyms.ts'
import { allOf, anyOf, exactNode, nodesOfWords, type TypedWord } from './word-nodes.ts'
import { wordsIn } from './words.ts'

/**
 * What a record must have. `all` and `any` have at least two parts. A `not` can stand alone: every
 * other record then matches. The first part of an `any` is what was typed.
 */
export type QueryNode =
  | { readonly kind: 'all'; readonly of: readonly QueryNode[] }
  | { readonly kind: 'any'; readonly of: readonly QueryNode[] }
  | { readonly kind: 'not'; readonly of: QueryNode }
  | { readonly kind: 'term'; readonly term: string }
  | { readonly kind: 'prefix'; readonly prefix: string }
  /** Terms at positions that follow each other. */
  | { readonly kind: 'phrase'; readonly terms: readonly string[] }
  /** The value as typed: a code or a label, in any case. */
  | { readonly kind: 'field'; readonly name: FilterName; readonly value: string }
  | { readonly kind: 'id'; readonly id: string }

export type QueryOptions = {
  /** The reader is still typing: the last word may be unfinished. */
  readonly prefixLast?: boolean
  /** From `synonymsOf`. */
  readonly synonyms?: Synonyms
  /** What else a query asks for where words are the label of something, by `synonymKey`. */
  readonly labels?: ReadonlyMap<string, readonly QueryNode[]>
  /** Whether any record has this term; one that is there is not also read as pinyin initials. */
  readonly isKnown?: (term: string) => boolean
}

/** What was understood. */
export type ParsedQuery = {
  /** Undefined for a query that asks for everything: empty, `*` or `*:*`. */
  readonly node: QueryNode | undefined
  /** The words and phrases that must be there, as typed; each is a query of its own. */
  readonly words: readonly string[]
}

/** A query is at most this many code units long. */
export const QUERY_CHARS_MAX = 1_024
/** Words and fields of one query. */
const QUERY_WORDS_MAX = 64

/** Reads a query; MULU_QUERY when it is too long or has nothing that could be searched for. */
export function parseQuery(q: string, options: QueryOptions = {}): ParsedQuery {
  if (q.length > QUERY_CHARS_MAX) refuse({ limit: QUERY_CHARS_MAX, unit: 'characters' })
  const text = q.trim()
  if (text === '' || text === '*' || text === '*:*') return { node: undefined, words: [] }
  const parts = stretchesOf(readClauses(q)).map((clauses) => readStretch(clauses, options))
  const words = parts.flatMap((part) => part.words)
  if (words.length > QUERY_WORDS_MAX) refuse({ limit: QUERY_WORDS_MAX, unit: 'words' })
  const node = allOf(joinAlternatives(parts))
  if (node === undefined) refuse({ reason: 'It has no word that could be searched for.' })
  return { node, words }
}

function refuse(details: Readonly<Record<string, unknown>>): never {
  throw new MuluError('MULU_QUERY', { details: { parameter: 'q', ...details } })
}

type WordsClause = Extract<Clause, { readonly kind: 'words' }>
type Part = {
  readonly nodes: readonly QueryNode[]
  readonly words: readonly string[]
  readonly isOr: boolean
}

/** Words that follow each other are one stretch, so that a synonym can span them. */
function stretchesOf(clauses: readonly Clause[]): readonly (readonly Clause[])[] {
  const stretches: Clause[][] = []
  clauses.forEach((clause, at) => {
    const before = clauses[at - 1]
    const isAlone = clause.isOr || before?.isOr === true || clauses[at + 1]?.isOr === true
    const isJoined = before !== undefined && isPlain(before) && isPlain(clause) && !isAlone
    if (isJoined) stretches.at(-1)?.push(clause)
    else stretches.push([clause])
  })
  return stretches
}

function isPlain(clause: Clause): clause is WordsClause {
  return clause.kind === 'words' && !clause.isNot
}

function readStretch(clauses: readonly Clause[], options: QueryOptions): Part {
  const isOr = clauses[0]?.isOr === true
  if (clauses.every(isPlain)) {
    const words = clauses.flatMap((clause) => typedWords(clause, options))
    return { isOr, nodes: nodesOfWords(words, options), words: words.map(({ text }) => text) }
  }
  const nodes = clauses.flatMap((clause) => exactClause(clause) ?? [])
  const words = clauses.flatMap((clause) =>
    clause.kind === 'phrase' && !clause.isNot ? [`"${clause.text.trim()}"`] : [],
  )
  return { isOr, nodes, words }
}

function typedWords(clause: WordsClause, options: QueryOptions): readonly TypedWord[] {
  const isOpen = clause.isLast && options.prefixLast === true
  const words = wordsIn(clause.text)
  return words.map((word, at) => {
    if (at < words.length - 1 || word.isUnspaced) return { ...word, ending: 'whole' }
    return { ...word, ending: clause.isPrefix ? 'star' : isOpen ? 'open' : 'whole' }
  })
}

function exactClause(clause: Clause): QueryNode | undefined {
  const node = positiveNode(clause)
  return node === undefined || !clause.isNot ? node : { kind: 'not', of: node }
}

function positiveNode(clause: Clause): QueryNode | undefined {
  switch (clause.kind) {
    case 'field':
      return anyOf(clause.values.map((value) => ({ kind: 'field', name: clause.name, value })))
    case 'id':
      return { kind: 'id', id: clause.id }
    case 'phrase':
    case 'words':
      return exactNode(clause.text)
  }
}

/** A part that begins with "or" joins the one before it; all others stay apart. */
function joinAlternatives(parts: readonly Part[]): readonly QueryNode[] {
  const joined: QueryNode[][] = []
  for (const part of parts) {
    const node = allOf(part.nodes)
    if (node === undefined) continue
    const before = joined.at(-1)
    if (part.isOr && before !== undefined) before.push(node)
    else joined.push([node])
  }
  return joined.flatMap((alternatives) => anyOf(alternatives) ?? [])
}
