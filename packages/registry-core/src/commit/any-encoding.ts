/**
 * Plain JSON values in the encoding that Yjs uses for them (lib0 "any"), narrowed so that a value
 * has one byte form: what reads is what we would write, and anything else is refused.
 *
 * 127 removed (only as a whole) · 126 null · 125 whole number of at most 31 bits · 124 float32 where
 * that is exact · 123 float64 · 121 false · 120 true · 119 text · 118 object · 117 array
 * Numbers take the first form that holds them and minus zero is zero. Lengths have no spare bytes,
 * texts are valid UTF-8, keys of an object ascend by code unit, so that none stands twice.
 */

import type { ByteWriter } from '../encoding/byte-writer.ts'
import type { JsonObject, JsonValue } from '../encoding/json.ts'
import { shortText, shortTexts } from '../encoding/short-texts.ts'
import { VALUE_DEPTH_MAX } from '../limits.ts'
import { isForbiddenKey, type SlotValue } from './any-value.ts'

/** Stands for a value that was taken away. */
export const REMOVED = 127
const INTEGER_MAX = 0x7fffffff
const keys = shortTexts()
/** Codes, dates, names of agencies and licences: most short values stand in many records. */
const values = shortTexts()

/** Writes a value that `isSlotValue` takes. */
export function writeValue(writer: ByteWriter, value: SlotValue): void {
  switch (typeof value) {
    case 'undefined':
      writer.byte(REMOVED)
      break
    case 'boolean':
      writer.byte(value ? 120 : 121)
      break
    case 'number':
      writeNumber(writer, value)
      break
    case 'string':
      writer.byte(119).varText(value)
      break
    default:
      writeContainer(writer, value)
  }
}

function writeNumber(writer: ByteWriter, value: number): void {
  if (isShortInteger(value)) writeInteger(writer.byte(125), value)
  else if (Math.fround(value) === value) writer.byte(124).float32(value)
  else writer.byte(123).float64(value)
}

function isShortInteger(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= INTEGER_MAX
}

/** Sign and six bits in the first byte, then seven a byte (lib0's varInt). */
function writeInteger(writer: ByteWriter, value: number): void {
  const size = Math.abs(value)
  const rest = size >> 6
  writer.byte((rest > 0 ? 0x80 : 0) | (value < 0 ? 0x40 : 0) | (size & 0x3f))
  if (rest > 0) writer.varUint(rest)
}

function writeContainer(writer: ByteWriter, value: JsonObject | readonly JsonValue[] | null): void {
  if (value === null) {
    writer.byte(126)
  } else if (isList(value)) {
    writer.byte(117).varUint(value.length)
    for (const item of value) writeValue(writer, item)
  } else {
    const keys = Object.keys(value).sort()
    writer.byte(118).varUint(keys.length)
    for (const key of keys) writeValue(writer.varText(key), value[key])
  }
}

function isList(value: JsonObject | readonly JsonValue[]): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** Reads bytes that must be in their one form; every method throws on all others. */
export class StrictReader {
  readonly bytes: Uint8Array
  position: number

  constructor(bytes: Uint8Array, position = 0) {
    this.bytes = bytes
    this.position = position
  }

  /** Whether everything has been read. */
  get isAtEnd(): boolean {
    return this.position === this.bytes.length
  }

  byte(): number {
    const byte = this.bytes[this.position]
    if (byte === undefined) throw new Error('bytes end early')
    this.position += 1
    return byte
  }

  /** Whether these bytes come next; they are passed over then. */
  skip(wanted: Uint8Array): boolean {
    const { bytes, position } = this
    for (let i = 0; i < wanted.length; i++) if (bytes[position + i] !== wanted[i]) return false
    this.position = position + wanted.length
    return true
  }

  varUint(): number {
    let byte = this.byte()
    if (byte < 0x80) return byte
    let value = byte & 0x7f
    for (let scale = 128; byte >= 0x80; scale *= 128) {
      byte = this.byte()
      value += (byte & 0x7f) * scale
      if (value > Number.MAX_SAFE_INTEGER) throw new Error('a number is too large')
    }
    if (byte === 0) throw new Error('a number has spare bytes')
    return value
  }

  varText(): string {
    const start = this.#skipVarBytes()
    return shortText(values, this.bytes, start, this.position)
  }

  /** A text that stands in many values, such as a key. */
  varKey(): string {
    const start = this.#skipVarBytes()
    return shortText(keys, this.bytes, start, this.position)
  }

  #skipVarBytes(): number {
    const length = this.varUint()
    const start = this.position
    if (start + length > this.bytes.length) throw new Error('bytes end early')
    this.position = start + length
    return start
  }

  /** The value of a slot: plain JSON, or undefined for removed. */
  value(): SlotValue {
    if (this.bytes[this.position] !== REMOVED) return this.#json(VALUE_DEPTH_MAX)
    this.position += 1
    return undefined
  }

  #json(depth: number): JsonValue {
    const form = this.byte()
    switch (form) {
      case 119:
        return this.varText()
      case 120:
      case 121:
        return form === 120
      case 123:
      case 124:
        return this.#float(form)
      case 125:
        return this.#integer()
      case 126:
        return null
      case 117:
        return this.#list(depth - 1)
      case 118:
        return this.#object(depth - 1)
      default:
        throw new Error('not a plain value')
    }
  }

  #integer(): number {
    const first = this.byte()
    const rest = first >= 0x80 ? this.varUint() : 0
    const size = (first & 0x3f) + rest * 64
    const isNegative = (first & 0x40) !== 0
    const isSpare = (first >= 0x80 && rest === 0) || (isNegative && size === 0)
    if (isSpare || size > INTEGER_MAX) throw new Error('a number has another form')
    return isNegative ? -size : size
  }

  #float(form: number): number {
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length)
    const value = form === 124 ? view.getFloat32(this.position) : view.getFloat64(this.position)
    this.position += form === 124 ? 4 : 8
    const isShorter = isShortInteger(value) || (form === 123 && Math.fround(value) === value)
    if (!Number.isFinite(value) || isShorter) throw new Error('a number has another form')
    return value
  }

  #list(depth: number): readonly JsonValue[] {
    if (depth < 0) throw new Error('nested too deep')
    const list: JsonValue[] = []
    for (let rest = this.varUint(); rest > 0; rest--) list.push(this.#json(depth))
    return list
  }

  #object(depth: number): JsonObject {
    if (depth < 0) throw new Error('nested too deep')
    const object: Record<string, JsonValue> = {}
    let last: string | undefined
    for (let rest = this.varUint(); rest > 0; rest--) {
      const key = this.varKey()
      if (last !== undefined && key <= last) throw new Error('keys do not ascend')
      if (isForbiddenKey(key)) throw new Error('a key that no value may have')
      object[key] = this.#json(depth)
      last = key
    }
    return object
  }
}
