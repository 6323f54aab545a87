/** Whether a text by itself is what a query asks for: of titles, keywords and names while typing. */
import { pinyinTerms } from './pinyin.ts'
import type { QueryNode } from './query.ts'
import { forEachTerm } from './terms.ts'

/** The terms of a text in their order, and how its Chinese sounds. */
export type AnalysedText = { readonly terms: readonly string[]; readonly sounds: readonly string[] }

/** The terms of a text for `textMatches`. */
export function analysedText(text: string): AnalysedText {
  const terms: string[] = []
  forEachTerm(text, (term) => terms.push(term))
  return { terms, sounds: pinyinTerms(text) }
}

/** Fields and ids are of records and match no text. */
export function textMatches(node: QueryNode, text: AnalysedText): boolean {
  switch (node.kind) {
    case 'all':
      return node.of.every((each) => textMatches(each, text))
    case 'any':
      return node.of.some((each) => textMatches(each, text))
    case 'not':
      return !textMatches(node.of, text)
    case 'term':
      return has(text, (term) => term === node.term)
    case 'prefix':
      return has(text, (term) => term.startsWith(node.prefix))
    case 'phrase':
      return text.terms.some((_, at) => node.terms.every((term, i) => text.terms[at + i] === term))
    case 'field':
    case 'id':
      return false
  }
}

function has({ terms, sounds }: AnalysedText, isWanted: (term: string) => boolean): boolean {
  return terms.some(isWanted) || sounds.some(isWanted)
}
