/**
 * What the node could not sign is refused here, by name, before anything is planned: sizes,
 * depth, texts that are not well-formed, keys that no value may have.
 */
import { isJsonObject, isWellFormedText, type JsonValue } from '../encoding/json.ts'
import { RECORD_BYTES_MAX, SLOTS_MAX, VALUE_BYTES_MAX, VALUE_DEPTH_MAX } from '../limits.ts'
import { BadRecord, type Fields } from './candidate.ts'

/** Bytes counted for each field besides path and value, so that the body of the record fits. */
const FIELD_OVERHEAD_BYTES = 32
const FORBIDDEN_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype']

/** Throws BadRecord when fields are over a limit or hold what a slot cannot. */
export function checkFields(fields: Fields, nameOf: (path: string) => string): void {
  const entries = Object.entries(fields)
  if (entries.length > SLOTS_MAX) {
    throw new BadRecord('MULU_IMPORT_SIZE', '', `more than ${SLOTS_MAX} fields`)
  }
  let total = 0
  for (const [path, value] of entries) {
    checkValue(value, nameOf(path), VALUE_DEPTH_MAX)
    const bytes = utf8Length(JSON.stringify(value))
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

function checkValue(value: JsonValue, field: string, depth: number): void {
  if (typeof value === 'string') checkText(value, field)
  if (typeof value !== 'object' || value === null) return
  if (depth === 0) {
    throw new BadRecord('MULU_IMPORT_SIZE', field, `deeper than ${VALUE_DEPTH_MAX} levels`)
  }
  if (!isJsonObject(value)) {
    for (const item of value as readonly JsonValue[]) checkValue(item, field, depth - 1)
    return
  }
  for (const [key, item] of Object.entries(value)) {
    checkText(key, field)
    if (FORBIDDEN_KEYS.includes(key)) {
      throw new BadRecord('MULU_IMPORT_FIELD', field, `no value may have the key ${key}`)
    }
    checkValue(item, field, depth - 1)
  }
}

function checkText(text: string, field: string): void {
  if (isWellFormedText(text)) return
  throw new BadRecord('MULU_IMPORT_TEXT', field, 'half of a surrogate pair stands alone')
}

/** Length of a text in UTF-8 without encoding it. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    const isPair = unit >= 0xd800 && unit <= 0xdbff
    bytes += isPair ? 2 : unit < 0x800 ? 1 : 2
    if (isPair) i += 1
  }
  return bytes
}
