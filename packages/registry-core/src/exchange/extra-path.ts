/**
 * Where a field of a source goes that has no place of its own: `x/<name>`, value untouched.
 *
 * | name | path |
 * |---|---|
 * | up to 64 characters once encoded | `x/` name, other characters than A-Z a-z 0-9 _ . : - as %XX of UTF-8 |
 * | empty | `x/%` |
 * | 65 to 128 characters once encoded | `x/%-/` first part `/` rest |
 *
 * `%` and `%-` are no result of encoding, so no two names share a path and none is above another.
 */
import { isWellFormedText, type JsonValue } from '../encoding/json.ts'
import type { Fields } from './candidate.ts'

const SEGMENT_LENGTH_MAX = 64
const EMPTY = 'x/%'
const LONG = 'x/%-/'
/** Names that stand for themselves, as nearly all do. */
const PLAIN = /^[A-Za-z0-9_.:-]{1,64}$/

/** A name as one or more path characters. The text must be well-formed. */
export function encodeName(name: string): string {
  return encodeURIComponent(name)
    .replace(/[!~*'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':')
}

/** The name that `encodeName` encoded. */
export function decodeName(text: string): string {
  return decodeURIComponent(text)
}

/** The path of an extra field; undefined when the name is too long or not well-formed. */
export function extraPath(name: string): string | undefined {
  if (PLAIN.test(name)) return `x/${name}`
  if (name === '') return EMPTY
  if (!isWellFormedText(name)) return undefined
  const encoded = encodeName(name)
  if (encoded.length <= SEGMENT_LENGTH_MAX) return `x/${encoded}`
  const cut = encoded.lastIndexOf('%', SEGMENT_LENGTH_MAX - 1)
  const split = cut > SEGMENT_LENGTH_MAX - 3 ? cut : SEGMENT_LENGTH_MAX
  const rest = encoded.slice(split)
  return rest.length > SEGMENT_LENGTH_MAX ? undefined : `${LONG}${encoded.slice(0, split)}/${rest}`
}

/** The name behind the path of an extra field; undefined for any other path. */
export function extraName(path: string): string | undefined {
  if (!path.startsWith('x/')) return undefined
  if (path === EMPTY) return ''
  const encoded = path.startsWith(LONG)
    ? path.slice(LONG.length).replaceAll('/', '')
    : path.slice(2)
  try {
    return decodeName(encoded)
  } catch {
    // Somebody else wrote a path that is no encoded name; it stands for itself.
    return encoded
  }
}

/** Names and values of all extra fields of a record. */
export function extrasOf(fields: Fields): ReadonlyMap<string, JsonValue> {
  const extras = new Map<string, JsonValue>()
  for (const [path, value] of Object.entries(fields)) {
    const name = extraName(path)
    if (name !== undefined) extras.set(name, value)
  }
  return extras
}
