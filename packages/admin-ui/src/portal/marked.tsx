import { splitMatches } from './matches.ts'

/** A text with the words of the search marked. */
export function Marked({ text, words }: { text: string; words: readonly string[] }) {
  return (
    <>
      {splitMatches(text, words).map((piece) =>
        piece.isMatch ? (
          <mark key={piece.at}>{piece.text}</mark>
        ) : (
          <span key={piece.at}>{piece.text}</span>
        ),
      )}
    </>
  )
}
