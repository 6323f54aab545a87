/** What was opened, closed in reverse order; closing twice is the same as once. */
export class Opened implements AsyncDisposable {
  readonly #closers: (() => Promise<void> | void)[] = []

  /** Keeps `close` for later; the newest is called first. */
  add(close: () => Promise<void> | void): void {
    this.#closers.push(close)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const errors: unknown[] = []
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'Something could not be closed.')
  }
}
