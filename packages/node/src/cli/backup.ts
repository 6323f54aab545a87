/** backup: everything of a node but its keys, into a folder part by part, or into one file. */
import { MuluError } from '@mulu/registry-core'
import { type Command, Option } from 'commander'
import { type Added, addPart } from '../backup/add-part.ts'
import { type Chain, findChain, readChains } from '../backup/chain.ts'
import { type Rehearsed, rehearse } from '../backup/rehearse.ts'
import { chainsToDestroy, chainsToRemove, removeChain } from '../backup/tidy.ts'
import { systemClock } from '../clock.ts'
import { writeStream } from '../folder/write-file.ts'
import { type AddedReport, listLines, printAdded, rehearsedLine } from './backup-report.ts'
import type { ExitStatus } from './cli.ts'
import { openOperations } from './open-operations.ts'
import { parseCount } from './options.ts'
import { print, printError, printJson, startBar } from './output.ts'
import { newPassphrase, passphrases } from './passphrase.ts'

type Done = (status: ExitStatus) => void
type Options = {
  readonly dir?: string
  readonly to?: string
  readonly out?: string
  readonly encrypt?: boolean
  readonly whole?: boolean
  readonly verify?: boolean
  readonly list?: boolean
  readonly keep?: number
  readonly json?: boolean
}

/** `mulu backup` */
export function addBackup(program: Command, done: Done): void {
  program
    .command('backup')
    .description('back up everything but the keys, also while the node runs')
    .option('--dir <dir>', 'data folder of the node')
    .option('--to <folder>', 'add to a folder: everything the first time, then what is new')
    .addOption(new Option('--out <file>', 'write everything into one file').conflicts('to'))
    .option('--encrypt', 'with a passphrase; a folder goes on as it was begun')
    .option('--whole', 'begin anew with everything in the folder')
    .option('--verify', 'restore the folder on trial; without --dir only that')
    .addOption(
      new Option('--keep <chains>', 'remove older chains, and what is to be destroyed').argParser(
        parseCount,
      ),
    )
    .option('--list', 'only list what the folder holds, and what is to be destroyed')
    .option('--json', 'print JSON')
    .action(async (options: Options) => done(await backUpAs(options)))
}

async function backUpAs(options: Options): Promise<ExitStatus> {
  const { dir, to, out } = options
  if (to !== undefined && options.list === true) return list(to, options)
  if (to !== undefined && dir !== undefined) return addTo(dir, to, options)
  if (to !== undefined && options.verify === true) return verifyOnly(to, options)
  if (dir !== undefined && out !== undefined) return writeOne(dir, out, options)
  const reason = 'Say --dir and where to: --to FOLDER or --out FILE.'
  throw new MuluError('MULU_USAGE', { details: { reason } })
}

async function writeOne(dir: string, out: string, { encrypt, json }: Options): Promise<ExitStatus> {
  const passphrase = encrypt === true ? await newPassphrase(out) : undefined
  await using operations = await openOperations(dir)
  const made = await operations.backup(passphrase === undefined ? {} : { passphrase })
  const bytes = await writeStream(out, made.chunks)
  if (json === true) printJson({ file: out, commits: made.commits, bytes })
  else print(`${out}: ${made.commits} commits, ${bytes} bytes, without keys`)
  return 0
}

async function addTo(dir: string, to: string, options: Options): Promise<ExitStatus> {
  const begunMs = systemClock.now()
  const before = (await readChains(to)).at(-1)
  const passphrase = await passphraseFor(to, before, options)
  const sealed = passphrase === undefined ? {} : { passphrase }
  const added = await addWithProgress(dir, to, { ...options, ...sealed })
  const ms = systemClock.now() - begunMs
  const verified =
    options.verify === true ? await onTrial(await findChain(added.chain), passphrase) : undefined
  const chains = await readChains(to)
  const removed = options.keep === undefined ? [] : chainsToRemove(chains, options.keep)
  for (const chain of removed) await removeChain(chain)
  const left = chains.filter((chain) => !removed.includes(chain))
  const report: AddedReport = { added, ms, verified, chains: left, removed }
  printAdded(report, options.json === true)
  return 0
}

async function addWithProgress(
  dir: string,
  to: string,
  options: Options & { readonly passphrase?: string },
): Promise<Added> {
  const { passphrase, whole } = options
  await using operations = await openOperations(dir)
  const progress = startBar('commits')
  const order = {
    dir: to,
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(whole === undefined ? {} : { whole }),
    onProgress: progress.update,
  }
  return await addPart(operations, order, systemClock.now()).finally(progress.stop)
}

/** A folder that was begun with a passphrase goes on with it, also where nobody says so again. */
async function passphraseFor(
  to: string,
  before: Chain | undefined,
  { encrypt = false, whole = false }: Options,
): Promise<string | undefined> {
  const isEncrypted = before?.parts[0]?.encrypted === true
  if (isEncrypted && !whole) return passphrases()(to)
  return encrypt ? newPassphrase(to) : undefined
}

async function verifyOnly(to: string, { json }: Options): Promise<ExitStatus> {
  const chain = await findChain(to)
  const isEncrypted = chain.parts[0]?.encrypted === true
  const rehearsed = await onTrial(chain, isEncrypted ? await passphrases()(to) : undefined)
  if (json === true) printJson({ chain: chain.dir, ...rehearsed })
  else print(rehearsedLine(chain.dir, rehearsed))
  return 0
}

async function onTrial(chain: Chain, passphrase: string | undefined): Promise<Rehearsed> {
  const progress = startBar('commits restored')
  const order = {
    ...(passphrase === undefined ? {} : { passphrase }),
    onProgress: progress.update,
  }
  return rehearse(chain, order, systemClock).finally(progress.stop)
}

/** Status 1 while the newest chain is not whole, or something is to be destroyed. */
async function list(to: string, { json }: Options): Promise<ExitStatus> {
  const chains = await readChains(to)
  const condemned = chainsToDestroy(chains)
  if (json === true) {
    const rows = chains.map((chain) => ({ ...chain, destroy: condemned.includes(chain) }))
    printJson(rows.map(({ fault, ...row }) => ({ ...row, fault: fault?.code ?? null })))
  } else {
    for (const line of listLines(chains, condemned)) print(line)
    for (const { fault } of chains) if (fault !== undefined) printError(fault)
  }
  if (chains.length === 0) throw new MuluError('MULU_BACKUP_NONE', { details: { dir: to } })
  return chains.at(-1)?.fault === undefined && condemned.length === 0 ? 0 : 1
}
