/** Heads of CBOR items in their shortest form (RFC 8949 section 4.2). */
import type { ByteWriter } from './byte-writer.ts'

/** Major types of CBOR. */
export const UNSIGNED = 0
export const NEGATIVE = 1
export const BYTES = 2
export const TEXT = 3
export const ARRAY = 4
export const MAP = 5
export const TAG = 6
/** Simple values, a head alone. */
export const FALSE = 0xf4
export const TRUE = 0xf5
export const NULL = 0xf6

const UINT32 = 0x1_0000_0000

/** Writes the head of an item of a major type with its number or length. */
export function writeHead(writer: ByteWriter, major: number, argument: number): void {
  const type = major << 5
  if (argument < 24) writer.byte(type | argument)
  else if (argument < 0x100) writer.byte(type | 24).byte(argument)
  else if (argument < 0x10000) writer.byte(type | 25).uint(argument, 2)
  else if (argument < UINT32) writer.byte(type | 26).uint(argument, 4)
  else {
    const high = Math.floor(argument / UINT32)
    writer
      .byte(type | 27)
      .uint(high, 4)
      .uint(argument % UINT32, 4)
  }
}

/** By the low bits of a head from 24 on: bytes of the argument, and the least that needs so many. */
const ARGUMENT_BYTES: readonly number[] = [1, 2, 4, 8]
const ARGUMENT_MIN: readonly number[] = [24, 0x100, 0x10000, UINT32]

/** Reads heads one after the other; throws unless each has its shortest form. */
export class HeadReader {
  readonly bytes: Uint8Array
  position = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** Whether everything has been read. */
  get isAtEnd(): boolean {
    return this.position === this.bytes.length
  }

  /** The major type of the item that comes next. */
  get nextMajor(): number {
    return (this.bytes[this.position] ?? 0xff) >> 5
  }

  /** The length in the head of an item of this major type. */
  head(major: number): number {
    const first = this.byte()
    if (first >> 5 !== major) throw new Error('another type of CBOR item')
    return this.argument(first)
  }

  /** The number or length that a head says, of which the first byte was read. */
  argument(first: number): number {
    const form = first & 0x1f
    if (form < 24) return form
    const size = ARGUMENT_BYTES[form - 24]
    if (size === undefined) throw new Error('a CBOR length that is not taken')
    let argument = 0
    for (let i = 0; i < size; i++) argument = argument * 256 + this.byte()
    const least = ARGUMENT_MIN[form - 24] ?? 0
    if (argument < least) throw new Error('a CBOR number has spare bytes')
    if (argument > Number.MAX_SAFE_INTEGER) throw new Error('a CBOR number is too large')
    return argument
  }

  /** The bytes of a byte string of `min` to `max` bytes, in the memory of the whole. */
  byteString(min: number, max: number): Uint8Array {
    const length = this.head(BYTES)
    if (length < min || length > max) throw new Error('bytes have a wrong length')
    const start = this.skip(length)
    return this.bytes.subarray(start, this.position)
  }

  byte(): number {
    const byte = this.bytes[this.position]
    if (byte === undefined) throw new Error('bytes end early')
    this.position += 1
    return byte
  }

  /** Passes over bytes and gives where they begin. */
  skip(length: number): number {
    const start = this.position
    if (start + length > this.bytes.length) throw new Error('bytes end early')
    this.position = start + length
    return start
  }
}
