/** A key file is one line: the 64 hexadecimal digits of a 32-byte seed. Mode 0600. */
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fromHex, MuluError, toHex } from '@mulu/registry-core'
import { SEED_BYTES } from '../crypto.ts'
import { isNoFile, readIfThere, writeWhole } from './write-file.ts'

/** Makes a seed and keeps it in a file of its own. */
export async function createKeyFile(path: string): Promise<Uint8Array> {
  const seed = Uint8Array.from(randomBytes(SEED_BYTES))
  await writeWhole(path, `${toHex(seed)}\n`)
  return seed
}

/** The seed in a key file; MULU_CONFIG when there is none or it is damaged. */
export async function readKeyFile(path: string): Promise<Uint8Array> {
  const text = (await readIfThere(path))?.trim()
  if (text === undefined || !/^[0-9a-f]{64}$/.test(text)) {
    const reason = text === undefined ? 'The key file is missing.' : 'The key file is damaged.'
    throw new MuluError('MULU_CONFIG', { details: { file: path, reason } })
  }
  return fromHex(text)
}

/** All seeds in a folder, by file name; empty when the folder is not here. */
export async function readKeyFolder(dir: string): Promise<readonly Uint8Array[]> {
  const names = await readdir(dir).catch((error: unknown): string[] => {
    if (isNoFile(error)) return []
    throw error
  })
  const keys = names.filter((name) => name.endsWith('.key')).sort()
  return Promise.all(keys.map((name) => readKeyFile(join(dir, name))))
}
