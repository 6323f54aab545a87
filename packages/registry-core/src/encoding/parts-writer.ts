/**
 * Byte strings that are made one behind the other in one memory, and handed over as its parts: to
 * allocate and give back a memory for each costs more than what is written into it.
 */
import type { ByteWriter } from './byte-writer.ts'

/** Gathers parts until they are taken; nothing may be waited for meanwhile. */
export class PartsWriter {
  /** What is written here belongs to the part that ends next. */
  readonly bytes: ByteWriter
  readonly #ends: number[] = []

  /** Begins anew in a writer that serves others as well. */
  constructor(bytes: ByteWriter) {
    this.bytes = bytes.reset()
  }

  /** Ends a part. */
  end(): void {
    this.#ends.push(this.bytes.length)
  }

  /** The parts in the order they were ended. */
  take(): readonly Uint8Array[] {
    const whole = this.bytes.copy()
    return this.#ends.map((end, i) => whole.subarray(this.#ends[i - 1] ?? 0, end))
  }
}
