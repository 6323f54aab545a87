/** Shows that a chain restores, by restoring it into a folder that is removed again. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MuluError } from '@mulu/registry-core'
import type { Clock } from '../clock.ts'
import type { Chain } from './chain.ts'
import { sourcesOfChain } from './part-source.ts'
import { type RestoreOrder, restoreBackup } from './restore.ts'

/** What a chain restores to. */
export type Rehearsed = {
  readonly parts: number
  readonly commits: number
  readonly records: number
  readonly digest: string
}

/**
 * Restores a chain in the folder for temporary files. What restoring refuses, and
 * MULU_BACKUP_DIGEST where it comes to another catalogue than it was made from.
 */
export async function rehearse(
  chain: Chain,
  order: Pick<RestoreOrder, 'passphrase' | 'onProgress'>,
  clock: Clock,
): Promise<Rehearsed> {
  const parts = sourcesOfChain(chain)
  const dir = await mkdtemp(join(tmpdir(), 'mulu-rehearsal-'))
  try {
    const restored = await restoreBackup({ ...order, parts, dir: join(dir, 'node') }, clock)
    const { commits, records, digest, isSame } = restored
    if (isSame === false) {
      const said = chain.parts.at(-1)?.digest ?? ''
      throw new MuluError('MULU_BACKUP_DIGEST', { details: { dir: chain.dir, said, digest } })
    }
    return { parts: parts.length, commits, records, digest }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
