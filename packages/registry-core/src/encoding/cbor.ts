/**
 * Strict deterministic CBOR (RFC 8949 section 4.2): one byte form per value.
 * What is decoded is encoded again and must give the same bytes, so that indefinite lengths,
 * longer integers, unsorted or repeated keys, tags, floats of another width and trailing bytes
 * are all refused by one rule.
 */
import { decode, encode, rfc8949EncodeOptions } from 'cborg'
import { CBOR_DEPTH_MAX } from '../limits.ts'
import { equalBytes } from './bytes.ts'
import { isShallowCbor } from './cbor-depth.ts'

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
  if (!isShallowCbor(bytes, CBOR_DEPTH_MAX)) throw new Error('It nests too deep')
  const value: unknown = decode(bytes, DECODE)
  if (!equalBytes(encode(value, ENCODE), bytes)) throw new Error('Not the deterministic encoding')
  return value
}

/** Decodes bytes this node wrote itself, without encoding them again. */
export function decodeOwnCbor(bytes: Uint8Array): unknown {
  return decode(bytes, DECODE)
}
