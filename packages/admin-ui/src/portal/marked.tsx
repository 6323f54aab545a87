import { splitMatches } from './matches.ts'

type Props = { readonly text: string; readonly marks: readonly (readonly [number, number])[] }

/** A text with what the search matched marked. */
export function Marked({ text, marks }: Props) {
  return (
    <>
      {splitMatches(text, marks).map((piece) =>
        piece.isMatch ? (
          <mark key={piece.at}>{piece.text}</mark>
        ) : (
          <span key={piece.at}>{piece.text}</span>
        ),
      )}
    </>
  )
}
