/**
 * Pinyin as index terms. They begin with a mark, so that they never equal a word:
 * `~gong'gong` two neighbouring syllables, `~ju'` the last one of a run; `^ggs` the initials of
 * three neighbouring characters, `^sj` and `^s` the last ones. So any stretch of a name is found by
 * terms and one prefix, and no term is so common that it says nothing.
 */
const FULL = '~'
const INITIALS = '^'
const MARK = "'"

/** More initials than this are a word. */
const INITIALS_MAX = 12
const SYLLABLE_CHARS_MAX = 6
const READINGS_MAX = 4

/** Every syllable of Mandarin without its tone, `ü` as `v`, by first sound. */
const BY_INITIAL: Readonly<Record<string, string>> = {
  '': 'a ai an ang ao e ei en eng er o ou',
  b: 'a ai an ang ao ei en eng i ian iao ie in ing o u',
  p: 'a ai an ang ao ei en eng i ian iao ie in ing o ou u',
  m: 'a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u',
  f: 'a an ang ei en eng o ou u',
  d: 'a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo',
  t: 'a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo',
  n: 'a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan uo v ve',
  l: 'a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve',
  g: 'a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo',
  k: 'a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo',
  h: 'a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo',
  j: 'i ia ian iang iao ie in ing iong iu u uan ue un',
  q: 'i ia ian iang iao ie in ing iong iu u uan ue un',
  x: 'i ia ian iang iao ie in ing iong iu u uan ue un',
  zh: 'a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo',
  ch: 'a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo',
  sh: 'a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo',
  r: 'an ang ao e en eng i ong ou u ua uan ui un uo',
  z: 'a ai an ang ao e ei en eng i ong ou u uan ui un uo',
  c: 'a ai an ang ao e en eng i ong ou u uan ui un uo',
  s: 'a ai an ang ao e en eng i ong ou u uan ui un uo',
  y: 'a an ang ao e i in ing o ong ou u uan ue un',
  w: 'a ai an ang ei en eng o u',
}
const SYLLABLES: ReadonlySet<string> = new Set(
  Object.entries(BY_INITIAL).flatMap(([initial, finals]) =>
    finals.split(' ').map((final) => initial + final),
  ),
)

/** The terms of one run of syllables: by sound, and by initials. */
export function syllableTerms(syllables: readonly string[]): readonly string[] {
  const terms: string[] = []
  let initials = ''
  let next = ''
  for (const syllable of syllables.toReversed()) {
    initials = `${syllable.charAt(0)}${initials.slice(0, 2)}`
    terms.push(`${INITIALS}${initials}`, `${FULL}${syllable}${MARK}${next}`)
    next = syllable
  }
  return terms.reverse()
}

/** What a stretch of syllables must match: terms, and a prefix when it ends before the last one. */
export type SoundNeed = { readonly terms: readonly string[]; readonly prefix?: string }

/** The likeliest ways to read a word as syllables; `isOpen`: its last one may be unfinished. */
export function needsBySound(word: string, isOpen: boolean): readonly SoundNeed[] {
  return readings(word, isOpen).map((syllables) => {
    const last = syllables.at(-1) ?? ''
    const isWhole = SYLLABLES.has(last) && !isOpen
    if (syllables.length === 1) return { terms: [], prefix: `${FULL}${last}${isWhole ? MARK : ''}` }
    const pairs = syllables.slice(1).map((next, at) => `${FULL}${syllables[at]}${MARK}${next}`)
    return isWhole ? { terms: pairs } : { terms: pairs.slice(0, -1), prefix: pairs.at(-1) ?? '' }
  })
}

/** What a word must match as initials of neighbouring characters; undefined when it is none. */
export function needByInitials(word: string): SoundNeed | undefined {
  if (!/^[a-hj-tw-z]+$/.test(word) || word.length < 2 || word.length > INITIALS_MAX) return
  if (word.length === 2) return { terms: [], prefix: `${INITIALS}${word}` }
  const terms = Array.from(
    { length: word.length - 2 },
    (_, at) => `${INITIALS}${word.slice(at, at + 3)}`,
  )
  return { terms }
}

/** Fewest syllables first. */
function readings(word: string, isOpen: boolean): readonly (readonly string[])[] {
  if (!/^[a-z]+$/.test(word) || word.length > 64) return []
  const bySplit: (readonly string[])[][] = [[[]]]
  for (let end = 1; end <= word.length; end += 1) {
    const found: (readonly string[])[] = []
    for (let from = Math.max(0, end - SYLLABLE_CHARS_MAX); from < end; from += 1) {
      const part = word.slice(from, end)
      const fits = SYLLABLES.has(part) || (isOpen && end === word.length && isBeginning(part))
      if (fits) found.push(...(bySplit[from] ?? []).map((before) => [...before, part]))
    }
    bySplit[end] = found.sort((a, b) => a.length - b.length).slice(0, READINGS_MAX)
  }
  return bySplit[word.length] ?? []
}

function isBeginning(part: string): boolean {
  for (const syllable of SYLLABLES) if (syllable.startsWith(part)) return true
  return false
}
