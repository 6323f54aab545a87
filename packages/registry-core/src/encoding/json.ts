import canonicalize from 'canonicalize'

/** A plain JSON value, as it stands in a field. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** A plain JSON object. */
export type JsonObject = { readonly [key: string]: JsonValue }

/**
 * An object for keys that differ from record to record, such as paths. Without a prototype it is a
 * plain table from the start; an object literal would get a hidden class of its own for each new
 * key, which costs fifteen times as much. It also takes `__proto__` as a key like any other.
 */
export function newTable(): Record<string, JsonValue> {
  return Object.create(null) as Record<string, JsonValue>
}

/** Canonical JSON by RFC 8785: keys by code unit, one text per value. */
export function canonicalJson(value: JsonValue): string {
  // Where keys ascend already, as in values out of a body, JSON itself is canonical.
  if (isAscending(value)) return JSON.stringify(value)
  const text = canonicalize(value)
  if (text === undefined) throw new Error('Invariant broken: a JSON value has canonical text')
  return text
}

function isAscending(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.every(isAscending)
  if (!isJsonObject(value)) return true
  let last = ''
  for (const key of Object.keys(value)) {
    if (key < last || !isAscending(value[key] ?? null)) return false
    last = key
  }
  return true
}

/** Whether a value is an object with keys (not null, not an array). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The length of a value as JSON in UTF-8, in bytes, without writing it; texts are well formed. */
export function jsonLength(value: JsonValue): number {
  if (typeof value === 'string') return textLength(value)
  if (typeof value === 'number') return String(value === 0 ? 0 : value).length
  if (typeof value === 'boolean') return value ? 4 : 5
  if (value === null) return 4
  if (isList(value)) {
    return value.reduce<number>((sum, item) => sum + jsonLength(item), between(value.length))
  }
  let length = 0
  let members = 0
  for (const key of Object.keys(value)) {
    length += textLength(key) + 1 + jsonLength(value[key] ?? null)
    members += 1
  }
  return length + between(members)
}

/** Two brackets, and a comma between each two of `count` parts. */
function between(count: number): number {
  return 2 + Math.max(0, count - 1)
}

function isList(value: JsonObject | readonly JsonValue[]): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** Quotes, and what JSON writes for each code unit. */
function textLength(text: string): number {
  let length = text.length + 2
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === 0x22 || unit === 0x5c) length += 1
    else if (unit < 0x20) length += unit >= 8 && unit <= 13 && unit !== 11 ? 1 : 5
    // Half of a pair stands for two of its four bytes.
    else if (unit >= 0x80) length += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2
  }
  return length
}

/** Whether a text has no lone surrogates. */
export function isWellFormedText(text: string): boolean {
  return text.isWellFormed()
}
