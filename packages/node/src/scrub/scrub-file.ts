/** What the last scrub found, kept beside the store: it must be readable where the store is not. */
import { readFile } from 'node:fs/promises'
import type { DataFolder } from '../folder/data-folder.ts'
import { writeWhole } from '../folder/write-file.ts'
import type { FindingStatus } from './scrub-status.ts'

/** A scrub that is over. */
export type LastScrub = {
  readonly startedMs: number
  readonly finishedMs: number
  readonly commits: number
  readonly records: number
  /** Everything that was found; the first ones are listed. */
  readonly found: number
  readonly findings: readonly FindingStatus[]
  readonly files: readonly {
    readonly file: string
    readonly offset: number
    readonly bytes: number
  }[]
  /** Namespaces whose derived data was built anew. */
  readonly rebuilt: number
  readonly indexRebuilt: boolean
}

/** Where the last scrub is kept. */
export type ScrubFile = {
  readonly read: () => Promise<LastScrub | undefined>
  readonly write: (last: LastScrub) => Promise<void>
}

/** The file in a data folder. */
export function scrubFile(folder: DataFolder): ScrubFile {
  return {
    read: async () => {
      try {
        return JSON.parse(await readFile(folder.scrub, 'utf8')) as LastScrub
      } catch {
        // None yet, or a damaged one: the next scrub is then due.
        return undefined
      }
    },
    write: (last) => writeWhole(folder.scrub, `${JSON.stringify(last, null, 2)}\n`),
  }
}
