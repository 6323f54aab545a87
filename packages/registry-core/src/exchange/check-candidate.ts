/**
 * What the node could not sign is refused here, by name, before anything is planned: sizes,
 * depth, texts that are not well-formed, keys that no value may have.
 */
import { isForbiddenKey } from '../commit/any-value.ts'
import { isJsonObject, isWellFormedText, type JsonValue, jsonLength } from '../encoding/json.ts'
import { RECORD_BYTES_MAX, SLOTS_MAX, VALUE_BYTES_MAX, VALUE_DEPTH_MAX } from '../limits.ts'
import { BadRecord, type Fields } from './candidate.ts'

/** Bytes counted for each field besides path and value, so that the body of the record fits. */
const FIELD_OVERHEAD_BYTES = 32

/** Throws BadRecord when fields are over a limit or hold what a slot cannot. */
export function checkFields(fields: Fields, nameOf: NameOf): void {
  const paths = Object.keys(fields)
  if (paths.length > SLOTS_MAX) {
    throw new BadRecord('MULU_IMPORT_SIZE', '', `more than ${SLOTS_MAX} fields`)
  }
  let total = 0
  for (const path of paths) {
    const value = fields[path] ?? null
    checkValue(value, path, nameOf, VALUE_DEPTH_MAX)
    const bytes = jsonLength(value)
    if (bytes > VALUE_BYTES_MAX) {
      const reason = `the field has ${bytes} bytes, the limit is ${VALUE_BYTES_MAX}`
      throw new BadRecord('MULU_IMPORT_SIZE', nameOf(path), reason)
    }
    total += path.length + bytes + FIELD_OVERHEAD_BYTES
  }
  if (total > RECORD_BYTES_MAX) {
    const reason = `the record has ${total} bytes, the limit is ${RECORD_BYTES_MAX}`
    throw new BadRecord('MULU_IMPORT_SIZE', '', reason)
  }
}

type NameOf = (path: string) => string

function checkValue(value: JsonValue, path: string, nameOf: NameOf, depth: number): void {
  if (typeof value === 'string') checkText(value, path, nameOf)
  if (typeof value !== 'object' || value === null) return
  if (depth === 0) {
    throw new BadRecord('MULU_IMPORT_SIZE', nameOf(path), `deeper than ${VALUE_DEPTH_MAX} levels`)
  }
  if (!isJsonObject(value)) {
    for (const item of value as readonly JsonValue[]) checkValue(item, path, nameOf, depth - 1)
    return
  }
  for (const key of Object.keys(value)) {
    checkText(key, path, nameOf)
    if (isForbiddenKey(key)) {
      throw new BadRecord('MULU_IMPORT_FIELD', nameOf(path), `no value may have the key ${key}`)
    }
    checkValue(value[key] ?? null, path, nameOf, depth - 1)
  }
}

function checkText(text: string, path: string, nameOf: NameOf): void {
  if (isWellFormedText(text)) return
  throw new BadRecord('MULU_IMPORT_TEXT', nameOf(path), 'half of a surrogate pair stands alone')
}
