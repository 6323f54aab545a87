/** What stands for a word: its terms, its synonyms, and Chinese that sounds like it. */
import { foldWord } from './fold.ts'
import type { QueryNode, QueryOptions } from './query.ts'
import { needByInitials, needsBySound, type SoundNeed } from './syllables.ts'
import { forEachTerm } from './terms.ts'
import { joinKeys, type Word, wholeWordsIn } from './words.ts'

/** A word of a query; `open` is still being typed, `star` ends in `*`. */
export type TypedWord = Word & { readonly ending: 'whole' | 'open' | 'star' }

/** A synonym or label is at most this many words that follow each other. */
const NAME_WORDS_MAX = 8
/** The beginning of a word that is worth looking for: with one letter it is every third record. */
const BEGINNING_CHARS_MIN = 2
const RECORD_ID = /^[1-9][0-9]{0,9}\/[A-Za-z0-9_.:%-]{1,64}\/[A-Za-z0-9_.:%-]{1,64}$/
const UNFINISHED_PLURAL = /(?:ss|x|zz|ch|sh|us)e$/

/** Words that follow each other, one node each, or one for several that have synonyms. */
export function nodesOfWords(
  words: readonly TypedWord[],
  options: QueryOptions,
): readonly QueryNode[] {
  const nodes: QueryNode[] = []
  for (let at = 0; at < words.length; ) {
    const { count, same } = namesAt(words, at, options)
    const typed = words.slice(at, at + count).map((word) => wordNode(word, options))
    const node = anyOf([...[allOf(typed) ?? []].flat(), ...same])
    if (node !== undefined) nodes.push(node)
    at += count
  }
  return nodes
}

/** The longest stretch from here that has synonyms or is a label, else the one word. */
function namesAt(
  words: readonly TypedWord[],
  at: number,
  { synonyms, labels }: QueryOptions,
): { readonly count: number; readonly same: readonly QueryNode[] } {
  for (let count = Math.min(NAME_WORDS_MAX, words.length - at); count > 0; count -= 1) {
    const stretch = words.slice(at, at + count)
    const key = joinKeys(stretch)
    const texts = synonyms?.get(key)
    const named = labels?.get(key)
    const isTyped = stretch.every(({ ending }) => ending !== 'star')
    if (isTyped && (texts !== undefined || named !== undefined)) {
      const same = (texts ?? []).flatMap((text) => exactNode(text) ?? [])
      return { count, same: [...same, ...(named ?? [])] }
    }
  }
  return { count: 1, same: [] }
}

function wordNode(word: TypedWord, options: QueryOptions): QueryNode {
  const node = word.isUnspaced ? unspacedNode(word) : spacedNode(word, options)
  return RECORD_ID.test(word.text) ? both('any', [{ kind: 'id', id: word.text }, node]) : node
}

/** The exact text, in its order, without synonyms and pinyin; undefined when it has no word. */
export function exactNode(text: string): QueryNode | undefined {
  const words = wholeWordsIn(text)
  const [first] = words
  const last = words.at(-1)
  if (first === undefined || last === undefined) return
  if (words.length === 1) return first.isUnspaced ? unspacedNode(first) : phraseOf(first.terms)
  const terms: string[] = []
  forEachTerm(text, (term) => terms.push(term))
  // The last character of a run stands alone only where the text ends; there it may go on.
  return last.isUnspaced
    ? both('all', [phraseOf(terms.slice(0, -1)), ...(isOneChar(last) ? [unspacedNode(last)] : [])])
    : phraseOf(terms)
}

function unspacedNode(word: Word): QueryNode {
  return isOneChar(word) ? { kind: 'prefix', prefix: word.key } : phraseOf(word.terms)
}

function isOneChar(word: Word): boolean {
  return word.key === word.terms[0] && Array.from(word.key).length === 1
}

function phraseOf(terms: readonly string[]): QueryNode {
  const [first = ''] = terms
  return terms.length === 1 ? { kind: 'term', term: first } : { kind: 'phrase', terms }
}

function spacedNode(word: TypedWord, options: QueryOptions): QueryNode {
  const last = word.terms.at(-1) ?? ''
  if (word.terms.length > 1) return severalTerms(word, last)
  const folded = foldWord(word.text)
  const isWhole = word.ending === 'whole' || folded.length < BEGINNING_CHARS_MIN
  const written = isWhole ? [phraseOf(word.terms)] : beginsWith(folded, last)
  return both('any', [...written, ...soundNodes(word, folded, options)])
}

/** `OPM-OPO-0002`, and while it is typed. */
function severalTerms(word: TypedWord, last: string): QueryNode {
  const whole = phraseOf(word.terms)
  if (word.ending === 'whole') return whole
  const begun = both('all', [phraseOf(word.terms.slice(0, -1)), { kind: 'prefix', prefix: last }])
  return both('any', [whole, begun])
}

/** What a word can become; terms are singulars, so an unfinished plural needs its own. */
function beginsWith(folded: string, term: string): readonly QueryNode[] {
  const singulars = [
    ...(term.startsWith(folded) ? [] : [term]),
    ...(folded.endsWith('i') ? [`${folded.slice(0, -1)}y`] : []),
    ...(UNFINISHED_PLURAL.test(folded) ? [folded.slice(0, -1)] : []),
  ]
  return [
    { kind: 'prefix', prefix: folded },
    ...singulars.map((singular): QueryNode => ({ kind: 'term', term: singular })),
  ]
}

/**
 * Chinese that sounds so. Two syllables say enough by themselves; one syllable, or initials, only
 * while typing or when no record has the word, and never what is typed as an abbreviation.
 */
function soundNodes(word: TypedWord, folded: string, options: QueryOptions): readonly QueryNode[] {
  if (word.ending === 'star' || folded.length < 2) return []
  const isOpen = word.ending === 'open'
  const isVague = !isOpen && options.isKnown?.(word.terms[0] ?? '') === true
  const full = needsBySound(voiced(word.text), isOpen).filter(
    ({ terms }) => terms.length > 0 || !isVague,
  )
  const isAbbreviation = word.text === word.text.toUpperCase()
  const initials = isVague || isAbbreviation ? undefined : needByInitials(folded)
  return [...full, ...(initials === undefined ? [] : [initials])].map(soundNode)
}

function soundNode({ terms, prefix }: SoundNeed): QueryNode {
  const nodes = [...new Set(terms)].map((term): QueryNode => ({ kind: 'term', term }))
  return both('all', prefix === undefined ? nodes : [...nodes, { kind: 'prefix', prefix }])
}

function voiced(text: string): string {
  return foldWord(text.toLowerCase().replace(/[üǖǘǚǜ]/g, 'v'))
}

/** All of these; undefined for none. */
export function allOf(nodes: readonly QueryNode[]): QueryNode | undefined {
  return nodes.length === 0 ? undefined : both('all', nodes)
}

/** Any of these; undefined for none. */
export function anyOf(nodes: readonly QueryNode[]): QueryNode | undefined {
  return nodes.length === 0 ? undefined : both('any', nodes)
}

/** Of at least one node. */
function both(kind: 'all' | 'any', nodes: readonly QueryNode[]): QueryNode {
  const [only] = nodes
  return only !== undefined && nodes.length === 1 ? only : { kind, of: nodes }
}
