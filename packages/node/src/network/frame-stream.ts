/**
 * Frames over one libp2p stream. Streams keep no message boundaries, so each frame goes behind
 * its length; and they give no usable back-pressure, so the protocol itself bounds what is under
 * way (one request, one answer) and a peer that sends more than the buffer holds is dropped.
 */
import type { Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import { decodeFrame, encodeFrame, type Frame, limits, MuluError } from '@mulu/registry-core'

/** One answer under way, and one announcement beside it. */
const BUFFER_BYTES_MAX = 2 * limits.FRAME_BYTES_MAX + 1_024
const WRITE_TIMEOUT_MS = 30_000
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
  })
  return {
    read: async () => {
      const bytes = await framed
        .read({ signal: AbortSignal.timeout(READ_TIMEOUT_MS) })
        .catch(lengthRefused)
      return decodeFrame(bytes.subarray())
    },
    write: (frame) => {
      const bytes = encodeFrame(frame)
      onSent(bytes.length)
      return framed.write(bytes, { signal: AbortSignal.timeout(WRITE_TIMEOUT_MS) })
    },
    close: () => stream.close({ signal: AbortSignal.timeout(WRITE_TIMEOUT_MS) }),
    abort: (reason) => stream.abort(reason),
  }
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
