/**
 * The file of a bundle: 14 bytes `mulu-bundle/1\n`, then blocks behind their length (4 bytes, big
 * endian). The first block is the opening, CBOR {introduction: count, seal, salt?, point?, check?};
 * each other one is a part (registry-core/src/bundle/part.ts), deflated (RFC 1951) and closed by
 * itself (seal.ts). So reading takes the memory of one block; a file that ends early or has damage
 * still gives every block that is whole; `introduction` tells how many blocks say who made it.
 */
import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import {
  decodeCbor,
  decodePart,
  encodeCbor,
  encodePart,
  limits,
  MuluError,
  type Part,
} from '@mulu/registry-core'
import { ByteSource } from './byte-source.ts'
import {
  type BlockCipher,
  CHECK_BYTES,
  createSeal,
  type Opener,
  openSeal,
  POINT_BYTES,
  SALT_BYTES,
  SEAL_BYTES,
  type SealNote,
  type SealWith,
} from './seal.ts'

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)

const MAGIC = Buffer.from('mulu-bundle/1\n')
const OPENING_BYTES_MAX = 1_024
/** What does not pack grows by 5 bytes in 16 KiB. */
const BLOCK_BYTES_MAX = limits.FRAME_BYTES_MAX + 4_096 + SEAL_BYTES
const LENGTH_BYTES = 4
const INTRODUCTION_MAX = 64

/** What reading a file gives: parts, and how many blocks were damaged or missing. */
export type BlockEvent =
  | { readonly type: 'part'; readonly part: Part }
  | { readonly type: 'damaged' }
  | { readonly type: 'cut' }

/** Writes parts as the bytes of a file. */
export async function* writeBlocks(
  parts: AsyncIterable<Part>,
  introduction: number,
  seal: SealWith,
): AsyncGenerator<Uint8Array> {
  const { note, cipher } = await createSeal(seal)
  const opening = encodeCbor({ introduction, ...note })
  yield MAGIC
  yield withLength(opening)
  let index = 0
  for await (const part of parts) {
    const packed = await deflate(encodePart(part))
    yield withLength(cipher.close(index++, opening, packed))
  }
}

function withLength(bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/**
 * Reads the bytes of a file. MULU_BUNDLE_SHAPE when they are no bundle, and what opening a seal
 * refuses with; everything after that is told as events.
 */
export async function* readBlocks(
  source: AsyncIterable<Uint8Array>,
  opener: Opener,
): AsyncGenerator<BlockEvent> {
  await using bytes = new ByteSource(source)
  const { opening, note } = await readOpening(bytes)
  const cipher = await openSeal(note, opener)
  for (let index = 0; ; index++) {
    const block = await readBlock(bytes, BLOCK_BYTES_MAX)
    if (block === 'end') return
    if (typeof block === 'string') {
      yield { type: block }
      return
    }
    const part = await openBlock(cipher, index, opening, block)
    yield part === undefined ? { type: 'damaged' } : { type: 'part', part }
  }
}

/** The beginning of a file up to who made it and what that one has, as bytes of the same form. */
export async function* readIntroduction(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  await using bytes = new ByteSource(source)
  const { opening, introduction } = await readOpening(bytes)
  yield MAGIC
  yield withLength(opening)
  for (let index = 0; index < introduction; index++) {
    const block = await readBlock(bytes, BLOCK_BYTES_MAX)
    if (typeof block === 'string') return
    yield withLength(block)
  }
}

async function readOpening(bytes: ByteSource): Promise<{
  readonly opening: Uint8Array
  readonly note: SealNote
  readonly introduction: number
}> {
  const magic = await bytes.read(MAGIC.length)
  const opening =
    magic !== undefined && MAGIC.equals(magic) ? await readBlock(bytes, OPENING_BYTES_MAX) : 'cut'
  if (typeof opening === 'string') {
    throw new MuluError('MULU_BUNDLE_SHAPE', { details: { reason: 'It does not begin as one.' } })
  }
  try {
    const { introduction, ...note } = decodeCbor(opening) as Record<string, unknown>
    return { opening, introduction: readCount(introduction), note: readNote(note) }
  } catch (cause) {
    throw new MuluError('MULU_BUNDLE_SHAPE', { cause, details: { reason: String(cause) } })
  }
}

function readCount(value: unknown): number {
  const isCount = Number.isSafeInteger(value) && (value as number) >= 1
  if (!isCount || (value as number) > INTRODUCTION_MAX) throw new Error('introduction is no count')
  return value as number
}

function readNote(note: Record<string, unknown>): SealNote {
  const { seal, salt, point, check } = note
  const names = Object.keys(note).sort().join(' ')
  if (seal === 'plain' && names === 'seal') return { seal }
  if (seal === 'passphrase' && names === 'check salt seal') {
    return { seal, salt: bytesOf(salt, SALT_BYTES), check: bytesOf(check, CHECK_BYTES) }
  }
  if (seal === 'key' && names === 'check point seal') {
    return { seal, point: bytesOf(point, POINT_BYTES), check: bytesOf(check, CHECK_BYTES) }
  }
  throw new Error('seal of an unknown kind')
}

function bytesOf(value: unknown, length: number): Uint8Array {
  if (value instanceof Uint8Array && value.length === length) return value
  throw new Error('seal has a part of another length')
}

/** The next block; `damaged` for a length that none has: where the next begins is then unknown. */
async function readBlock(
  bytes: ByteSource,
  max: number,
): Promise<Uint8Array | 'end' | 'cut' | 'damaged'> {
  const length = await bytes.read(LENGTH_BYTES)
  if (length === undefined) return bytes.isAtEnd ? 'end' : 'cut'
  const size = Buffer.from(length).readUInt32BE()
  if (size === 0 || size > max) return 'damaged'
  return (await bytes.read(size)) ?? 'cut'
}

async function openBlock(
  cipher: BlockCipher,
  index: number,
  opening: Uint8Array,
  block: Uint8Array,
): Promise<Part | undefined> {
  const packed = cipher.open(index, opening, block)
  if (packed === undefined) return undefined
  try {
    const options = { maxOutputLength: limits.FRAME_BYTES_MAX }
    return decodePart(Uint8Array.from(await inflate(packed, options)))
  } catch {
    // What does not unpack within the limit, or is no part, is as good as damaged.
    return undefined
  }
}
