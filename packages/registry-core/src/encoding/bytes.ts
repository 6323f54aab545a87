import { fromHexString } from 'lib0/buffer'
import * as string from 'lib0/string'

/** Text as UTF-8. */
export function utf8(text: string): Uint8Array {
  return string.encodeUtf8(text)
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

/** Writes text as UTF-8 into `bytes` from `offset` on and gives the number of bytes. */
export function encodeInto(text: string, bytes: Uint8Array, offset: number): number {
  return string.utf8TextEncoder.encodeInto(text, bytes.subarray(offset)).written
}

/** UTF-8 as text; throws on malformed bytes. */
export function utf8ToText(bytes: Uint8Array): string {
  return string.decodeUtf8(bytes)
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
)

/** Bytes as lower-case hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  let hex = ''
  for (let i = 0; i < bytes.length; i++) hex += HEX[bytes[i] as number]
  return hex
}

/** The bytes that hexadecimal digits stand for. */
export function fromHex(hex: string): Uint8Array {
  return fromHexString(hex)
}

/** All parts in one array. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

/** Whether two arrays hold the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Order by bytes, shorter first where one is the start of the other. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
