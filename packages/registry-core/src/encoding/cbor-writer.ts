/**
 * Writes deterministic CBOR (RFC 8949 section 4.2), the form that CborReader takes: heads in their
 * shortest form, whole numbers, keys by their encoded bytes. Properties that are undefined are left
 * out.
 */
import { assert } from '../assert.ts'
import type { ByteWriter } from './byte-writer.ts'
import { compareBytes, utf8 } from './bytes.ts'
import type { CborValue } from './cbor.ts'
import {
  ARRAY,
  BYTES,
  FALSE,
  MAP,
  NEGATIVE,
  NULL,
  TEXT,
  TRUE,
  UNSIGNED,
  writeHead,
} from './cbor-head.ts'

/** Writes one value. */
export function writeCbor(writer: ByteWriter, value: CborValue): void {
  switch (typeof value) {
    case 'number':
      writeNumber(writer, value)
      break
    case 'string':
      writeText(writer, value)
      break
    case 'boolean':
      writer.byte(value ? TRUE : FALSE)
      break
    default:
      writeContainer(writer, value)
  }
}

type Container = Exclude<CborValue, number | string | boolean>

function writeContainer(writer: ByteWriter, value: Container): void {
  if (value === null) {
    writer.byte(NULL)
  } else if (value instanceof Uint8Array) {
    writeHead(writer, BYTES, value.length)
    writer.raw(value)
  } else if (isList(value)) {
    writeHead(writer, ARRAY, value.length)
    for (const item of value) writeCbor(writer, item)
  } else {
    writeMap(writer, value)
  }
}

function isList(value: Container): value is readonly CborValue[] {
  return Array.isArray(value)
}

function writeMap(
  writer: ByteWriter,
  map: { readonly [key: string]: CborValue | undefined },
): void {
  const keys = Object.keys(map).filter((key) => map[key] !== undefined)
  keys.sort(compareKeys)
  writeHead(writer, MAP, keys.length)
  for (const key of keys) {
    writeText(writer, key)
    writeCbor(writer, map[key] ?? null)
  }
}

/** The head of a key says its length, so that shorter ones come first. */
function compareKeys(a: string, b: string): number {
  if (isAscii(a) && isAscii(b)) return a.length - b.length || (a < b ? -1 : 1)
  const [left, right] = [utf8(a), utf8(b)]
  return left.length - right.length || compareBytes(left, right)
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return false
  return true
}

function writeNumber(writer: ByteWriter, value: number): void {
  assert(Number.isSafeInteger(value), 'numbers in CBOR are whole and exact')
  if (value < 0) writeHead(writer, NEGATIVE, -1 - value)
  else writeHead(writer, UNSIGNED, value)
}

function writeText(writer: ByteWriter, text: string): void {
  if (isAscii(text)) {
    writeHead(writer, TEXT, text.length)
    writer.text(text)
  } else {
    const bytes = utf8(text)
    writeHead(writer, TEXT, bytes.length)
    writer.raw(bytes)
  }
}
