/**
 * The formats that schemas may name. Each is a linear scan over ASCII, without a clock, a locale
 * or a Unicode table, so that every node and version judges a value alike.
 *
 * | format | accepts |
 * |---|---|
 * | date | year, year-month, day, or day with time (W3C-DTF, seconds and zone optional) |
 * | change-date | a date, or an ISO 8601 repeating interval such as R/P1Y |
 * | web-address | an absolute address with a scheme and no blanks or control characters |
 * | language | a language tag such as zh-Hans |
 */
const DATE =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?)?)?$/
const INTERVAL = /^R\d{0,6}\/P[0-9.YMWDTHS]{2,30}$/
const WEB_ADDRESS = /^[A-Za-z][A-Za-z0-9+.-]{0,30}:[!#-;=?-[\]_a-z~\u00a1-\u{10ffff}]{1,8192}$/u
const LANGUAGE = /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,7}$/

function isDate(text: string): boolean {
  const match = DATE.exec(text)
  if (match === null) return false
  const month = Number(match[2] ?? 1)
  if (!isWithin(month, 1, 12)) return false
  if (!isWithin(Number(match[3] ?? 1), 1, daysIn(Number(match[1]), month))) return false
  if (match[4] === undefined) return true
  const isTime = isWithin(Number(match[4]), 0, 24) && isWithin(Number(match[5]), 0, 59)
  return isTime && isWithin(Number(match[6] ?? 0), 0, 60)
}

function isWithin(value: number, min: number, max: number): boolean {
  return value >= min && value <= max
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
}

/** Format name to the test of a text. */
export const VALUE_FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  'change-date': (text) => isDate(text) || INTERVAL.test(text),
  'web-address': (text) => WEB_ADDRESS.test(text),
  language: (text) => LANGUAGE.test(text),
}
