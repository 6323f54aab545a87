/** What is stored of each form of a record beside its words and columns (index-keys.ts). */
import type { ByteWriter } from '../encoding/byte-writer.ts'
import { utf8ToText } from '../encoding/bytes.ts'
import type { View } from '../record/view.ts'
import { sortTitleOf } from './item.ts'

const LINE_FEED = 0x0a

/** A form of a record. */
export type Form = {
  /** The key of the record in the store. */
  readonly key: string
  readonly etag: string
  /** What it is sorted by where titles are. */
  readonly title: string
}

/** The form of a view with fields of these paths. */
export function formOf(key: string, view: View, paths: readonly string[]): Form {
  return { key, etag: view.etag, title: sortTitleOf(view, paths) }
}

/** Writes the stored form. */
export function writeForm(writer: ByteWriter, { key, etag, title }: Form): void {
  writer.text(key).byte(LINE_FEED).text(etag).byte(LINE_FEED).text(title)
}

/** Reads the stored form. */
export function decodeForm(bytes: Uint8Array): Form {
  const text = utf8ToText(bytes)
  const first = text.indexOf('\n')
  const second = text.indexOf('\n', first + 1)
  return {
    key: text.slice(0, first),
    etag: text.slice(first + 1, second),
    title: text.slice(second + 1),
  }
}

/** An ordinal as it is stored. */
export function encodeOrdinal(ordinal: number): Uint8Array {
  return Uint8Array.of(ordinal >>> 24, ordinal >>> 16, ordinal >>> 8, ordinal)
}

/** Reads an ordinal; undefined where none is stored. */
export function decodeOrdinal(stored: Uint8Array | undefined): number | undefined {
  if (stored === undefined) return undefined
  const [a = 0, b = 0, c = 0, d = 0] = stored
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
}
