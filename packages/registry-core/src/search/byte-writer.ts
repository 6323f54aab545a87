/** Bytes that grow, and the variable-length numbers that the index is made of. */
import { utf8 } from '../encoding/bytes.ts'

/** Up to here a loop is faster than a call. */
const SHORT = 32

/** Writes a variable-length number at a place and gives the place behind it. */
export function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let next = at
  let rest = value
  while (rest > 127) {
    bytes[next++] = (rest & 127) | 128
    rest >>>= 7
  }
  bytes[next++] = rest
  return next
}

/** Collects bytes; `take` hands them over and begins anew. */
export class ByteWriter {
  #bytes = new Uint8Array(65_536)
  length = 0

  varint(value: number): void {
    this.length = putVarint(this.room(5), this.length, value)
  }

  /** Bytes with room for so many more from `length` on, for a writer of many numbers. */
  room(more: number): Uint8Array {
    if (this.length + more > this.#bytes.length) this.#grow(more)
    return this.#bytes
  }

  bytes(bytes: Uint8Array): void {
    this.room(bytes.length)
    if (bytes.length > SHORT) this.#bytes.set(bytes, this.length)
    else for (let i = 0; i < bytes.length; i++) this.#bytes[this.length + i] = bytes[i] as number
    this.length += bytes.length
  }

  /** A text with its length before it. */
  text(text: string): void {
    if (text.length < 128 && this.#ascii(text)) return
    const encoded = utf8(text)
    this.varint(encoded.length)
    this.bytes(encoded)
  }

  /** Another writer's bytes with their length before them. */
  block(from: ByteWriter): void {
    this.varint(from.length)
    this.bytes(from.view())
  }

  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }

  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.length)
    this.length = 0
    return taken
  }

  #ascii(text: string): boolean {
    this.room(text.length + 1)
    const at = this.length
    this.#bytes[at] = text.length
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 127) return false
      this.#bytes[at + 1 + i] = unit
    }
    this.length = at + 1 + text.length
    return true
  }

  #grow(more: number): void {
    const bytes = new Uint8Array(Math.max(this.length + more, this.#bytes.length * 2))
    bytes.set(this.#bytes)
    this.#bytes = bytes
  }
}

/** Reads what a writer wrote. */
export class ByteReader {
  readonly bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length
  }

  varint(): number {
    let value = 0
    let shift = 0
    for (;;) {
      const byte = this.bytes[this.at++] as number
      value |= (byte & 127) << shift
      if (byte < 128) return value >>> 0
      shift += 7
    }
  }

  take(length: number): Uint8Array {
    const taken = this.bytes.subarray(this.at, this.at + length)
    this.at += length
    return taken
  }
}
