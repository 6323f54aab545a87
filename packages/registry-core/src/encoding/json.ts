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

/** Whether a text has no lone surrogates. */
export function isWellFormedText(text: string): boolean {
  return text.isWellFormed()
}
