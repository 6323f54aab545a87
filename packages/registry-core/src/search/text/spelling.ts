/** Terms that a reader may have meant by a word that no record has. */

/** A term of the index instead of a word. */
export type Spelling = {
  readonly term: string
  /** Records that have it. */
  readonly count: number
  /** Letters added, left out, replaced, or swapped with their neighbour. */
  readonly distance: number
}

const SHORTEST = 3
const LONGEST = 32
const TWO_ERRORS_FROM = 6
const LETTER = /[\p{L}\p{N}]/u

/**
 * The nearest terms of a list with their numbers of records, nearest first, then the commonest.
 * Words of 3 to 5 letters may have one error, longer ones two; shorter or very long ones have no
 * spelling. Costs a comparison of length and letters for each term, and more only for near ones.
 */
export function spellingsOf(
  word: string,
  terms: Iterable<readonly [term: string, count: number]>,
  limit = 5,
): readonly Spelling[] {
  if (word.length < SHORTEST || word.length > LONGEST) return []
  const most = word.length < TWO_ERRORS_FROM ? 1 : 2
  const letters = lettersOf(word)
  const found: Spelling[] = []
  for (const [term, count] of terms) {
    if (Math.abs(term.length - word.length) > most || term === word) continue
    if (bitsIn(letters ^ lettersOf(term)) > 2 * most) continue
    const distance = distanceOf(word, term, most)
    if (distance <= most) found.push({ term, count, distance })
  }
  return found.sort((a, b) => compare(a, b, word)).slice(0, limit)
}

/** The query with one of its words written otherwise, where it stands by itself. */
export function respell(q: string, word: string, spelling: string): string {
  for (let at = q.indexOf(word); at >= 0; at = q.indexOf(word, at + 1)) {
    const end = at + word.length
    if (LETTER.test(q.charAt(at - 1)) || LETTER.test(q.charAt(end))) continue
    return `${q.slice(0, at)}${spelling}${q.slice(end)}`
  }
  return q
}

/** The query without one of its words; Chinese words of one run come apart there. */
export function withoutWord(q: string, word: string): string {
  const at = q.indexOf(word)
  if (at < 0) return q
  return `${q.slice(0, at)} ${q.slice(at + word.length)}`.replace(/\s+/gu, ' ').trim()
}

/** The first letter is seldom wrong. */
function compare(a: Spelling, b: Spelling, word: string): number {
  const errors = (spelling: Spelling): number =>
    spelling.distance + (spelling.term.charAt(0) === word.charAt(0) ? 0 : 0.5)
  return errors(a) - errors(b) || b.count - a.count || (a.term < b.term ? -1 : 1)
}

/** The set of letters; letters that share a bit only make the comparison coarser. */
function lettersOf(word: string): number {
  let set = 0
  for (let at = 0; at < word.length; at += 1) set |= 1 << (word.charCodeAt(at) & 31)
  return set
}

function bitsIn(set: number): number {
  let count = 0
  for (let rest = set; rest !== 0; rest &= rest - 1) count += 1
  return count
}

/** Edits between two words, neighbours swapped being one; more than `most` is only `most + 1`. */
function distanceOf(a: string, b: string, most: number): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1]
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (beforeLast[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    if (Math.min(...row) > most) return most + 1
    beforeLast = last
    last = row
  }
  return last[b.length] ?? most + 1
}
