/**
 * Strict deterministic CBOR (RFC 8949 section 4.2): one byte form per value, written by writeCbor
 * and read by CborReader. A test holds both to cborg.
 */
import { CBOR_DEPTH_MAX } from '../limits.ts'
import { ByteWriter } from './byte-writer.ts'
import { CborReader } from './cbor-reader.ts'
import { writeCbor } from './cbor-writer.ts'

/** What our formats are made of: no floats, no tags. */
export type CborValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly CborValue[]
  | { readonly [key: string]: CborValue | undefined }

const scratch = new ByteWriter()

/** The one encoding of a value; properties that are undefined are left out. */
export function encodeCbor(value: CborValue): Uint8Array {
  writeCbor(scratch.reset(), value)
  return scratch.copy()
}

/** Decodes bytes that are the one encoding of a value; throws on all others. */
export function decodeCbor(bytes: Uint8Array): unknown {
  const reader = new CborReader(bytes)
  const value = reader.value(CBOR_DEPTH_MAX)
  if (!reader.isAtEnd) throw new Error('Bytes follow the value')
  return value
}
