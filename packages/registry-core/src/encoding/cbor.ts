/**
 * Strict deterministic CBOR (RFC 8949 section 4.2): one byte form per value. What came from others
 * is read by CborReader, which a test holds to decoding with cborg and encoding again; what this
 * node wrote is read by cborg alone.
 */
import { decode, encode, rfc8949EncodeOptions } from 'cborg'
import { CBOR_DEPTH_MAX } from '../limits.ts'
import { CborReader } from './cbor-reader.ts'

/** What our formats are made of: no floats, no tags. */
export type CborValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly CborValue[]
  | { readonly [key: string]: CborValue | undefined }

const ENCODE = { ...rfc8949EncodeOptions, ignoreUndefinedProperties: true }
const DECODE = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
}

/** The one encoding of a value; properties that are undefined are left out. */
export function encodeCbor(value: CborValue): Uint8Array {
  return new Uint8Array(encode(value, ENCODE))
}

/** Decodes bytes that are the one encoding of a value; throws on all others. */
export function decodeCbor(bytes: Uint8Array): unknown {
  const reader = new CborReader(bytes)
  const value = reader.value(CBOR_DEPTH_MAX)
  if (!reader.isAtEnd) throw new Error('Bytes follow the value')
  return value
}

/** Decodes bytes that this node wrote itself. */
export function decodeOwnCbor(bytes: Uint8Array): unknown {
  return decode(bytes, DECODE)
}
