/** The files of the store against the checksums that LevelDB wrote into them. */
import { type FileHandle, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWhole } from '../folder/write-file.ts'
import { type BrokenBlock, checkTable, withoutBlocks } from './table-file.ts'

/** A block of a file that is not what was written. */
export type BrokenFile = BrokenBlock & { readonly file: string }

/** The files that are to be checked. */
export async function tableFiles(store: string): Promise<readonly string[]> {
  return (await readdir(store)).filter((name) => /\.(ldb|sst)$/.test(name)).sort()
}

/** Checks files of the store; one that a compaction has removed meanwhile is passed over. */
export async function checkFiles(
  store: string,
  names: readonly string[],
  onBlock: (bytes: number) => Promise<void>,
): Promise<readonly BrokenFile[]> {
  const broken: BrokenFile[] = []
  for (const name of names) {
    const file = await openIfThere(join(store, name))
    if (file === undefined) continue
    try {
      for (const block of await checkTable(file, onBlock)) broken.push({ file: name, ...block })
    } finally {
      await file.close()
    }
  }
  return broken
}

/**
 * Takes what has rotted out of the files, so that LevelDB meets none of it; nobody may have the
 * store open. Its list of files is to be made anew after that.
 */
export async function cutOut(store: string, broken: readonly BrokenFile[]): Promise<void> {
  for (const name of new Set(broken.map(({ file }) => file))) {
    const path = join(store, name)
    const file = await openIfThere(path)
    if (file === undefined) continue
    const offsets = broken.filter((block) => block.file === name).map(({ offset }) => offset)
    const kept = await withoutBlocks(file, new Set(offsets)).finally(() => file.close())
    if (kept === undefined) await rm(path)
    else await writeWhole(path, kept)
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Whether keys of a sublevel may stand in a block; also where it is not known which do. */
export function mayHold({ after, to }: BrokenBlock, sublevel: string): boolean {
  const prefix = `!${sublevel}!`
  return after < `${prefix}\uffff` && (to === '' || to >= prefix)
}
