import { MuluError } from '@mulu/registry-core'
import { pino } from 'pino'
import { systemClock } from '../clock.ts'
import { dataFolder } from '../folder/data-folder.ts'
import { type PassphraseSource, readPublicKey } from '../folder/key-file.ts'
import { readNodeConfig } from '../folder/node-config.ts'
import { readRunFile } from '../folder/run-file.ts'
import { openNode } from '../open-node.ts'
import { localOperations, type Operations } from '../operations/operations.ts'
import { remoteOperations } from '../operations/remote.ts'
import { passphrases } from './passphrase.ts'

/** Operations on a folder: through the running node where there is one, else on its store. */
export async function openOperations(
  dir: string,
  passphrase: PassphraseSource = passphrases(),
): Promise<Operations> {
  const folder = dataFolder(dir)
  await readNodeConfig(folder)
  const run = await readRunFile(folder)
  const remote =
    run === undefined
      ? undefined
      : await remoteOperations(run, await readPublicKey(folder.writerKey))
  if (remote !== undefined) return remote
  try {
    const node = await openNode(dir, systemClock, pino({ level: 'silent' }), passphrase)
    return localOperations(node.context, node.close)
  } catch (error) {
    if (!(error instanceof MuluError) || error.code !== 'MULU_STORE_LOCKED') throw error
    const reason = 'Another process has the folder open and its API does not answer.'
    throw new MuluError('MULU_STORE_LOCKED', { cause: error, details: { dir: folder.dir, reason } })
  }
}
