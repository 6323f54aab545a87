/** How Chinese names sound, as index terms (see syllables.ts). */
import { pinyin } from 'pinyin-pro'
import { foldedText, IGNORED, kindOf } from './fold.ts'
import { syllableTerms } from './syllables.ts'

const TEXT_CHARS_MAX = 512
const NOT_LETTERS = /[^a-z]/g
/** As `isHan`; an engine sees at once that no text of Latin alone has any. */
const HAN = /[\u3400-\u9fff\uf900-\ufaff]/

/**
 * Full and initial pinyin of the Chinese in a text, each term once: for titles and names of
 * agencies. Text beyond 512 code units is passed over.
 */
export function pinyinTerms(text: string): readonly string[] {
  const heard = text.slice(0, TEXT_CHARS_MAX)
  if (!HAN.test(heard)) return []
  const terms = chineseRuns(heard).flatMap((run) => syllableTerms(syllablesOf(run)))
  return [...new Set(terms)]
}

/** Of a character with one reading; an empty text for one with several. */
const onlyReadings = new Map<string, string>()
/** Of a character with several, by the characters around it. */
const readings = new Map<string, string>()
const READINGS_MAX = 20_000
const AROUND = 2

function syllablesOf(run: string): readonly string[] {
  return Array.from(run, (char, at) => onlyReading(char) || readingAmong(run, at)).filter(
    (syllable) => syllable !== '',
  )
}

function onlyReading(char: string): string {
  const known = onlyReadings.get(char)
  if (known !== undefined) return known
  const all = new Set(read(char, true))
  const [first = ''] = all
  const only = all.size === 1 ? first : ''
  onlyReadings.set(char, only)
  return only
}

/**
 * The reading in a word that the character stands in; those are seldom longer than three. Depends
 * on these few characters only, whatever was read before.
 */
function readingAmong(run: string, at: number): string {
  const from = Math.max(0, at - AROUND)
  const around = run.slice(from, at + AROUND + 1)
  const key = `${at - from}${around}`
  const known = readings.get(key)
  if (known !== undefined) return known
  const reading = read(around, false)[at - from] ?? ''
  if (readings.size < READINGS_MAX) readings.set(key, reading)
  return reading
}

function read(text: string, isEvery: boolean): readonly string[] {
  return pinyin(text, { toneType: 'none', type: 'array', v: true, multiple: isEvery }).map(
    (syllable) => syllable.replace('ü', 'v').toLowerCase().replace(NOT_LETTERS, ''),
  )
}

/** A text of nothing but Chinese as it is typed by sound; empty for any other. */
export function soundOf(text: string): string {
  const [run, ...others] = chineseRuns(text)
  const isWhole = run !== undefined && others.length === 0 && run.length === text.length
  return isWhole ? syllablesOf(run).join('') : ''
}

function chineseRuns(text: string): readonly string[] {
  const runs: string[] = []
  let run = ''
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (isHan(unit)) run += foldedText(unit)
    else if (run !== '' && kindOf(unit) !== IGNORED) {
      runs.push(run)
      run = ''
    }
  }
  if (run !== '') runs.push(run)
  return runs
}

function isHan(unit: number): boolean {
  return (unit >= 0x3400 && unit <= 0x9fff) || (unit >= 0xf900 && unit <= 0xfaff)
}
