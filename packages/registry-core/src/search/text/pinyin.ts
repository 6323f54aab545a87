/** How Chinese names sound, as index terms (see syllables.ts). */
import { pinyin } from 'pinyin-pro'
import { foldedText, IGNORED, kindOf } from './fold.ts'
import { syllableTerms } from './syllables.ts'

const TEXT_CHARS_MAX = 512
const NOT_LETTERS = /[^a-z]/g

/**
 * Full and initial pinyin of the Chinese in a text, each term once: for titles and names of
 * agencies. Text beyond 512 code units is passed over.
 */
export function pinyinTerms(text: string): readonly string[] {
  const terms = chineseRuns(text.slice(0, TEXT_CHARS_MAX)).flatMap((run) =>
    syllableTerms(syllablesOf(run)),
  )
  return [...new Set(terms)]
}

function syllablesOf(run: string): readonly string[] {
  return pinyin(run, { toneType: 'none', type: 'array', v: true })
    .map((syllable) => syllable.replace('ü', 'v').toLowerCase().replace(NOT_LETTERS, ''))
    .filter((syllable) => syllable !== '')
}

function chineseRuns(text: string): readonly string[] {
  const runs: string[] = []
  let run = ''
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (isHan(unit)) run += foldedText(unit)
    else if (kindOf(unit) !== IGNORED) {
      runs.push(run)
      run = ''
    }
  }
  return [...runs, run].filter((chars) => chars !== '')
}

function isHan(unit: number): boolean {
  return (unit >= 0x3400 && unit <= 0x9fff) || (unit >= 0xf900 && unit <= 0xfaff)
}
