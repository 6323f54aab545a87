/**
 * The surface of a query: which stretches are words, phrases, exclusions and fields. Knows nothing
 * of terms. What is not understood is a word; nothing here fails.
 *
 * | typed | clause |
 * |---|---|
 * | `water 水利` | words, parted by white space or control characters |
 * | `"clean water"`, `“…”`, `「…」` | phrase; without its end it goes on to the end of the query |
 * | `-water` | not; also before phrases and fields |
 * | `region:440000`, `format:csv,json`, `机构:"水利部"` | field, when the name is one; else words |
 * | `id:3/resource/abc` | the record |
 * | `wat*` | every word that begins so |
 * | `water OR river`, `water \| river` | either |
 */
import type { FilterName } from '../filters.ts'
import { filterOfWord } from './filter-words.ts'

/** One stretch of a query. */
export type Clause = {
  readonly isNot: boolean
  /** Joined to the clause before it by "or". */
  readonly isOr: boolean
  /** Nothing stands behind it: its last word may be unfinished. */
  readonly isLast: boolean
} & (
  | { readonly kind: 'words'; readonly text: string; readonly isPrefix: boolean }
  | { readonly kind: 'phrase'; readonly text: string }
  | { readonly kind: 'field'; readonly name: FilterName; readonly values: readonly string[] }
  | { readonly kind: 'id'; readonly id: string }
)

type Cursor = { readonly q: string; readonly at: number }
type Read = { readonly clause: Clause; readonly next: number }
type Place = Pick<Clause, 'isNot' | 'isOr'>

const CLOSING: Readonly<Record<string, string>> = {
  '"': '"',
  '＂': '＂',
  '“': '”',
  '”': '”',
  '「': '」',
  '『': '』',
  '《': '》',
}
const GAP = /[\s\p{Cc}]/u
const HYPHENS = '-－−'
const NAME = /^([\p{L}]{1,16})[:：]/u

/** The clauses of a query in their order. */
export function readClauses(q: string): readonly Clause[] {
  const clauses: Clause[] = []
  let isOr = false
  for (let at = afterGap(q, 0); at < q.length; ) {
    const bare = bareText({ q, at })
    const isJoin = clauses.length > 0 && (bare === 'OR' || bare === '|' || bare === '｜')
    if (isJoin && afterGap(q, at + bare.length) < q.length) {
      isOr = true
      at = afterGap(q, at + bare.length)
      continue
    }
    const { clause, next } = readClause({ q, at }, isOr)
    clauses.push(clause)
    isOr = false
    at = afterGap(q, next)
  }
  return clauses
}

function readClause({ q, at }: Cursor, isOr: boolean): Read {
  const following = q[at + 1]
  const isNot =
    HYPHENS.includes(q.charAt(at)) && following !== undefined && !GAP.test(following) && !isOr
  const start = isNot ? at + 1 : at
  const place = { isNot, isOr }
  return CLOSING[q.charAt(start)] === undefined
    ? readBare({ q, at: start }, place)
    : readPhrase({ q, at: start }, place)
}

function readPhrase(cursor: Cursor, place: Place): Read {
  const { text, next } = quoted(cursor)
  return { clause: { ...place, kind: 'phrase', text, isLast: false }, next }
}

/** From an opening quote to its closing one or the end of the query. */
function quoted({ q, at }: Cursor): { readonly text: string; readonly next: number } {
  const end = q.indexOf(CLOSING[q.charAt(at)] ?? '"', at + 1)
  return end < 0
    ? { text: q.slice(at + 1), next: q.length }
    : { text: q.slice(at + 1, end), next: end + 1 }
}

function readBare(cursor: Cursor, place: Place): Read {
  const { q, at } = cursor
  const bare = bareText(cursor)
  const named = NAME.exec(bare)
  const field = named === null ? undefined : readField(cursor, named, place)
  if (field !== undefined) return field
  const next = at + bare.length
  const isPrefix = bare.endsWith('*')
  const clause: Clause = { ...place, kind: 'words', text: bare, isPrefix, isLast: next >= q.length }
  return { clause, next }
}

function readField({ q, at }: Cursor, named: RegExpExecArray, place: Place): Read | undefined {
  const [head, word = ''] = named
  const name = filterOfWord(word)
  if (name === undefined && word.toLowerCase() !== 'id') return
  const from = at + head.length
  const isQuoted = CLOSING[q.charAt(from)] !== undefined
  const bare = bareText({ q, at: from })
  const value = isQuoted ? quoted({ q, at: from }) : { text: bare, next: from + bare.length }
  const values = (isQuoted ? [value.text] : value.text.split(/[,，]/u))
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const [first] = values
  if (first === undefined) return
  const rest = { ...place, isLast: false }
  const clause: Clause =
    name === undefined
      ? { ...rest, kind: 'id', id: first }
      : { ...rest, kind: 'field', name, values }
  return { clause, next: value.next }
}

/** Up to white space or a quote, at least one character. */
function bareText({ q, at }: Cursor): string {
  let end = at + 1
  while (end < q.length && !GAP.test(q.charAt(end)) && CLOSING[q.charAt(end)] === undefined) {
    end += 1
  }
  return q.slice(at, end)
}

function afterGap(q: string, at: number): number {
  let next = at
  while (next < q.length && GAP.test(q.charAt(next))) next += 1
  return next
}
