import type { Frame } from '@mulu/registry-core'
import type { FrameStream } from './frame-stream.ts'

/** Writes frames one after the other; whoever reads on first waits until all are out. */
export class FrameWriter {
  readonly #stream: FrameStream
  #last: Promise<void> = Promise.resolve()
  #error: unknown

  constructor(stream: FrameStream) {
    this.#stream = stream
  }

  send(frame: Frame): void {
    this.#last = this.#last.then(async () => {
      if (this.#error !== undefined) return
      try {
        await this.#stream.write(frame)
      } catch (error) {
        this.#error = error
        this.#stream.abort(error instanceof Error ? error : new Error(String(error)))
      }
    })
  }

  /** Resolves when all is written; never rejects, since a broken stream also ends the reading. */
  drained(): Promise<void> {
    return this.#last
  }
}
