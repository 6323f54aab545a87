/**
 * The access key of the local API: `mulu-` and 43 characters of base64url. Whoever can read the
 * file may write in the name of this node.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { MuluError } from '@mulu/registry-core'
import { readIfThere, writeWhole } from './write-file.ts'

const KEY_BYTES = 32

/** Makes the key of a new node. */
export async function createAccessKey(path: string): Promise<void> {
  await writeWhole(path, `mulu-${randomBytes(KEY_BYTES).toString('base64url')}\n`)
}

/** The key of a node; MULU_CONFIG when the file is missing. */
export async function readAccessKey(path: string): Promise<string> {
  const text = (await readIfThere(path))?.trim()
  if (text === undefined || text.length < KEY_BYTES) {
    const reason = 'The access key is missing or damaged.'
    throw new MuluError('MULU_CONFIG', { details: { file: path, reason } })
  }
  return text
}

/** Compares in a time that says nothing about where the keys differ. */
export function isSameKey(given: string, wanted: string): boolean {
  const digest = (text: string): Uint8Array => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}
