/**
 * Marks at the positions of commits of which something was superseded. Whoever serves what is live
 * need not look at the records of all others, which are most. Marks come with the batch that
 * supersedes; none is ever taken away, since one too many costs a look and no more.
 */
import type { LogKey } from '../log/log.ts'
import type { Row } from '../record/document.ts'
import { type Operation, positionPrefix, put, type Scope, type Store } from '../store/store.ts'

const NOTHING = new Uint8Array()

/** Gathers the marks of one batch. */
export class SupersededMarks {
  readonly #store: Store
  readonly #keys = new Set<string>()

  constructor(store: Store) {
    this.#store = store
  }

  /** Marks what `by`, rows of the same record, have superseded of `rows`. */
  add(scope: Scope, rows: readonly Row[], by: readonly Row[]): void {
    for (const { over } of by) {
      for (const [client, ranges] of over) {
        for (const row of rows) {
          const isUnder = ranges.some(
            ([clock, n]) => clock < row.clock + row.len && row.clock < clock + n,
          )
          if (row.client !== client || !isUnder) continue
          this.#keys.add(positionPrefix({ ...scope, writer: client }, row.seq))
        }
      }
    }
  }

  get operations(): readonly Operation[] {
    return [...this.#keys].map((key) => put(this.#store.superseded, key, NOTHING))
  }
}

/** Whether something of a commit may be superseded. */
export async function isMarkedSuperseded(store: Store, log: LogKey, seq: number): Promise<boolean> {
  return (await store.superseded.get(positionPrefix(log, seq))) !== undefined
}
