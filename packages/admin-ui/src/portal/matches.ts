export type Piece = { readonly text: string; readonly isMatch: boolean; readonly at: number }

/** Cuts a text at the marks of a search, which are in order and apart; others are passed over. */
export function splitMatches(
  text: string,
  marks: readonly (readonly [number, number])[],
): readonly Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const [start, end] of marks) {
    if (start < at || end <= start || end > text.length) continue
    if (start > at) pieces.push({ text: text.slice(at, start), isMatch: false, at })
    pieces.push({ text: text.slice(start, end), isMatch: true, at: start })
    at = end
  }
  if (at < text.length || pieces.length === 0) {
    pieces.push({ text: text.slice(at), isMatch: false, at })
  }
  return pieces
}
