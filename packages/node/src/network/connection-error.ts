/** Telling the end of a connection from a fault of this program. */

/** Errors by which libp2p says that a connection, a stream or a dial is over. */
const CONNECTION_ERRORS: ReadonlySet<string> = new Set([
  'AbortError',
  'ConnectionClosedError',
  'ConnectionClosingError',
  'ConnectionFailedError',
  'DialError',
  'InvalidFrameError',
  'MuxerClosedError',
  'ProtocolError',
  'StreamAbortedError',
  'StreamBufferError',
  'StreamClosedError',
  'StreamResetError',
  'StreamStateError',
  'TimeoutError',
  'TooManyInboundProtocolStreamsError',
  'UnexpectedEOFError',
])
/** What the operating system says of a connection that has ended. */
const SYSTEM_CODES: ReadonlySet<string> = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
])
/** Names that others use too: they count only where libp2p threw them. */
const SHARED_NAMES: ReadonlySet<string> = new Set(['AbortError', 'ProtocolError', 'TimeoutError'])

/**
 * Whether an error outside any promise only ends a connection (libp2p 3 throws some in a
 * microtask). A TypeError inside libp2p is none: nobody knows what state it leaves.
 */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && SYSTEM_CODES.has(String(error.code))) return true
  if (!CONNECTION_ERRORS.has(error.name)) return false
  return !SHARED_NAMES.has(error.name) || /libp2p|@chainsafe|multistream/.test(error.stack ?? '')
}
