import { mkdir, open, readFile, rename } from 'node:fs/promises'
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
