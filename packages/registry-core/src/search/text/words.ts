/** The words of a stretch of a query, each with the terms that stand for it. */
import { UNSPACED } from './fold.ts'
import { forEachTerm, kindAt } from './terms.ts'

/**
 * One word: Chinese of consecutive terms, or what stands between white space otherwise, also
 * several terms (`OPM-OPO-0002`).
 */
export type Word = {
  /** As typed. */
  readonly text: string
  /** Equal for all spellings; joined by `joinKeys` it names several words. */
  readonly key: string
  readonly terms: readonly string[]
  readonly isUnspaced: boolean
}

type Found = { readonly term: string; readonly start: number; readonly end: number }

/** The words of a stretch; Chinese is cut into words where the reader would. */
export function wordsIn(text: string): readonly Word[] {
  return stretchesOf(text).flatMap((stretch) =>
    stretch.isUnspaced ? unspacedWords(text, stretch.found) : [spacedWord(text, stretch.found)],
  )
}

/** The words of a stretch, Chinese in one piece. */
export function wholeWordsIn(text: string): readonly Word[] {
  return stretchesOf(text).map((stretch) =>
    stretch.isUnspaced
      ? unspacedWord(charsOf(text, stretch.found))
      : spacedWord(text, stretch.found),
  )
}

/** One key for words that stand together: Chinese without a space, all else with one. */
export function joinKeys(words: readonly Word[]): string {
  return words.reduce((key, word, at) => {
    const isJoined = at === 0 || (word.isUnspaced && words[at - 1]?.isUnspaced === true)
    return `${key}${isJoined ? '' : ' '}${word.key}`
  }, '')
}

type Stretch = { readonly isUnspaced: boolean; readonly found: Found[] }

/** Runs of Chinese, and what stands between them. */
function stretchesOf(text: string): readonly Stretch[] {
  const stretches: Stretch[] = []
  let isRunOver = true
  forEachTerm(text, (term, _, start, end) => {
    const isUnspaced = kindAt(text, start) === UNSPACED
    const last = stretches.at(-1)
    const isNew = last === undefined || last.isUnspaced !== isUnspaced || (isUnspaced && isRunOver)
    if (isNew) stretches.push({ isUnspaced, found: [{ term, start, end }] })
    else last.found.push({ term, start, end })
    isRunOver = isUnspaced && Array.from(term).length === 1
  })
  return stretches
}

function spacedWord(text: string, found: readonly Found[]): Word {
  const terms = found.map(({ term }) => term)
  const start = found[0]?.start ?? 0
  const end = found.at(-1)?.end ?? start
  return { text: text.slice(start, end), key: terms.join(' '), terms, isUnspaced: false }
}

/** A character with its form in the index. */
type Char = { readonly form: string; readonly text: string }

/** Each term of a run begins with one of its characters. */
function charsOf(text: string, found: readonly Found[]): readonly Char[] {
  return found.map(({ term, start }, at) => ({
    form: String.fromCodePoint(term.codePointAt(0) ?? 0),
    text: text.slice(start, found[at + 1]?.start ?? found[at]?.end),
  }))
}

function unspacedWord(chars: readonly Char[]): Word {
  const forms = chars.map(({ form }) => form)
  const pairs = forms.slice(1).map((form, at) => `${forms[at]}${form}`)
  return {
    text: chars.map(({ text }) => text).join(''),
    key: forms.join(''),
    terms: pairs.length === 0 ? forms : pairs,
    isUnspaced: true,
  }
}

function unspacedWords(text: string, found: readonly Found[]): readonly Word[] {
  const chars = charsOf(text, found)
  let from = 0
  return wordLengths(chars.map(({ form }) => form)).map((length) => {
    const word = unspacedWord(chars.slice(from, from + length))
    from += length
    return word
  })
}

/**
 * A character that the dictionary leaves alone goes to the word before it (`气象` `局`): one alone
 * says little and is not a term. Only the query is cut by the dictionary of the platform; terms of
 * the index are not, so another dictionary changes what a query asks, never what is stored.
 */
function wordLengths(forms: readonly string[]): readonly number[] {
  if (forms.length < 3) return [forms.length]
  const lengths: number[] = []
  for (const { segment } of segmenter().segment(forms.join(''))) {
    const length = Array.from(segment).length
    const before = lengths.at(-1)
    const isJoined = before !== undefined && (length === 1 || before === 1)
    if (isJoined) lengths[lengths.length - 1] = before + length
    else lengths.push(length)
  }
  return lengths
}

let shared: Intl.Segmenter | undefined

function segmenter(): Intl.Segmenter {
  shared ??= new Intl.Segmenter('zh', { granularity: 'word' })
  return shared
}
