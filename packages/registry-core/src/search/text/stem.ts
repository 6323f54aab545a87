/**
 * Light stemming: the plural of an English word and its singular become one term, nothing else.
 * What stays is readable, so that a term can be shown to a reader ("did you mean").
 */

const SHORTEST = 4
const S = 0x73
const E = 0x65
const I = 0x69
/** Only after these letters can the e of -es be part of the ending: s, x, z, h, o. */
const TAKES_ES: ReadonlySet<number> = new Set([0x73, 0x78, 0x7a, 0x68, 0x6f])

/** Words in -s that are no plurals, and plurals that follow no rule. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ...[
    ...['news', 'series', 'species', 'always'],
    ...['texas', 'kansas', 'arkansas', 'vegas', 'atlas', 'canvas', 'bias'],
  ].map((word): [string, string] => [word, word]),
  ['gases', 'gas'],
  ['buses', 'bus'],
  ['biases', 'bias'],
  ['atlases', 'atlas'],
  ['shoes', 'shoe'],
])

/** The term of a folded word. */
export function stem(word: string): string {
  const last = word.charCodeAt(word.length - 1)
  if ((last !== S && last !== E) || word.length < SHORTEST) return word
  return last === S ? singular(word) : withoutE(word)
}

function singular(word: string): string {
  const exception = EXCEPTIONS.get(word)
  if (exception !== undefined) return exception
  const before = word.charCodeAt(word.length - 2)
  if (before === E) return withoutEs(word)
  const isPlural = before !== S && before !== 0x75 && before !== I
  return isPlural ? cut(word, 1) : word
}

function withoutEs(word: string): string {
  const third = word.charCodeAt(word.length - 3)
  if (third === I) return `${cut(word, 3)}y`
  if (!TAKES_ES.has(third)) return cut(word, 1)
  if (word.endsWith('yses')) return `${cut(word, 2)}is`
  if (/(?:ss|x|zz|ch|sh|o)es$/.test(word) || /[^aou]uses$/.test(word)) return cut(word, 2)
  return cut(word, 1)
}

/** So that `movies` and `movie`, `caches` and `cache` stay one term. */
function withoutE(word: string): string {
  const before = word.charCodeAt(word.length - 2)
  if (before === I) return `${cut(word, 2)}y`
  return before === 0x68 && word.endsWith('che') ? cut(word, 1) : word
}

function cut(word: string, chars: number): string {
  return word.slice(0, word.length - chars)
}
