/** Text as the terms of the index. `forEachTerm` is the same without a list of objects. */
import { forEachTerm } from './terms.ts'

export { pinyinTerms } from './pinyin.ts'

/** A term and which word of the text it is; the positions of a phrase follow each other. */
export type Token = { readonly term: string; readonly position: number }

/** The terms of a text in their order. */
export function analyse(text: string): readonly Token[] {
  const tokens: Token[] = []
  forEachTerm(text, (term, position) => tokens.push({ term, position }))
  return tokens
}
