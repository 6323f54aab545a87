export type DifferencePiece = {
  readonly text: string
  readonly isOnly: boolean
  readonly at: number
}

/** Texts beyond this many words are compared by sight alone: the table grows with the square. */
const WORDS_MAX = 1_000

/** Cuts a text into what the other text has too, in the same order, and what it alone has. */
export function differenceOf(text: string, other: string): readonly DifferencePiece[] {
  const words = tokensOf(text)
  const otherWords = tokensOf(other)
  if (words.length > WORDS_MAX || otherWords.length > WORDS_MAX) {
    return [{ text, isOnly: false, at: 0 }]
  }
  return joinPieces(words, sharedWords(words, otherWords))
}

/** A Han character is a word of its own; Latin words keep the space that follows them. */
function tokensOf(text: string): readonly string[] {
  return text.match(/\p{Script=Han}|[\p{L}\p{N}]+\s*|[^\p{L}\p{N}]/gu) ?? []
}

/** The places in `words` of the longest common subsequence with `others`. */
function sharedWords(words: readonly string[], others: readonly string[]): ReadonlySet<number> {
  const width = others.length + 1
  const lengths = new Uint16Array((words.length + 1) * width)
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0
  for (let row = words.length - 1; row >= 0; row -= 1) {
    for (let column = others.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] = isSameWord(words[row], others[column])
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  const shared = new Set<number>()
  for (let row = 0, column = 0; row < words.length && column < others.length; ) {
    if (isSameWord(words[row], others[column])) {
      shared.add(row)
      row += 1
      column += 1
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1
    else column += 1
  }
  return shared
}

function isSameWord(left: string | undefined, right: string | undefined): boolean {
  return left?.trim() === right?.trim()
}

function joinPieces(
  words: readonly string[],
  shared: ReadonlySet<number>,
): readonly DifferencePiece[] {
  const pieces: DifferencePiece[] = []
  words.forEach((word, index) => {
    const isOnly = !shared.has(index)
    const last = pieces.at(-1)
    if (last !== undefined && last.isOnly === isOnly) {
      pieces[pieces.length - 1] = { ...last, text: last.text + word }
    } else pieces.push({ text: word, isOnly, at: index })
  })
  return pieces
}
