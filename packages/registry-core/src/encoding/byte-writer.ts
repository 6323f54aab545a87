/**
 * Bytes under construction. The memory is used again for what comes next, since to allocate and
 * to give back a small array costs more than all that is written into it.
 */
import { encodeInto } from './bytes.ts'

const UTF8_PER_UNIT_MAX = 3
/** Up to this length copying byte by byte costs less than a view for copying at once. */
const SHORT_PART = 128
/** Up to this length writing unit by unit costs less than a call of the encoder. */
const SHORT_TEXT = 64

/** Writes one run of bytes after another. */
export class ByteWriter {
  #bytes: Uint8Array
  #length = 0

  constructor(capacity = 4_096) {
    this.#bytes = new Uint8Array(capacity)
  }

  /** How many bytes were written. */
  get length(): number {
    return this.#length
  }

  /** Forgets what was written behind the first `length` bytes. */
  cut(length: number): void {
    this.#length = Math.min(this.#length, length)
  }

  /** Forgets what was written. */
  reset(): this {
    this.#length = 0
    return this
  }

  /** One byte. */
  byte(value: number): this {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
    return this
  }

  /** A whole number from 0, seven bits a byte, the lowest first (lib0's varUint). */
  varUint(value: number): this {
    this.#reserve(8)
    let rest = value
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = 0x80 | (rest & 0x7f)
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#length++] = rest
    return this
  }

  /** A whole number in `size` bytes, the highest first. */
  uint(value: number, size: number): this {
    this.#reserve(size)
    for (let shift = (size - 1) * 8; shift >= 0; shift -= 8) {
      this.#bytes[this.#length++] = (value >>> shift) & 0xff
    }
    return this
  }

  /** Bytes as they are. */
  raw(part: Uint8Array): this {
    this.#reserve(part.length)
    this.#bytes.set(part, this.#length)
    this.#length += part.length
    return this
  }

  /** The bytes of `whole` from `start` to before `end`. */
  part(whole: Uint8Array, start: number, end: number): this {
    if (end - start > SHORT_PART) return this.raw(whole.subarray(start, end))
    this.#reserve(end - start)
    const bytes = this.#bytes
    const at = this.#length - start
    for (let i = start; i < end; i++) bytes[at + i] = whole[i] ?? 0
    this.#length = at + end
    return this
  }

  /** A text as UTF-8. */
  text(text: string): this {
    this.#reserve(text.length * UTF8_PER_UNIT_MAX)
    if (text.length <= SHORT_TEXT && this.#ascii(text, this.#length)) this.#length += text.length
    else this.#length += encodeInto(text, this.#bytes, this.#length)
    return this
  }

  /** Writes a text of nothing but ASCII at a place; false when it is another one. */
  #ascii(text: string, at: number): boolean {
    const bytes = this.#bytes
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit >= 0x80) return false
      bytes[at + i] = unit
    }
    return true
  }

  /** A text as UTF-8 with its length in bytes before it (lib0's varString). */
  varText(text: string): this {
    const length = text.length
    this.#reserve(length * UTF8_PER_UNIT_MAX + 8)
    const start = this.#length
    if (length <= SHORT_TEXT && this.#ascii(text, start + 1)) {
      this.#bytes[start] = length
      this.#length = start + 1 + length
      return this
    }
    // One byte holds the length of most texts; a longer one is written again behind its length.
    const written = encodeInto(text, this.#bytes, start + 1)
    if (written < 0x80) {
      this.#bytes[start] = written
      this.#length = start + 1 + written
      return this
    }
    this.varUint(written)
    this.#length += encodeInto(text, this.#bytes, this.#length)
    return this
  }

  /** A number as 32 bits of IEEE 754, most significant byte first. */
  float32(value: number): this {
    this.#reserve(4)
    new DataView(this.#bytes.buffer).setFloat32(this.#length, value)
    this.#length += 4
    return this
  }

  /** A number as 64 bits of IEEE 754, most significant byte first. */
  float64(value: number): this {
    this.#reserve(8)
    new DataView(this.#bytes.buffer).setFloat64(this.#length, value)
    this.#length += 8
    return this
  }

  /** What was written, valid until the next writing. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** What was written, in memory of its own. */
  copy(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
