/**
 * Checks one LevelDB table file (doc/table_format.md of LevelDB), and writes it again without the
 * blocks that have rotted. LevelDB itself looks at the checksums of blocks neither when it reads
 * nor when it compacts: rot would be passed on silently, and keys that have rotted out of order
 * make it abort the whole process.
 *
 * file   data block … · meta block … · metaindex block · index block · footer (48 bytes)
 * block  content · type (0 plain, 1 Snappy) · masked CRC-32C over content and type (4 bytes)
 * index  one entry for each data block: a key not below its last one -> offset and size
 */
import type { FileHandle } from 'node:fs/promises'
import { crc32c } from './crc32c.ts'
import { unpackSnappy } from './snappy.ts'

/** A block whose bytes are not what was written, and the keys that stand in it. */
export type BrokenBlock = {
  readonly offset: number
  readonly bytes: number
  /** Keys above `after`, up to `to`; '' before the first and after the last. */
  readonly after: string
  readonly to: string
}

type Handle = { readonly offset: number; readonly size: number }
/** `internal` is the key with its sequence number. */
type IndexEntry = Handle & { readonly key: string; readonly internal: Buffer }

type Table = {
  readonly size: number
  readonly entries: readonly IndexEntry[]
  readonly metaindex: Handle
  /** Whether the blocks beside the data, such as the filter of keys, are as written. */
  readonly isMetaSound: boolean
}

const FOOTER_BYTES = 48
const TRAILER_BYTES = 5
const MAGIC = 0xdb4775248b80fb57n
/** A range that holds no key. */
const NOWHERE = { after: '\uffff', to: '\0' }
/** Sequence number and type behind every key. */
const KEY_SUFFIX_BYTES = 8

/** Checks every block; `onBlock` is told how many bytes each one took and may make it wait. */
export async function checkTable(
  file: FileHandle,
  onBlock: (bytes: number) => Promise<void>,
): Promise<readonly BrokenBlock[]> {
  const table = await readTable(file)
  const { size } = await file.stat()
  if (table === undefined) return [{ offset: 0, bytes: size, after: '', to: '' }]
  const broken: BrokenBlock[] = []
  const meta = table.metaindex
  // No key stands in what is beside the data, and nothing is lost with it.
  if (!table.isMetaSound) broken.push({ ...NOWHERE, offset: meta.offset, bytes: meta.size })
  let after = ''
  for (const { key, ...handle } of table.entries) {
    if ((await readBlock(file, handle, size)) === undefined) {
      broken.push({ offset: handle.offset, bytes: handle.size, after, to: key })
    }
    after = key
    await onBlock(handle.size + TRAILER_BYTES)
  }
  return broken
}

/**
 * The table without the data blocks at these offsets: the same bytes, another index behind them.
 * Undefined where nothing can be kept.
 */
export async function withoutBlocks(
  file: FileHandle,
  dropped: ReadonlySet<number>,
): Promise<Buffer | undefined> {
  const table = await readTable(file)
  const kept = table?.entries.filter(({ offset }) => !dropped.has(offset)) ?? []
  if (table === undefined || kept.length === 0) return undefined
  const old = await readAt(file, 0, table.size - FOOTER_BYTES)
  const parts: Buffer[] = [old]
  let metaindex = table.metaindex
  let end = old.length
  if (!table.isMetaSound) {
    const empty = blockOf([])
    metaindex = { offset: end, size: empty.length - TRAILER_BYTES }
    parts.push(empty)
    end += empty.length
  }
  const index = blockOf(kept)
  const footer = Buffer.alloc(FOOTER_BYTES)
  const handles = [metaindex, { offset: end, size: index.length - TRAILER_BYTES }]
  Buffer.concat(handles.map(handleBytes)).copy(footer)
  footer.writeBigUInt64LE(MAGIC, FOOTER_BYTES - 8)
  return Buffer.concat([...parts, index, footer])
}

/** The parts of a table; undefined when footer or index have rotted. */
async function readTable(file: FileHandle): Promise<Table | undefined> {
  const { size } = await file.stat()
  if (size < FOOTER_BYTES) return undefined
  try {
    const footer = await readAt(file, size - FOOTER_BYTES, FOOTER_BYTES)
    if (footer.readBigUInt64LE(FOOTER_BYTES - 8) !== MAGIC) return undefined
    const reader = new Varints(footer)
    const metaindex = reader.handle()
    const block = await readBlock(file, reader.handle(), size)
    if (block === undefined) return undefined
    const isMetaSound = await isMetaWhole(file, metaindex, size)
    return { size, metaindex, isMetaSound, entries: entriesOf(block) }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

async function isMetaWhole(file: FileHandle, metaindex: Handle, size: number): Promise<boolean> {
  const block = await readBlock(file, metaindex, size)
  if (block === undefined) return false
  for (const handle of entriesOf(block)) {
    if ((await readBlock(file, handle, size)) === undefined) return false
  }
  return true
}

async function readBlock(
  file: FileHandle,
  { offset, size }: Handle,
  fileSize: number,
): Promise<Buffer | undefined> {
  if (offset + size + TRAILER_BYTES > fileSize) return undefined
  const block = await readAt(file, offset, size + TRAILER_BYTES)
  if (block.length < size + TRAILER_BYTES) return undefined
  if (unmask(block.readUInt32LE(size + 1)) !== crc32c(block.subarray(0, size + 1))) return undefined
  const content = block.subarray(0, size)
  return block[size] === 1 ? Buffer.from(unpackSnappy(content)) : content
}

function entriesOf(block: Buffer): readonly IndexEntry[] {
  const end = block.length - 4 * (1 + block.readUInt32LE(block.length - 4))
  const reader = new Varints(block)
  const entries: IndexEntry[] = []
  let last = Buffer.alloc(0)
  while (reader.at < end) {
    const [shared, own] = [reader.next(), reader.next()]
    reader.next()
    last = Buffer.concat([last.subarray(0, shared), reader.bytes(own)])
    const key = last.subarray(0, Math.max(0, last.length - KEY_SUFFIX_BYTES)).toString('latin1')
    entries.push({ key, internal: last, ...reader.handle() })
  }
  return entries
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, offset)
  return buffer.subarray(0, bytesRead)
}

/** A plain block with its trailer, every entry a point where reading can begin. */
function blockOf(entries: readonly IndexEntry[]): Buffer {
  const parts: Buffer[] = []
  const restarts: number[] = []
  let at = 0
  for (const { internal, ...handle } of entries) {
    const value = handleBytes(handle)
    const head = Buffer.concat([0, internal.length, value.length].map(varint))
    restarts.push(at)
    parts.push(head, internal, value)
    at += head.length + internal.length + value.length
  }
  if (restarts.length === 0) restarts.push(0)
  const tail = Buffer.alloc(4 * restarts.length + 4 + 1)
  for (const [i, restart] of restarts.entries()) tail.writeUInt32LE(restart, 4 * i)
  tail.writeUInt32LE(restarts.length, 4 * restarts.length)
  const content = Buffer.concat([...parts, tail])
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32LE(mask(crc32c(content)))
  return Buffer.concat([content, checksum])
}

function handleBytes({ offset, size }: Handle): Buffer {
  return Buffer.concat([varint(offset), varint(size)])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  return Buffer.from([...bytes, rest])
}

function mask(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

/** LevelDB rotates and shifts its checksums, so that one over checksums is none itself. */
function unmask(masked: number): number {
  const shifted = (masked - 0xa282ead8) >>> 0
  return ((shifted >>> 17) | (shifted << 15)) >>> 0
}

class Varints {
  at = 0
  readonly #buffer: Buffer

  constructor(buffer: Buffer) {
    this.#buffer = buffer
  }

  next(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.#buffer[this.at++]
      if (byte === undefined) throw new RangeError('the index is cut')
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }

  handle(): Handle {
    return { offset: this.next(), size: this.next() }
  }

  bytes(length: number): Buffer {
    this.at += length
    return this.#buffer.subarray(this.at - length, this.at)
  }
}
