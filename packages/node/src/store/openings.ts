/** Counts openings of the store that no closing has followed: processes that were killed, or died. */
import { readFile, rm } from 'node:fs/promises'
import { writeWhole } from '../folder/write-file.ts'

/** The count, kept in a file. */
export class Openings {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** How many in a row were not closed. */
  async unclosed(): Promise<number> {
    try {
      return Number.parseInt(await readFile(this.#path, 'utf8'), 10) || 0
    } catch {
      // No file: the last one was closed.
      return 0
    }
  }

  async begin(): Promise<void> {
    await writeWhole(this.#path, `${(await this.unclosed()) + 1}\n`)
  }

  async end(): Promise<void> {
    await rm(this.#path, { force: true })
  }
}
