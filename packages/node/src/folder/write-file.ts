import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Owner only; for keys and what leads to them. */
export const PRIVATE_MODE = 0o600
const FOLDER_MODE = 0o700

/** Writes a file whole or not at all: a crash leaves the old one or the new one. */
export async function writeWhole(
  path: string,
  content: string | Uint8Array,
  mode: number = PRIVATE_MODE,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE })
  const draft = `${path}.new`
  const file = await open(draft, 'w', mode)
  try {
    await file.chmod(mode)
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
}

/**
 * Writes chunks into a file as they come, whole or not at all, and gives its length. What was
 * begun is taken away again when the chunks fail.
 */
export async function writeStream(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  mode: number = PRIVATE_MODE,
): Promise<number> {
  await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE })
  const draft = `${path}.new`
  const file = await open(draft, 'w', mode)
  let length = 0
  try {
    for await (const chunk of chunks) {
      await file.writeFile(chunk)
      length += chunk.length
    }
    await file.sync()
  } catch (error) {
    await file.close()
    await rm(draft, { force: true })
    throw error
  }
  await file.close()
  await rename(draft, path)
  await syncFolder(dirname(path))
  return length
}

/** Makes a new name durable, where the system allows it. */
export async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r').catch(() => undefined)
  await folder?.sync().catch(() => undefined)
  await folder?.close()
}

/** The text of a file, or undefined when there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isNoFile(error)) return undefined
    throw error
  }
}

/** Whether an error says that a file or folder does not exist. */
export function isNoFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
