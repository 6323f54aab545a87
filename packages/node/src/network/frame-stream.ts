/**
 * Frames over one libp2p stream. Streams keep no message boundaries, so each frame goes behind
 * its length; and they give no usable back-pressure, so the protocol itself bounds what is under
 * way (one request, one answer) and a peer that sends more than the buffer holds is dropped. Long
 * frames travel packed.
 */
import { once } from 'node:events'
import type { Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import { decodeFrame, encodeFrame, type Frame, limits, MuluError } from '@mulu/registry-core'
import { packFrame, unpackFrame } from './packed-frame.ts'
import './promise-with-resolvers.ts'

/** Seven bits each; three hold the longest frame. */
const LENGTH_BYTES_MAX = 3
/**
 * What is handed to the muxer at once: 64 kbit/s carry the shortest slice in two seconds. A frame
 * is as long as its line carries in four, so longer slices of a long one are soon there as well;
 * each is encrypted by itself and answered by the muxer of the other side.
 */
const SLICE_BYTES_MIN = 16_384
const SLICE_BYTES_MAX = 32_768
const SLICES_OF_FRAME = 4
/** One answer under way, and one announcement beside it. */
const BUFFER_BYTES_MAX = 2 * limits.FRAME_BYTES_MAX + 1_024
/** A peer that goes on sending to a stream that is over holds it open no longer than this. */
const CLOSE_TIMEOUT_MS = 3_000
/**
 * Longer than any silence that the protocol allows, so that it decides and this only catches. A full
 * frame takes two minutes of a line of 64 kbit/s, in either direction.
 */
const TRANSFER_TIMEOUT_MS = 330_000

/** Frames in and out, until one side closes. */
export type FrameStream = {
  /** The next frame; MULU_SYNC_FRAME when the bytes are none. */
  readonly read: () => Promise<Frame>
  readonly write: (frame: Frame) => Promise<void>
  /** Bytes that have come so far, also those of a frame that is not whole yet. */
  readonly received: () => number
  /** Lets what was written arrive, then ends the stream. */
  readonly close: () => Promise<void>
  readonly abort: (reason: Error) => void
}

/** Reads and writes frames on a stream; `onSent` is told how many bytes a frame took. */
export function createFrameStream(
  stream: Stream,
  onSent: (bytes: number) => void = () => undefined,
): FrameStream {
  const framed = lpStream(stream, {
    maxDataLength: limits.FRAME_BYTES_MAX,
    maxBufferSize: BUFFER_BYTES_MAX,
    lengthDecoder,
  })
  // Only now: what had come before the first listener goes to that one alone.
  let received = 0
  stream.addEventListener('message', ({ data }) => {
    received += data.byteLength
  })
  return {
    read: async () => {
      const bytes = await framed
        .read({ signal: AbortSignal.timeout(TRANSFER_TIMEOUT_MS) })
        .catch(lengthRefused)
      return decodeFrame(await unpackFrame(bytes.subarray()))
    },
    write: async (frame) => {
      const bytes = await packFrame(encodeFrame(frame))
      onSent(bytes.length)
      await sendInSlices(stream, withLength(bytes), AbortSignal.timeout(TRANSFER_TIMEOUT_MS))
    },
    received: () => received,
    close: () => stream.close({ signal: AbortSignal.timeout(CLOSE_TIMEOUT_MS) }),
    abort: (reason) => stream.abort(reason),
  }
}

/**
 * Sends in slices, each behind the last: the muxer makes a message of what it is given, and the
 * other side sees nothing of a message before it is whole, which a slow line takes minutes for.
 */
async function sendInSlices(stream: Stream, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  const quarter = Math.ceil(bytes.length / SLICES_OF_FRAME)
  const size = Math.min(SLICE_BYTES_MAX, Math.max(SLICE_BYTES_MIN, quarter))
  for (let at = 0; at < bytes.length; at += size) {
    if (!stream.send(bytes.subarray(at, at + size))) await drained(stream, signal)
  }
}

/** Resolves when a stream takes more; rejects when it is over or the time is. */
async function drained(stream: Stream, signal: AbortSignal): Promise<void> {
  const over = new AbortController()
  const either = { signal: AbortSignal.any([signal, over.signal]) }
  try {
    const closed = once(stream, 'close', either).then(() => {
      throw new Error('the stream has ended')
    })
    await Promise.race([once(stream, 'drain', either), closed])
  } finally {
    over.abort()
  }
}

/** A frame behind its length, as `lengthDecoder` reads it. */
function withLength(frame: Uint8Array): Uint8Array {
  const prefix: number[] = []
  let rest = frame.length
  for (; rest > 0x7f; rest >>>= 7) prefix.push((rest & 0x7f) | 0x80)
  return Buffer.concat([Uint8Array.of(...prefix, rest), frame])
}

/**
 * The length before a frame: an unsigned varint. A RangeError makes the reader wait for one byte
 * more, so a length without end has to be told by another error: libp2p would read it byte by
 * byte, each time from the start, and let nothing else run meanwhile.
 */
function lengthDecoder(bytes: { readonly subarray: () => Uint8Array }): number {
  let length = 0
  const prefix = bytes.subarray()
  for (const [index, byte] of prefix.entries()) {
    length += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return length
  }
  if (prefix.length < LENGTH_BYTES_MAX) throw new RangeError('The length goes on')
  throw new MuluError('MULU_SYNC_FRAME', { details: { reason: 'The length has no end.' } })
}

const LENGTH_ERRORS: ReadonlySet<string> = new Set([
  'InvalidMessageLengthError',
  'InvalidDataLengthError',
  'InvalidDataLengthLengthError',
])

/** A length that no frame has is a bad frame; anything else is the end of the stream. */
function lengthRefused(error: unknown): never {
  if (error instanceof Error && LENGTH_ERRORS.has(error.name)) {
    throw new MuluError('MULU_SYNC_FRAME', { cause: error, details: { reason: error.message } })
  }
  throw error
}
