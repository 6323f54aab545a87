/** bundle export, bundle import: commits carried in a file, where no network leads. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { MuluError } from '@mulu/registry-core'
import { type Command, Option } from 'commander'
import { readIntroduction } from '../bundle/block-file.ts'
import type { ExportOrder } from '../bundle/export-bundle.ts'
import type { BundleReport } from '../bundle/import-bundle.ts'
import { isNoFile, writeStream } from '../folder/write-file.ts'
import type { ExitStatus } from './cli.ts'
import { openOperations } from './open-operations.ts'
import { print, printJson, say, startProgress } from './output.ts'
import { newPassphrase, passphrases } from './passphrase.ts'

type Done = (status: ExitStatus) => void
type Dir = { readonly dir: string; readonly json?: boolean }

/** `mulu bundle` */
export function addBundle(program: Command, done: Done): void {
  const bundle = program.command('bundle').description('carry commits in a file, without a network')
  addExportBundle(bundle, done)
  addImportBundle(bundle, done)
}

type ExportArguments = Dir & {
  readonly to?: string
  readonly since?: string
  readonly all?: boolean
  readonly out?: string
  readonly encrypt?: boolean
  readonly passphrase?: boolean
}

function addExportBundle(bundle: Command, done: Done): void {
  bundle
    .command('export')
    .description('write what another node lacks into a file')
    .requiredOption('--dir <dir>', 'data folder of the node')
    .option('--to <node>', 'writer number, peer id or agency code of the receiver')
    .addOption(
      new Option('--since <file>', 'leave out what the maker of that bundle had').conflicts('all'),
    )
    .option('--all', 'everything, whatever the receiver is known to have')
    .option('--out <file>', 'where to write it', 'mulu.bundle')
    .option('--encrypt', 'so that only the receiver can read it; without --to by a passphrase')
    .option('--passphrase', 'encrypt with a passphrase')
    .option('--json', 'print JSON')
    .action(async (options: ExportArguments) => {
      const { dir, to, since, all, out = 'mulu.bundle', json } = options
      if (to === undefined && since === undefined && all !== true) {
        const reason = 'Say for whom (--to), since when (--since) or --all.'
        throw new MuluError('MULU_USAGE', { details: { reason } })
      }
      const encrypt = await encryptionOf(options, out)
      await using operations = await openOperations(dir)
      const made = await operations.exportBundle({
        ...(to === undefined ? {} : { to }),
        ...(all === undefined ? {} : { all }),
        ...(since === undefined ? {} : { since: readIntroduction(createReadStream(since)) }),
        ...(encrypt === undefined ? {} : { encrypt }),
      })
      const bytes = await writeStream(out, made.chunks)
      if (json === true)
        printJson({ file: out, commits: made.commits, to: made.to, bytes, held: made.held })
      else {
        const whom = made.to === 0 ? 'every member' : `writer ${made.to}`
        print(`${out}: ${made.commits} commits for ${whom}, ${bytes} bytes`)
        if (made.held !== null) {
          const { agencies, of } = made.held
          print(`  of ${agencies} of ${of} agencies; no others are held here`)
        }
        print('Carry it there, and run: mulu bundle import --dir … FILE')
      }
      done(0)
    })
}

async function encryptionOf(
  { encrypt, passphrase, to, since }: ExportArguments,
  out: string,
): Promise<ExportOrder['encrypt']> {
  const isForOne = to !== undefined || since !== undefined
  if (passphrase === true || (encrypt === true && !isForOne)) {
    return { passphrase: await newPassphrase(out) }
  }
  return encrypt === true ? 'key' : undefined
}

type ImportArguments = Dir & { readonly passphrase?: boolean }

function addImportBundle(bundle: Command, done: Done): void {
  bundle
    .command('import')
    .description('take in what bundles carry; in any order, and again after a pulled stick')
    .argument('<files...>', 'bundles')
    .requiredOption('--dir <dir>', 'data folder of the node')
    .option('--passphrase', 'ask for the passphrase they are encrypted with')
    .option('--json', 'print JSON')
    .action(async (files: readonly string[], { dir, json, passphrase }: ImportArguments) => {
      const ask = passphrases()
      await using operations = await openOperations(dir)
      const reports: (BundleReport & { readonly file: string })[] = []
      for (const file of files) {
        const bytes = await sizeOf(file)
        const progress = startProgress('bytes')
        const report = await operations
          .importBundle({
            source: createReadStream(file),
            bytes,
            ...(passphrase === true ? { passphrase: await ask(file) } : {}),
            onProgress: progress.update,
          })
          .finally(progress.stop)
        reports.push({ file, ...report })
        if (json !== true) printReport(file, report)
      }
      if (json === true) printJson(reports)
      done(reports.every(isDone) ? 0 : 1)
    })
}

function isDone({ problem, refused }: BundleReport): boolean {
  return problem === null && refused === 0
}

/** The length of a file; MULU_USAGE when there is none. */
async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (cause) {
    if (!isNoFile(cause)) throw cause
    throw new MuluError('MULU_USAGE', { cause, details: { reason: `There is no file ${file}.` } })
  }
}

function printReport(file: string, report: BundleReport): void {
  const { waiting, postponed, refused, rosters, orders, erased, notHeld } = report
  const { damaged, problem, codes } = report
  print(`${file}: ${report.new} new, ${report.known} known, ${waiting} waiting, ${refused} refused`)
  if (rosters > 0) print(`  ${rosters} versions of the roster`)
  if (orders > 0) print(`  ${orders} orders of agencies`)
  if (erased > 0) say(`  ${erased} values left out, which lawful orders have erased`)
  if (notHeld > 0) say(`  ${notHeld} superseded values that the sender no longer holds`)
  if (postponed > 0)
    say(`  ${postponed} not taken yet: import earlier bundles, then this one again`)
  for (const [code, count] of Object.entries(codes)) say(`  ${code}: ${count}`)
  if (damaged > 0) say(`  ${damaged} blocks damaged`)
  if (problem !== null) say(`${problem}: ${ADVICE}`)
}

const ADVICE = 'what was whole is kept. Run this again with a whole copy; it goes on from here.'
