/**
 * Frames over one libp2p stream. Streams keep no message boundaries, so each frame goes behind
 * its length; and they give no usable back-pressure, so the protocol itself bounds what is under
 * way (one request, one answer) and a peer that sends more than the buffer holds is dropped. Long
 * frames travel packed.
 */
import type { Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import { decodeFrame, encodeFrame, type Frame, limits, MuluError } from '@mulu/registry-core'
import { packFrame, unpackFrame } from './packed-frame.ts'

/** Seven bits each; three hold the longest frame. */
const LENGTH_BYTES_MAX = 3
/** One answer under way, and one announcement beside it. */
const BUFFER_BYTES_MAX = 2 * limits.FRAME_BYTES_MAX + 1_024
const WRITE_TIMEOUT_MS = 30_000
/** A peer that goes on sending to a stream that is over holds it open no longer than this. */
const CLOSE_TIMEOUT_MS = 3_000
/** Longer than any silence that the protocol allows, so that it decides and this only catches. */
const READ_TIMEOUT_MS = 330_000

/** Frames in and out, until one side closes. */
export type FrameStream = {
  /** The next frame; MULU_SYNC_FRAME when the bytes are none. */
  readonly read: () => Promise<Frame>
  readonly write: (frame: Frame) => Promise<void>
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
  return {
    read: async () => {
      const bytes = await framed
        .read({ signal: AbortSignal.timeout(READ_TIMEOUT_MS) })
        .catch(lengthRefused)
      return decodeFrame(await unpackFrame(bytes.subarray()))
    },
    write: async (frame) => {
      const bytes = await packFrame(encodeFrame(frame))
      onSent(bytes.length)
      return framed.write(bytes, { signal: AbortSignal.timeout(WRITE_TIMEOUT_MS) })
    },
    close: () => stream.close({ signal: AbortSignal.timeout(CLOSE_TIMEOUT_MS) }),
    abort: (reason) => stream.abort(reason),
  }
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
