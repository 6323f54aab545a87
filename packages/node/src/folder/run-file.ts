/** `run.json`: the process that runs this folder, so that a command finds its local API. */
import { rm } from 'node:fs/promises'
import type { DataFolder } from './data-folder.ts'
import { readIfThere, writeWhole } from './write-file.ts'

/** What run.json says: process, address of the API and where its key stands. */
export type RunFile = { readonly pid: number; readonly url: string; readonly accessKey: string }

/** Says that this process runs the folder; the result takes it back. */
export async function writeRunFile(folder: DataFolder, url: string): Promise<() => Promise<void>> {
  const run: RunFile = { pid: process.pid, url, accessKey: folder.accessKey }
  await writeWhole(folder.run, `${JSON.stringify(run)}\n`)
  return () => rm(folder.run, { force: true })
}

/** The process that ran the folder last, if it left a file; it may be dead. */
export async function readRunFile(folder: DataFolder): Promise<RunFile | undefined> {
  const text = await readIfThere(folder.run)
  if (text === undefined) return undefined
  try {
    const run = JSON.parse(text) as Partial<RunFile> | null
    if (typeof run?.url !== 'string' || typeof run.pid !== 'number') return undefined
    return { pid: run.pid, url: run.url, accessKey: folder.accessKey }
  } catch {
    // A damaged file only hides a running node; the lock of the store still protects it.
    return undefined
  }
}
