/**
 * Typed access to the members of one record of a feed. A member that the mapping needs and that
 * has another type is refused by name; one that is merely odd stays an extra field, untouched.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../encoding/json.ts'
import { BadRecord } from './candidate.ts'

/** Tests whether a value has the type a mapping expects. */
export type Guard<T extends JsonValue> = (value: JsonValue) => value is T

export function isText(value: JsonValue): value is string {
  return typeof value === 'string'
}

export function isTextOrNull(value: JsonValue): value is string | null {
  return value === null || typeof value === 'string'
}

export function isTextList(value: JsonValue): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

export function isObjectList(value: JsonValue): value is readonly JsonObject[] {
  return Array.isArray(value) && value.every((item) => isJsonObject(item))
}

/** Whether a value is an object with a name, as publishers are. */
export function isNamed(value: JsonValue): value is JsonObject {
  return isJsonObject(value) && typeof member(value, 'name') === 'string'
}

/** An own member; undefined when it is absent. */
export function member(record: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

/** The identifying member: MULU_IMPORT_IDENTIFIER when missing, _FIELD when it is no text. */
export function readIdentifier(record: JsonObject, key: string): string {
  const value = member(record, key)
  if (value === undefined || value === null || value === '') {
    throw new BadRecord('MULU_IMPORT_IDENTIFIER', key, 'missing or empty')
  }
  if (typeof value !== 'string') throw wrongType(key, 'a text', value)
  return value
}

/** Refuses a member that is there, not null, and not of the type needed. */
export function checkType<T extends JsonValue>(
  record: JsonObject,
  key: string,
  guard: Guard<T>,
  expected: string,
): void {
  const value = member(record, key)
  if (value === undefined || value === null || guard(value)) return
  throw wrongType(key, expected, value)
}

/** Refuses a member that is there and no text, also null. */
export function checkText(record: JsonObject, key: string): void {
  const value = member(record, key)
  if (value !== undefined && typeof value !== 'string') throw wrongType(key, 'a text', value)
}

/** The refusal for a member of the wrong type. */
export function wrongType(field: string, expected: string, value: JsonValue): BadRecord {
  return new BadRecord('MULU_IMPORT_FIELD', field, `expected ${expected}, found ${typeName(value)}`)
}

function typeName(value: JsonValue): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  const names: Readonly<Record<string, string>> = {
    string: 'a text',
    number: 'a number',
    boolean: 'true or false',
    object: 'an object',
  }
  return names[typeof value] ?? typeof value
}
