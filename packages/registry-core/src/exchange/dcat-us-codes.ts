import type { JsonObject, JsonValue } from '../encoding/json.ts'
import { isTextList } from './read-member.ts'

/** Repeating intervals and our codes; one of each, so that a code leads back. */
const FREQUENCY_ROWS: readonly (readonly [string, string])[] = [
  ['R/PT1S', 'UPDATE_CONT'],
  ['R/PT1H', 'HOURLY'],
  ['R/PT2H', 'BIHOURLY'],
  ['R/PT3H', 'TRIHOURLY'],
  ['R/PT12H', 'DAILY_2'],
  ['R/P1D', 'DAILY'],
  ['R/P0.33W', 'WEEKLY_3'],
  ['R/P3.5D', 'WEEKLY_2'],
  ['R/P1W', 'WEEKLY'],
  ['R/P2W', 'BIWEEKLY'],
  ['R/P0.33M', 'MONTHLY_3'],
  ['R/P0.5M', 'MONTHLY_2'],
  ['R/P1M', 'MONTHLY'],
  ['R/P2M', 'BIMONTHLY'],
  ['R/P3M', 'QUARTERLY'],
  ['R/P4M', 'ANNUAL_3'],
  ['R/P6M', 'ANNUAL_2'],
  ['R/P1Y', 'ANNUAL'],
  ['R/P2Y', 'BIENNIAL'],
  ['R/P3Y', 'TRIENNIAL'],
  ['R/P4Y', 'QUADRENNIAL'],
  ['R/P5Y', 'QUINQUENNIAL'],
  ['R/P10Y', 'DECENNIAL'],
  ['R/P20Y', 'BIDECENNIAL'],
  ['R/P30Y', 'TRIDECENNIAL'],
  ['irregular', 'IRREG'],
]

/** Interval to code. */
export const frequencyByInterval: ReadonlyMap<string, string> = new Map(FREQUENCY_ROWS)

/** Code to interval. */
export const intervalByFrequency: ReadonlyMap<string, string> = new Map(
  FREQUENCY_ROWS.map(([interval, code]) => [code, interval]),
)

const OPENNESS_ROWS: readonly (readonly [string, string])[] = [
  ['public', 'open'],
  ['restricted public', 'conditional'],
  ['non-public', 'closed'],
]

const opennessByLevel: ReadonlyMap<JsonValue, string> = new Map(OPENNESS_ROWS)

/** Openness type to access level. */
export const levelByOpenness: ReadonlyMap<string, string> = new Map(
  OPENNESS_ROWS.map(([level, type]) => [type, level]),
)

/** The openness an access level means; undefined for a level that is not of the format. */
export function levelToOpenness(level: JsonValue | undefined): JsonObject | undefined {
  const type = level === undefined ? undefined : opennessByLevel.get(level)
  return type === undefined ? undefined : { type }
}

/** Theme words that certainly mean a theme of ours, in lower case. */
const THEME_BY_WORD: ReadonlyMap<string, string> = new Map([
  ['agriculture', 'AGRI'],
  ['finance', 'ECON'],
  ['education', 'EDUC'],
  ['energy', 'ENER'],
  ['environment', 'ENVI'],
  ['health', 'HEAL'],
  ['medicare', 'HEAL'],
  ['medicaid', 'HEAL'],
  ["children's health insurance program", 'HEAL'],
  ['law enforcement', 'JUST'],
  ['civil rights', 'JUST'],
  ['science', 'TECH'],
  ['transportation', 'TRAN'],
])

/** Our theme codes for the words of a feed, each once, in order; undefined when there are none. */
export function wordsToThemes(words: JsonValue | undefined): readonly string[] | undefined {
  if (words === undefined || !isTextList(words)) return undefined
  const codes = words.flatMap((word) => {
    const code = THEME_BY_WORD.get(word.trim().toLowerCase())
    return code === undefined ? [] : [code]
  })
  return codes.length === 0 ? undefined : [...new Set(codes)]
}
