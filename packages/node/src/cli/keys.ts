/** key make, request, passphrase, rotate, renew, revoke, orphans, adopt: keys and what was signed with them. */
import { keyToText, textToHash } from '@mulu/registry-core'
import type { Command } from 'commander'
import { systemClock } from '../clock.ts'
import { createSigner } from '../crypto.ts'
import type { OrphanFilter } from '../federation/adopt.ts'
import {
  formerWriter,
  predecessorOf,
  renewKeys,
  rotateKey,
  type Succeeded,
} from '../federation/succession.ts'
import { dataFolder } from '../folder/data-folder.ts'
import { createKeyFile, keyFilesIn, readKeyFile, writeKeyFile } from '../folder/key-file.ts'
import { readNodeConfig } from '../folder/node-config.ts'
import { readIfThere } from '../folder/write-file.ts'
import { openNodeStore } from '../store/node-store.ts'
import type { ExitStatus } from './cli.ts'
import { addRequest } from './key-request.ts'
import { addRevoke } from './key-revoke.ts'
import { openOperations } from './open-operations.ts'
import { collect } from './options.ts'
import { print, printJson, say } from './output.ts'
import { newPassphrase, passphrases } from './passphrase.ts'
import { parseNumber } from './roster-options.ts'

type Done = (status: ExitStatus) => void
type Dir = { readonly dir: string; readonly json?: boolean }

/** `mulu key` */
export function addKey(program: Command, done: Done): void {
  const key = program
    .command('key')
    .description('keys: make, ask to be named, protect, rotate, revoke, take over')
  addMake(key, done)
  addRequest(key, done)
  addPassphrase(key, done)
  addRotate(key, done)
  addRenew(key, done)
  addRevoke(key, done)
  addOrphans(key, done)
  addAdopt(key, done)
}

function withDir(command: Command): Command {
  return command
    .requiredOption('--dir <dir>', 'data folder of the node')
    .option('--json', 'print JSON')
}

function addMake(key: Command, done: Done): void {
  key
    .command('make')
    .description('make a root key in a file, on a machine without a network')
    .argument('<file>', 'where to keep it')
    .option('--no-passphrase', 'keep it unprotected')
    .action(async (file: string, { passphrase }: { readonly passphrase: boolean }) => {
      if ((await readIfThere(file)) !== undefined) {
        say(`${file} is there already; nothing was made.`)
        done(1)
        return
      }
      const secret = passphrase ? await newPassphrase(file) : undefined
      const { publicKey } = createSigner(await createKeyFile(file, secret))
      print(keyToText(publicKey))
      done(0)
    })
}

function addPassphrase(key: Command, done: Done): void {
  key
    .command('passphrase')
    .description('protect key files by a passphrase, or take it away')
    .argument('[files...]', 'key files; without them those of --dir')
    .option('--dir <dir>', 'data folder of the node: its writer and transport keys')
    .option('--remove', 'keep them unprotected from now on')
    .action(
      async (
        files: readonly string[],
        { dir, remove }: { readonly dir?: string; readonly remove?: boolean },
      ) => {
        const chosen =
          files.length > 0 || dir === undefined ? files : await keyFilesIn(dataFolder(dir).keys)
        const present = passphrases()
        for (const file of chosen) {
          const seed = await readKeyFile(file, present)
          await writeKeyFile(file, seed, remove === true ? undefined : await newPassphrase(file))
          print(`${file} is ${remove === true ? 'not protected any more' : 'protected'}`)
        }
        done(chosen.length > 0 ? 0 : 2)
      },
    )
}

function addRotate(key: Command, done: Done): void {
  withDir(
    key.command('rotate').description('make the next writer key and ask for its admission'),
  ).action(async ({ dir, json }: Dir) => {
    const folder = dataFolder(dir)
    await using operations = await openOperations(dir)
    const { writer, ends } = await operations.handover()
    const predecessor = {
      continues: writer,
      ends: ends.map(({ namespace, audience, seq, id }) => ({
        ...{ ns: namespace, aud: audience, seq, id: textToHash(id) ?? new Uint8Array() },
      })),
    }
    const config = await readNodeConfig(folder)
    printSucceeded(await rotateKey(folder, config, predecessor, passphrases()), json ?? false)
    done(0)
  })
}

function addRenew(key: Command, done: Done): void {
  withDir(key.command('renew').description('make new keys for a folder that came out of a backup'))
    .option('--continues <writer>', 'number of the writer this was', parseNumber)
    .option('--passphrase', 'protect the new keys')
    .action(
      async (options: Dir & { readonly continues?: number; readonly passphrase?: boolean }) => {
        const folder = dataFolder(options.dir)
        const config = await readNodeConfig(folder)
        await using store = await openNodeStore(folder, systemClock)
        const { registry } = store
        const client = options.continues ?? formerWriter(registry.roster?.state, config).client
        const secret =
          options.passphrase === true ? await newPassphrase(folder.writerKey) : undefined
        const made = await renewKeys(folder, config, predecessorOf(registry, client), secret)
        printSucceeded(made, options.json ?? false)
        done(0)
      },
    )
}

function printSucceeded(made: Succeeded, json: boolean): void {
  if (json) {
    printJson(made)
    return
  }
  print(`Join request: ${made.joinRequest} (continues writer ${made.continues})`)
  print('Bring it to the root holders, who run: mulu admit --dir … FILE')
  print('Whom the agency has admitted by order, it admits again: mulu admit --agency-key …')
  print('The node signs with the new key as soon as the roster lists it.')
}

function addOrphans(key: Command, done: Done): void {
  withDir(key.command('orphans').description('list work of a writer that does not count any more'))
    .argument('<writer>', 'number of the writer', parseNumber)
    .action(async (writer: number, { dir, json }: Dir) => {
      await using operations = await openOperations(dir)
      const orphans = await operations.orphans({ writer })
      if (json === true) printJson({ items: orphans })
      else {
        print(`${orphans.length} commits of writer ${writer} do not count`)
        for (const { log, seq, stampMs, fields } of orphans) {
          print(`  ${log} ${seq}, ${new Date(stampMs).toISOString()}`)
          for (const { record, set, remove, readable } of fields) {
            const what = readable ? JSON.stringify(set) : 'not readable'
            print(
              `    ${record} ${what}${remove.length === 0 ? '' : ` removes ${remove.join(' ')}`}`,
            )
          }
        }
      }
      done(0)
    })
}

type AdoptOptions = Dir & {
  readonly fromSeq?: number
  readonly toSeq?: number
  readonly record?: readonly string[]
}

function addAdopt(key: Command, done: Done): void {
  withDir(key.command('adopt').description('take orphaned work over under the own key'))
    .argument('<writer>', 'number of the writer', parseNumber)
    .option('--from-seq <seq>', 'first commit', parseNumber)
    .option('--to-seq <seq>', 'last commit', parseNumber)
    .option('--record <id>', 'only this record; may be repeated', collect)
    .action(async (writer: number, { dir, json, fromSeq, toSeq, record }: AdoptOptions) => {
      const filter: OrphanFilter = {
        writer,
        ...(fromSeq === undefined ? {} : { fromSeq }),
        ...(toSeq === undefined ? {} : { toSeq }),
        ...(record === undefined ? {} : { records: record }),
      }
      await using operations = await openOperations(dir)
      const adopted = await operations.adopt(filter)
      if (json === true) printJson(adopted)
      else print(`${adopted.adopted} commits adopted: ${adopted.records} records`)
      done(0)
    })
}
