/** backup, restore: everything of a node but its keys, and a node that continues it. */
import { createReadStream } from 'node:fs'
import type { Command } from 'commander'
import { restoreBackup } from '../backup/restore.ts'
import { systemClock } from '../clock.ts'
import { dataFolder } from '../folder/data-folder.ts'
import { writeStream } from '../folder/write-file.ts'
import { sizeOf } from './bundle.ts'
import type { ExitStatus } from './cli.ts'
import { openOperations } from './open-operations.ts'
import { print, printJson } from './output.ts'
import { newPassphrase, passphrases } from './passphrase.ts'

type Done = (status: ExitStatus) => void
type Backup = {
  readonly dir: string
  readonly out: string
  readonly encrypt?: boolean
  readonly json?: boolean
}

/** `mulu backup` */
export function addBackup(program: Command, done: Done): void {
  program
    .command('backup')
    .description('write everything but the keys into a file, also while the node runs')
    .requiredOption('--dir <dir>', 'data folder of the node')
    .requiredOption('--out <file>', 'where to write it')
    .option('--encrypt', 'with a passphrase')
    .option('--json', 'print JSON')
    .action(async ({ dir, out, encrypt, json }: Backup) => {
      const passphrase = encrypt === true ? await newPassphrase(out) : undefined
      await using operations = await openOperations(dir)
      const { commits, chunks } = await operations.backup(passphrase)
      const bytes = await writeStream(out, chunks)
      if (json === true) printJson({ file: out, commits, bytes })
      else print(`${out}: ${commits} commits, ${bytes} bytes, without keys`)
      done(0)
    })
}

type Restore = {
  readonly dir: string
  readonly encrypted?: boolean
  readonly passphrase?: boolean
  readonly json?: boolean
}

/** `mulu restore` */
export function addRestore(program: Command, done: Done): void {
  program
    .command('restore')
    .description('make a node from a backup; new keys continue its writer')
    .argument('<file>', 'backup')
    .requiredOption('--dir <dir>', 'folder to make; empty, or not there yet')
    .option('--encrypted', 'ask for the passphrase of the backup')
    .option('--passphrase', 'protect the new keys')
    .option('--json', 'print JSON')
    .action(async (file: string, { dir, encrypted, passphrase, json }: Restore) => {
      await sizeOf(file)
      const secret =
        passphrase === true ? await newPassphrase(dataFolder(dir).writerKey) : undefined
      const restored = await restoreBackup(
        {
          ...{ source: createReadStream(file), dir },
          ...(encrypted === true ? { passphrase: await passphrases()(file) } : {}),
          ...(secret === undefined ? {} : { keyPassphrase: secret }),
        },
        systemClock,
      )
      if (json === true) printJson(restored)
      else {
        print(`restored: ${restored.commits} commits, ${restored.records} records`)
        print(`  digest ${restored.digest}, of ${new Date(restored.madeMs).toISOString()}`)
        print(`Join request: ${restored.joinRequest} (continues writer ${restored.continues})`)
        print('Bring it to the root holders, who run: mulu admit --dir … FILE')
        print('Never start the old installation again: its writer ends with that.')
      }
      done(0)
    })
}
