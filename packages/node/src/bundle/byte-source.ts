/** Bytes that come in chunks of any size, read in lengths; keeps no more than one read and chunk. */
export class ByteSource implements AsyncDisposable {
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array()
  #hasEnded = false

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]()
  }

  /** Whether everything was read, to the last byte. */
  get isAtEnd(): boolean {
    return this.#hasEnded && this.#rest.length === 0
  }

  /** Exactly so many bytes, or undefined when the source ends before; nothing is then taken. */
  async read(length: number): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [this.#rest]
    let held = this.#rest.length
    while (held < length && !this.#hasEnded) {
      const { done, value } = await this.#chunks.next()
      if (done === true) this.#hasEnded = true
      else {
        parts.push(value)
        held += value.length
      }
    }
    const all = parts.length === 1 ? this.#rest : Buffer.concat(parts)
    this.#rest = held < length ? all : all.subarray(length)
    return held < length ? undefined : all.subarray(0, length)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chunks.return?.()
  }
}
