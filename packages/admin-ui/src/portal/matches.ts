export type Piece = { readonly text: string; readonly isMatch: boolean; readonly at: number }

/** The words of a query as a reader typed them. */
export function wordsOfQuery(q: string): readonly string[] {
  return q.split(/\s+/u).filter((word) => word !== '')
}

/** Cuts a text into what a query's words match and what they do not; longer words win. */
export function splitMatches(text: string, words: readonly string[]): readonly Piece[] {
  const folded = text.toLowerCase()
  // Folding may change a text's length (İ); the positions then no longer fit, so nothing is marked.
  if (folded.length !== text.length || words.length === 0) return [{ text, isMatch: false, at: 0 }]
  const sorted = words.map((word) => word.toLowerCase()).sort((a, b) => b.length - a.length)
  const pieces: Piece[] = []
  let plainFrom = 0
  for (let at = 0; at < text.length; ) {
    const word = sorted.find((candidate) => folded.startsWith(candidate, at))
    if (word === undefined) {
      at += 1
      continue
    }
    if (at > plainFrom)
      pieces.push({ text: text.slice(plainFrom, at), isMatch: false, at: plainFrom })
    pieces.push({ text: text.slice(at, at + word.length), isMatch: true, at })
    at += word.length
    plainFrom = at
  }
  if (plainFrom < text.length)
    pieces.push({ text: text.slice(plainFrom), isMatch: false, at: plainFrom })
  return pieces
}
