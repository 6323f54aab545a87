/** restore: a node that continues the one that was backed up. */

import { stat } from 'node:fs/promises'
import { MuluError } from '@mulu/registry-core'
import type { Command } from 'commander'
import { findChain } from '../backup/chain.ts'
import { type PartSource, sourceOfFile, sourcesOfChain } from '../backup/part-source.ts'
import { type Restored, restoreBackup } from '../backup/restore.ts'
import { systemClock } from '../clock.ts'
import { dataFolder } from '../folder/data-folder.ts'
import { isNoFile } from '../folder/write-file.ts'
import type { ExitStatus } from './cli.ts'
import { print, printJson, say, startProgress } from './output.ts'
import { newPassphrase, passphrases } from './passphrase.ts'

type Done = (status: ExitStatus) => void
type Options = {
  readonly dir: string
  readonly until?: number
  readonly encrypted?: boolean
  readonly passphrase?: boolean
  readonly json?: boolean
}

/** `mulu restore` */
export function addRestore(program: Command, done: Done): void {
  program
    .command('restore')
    .description('make a node from a backup; new keys continue its writer')
    .argument('<backup>', 'folder of backups, a chain in it, or a backup in one file')
    .requiredOption('--dir <dir>', 'folder to make; empty, or not there yet')
    .option('--until <part>', 'the state of an earlier part of the chain', parsePart)
    .option('--encrypted', 'ask for the passphrase of a file; a folder says so itself')
    .option('--passphrase', 'protect the new keys')
    .option('--json', 'print JSON')
    .action(async (path: string, options: Options) => {
      const { dir, passphrase, json } = options
      const { parts, isEncrypted } = await partsAt(path, options)
      const secret =
        passphrase === true ? await newPassphrase(dataFolder(dir).writerKey) : undefined
      const opening = isEncrypted ? { passphrase: await passphrases()(path) } : {}
      const progress = startProgress('commits')
      const restored = await restoreBackup(
        {
          ...{ parts, dir, ...opening, onProgress: progress.update },
          ...(secret === undefined ? {} : { keyPassphrase: secret }),
        },
        systemClock,
      ).finally(progress.stop)
      if (json === true) printJson(restored)
      else printRestored(restored)
      done(0)
    })
}

type Parts = { readonly parts: readonly PartSource[]; readonly isEncrypted: boolean }

async function partsAt(path: string, { until, encrypted = false }: Options): Promise<Parts> {
  const found = await stat(path).catch((cause: unknown) => {
    if (!isNoFile(cause)) throw cause
    const reason = `There is no file or folder ${path}.`
    throw new MuluError('MULU_USAGE', { cause, details: { reason } })
  })
  if (!found.isDirectory()) return { parts: [sourceOfFile(path)], isEncrypted: encrypted }
  const chain = await findChain(path)
  const parts = sourcesOfChain(chain, until)
  return { parts, isEncrypted: chain.parts[0]?.encrypted === true }
}

function printRestored(restored: Restored): void {
  const { commits, records, digest, madeMs, joinRequest, continues } = restored
  print(`restored: ${commits} commits, ${records} records`)
  print(`  digest ${digest}, of ${new Date(madeMs).toISOString()}`)
  if (restored.isSame === true) print('  the same as of the node that was backed up')
  if (restored.isSame === false) {
    say('The node that was backed up had another digest: compare with other nodes before you rely')
    say('on it, and report it.')
  }
  print(`Join request: ${joinRequest} (continues writer ${continues})`)
  print('Bring it to the root holders, who run: mulu admit --dir … FILE')
  print('Never start the old installation again: its writer ends with that.')
}

function parsePart(text: string): number {
  const part = Number(text)
  if (/^\d{1,4}$/.test(text) && part > 0) return part
  throw new MuluError('MULU_USAGE', { details: { reason: `${text} is not the number of a part.` } })
}
