/**
 * Long frames are packed on the wire: slow lines are what many offices have, and commits pack to
 * about a third.
 *
 * packed   byte 1 · raw DEFLATE (RFC 1951) of the frame; at most FRAME_BYTES_MAX unpacked
 * plain    the frame itself, which as a CBOR map begins with 0xa0 to 0xbf
 */
import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import { limits, MuluError } from '@mulu/registry-core'

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)

const PACKED = 1
/** Shorter frames gain nothing worth the work. */
const PACK_FROM_BYTES = 512
/** Of 913 kB of small commits: 298 kB in 13 ms; level 9 makes 293 kB in 21 ms. */
const LEVEL = 4

/** Of a packed frame, how many times as long it is taken to be unpacked. */
const UNPACKED_GUESS = 6
const CHUNK_BYTES_MIN = 1_024

/** The bytes that travel for a frame. */
export async function packFrame(frame: Uint8Array): Promise<Uint8Array> {
  if (frame.length < PACK_FROM_BYTES) return frame
  const packed = await deflate(frame, { level: LEVEL, chunkSize: chunkSize(frame.length / 2) })
  return packed.length + 1 < frame.length ? Buffer.concat([Buffer.of(PACKED), packed]) : frame
}

/** The frame that bytes stand for; MULU_SYNC_FRAME when they unpack to none or to too much. */
export async function unpackFrame(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes[0] !== PACKED) return bytes
  try {
    const frame = await inflate(bytes.subarray(1), {
      maxOutputLength: limits.FRAME_BYTES_MAX,
      chunkSize: chunkSize(bytes.length * UNPACKED_GUESS),
    })
    return new Uint8Array(frame.buffer, frame.byteOffset, frame.length)
  } catch (cause) {
    throw new MuluError('MULU_SYNC_FRAME', { cause, details: { reason: String(cause) } })
  }
}

/**
 * What zlib makes at once: after each piece it waits until the thread that everything runs on has
 * time, which by 16 kB made a long frame wait fifty times while commits were stored.
 */
function chunkSize(expected: number): number {
  const bytes = Math.max(CHUNK_BYTES_MIN, Math.ceil(expected))
  return Math.min(limits.FRAME_BYTES_MAX, bytes)
}
