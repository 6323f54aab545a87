import type { Language } from './language.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `2026-11-23` in Chinese, `23 Nov 2026` in English. */
export function formatDate(ms: number, language: Language): string {
  const at = new Date(ms)
  return dateText(at.getFullYear(), at.getMonth() + 1, at.getDate(), language)
}

/** `2026-11-23 15:42` in Chinese, `23 Nov 2026, 15:42` in English, in the browser's time zone. */
export function formatDateTime(ms: number, language: Language): string {
  return formatDate(ms, language) + (language === 'en' ? ', ' : ' ') + formatClock(ms)
}

export function formatClock(ms: number): string {
  const at = new Date(ms)
  return `${two(at.getHours())}:${two(at.getMinutes())}`
}

/** Day and month, with the year only where it is not this one. */
export function formatDay(ms: number, nowMs: number, language: Language): string {
  const full = formatDate(ms, language)
  const isThisYear = new Date(ms).getFullYear() === new Date(nowMs).getFullYear()
  if (!isThisYear) return full
  return language === 'en' ? full.slice(0, -5) : full.slice(5)
}

/** A date as its source wrote it, in the reader's form; what is no date stays as it is. */
export function formatSourceDate(text: string, language: Language): string {
  const match = /^(\d{4})-(\d{2})(?:-(\d{2})(?:[T ](\d{2}:\d{2}).*)?)?$/.exec(text)
  if (match === null) return text
  const [, year, month, day, clock] = match
  const monthNumber = Number(month)
  if (monthNumber < 1 || monthNumber > 12) return text
  if (day === undefined) {
    return language === 'en' ? `${MONTHS[monthNumber - 1]} ${year}` : `${year}-${month}`
  }
  const date = dateText(Number(year), monthNumber, Number(day), language)
  if (clock === undefined || clock === '00:00') return date
  return date + (language === 'en' ? ', ' : ' ') + clock
}

function dateText(year: number, month: number, day: number, language: Language): string {
  if (language !== 'en') return `${year}-${two(month)}-${two(day)}`
  return `${day} ${MONTHS[month - 1]} ${year}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

export function formatNumber(value: number, language: Language): string {
  return new Intl.NumberFormat(language).format(value)
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB']

/** A size in the largest unit that fits: `38 KB`, `6.4 MB`. */
export function formatBytes(bytes: number, language: Language): string {
  let unit = 0
  let value = bytes
  for (; value >= 999.5 && unit < UNITS.length - 1; unit++) value /= 1_000
  const digits = unit > 0 && value < 9.95 ? 1 : 0
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: digits })
  return `${format.format(value)} ${UNITS[unit]}`
}

/** A list in a sentence: `甲、乙` or `a, b`. */
export function formatList(items: readonly string[], language: Language): string {
  return items.join(language === 'en' ? ', ' : '、')
}

export type Age =
  | { readonly unit: 'now' }
  | { readonly unit: 'minute' | 'hour' | 'day'; readonly count: number }

/** How long ago, in the largest unit that fits; a clock that runs ahead counts as now. */
export function ageOf(ms: number, nowMs: number): Age {
  const age = nowMs - ms
  if (age < MINUTE_MS) return { unit: 'now' }
  if (age < HOUR_MS) return { unit: 'minute', count: Math.floor(age / MINUTE_MS) }
  if (age < DAY_MS) return { unit: 'hour', count: Math.floor(age / HOUR_MS) }
  return { unit: 'day', count: Math.floor(age / DAY_MS) }
}

/** The browser's time zone as a short word, or undefined where its name must be translated. */
export function zoneName(zone: string, ms: number): string | undefined {
  if (zone === 'Asia/Shanghai') return undefined
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'shortOffset' })
  return parts.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? zone
}
