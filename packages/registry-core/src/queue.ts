/** Runs asynchronous work one piece after the other, in the order it was asked for. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve()

  /** Resolves with the result of `work` once everything before it is over. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }
}
