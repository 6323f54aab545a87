/**
 * A bound on the length before a message, for everything that libp2p itself reads.
 *
 * libp2p 3 reads that length byte by byte and, as long as no byte ends it, never looks how long it
 * has become: 300 kB of 0x81 hold the process for seconds, before any handshake, and so from
 * anybody who reaches the port. Its streams all take their bytes in through one method; here that
 * method first follows the lengths, and ends the stream at one without end. Remove when
 * `lpStream` of @libp2p/utils checks `maxLengthLength` before it waits for more.
 */
import { AbstractMessageStream, AbstractMultiaddrConnection, AbstractStream } from '@libp2p/utils'
import { SYNC_PROTOCOL } from './sync-protocol.ts'

/** Seven bits each; libp2p and Mulu send no message that needs more. */
const LENGTH_BYTES_MAX = 3
/** Longer than the name of any protocol; of longer messages nothing is kept. */
const NAME_BYTES_MAX = 64
const YAMUX = '/yamux/1.0.0'

type Bytes = Uint8Array | { readonly subarray: () => Uint8Array }

/** Follows lengths and messages until a protocol takes over that has another form. */
class LengthGuard {
  readonly #last: string
  #isOver = false
  #length = 0
  #lengthBytes = 0
  #left = 0
  #name: number[] = []

  /** `last` is the protocol whose choice ends the negotiation on this stream. */
  constructor(last: string) {
    this.#last = last
  }

  /** Whether the bytes may go on; false at a length without end. */
  takes(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length && !this.#isOver; ) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, bytes.length - at)
        this.#takeMessage(bytes.subarray(at, at + taken))
        at += taken
      } else if (!this.#takeLength(bytes[at++] ?? 0)) return false
    }
    return true
  }

  #takeLength(byte: number): boolean {
    this.#length += (byte & 0x7f) * 2 ** (7 * this.#lengthBytes)
    this.#lengthBytes++
    if (byte >= 0x80) return this.#lengthBytes < LENGTH_BYTES_MAX
    this.#left = this.#length
    // Noise can settle on yamux by itself; its frames begin with 0, which begins no negotiation.
    if (this.#length === 0 && this.#last === YAMUX) this.#isOver = true
    this.#length = 0
    this.#lengthBytes = 0
    this.#name = []
    return true
  }

  #takeMessage(part: Uint8Array): void {
    this.#left -= part.length
    if (this.#name.length + part.length <= NAME_BYTES_MAX) this.#name.push(...part)
    if (this.#left > 0) return
    this.#isOver = String.fromCharCode(...this.#name) === `${this.#last}\n`
  }
}

const guards = new WeakMap<object, LengthGuard>()

/** Noise follows on a socket, yamux on what noise has encrypted, frames on a stream of yamux. */
function guardOf(stream: AbstractMessageStream): LengthGuard {
  const known = guards.get(stream)
  if (known !== undefined) return known
  const isSocket = stream instanceof AbstractMultiaddrConnection
  const isMuxed = stream instanceof AbstractStream
  const guard = new LengthGuard(isSocket ? '/noise' : isMuxed ? SYNC_PROTOCOL : YAMUX)
  guards.set(stream, guard)
  return guard
}

const takeData = AbstractMessageStream.prototype.onData

AbstractMessageStream.prototype.onData = function onData(this: AbstractMessageStream, data: Bytes) {
  const bytes = data instanceof Uint8Array ? data : data.subarray()
  if (guardOf(this).takes(bytes)) takeData.call(this, data as Uint8Array)
  else this.abort(new Error('A length has no end.'))
}
