import { canonicalJson, type JsonValue } from '../encoding/json.ts'
import { BadRecord, type Fields } from './candidate.ts'
import { extraPath } from './extra-path.ts'

/** Path and value of one field. */
export type FieldEntry = readonly [path: string, value: JsonValue]

/** A member of a source that is kept as it is. */
export function keep(name: string, value: JsonValue): FieldEntry {
  const path = extraPath(name)
  if (path !== undefined) return [path, value]
  const reason = 'the name of the field is too long or not well-formed'
  throw new BadRecord('MULU_IMPORT_FIELD', name.slice(0, 64), reason)
}

/** A member kept as it is beside what we make of it, which a person may change later. */
export function keepBeside(
  name: string,
  value: JsonValue,
  path: string,
  ours: JsonValue | undefined,
): readonly FieldEntry[] {
  return ours === undefined ? [keep(name, value)] : [keep(name, value), [path, ours]]
}

/** The value of a field; undefined when it is absent. */
export function fieldOf(fields: Fields, path: string): JsonValue | undefined {
  return Object.hasOwn(fields, path) ? fields[path] : undefined
}

/** Whether two values, either of which may be absent, are the same JSON. */
export function isSameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object') return false
  return canonicalJson(a) === canonicalJson(b)
}
